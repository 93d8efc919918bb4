"""How many closings were true: estimated from re-checks, per unit and category."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import ids
from xiaohao.lookback.models import Recheck, Round
from xiaohao.lookback.rules import Checked, Estimate, Result, estimate
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

Row = Mapping[str, Any]


def _lies_under(row: Row, unit: Unit) -> bool:
    return str(row["unit__path"]).startswith(unit.path)


@dataclass(frozen=True, slots=True)
class Estimated:
    """One line: a unit or a category with its estimate."""

    code: str
    name: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Outlook:
    """The estimates at a unit for closings of one age.

    Attributes:
        owner: the unit whose rounds they rest on; None when nothing has been drawn.
        waiting: re-checks there that have no result yet and are left out; None for those whose
            own closings may be among them.
    """

    unit: Unit
    wave: int
    owner: Unit | None
    whole: Estimate
    waiting: int | None
    children: Sequence[Estimated]
    categories: Sequence[Estimated]


def outlook(actor: Actor, code: str, wave: int) -> Outlook:
    """The estimates at the unit of that code (the actor's own without one).

    They rest on the rounds of one unit: the highest at or above the one asked for that has drawn
    any, so that a closing is never counted twice.

    Raises:
        NotFound: a unit outside his area.
    """
    unit = _unit(actor, code)
    owner = _owner(unit, wave)
    rows = _rows(owner, wave) if owner else []
    done = [row for row in rows if row["result"]]
    waiting = sum(not row["result"] and _lies_under(row, unit) for row in rows)
    return Outlook(
        unit,
        wave,
        owner,
        _of(done, lambda row: _lies_under(row, unit)),
        waiting if owner and owner.path.startswith(actor.unit_path) else None,
        _children(unit, done),
        _categories(unit, done),
    )


def latest_wave(otherwise: int) -> int:
    """The age whose re-checks came in last: what an unasked reader wants to see."""
    last = Recheck.objects.filter(done_at__isnull=False).order_by("-done_at", "-id")
    return last.values_list("round__wave", flat=True).first() or otherwise


def _unit(actor: Actor, code: str) -> Unit:
    rows = Unit.objects.under(actor.unit_path)
    found = rows.filter(**({"code": code} if code else {"pk": actor.unit_id})).first()
    if found is None:
        text = _("There is no unit “%(code)s” in your area.") % {"code": code}
        raise NotFound([Unmet("not_found", text, "unit")])
    return found


def _owner(unit: Unit, wave: int) -> Unit | None:
    drawn = Round.objects.filter(wave=wave, drawn_at__isnull=False, unit_id__in=ids(unit.path))
    first = drawn.select_related("unit").order_by("unit__path").first()
    return first.unit if first else None


def _rows(owner: Unit, wave: int) -> list[Row]:
    rows = Recheck.objects.filter(round__unit=owner, round__wave=wave).order_by("id")
    return list(rows.values("round_id", "chance", "result", "unit__path", "category_id"))


def _of(rows: Sequence[Row], inside: Callable[[Row], bool]) -> Estimate:
    return estimate(
        Checked(row["round_id"], row["chance"], row["result"] == Result.FIXED, inside(row))
        for row in rows
    )


def _children(unit: Unit, rows: Sequence[Row]) -> list[Estimated]:
    """One line for each unit right below that has closings re-checked."""
    depth = len(ids(unit.path))
    chains = [ids(row["unit__path"]) for row in rows if _lies_under(row, unit)]
    keys = {chain[depth] for chain in chains if len(chain) > depth}
    found = []
    for one in Unit.objects.filter(pk__in=keys).order_by("path"):
        inside = partial(_lies_under, unit=one)
        found.append(Estimated(one.code, one.shown, _of(rows, inside)))
    return found


def _categories(unit: Unit, rows: Sequence[Row]) -> list[Estimated]:
    """One line for each category that has closings re-checked there."""
    keys = {row["category_id"] for row in rows if _lies_under(row, unit)} - {None}
    found = []
    for one in Category.objects.filter(pk__in=keys).order_by("code"):
        inside = partial(_is_about, unit=unit, category=one)
        found.append(Estimated(one.code, one.label, _of(rows, inside)))
    return found


def _is_about(row: Row, unit: Unit, category: Category) -> bool:
    return bool(row["category_id"] == category.pk) and _lies_under(row, unit)
