"""Schedules as pages and API show them: measures with their slots, slips in words, lanes."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.series import listed
from xiaohao.ledger.models import Measure, Problem
from xiaohao.ledger.rules import (
    Facts,
    Laid,
    Slip,
    Slot,
    Task,
    Why,
    begins,
    laid_out,
    slip,
    without,
)


@dataclass(frozen=True, slots=True)
class Lane:
    """One measure in its problem's schedule.

    Attributes:
        number: its place among the standing measures of the problem, from 1.
        after: the numbers of those that it waits for.
        slot: None when the problem has neither a deadline nor a programme.
        slip: None when it stands well.
        amend: address at which the reader may amend it; "" where he may not.
    """

    measure: Measure
    number: int
    after: Sequence[int]
    done: dt.date | None
    slot: Slot | None
    slip: Slip | None
    amend: str = ""

    @property
    def start(self) -> dt.date:
        """The working day on which it must begin to be done by its deadline."""
        return begins(self.measure.deadline, self.measure.days)

    @property
    def words(self) -> str:
        """The slip as a sentence; "" for none."""
        return said(self.slip) if self.slip else ""

    @property
    def earliest(self) -> dt.date | None:
        """The first day on which it can still end, when that is later than promised."""
        if self.done or self.slot is None or self.slip is None:
            return None
        late = calendar.between(self.measure.deadline, self.slot.first_end) > 0
        return self.slot.first_end if late else None

    @property
    def real(self) -> tuple[dt.date, dt.date] | None:
        """When it took place, or can take place; None while that is as promised."""
        if self.done:
            return min(self.start, self.done), self.done
        if self.slot and self.earliest:
            return self.slot.first_start, self.earliest
        return None

    def drawn(self) -> dict[str, Any]:
        """As the component `gantt` takes it."""
        return {
            "label": f"{self.number}. {self.measure.text}",
            "key": self.number,
            "after": self.after,
            "waits": self.after,
            "real": self.real,
            "start": min(self.start, self.measure.deadline),
            "end": self.measure.deadline,
            "done": self.done,
            "latest": self.slot.end if self.slot and not self.done else None,
            "slip": self.words,
            "critical": bool(self.slot and self.slot.critical),
        }

    def led(self) -> dict[str, Any]:
        """As drawn, and leading to where it is amended."""
        act = {"label": _("amend"), "href": self.amend}
        return {**self.drawn(), "act": act if self.amend else None}


def lanes(problem: Problem, measures: Iterable[Measure], *, amendable: bool = False) -> list[Lane]:
    """The problem's standing measures in order, each with its slot and slip.

    Args:
        measures: all of the problem, struck-out ones among them, in the order of their ids.
        amendable: whether the reader may amend those that are not done.
    """
    today, rows = clock.today(), list(measures)
    gone = {row.pk: row.after for row in rows if row.dropped_at}
    tasks = [_task(row, gone) for row in rows if not row.dropped_at]
    slots = laid_out(tasks, today, problem.due) if problem.due else {}
    numbers = {task.key: n for n, task in enumerate(tasks, 1)}
    by_key = {row.pk: row for row in rows}
    place = reverse("ledger_move", args=[problem.number, "amend_measure"]) if amendable else ""
    found = []
    for task in tasks:
        slot = slots.get(task.key)
        late = slip(task, slot, today) if slot else None
        after = [numbers[key] for key in task.after if key in numbers]
        amend = f"{place}?measure={task.key}" if place and not task.done else ""
        row, number = by_key[task.key], numbers[task.key]
        found.append(Lane(row, number, after, task.done, slot, late, amend))
    return found


def _task(row: Measure, gone: dict[int, list[int]]) -> Task:
    done = clock.local_day(row.done_at) if row.done_at else None
    return Task(row.pk, row.days, without(gone, row.after), row.deadline, done)


def proposal(facts: Facts, laid: Laid) -> list[dict[str, Any]]:
    """Measures not laid down yet, as the component `gantt` takes them, in the order typed."""
    rows = sorted(laid.rows, key=lambda row: row["number"])
    tasks = [Task(r["number"], r["days"], tuple(r["after"]), r["deadline"]) for r in laid.rows]
    slots = laid_out(tasks, facts.today, facts.due) if facts.due else {}
    return [
        {
            "label": f"{row['number']}. {row['text']}",
            "key": row["number"],
            "after": row["after"],
            "waits": row["after"],
            "start": begins(row["deadline"], row["days"]),
            "end": row["deadline"],
            "done": None,
            "latest": slots[row["number"]].end if slots else None,
            "slip": "",
            "critical": bool(slots and slots[row["number"]].critical),
        }
        for row in rows
    ]


def said(one: Slip) -> str:
    """A slip as a sentence, with its working days."""
    if one.why is Why.OVERDUE and not one.days:
        return _("overdue")
    text = {
        Why.DONE_LATE: ngettext(
            "done %(n)d working day late", "done %(n)d working days late", one.days
        ),
        Why.OVERDUE: ngettext("%(n)d working day overdue", "%(n)d working days overdue", one.days),
        Why.HELD_UP: ngettext(
            "held up by what it waits for, at least %(n)d working day late",
            "held up by what it waits for, at least %(n)d working days late",
            one.days,
        ),
        Why.PROMISED_LATE: ngettext(
            "promised %(n)d working day too late for what follows",
            "promised %(n)d working days too late for what follows",
            one.days,
        ),
        Why.CANNOT: ngettext(
            "%(n)d working day short, even if work goes on today",
            "%(n)d working days short, even if work goes on today",
            one.days,
        ),
    }[one.why]
    return text % {"n": one.days}


def lacking(found: Iterable[Lane]) -> int:
    """Working days that a schedule lacks until its end; 0 when it can be kept."""
    lacks = (-lane.slot.slack for lane in found if lane.slot and not lane.done)
    return max([0, *lacks])


def in_turn(problem: Problem) -> list[tuple[int, str]]:
    """Measures that are not done, by id: those whose turn it is, then those that still wait."""
    rows = list(problem.measures.order_by("id"))
    gone = {row.pk: row.after for row in rows if row.dropped_at}
    undone = {row.pk: row for row in rows if not row.dropped_at and not row.done_at}
    free: list[tuple[int, str]] = []
    waiting: list[tuple[int, str]] = []
    for key, row in undone.items():
        before = [undone[one].text for one in without(gone, row.after) if one in undone]
        told = {"measure": row.text, "before": listed(before)}
        text = _("%(measure)s (after: %(before)s)") % told if before else row.text
        (waiting if before else free).append((key, text))
    return free + waiting
