"""A unit calls departments, or takes the call back."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.escalation.actions.counting import count_called
from xiaohao.escalation.models import Call, Summons
from xiaohao.escalation.queries import may_answer, may_call
from xiaohao.escalation.rules import LONGEST_HOURS, MOST_DEPARTMENTS
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Forbidden, Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.ledger.models import Problem
from xiaohao.trail.actions import change, create, stale
from xiaohao.units.models import Unit

LONGEST = 2000
AHEAD = dt.timedelta(days=30)


def call(
    *,
    problem: Problem,
    by: Actor,
    units: Sequence[Unit],
    reason: str,
    place: str = "",
    hours: int = 2,
    on_site_by: dt.datetime | None = None,
) -> Call:
    """Call departments to the place of a problem.

    Args:
        hours: to answer in, from now, 1 to 72, by the clock and not by working hours.
        on_site_by: when they have to be there; not before they have to have answered.

    Raises:
        Forbidden: the problem is not with the actor's unit.
        Refused: everything that is missing or wrong, each at its field.
    """
    if not may_call(problem, by) or problem.unit is None:
        text = _("Only the unit that has the problem calls others about it.")
        raise Forbidden([Unmet("not_your_unit", text)])
    now = clock.now()
    answer_by = now + dt.timedelta(hours=hours if 0 < hours <= LONGEST_HOURS else 1)
    reason, place = clean(reason), clean(place) or problem.place
    unmet = [
        *_units(problem.unit, units),
        *_words(reason, place),
        *_times(hours, answer_by, on_site_by, now),
    ]
    if unmet or on_site_by is None:
        raise Refused(unmet)
    made = Call(
        problem=problem,
        unit=problem.unit,
        post_id=by.post_id,
        reason=reason,
        place=place[:200],
        at=now,
        answer_by=answer_by,
        on_site_by=on_site_by,
    )
    with transaction.atomic():
        locks.hold(f"escalation:call:{problem.pk}")
        if unmet := _called_already(problem, units):
            raise Refused(unmet)
        data = {"problem": problem.number, "units": [unit.code for unit in units]}
        create(thing=made, by=by, kind="call", data=data)
        for unit in units:
            summons = Summons(call=made, unit=unit)
            create(thing=summons, by=by, kind="call", data={"call": made.number, "unit": unit.code})
            count_called(summons, "escalation.called")
    return made


def _units(own: Unit, units: Sequence[Unit]) -> list[Unmet]:
    if not units:
        return [Unmet("units_missing", _("Name at least one department."), "units")]
    if len(units) > MOST_DEPARTMENTS:
        text = _("At most %(most)s departments can be called at once.") % {"most": MOST_DEPARTMENTS}
        return [Unmet("too_many_units", text, "units")]
    found = []
    for unit in units:
        if own.path.startswith(unit.path) or unit.path.startswith(own.path):
            text = _("“%(unit)s” is your own unit, above it or under it. Call another department.")
            found.append(Unmet("not_a_department", text % {"unit": unit.name}, "units"))
    return found


def _called_already(problem: Problem, units: Sequence[Unit]) -> list[Unmet]:
    """A call that is neither graded nor taken back still stands; a second one would count twice."""
    standing = Summons.objects.filter(
        call__problem=problem, unit__in=units, call__withdrawn_at=None, graded_at=None
    )
    text = _(
        "“%(unit)s” is called about this problem already (%(call)s). Grade that call or take it "
        "back before you call again."
    )
    return [
        Unmet("already_called", text % {"unit": one.unit.name, "call": one.call.number}, "units")
        for one in standing.select_related("unit", "call").order_by("pk")
    ]


def _words(reason: str, place: str) -> list[Unmet]:
    found = []
    if not reason:
        found.append(Unmet("reason_missing", _("Write what you need them for."), "reason"))
    if len(reason) > LONGEST:
        text = _("This is too long: at most %(most)s characters.") % {"most": LONGEST}
        found.append(Unmet("too_long", text, "reason"))
    if not place:
        found.append(Unmet("place_missing", _("Write where they are to come to."), "place"))
    return found


def _times(
    hours: int, answer_by: dt.datetime, on_site_by: dt.datetime | None, now: dt.datetime
) -> list[Unmet]:
    found = []
    if not 0 < hours <= LONGEST_HOURS:
        text = _("Give between 1 and %(most)s hours to answer.") % {"most": LONGEST_HOURS}
        found.append(Unmet("bad_hours", text, "hours"))
    if on_site_by is None:
        found.append(Unmet("on_site_missing", _("Say when they have to be there."), "on_site_by"))
    elif on_site_by < answer_by:
        text = _("They would have to be there before their time to answer is over. Choose later.")
        found.append(Unmet("on_site_too_early", text, "on_site_by"))
    elif on_site_by > now + AHEAD:
        text = _("This is more than 30 days away. Choose an earlier time.")
        found.append(Unmet("on_site_too_late", text, "on_site_by"))
    return found


def withdraw(*, made: Call, by: Actor, reason: str, version: int | None = None) -> None:
    """Take the call back: who has not come need not come any more.

    Raises:
        Forbidden: another unit called.
        Refused: `reason_missing`, `already_withdrawn`.
        Stale: it was taken back meanwhile.
    """
    if version is not None and version != made.version:
        raise stale(made, version)
    if not may_answer(made.unit, by):
        raise Forbidden([Unmet("not_your_unit", _("Only the unit that called takes it back."))])
    if made.withdrawn_at:
        raise Refused.because("already_withdrawn", _("The call was taken back already."))
    reason = clean(reason)[:LONGEST]
    if not reason:
        raise Refused.because("reason_missing", _("Write the reason."), "reason")
    made.withdrawn_at, made.withdrawn_reason = clock.now(), reason
    fields = ["withdrawn_at", "withdrawn_reason"]
    change(thing=made, by=by, kind="withdraw", fields=fields, data={"reason": reason})
