"""A need goes onto the ledger, with its category."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.commitments.actions.given import category as read_category
from xiaohao.commitments.models import HouseholdNeed, NeedKind, NeedState
from xiaohao.commitments.queries import usual_category
from xiaohao.commitments.rules import NEED_LABEL, By, Need
from xiaohao.commitments.wording import refusal
from xiaohao.kernel.access import require, require_at
from xiaohao.kernel.acting import SYSTEM, Actor, Permission
from xiaohao.kernel.errors import Forbidden, Unmet
from xiaohao.kernel.text import shorten
from xiaohao.ledger.actions import register
from xiaohao.ledger.models import Source
from xiaohao.trail.actions import change, stale
from xiaohao.triage.models import Category


def category_for(
    kind: str, given: Any, field: str = "category"
) -> tuple[Category | None, list[Need]]:
    """The category as which a need of that kind stands on the ledger, and what is odd or missing.

    Args:
        given: as chosen, a category or its code; without one it is the kind's own.
        field: the input that a refusal belongs to.
    """
    if given:
        return read_category(None, SYSTEM, field, given)
    found = usual_category(kind)
    about = {"kind": str(dict(NeedKind.choices)[kind])}
    return found, [] if found else [Need("need_category_missing", field, about)]


def refer_need(
    *,
    need: HouseholdNeed,
    by: Actor,
    category: Any = None,
    urgent: bool = False,
    version: int | None = None,
) -> HouseholdNeed:
    """Put a need onto the ledger as a problem found by a household visit.

    The household stands there as a reporter: the ledger asks its word before it closes anything.

    Args:
        category: of the problem, or its code; without one it is the kind's own.

    Raises:
        Stale, Forbidden; Refused: `need_on_ledger`, `need_category_missing`, `no_such_category`.
    """
    visitor(by, need.household.path)
    if version is not None and version != need.version:
        raise stale(need, version)
    if need.state != NeedState.FOUND:
        raise refusal([Need("need_on_ledger")])
    kept, odd = category_for(need.kind, category)
    if odd:
        raise refusal(odd)
    unit, before = need.household.unit, need.state
    with transaction.atomic():
        need.problem = need.linked = register(
            by=by,
            title=shorten(f"{need.get_kind_display()}：{need.text}", 100),
            text=f"{need.text}\n" + _("Found on a household visit, need no. %s.") % need.pk,
            category=kept,
            source=Source.HOUSEHOLD,
            place=unit.name,
            place_unit=unit,
            urgent=urgent,
            reporters=[(NEED_LABEL, need.pk)],
        )
        need.state = NeedState.ON_LEDGER
        told = {"state": [before, need.state], "problem": [None, need.problem.number]}
        data = {"problem": need.problem.number, "changed": told}
        change(thing=need, by=by, kind="refer", fields=["problem", "linked", "state"], data=data)
    return need


def visitor(by: By, path: str | None = None) -> None:
    """Go on only for those who handle or register, in their own area (all of it without `path`).

    Raises:
        Forbidden, NotFound.
    """
    if not (by.may(Permission.HANDLE) or by.may(Permission.REGISTER)):
        raise Forbidden([Unmet("not_permitted", _("Your post does not allow this."))])
    if path is not None:
        require_at(by, Permission.SEE_LEDGER, path)
    else:
        require(by, Permission.SEE_LEDGER)
