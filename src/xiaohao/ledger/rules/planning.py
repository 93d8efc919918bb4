"""Measures as they are laid down: numbers made into order, deadlines proposed, what stands against.

People number measures from 1: first those of the present round that stand, in their order, then
those of the list being laid down. "After 2" means after measure 2 of that numbering.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaohao.kernel import calendar
from xiaohao.ledger.rules.facts import LONGEST_DEADLINE, Facts, Need
from xiaohao.ledger.rules.schedule import MOST_DAYS, Task, back, in_order, short_by

Row = Mapping[str, Any]  # text, owner, deadline (or None), days (or None), after (numbers)
ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Laid:
    """Measures ready to be laid down.

    Attributes:
        rows: with a deadline each, in an order in which what is waited for comes first; `after`
            holds the numbers as they were given, `number` its own.
        needs: what stands against it.
        standing: id of each measure that stands already, by its number.
    """

    rows: list[dict[str, Any]]
    needs: list[Need]
    standing: dict[int, int]


def date_needs(day: Any, today: dt.date, name: str) -> list[Need]:
    """What is wrong with a deadline, at the field `name`."""
    if not isinstance(day, dt.date):
        return [Need("deadline_missing", name)]
    if day < today:
        return [Need("deadline_past", name, {"day": day.isoformat()})]
    if day > today + dt.timedelta(days=LONGEST_DEADLINE):
        return [Need("deadline_too_far", name, {"day": day.isoformat()})]
    return []


def beyond(facts: Facts, day: dt.date | None, name: str) -> list[Need]:
    """That a deadline typed lies after the day by which the whole problem is to be solved.

    Once that day has passed, no later one can be refused: what is late is still to be planned.
    """
    if day is None or facts.due is None or not facts.today <= facts.due < day:
        return []
    about = {"day": day.isoformat(), "end": facts.due.isoformat()}
    return [Need("deadline_beyond", name, about)]


def laid_down(facts: Facts, rows: Sequence[Row]) -> Laid:
    """The measures with order and deadlines; a deadline left out is scheduled back from the end.

    The end is the problem's deadline or its programme's final date, whichever comes first. What is
    laid down begins on a working day after all that it waits for, takes its days, and ends by then.
    """
    stand = [m for m in facts.measures if m.round == facts.round]
    standing = {n: m.id for n, m in enumerate(stand, 1)}
    first = len(standing) + 1
    needs = [need for i, row in enumerate(rows) for need in _row_needs(i, row, first + len(rows))]
    if needs:
        return Laid([], needs + _typed_needs(facts, rows), standing)
    numbered = [_numbered(row, first + i) for i, row in enumerate(rows)]
    known = [
        Task(n, m.days, (), m.deadline, m.done_on) for n, m in enumerate(stand, 1)
    ]  # what they wait for themselves lies before them and is bound by their deadlines
    ordered = in_order([*known, *(_task(row) for row in numbered)])
    if ordered is None:
        return Laid([], [Need("measures_circle", "measures")], standing)
    needs = _propose(facts, numbered, ordered)
    place = {task.key: n for n, task in enumerate(ordered)}
    needs += _typed_needs(facts, numbered) or _order_needs(facts, numbered, known)
    return Laid(sorted(numbered, key=lambda row: place[row["number"]]), needs, standing)


def _numbered(row: Row, number: int) -> dict[str, Any]:
    return {**row, "number": number, "days": row.get("days") or 1, "after": row.get("after") or []}


def _task(row: Row) -> Task:
    return Task(row["number"], row["days"], tuple(row["after"]), row.get("deadline"))


def _row_needs(i: int, row: Row, end: int) -> list[Need]:
    needs = []
    days = row.get("days")
    if days is not None and not (isinstance(days, int) and 1 <= days <= MOST_DAYS):
        about = {"n": i + 1, "most": MOST_DAYS}
        needs.append(Need("measure_days_wrong", f"measures.{i}.days", about))
    for number in row.get("after") or []:
        if not (isinstance(number, int) and 1 <= number < end):
            about = {"n": i + 1, "number": number, "last": end - 1}
            needs.append(Need("no_such_number", f"measures.{i}.after", about))
    return needs


def _propose(facts: Facts, rows: list[dict[str, Any]], ordered: Sequence[Task]) -> list[Need]:
    """Fill in the deadlines that were left out; refuse when there is too little time."""
    open_ones = [row for row in rows if row.get("deadline") is None]
    if not open_ones or facts.due is None:
        return []
    new = [row["number"] for row in rows]
    lacking = short_by(ordered, facts.today, facts.due, new)
    if lacking:
        about = {"days": lacking, "day": facts.due.isoformat()}
        return [Need("does_not_fit", "measures", about)]
    latest = back(ordered, facts.due)
    for row in open_ones:
        row["deadline"] = latest[row["number"]][1]
    return []


def _typed_needs(facts: Facts, rows: Sequence[Row]) -> list[Need]:
    needs = []
    for i, row in enumerate(rows):
        where = f"measures.{i}"
        if not str(row.get("text") or "").strip():
            needs.append(Need("measure_text_missing", f"{where}.text", {"n": i + 1}))
        if not str(row.get("owner") or "").strip():
            needs.append(Need("measure_owner_missing", f"{where}.owner", {"n": i + 1}))
        if row.get("deadline") or facts.due is None:
            day, name = row.get("deadline"), f"{where}.deadline"
            needs += date_needs(day, facts.today, name) or beyond(facts, day, name)
    return needs


def _order_needs(facts: Facts, rows: Sequence[dict[str, Any]], known: Sequence[Task]) -> list[Need]:
    """A deadline leaves room for the measure's days, after those that it waits for."""
    due = {task.key: task.done or task.deadline for task in known}
    due |= {row["number"]: row["deadline"] for row in rows}
    needs = []
    for i, row in enumerate(rows):
        day, days = row["deadline"], row["days"]
        if day is None or (days == 1 and not row["after"]):
            continue
        before = max([facts.today - ONE, *(d for n in row["after"] if (d := due[n]))])
        if calendar.between(before, day) < days:
            first = calendar.add(calendar.last(before), days)
            about = {"n": i + 1, "days": days, "day": first.isoformat()}
            needs.append(Need("deadline_too_soon", f"measures.{i}.deadline", about))
    return needs


def waited_for(facts: Facts, key: int | None) -> list[Need]:
    """That a measure waits for others that are not done yet."""
    undone = {m.id: m for m in facts.measures if not m.done}
    chosen = undone.get(key) if key is not None else None
    before = [undone[one].text for one in chosen.after if one in undone] if chosen else []
    about = {"measure": chosen.text if chosen else "", "before": before}
    return [Need("measure_waits", "measure", about)] if before else []
