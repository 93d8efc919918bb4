"""A programme's plan: laid only once its problems are listed, every version kept."""

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.campaigns.models import Programme
from xiaohao.campaigns.queries import may_set
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, Refused, Stale, Unmet
from xiaohao.kernel.text import clean
from xiaohao.ledger.models import Plan, Problem
from xiaohao.trail.actions import create

LONGEST = 20_000


def lay_plan(*, programme: Programme, by: Actor, text: str, seen: int | None = None) -> Plan:
    """Lay down the programme's plan, as its next version; find first, then fix.

    Args:
        seen: the number of the version that the writer had before him (0: none).

    Raises:
        Forbidden: `not_permitted`: the plan is the office's that set the programme up, or above.
        Stale: another version was laid down meanwhile.
        Refused: `nothing_found`: the list of problems is empty; `plan_missing`, `plan_too_long`,
            `nothing_changed`.
    """
    if not (by.may(Permission.SET_PROGRAMMES) and may_set(by, programme)):
        said = _("The plan is laid down where the programme was set up.")
        raise Forbidden([Unmet("not_permitted", said)])
    text = clean(text)
    with transaction.atomic():
        locks.hold(f"plan:{programme.pk}")
        last = Plan.objects.filter(programme=programme).order_by("-number").first()
        number = last.number if last else 0
        if seen is not None and seen != number and last:
            told = _(
                "Somebody else has laid down version %(n)s meanwhile. Read it, then send again."
            )
            change = {
                "at": last.at.isoformat(),
                "by": {"post": last.post.told},
                "kind": "lay_plan",
                "data": {},
            }
            raise Stale([Unmet("stale", told % {"n": number}, "version")], number, [change])
        rows = Problem.objects.filter(programme=programme)
        found = rows.exclude(state__in=("merged", "withdrawn")).count()
        _check(text, found, last)
        plan = Plan(
            programme=programme,
            number=number + 1,
            text=text,
            final=programme.final,
            problems=found,
            at=clock.now(),
            post_id=by.post_id,
        )
        create(thing=plan, by=by, kind="lay_plan", data={"number": plan.number, "problems": found})
    return plan


def _check(text: str, found: int, last: Plan | None) -> None:
    if not found:
        said = _("Find first, then fix: list the programme’s problems before you plan.")
        raise Refused.because("nothing_found", said)
    if not text:
        raise Refused.because("plan_missing", _("Write the plan."), "text")
    if len(text) > LONGEST:
        said = _("This is too long: at most %(most)s characters.") % {"most": LONGEST}
        raise Refused.because("plan_too_long", said, "text")
    if last and last.text == text:
        said = _("Nothing is different from version %(n)s.") % {"n": last.number}
        raise Refused.because("nothing_changed", said, "text")
