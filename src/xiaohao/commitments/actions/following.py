"""What the ledger did with the problems of entries and needs is followed here, never decided.

The ledger knows nothing of this room: a job looks every few seconds for what no longer agrees.
Doing it again changes nothing.
"""

from typing import Any

from django.db import transaction
from django.db.models import F, Q

from xiaohao.commitments.actions.counting import count_need
from xiaohao.commitments.actions.moves import move
from xiaohao.commitments.models import Entry, HouseholdNeed, NeedState, State
from xiaohao.commitments.queries import counts, heard
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.models import Problem
from xiaohao.trail.actions import change, changed

CLOSED, MERGED = "closed", "merged"
SHOWN = ("problem", "linked__merged_into")
# The problem's closing closes the entry: it was registered from it, or stands with its unit.
COUNTS = Q(from_here=True) | Q(problem__path__startswith=F("path"))


def follow() -> int:
    """Let entries and needs agree with their problems; how many changed."""
    return sum(map(_follow_entry, _entries())) + sum(map(_follow_need, _needs()))


def _astray() -> Q:
    """Whose problem has been merged, or parted again, since they were linked to it."""
    parted = ~Q(linked__state=MERGED) & ~Q(problem=F("linked"))
    other = Q(linked__state=MERGED) & ~Q(linked__merged_into__state=MERGED)
    return Q(problem__state=MERGED) | parted | (other & ~Q(problem=F("linked__merged_into")))


def _stands(linked: Problem) -> Problem:
    """The problem that the linked one is now: itself, or what it was merged into."""
    while linked.state == MERGED and linked.merged_into is not None:
        linked = linked.merged_into
    return linked


def _entries() -> list[Entry]:
    rows = Entry.objects.filter(linked__isnull=False).select_related(*SHOWN, "unit", "lead")
    merged = rows.filter(_astray())
    done = rows.filter(COUNTS, problem__state=CLOSED).exclude(state=State.DONE)
    back = rows.filter(state=State.DONE).exclude(problem__state=CLOSED)
    return [*merged.order_by("id"), *done.order_by("id"), *back.order_by("id")]


def _follow_entry(entry: Entry) -> int:
    with transaction.atomic():
        entry = (
            Entry.objects.select_related(*SHOWN).select_for_update(of=("self",)).get(pk=entry.pk)
        )
        problem = entry.problem
        if problem is None or entry.linked is None:
            return 0
        if (now := _stands(entry.linked)) != problem:
            move(entry=entry, move="follow", by=SYSTEM, problem=now)
            return 1
        is_done, closed = entry.state == State.DONE, problem.state == CLOSED
        if is_done == closed or (closed and not counts(entry, problem)):
            return 0
        move(entry=entry, move="come_back" if is_done else "settle", by=SYSTEM)
    return 1


def _needs() -> list[HouseholdNeed]:
    rows = HouseholdNeed.objects.filter(linked__isnull=False)
    merged = rows.filter(_astray())
    fixed = rows.filter(heard(), problem__state=CLOSED).exclude(state=NeedState.FIXED)
    back = rows.filter(state=NeedState.FIXED).exclude(problem__state=CLOSED)
    return [*merged.order_by("id"), *fixed.order_by("id"), *back.order_by("id")]


def _follow_need(need: HouseholdNeed) -> int:
    with transaction.atomic():
        rows = HouseholdNeed.objects.select_related(*SHOWN, "household")
        need = rows.select_for_update(of=("self",)).get(pk=need.pk)
        problem, before = need.problem, str(need.state)
        if problem is None or need.linked is None:
            return 0
        kind = "follow"
        values: dict[str, Any]
        if (now := _stands(need.linked)) != problem:
            values = {"problem": now}
        elif not _differs(need, problem):
            return 0
        elif before == NeedState.FIXED:
            kind, values = "come_back", {"state": NeedState.ON_LEDGER, "fixed_at": None}
        else:
            kind, values = "settle", {"state": NeedState.FIXED, "fixed_at": clock.now()}
        told = {"changed": changed(need, values)}
        for name, value in values.items():
            setattr(need, name, value)
        change(thing=need, by=SYSTEM, kind=kind, fields=sorted(values), data=told)
        count_need(need, before)
    return 1


def _differs(need: HouseholdNeed, problem: Problem) -> bool:
    """Whether the need stands otherwise than its problem; without the household's word it waits."""
    if need.state == NeedState.FIXED:
        return problem.state != CLOSED
    return problem.state == CLOSED and HouseholdNeed.objects.filter(heard(), pk=need.pk).exists()
