"""A measure amended while it is not done: what it becomes, and what stands against it.

What was laid down with it is judged again as it was then (`planning.py`), and two things more:
nothing that waits for it loses its days, and the whole lacks no more days than before.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xiaohao.kernel import calendar
from xiaohao.ledger.rules.facts import Facts, MeasureFact, Need
from xiaohao.ledger.rules.planning import ONE, beyond, date_needs
from xiaohao.ledger.rules.schedule import MOST_DAYS, Task, back, in_order, short_by

AMENDABLE = ("text", "owner", "days", "after", "deadline")
TIMED = ("days", "after", "deadline")


@dataclass(frozen=True, slots=True)
class Amended:
    """What an amendment comes to.

    Attributes:
        values: the fields that become others, as the row will hold them; `after` as ids.
        needs: what stands against it; `values` counts only when this is empty.
    """

    values: Mapping[str, Any]
    needs: Sequence[Need]


def amended(facts: Facts, measure: MeasureFact, given: Mapping[str, Any]) -> Amended:
    """The measure with what was given put in; a field that was not given stays as it is.

    Args:
        given: fields of `AMENDABLE`; an empty deadline is scheduled back from the problem's end.
    """
    number = 1 + [m.id for m in facts.measures].index(measure.id)
    typed = {name: given[name] for name in AMENDABLE if name in given}
    needs = _field_needs(facts, measure, number, typed)
    if needs:
        return Amended({}, needs)
    values = {name: value for name, value in typed.items() if value != getattr(measure, name)}
    if not values:
        return Amended({}, [Need("nothing_amended", "text")])
    if not any(name in values for name in TIMED):  # what is late may still be worded better
        return Amended(values, [])
    was = [_task(m) for m in facts.measures]
    now = [_task(replace(m, **values)) if m.id == measure.id else _task(m) for m in facts.measures]
    ordered = in_order(now)
    if ordered is None:
        return Amended({}, [Need("measures_circle", "after")])
    if "deadline" in values and values["deadline"] is None:
        return _scheduled(facts, measure, values, ordered)
    needs = _room_needs(facts, measure.id, {**_now(measure), **values}, number)
    needs += _follower_needs(facts, measure, values)
    return Amended(values, needs or _whole_needs(facts, in_order(was) or was, ordered))


def _now(measure: MeasureFact) -> dict[str, Any]:
    return {name: getattr(measure, name) for name in TIMED}


def _task(m: MeasureFact) -> Task:
    return Task(m.id, m.days, m.after, m.deadline, m.done_on)


def _field_needs(
    facts: Facts, measure: MeasureFact, number: int, typed: Mapping[str, Any]
) -> list[Need]:
    """Each field by itself, with the sentences of laying down."""
    needs = []
    if not str(typed.get("text", measure.text)).strip():
        needs.append(Need("measure_text_missing", "text", {"n": number}))
    if not str(typed.get("owner", measure.owner)).strip():
        needs.append(Need("measure_owner_missing", "owner", {"n": number}))
    days = typed.get("days", measure.days)
    if not (isinstance(days, int) and 1 <= days <= MOST_DAYS):
        needs.append(Need("measure_days_wrong", "days", {"n": number, "most": MOST_DAYS}))
    known = {m.id for m in facts.measures}
    if not known.issuperset(typed.get("after", ())):
        needs.append(Need("no_such_predecessor", "after", {"n": number}))
    if "deadline" in typed and typed["deadline"] != measure.deadline:
        day = typed["deadline"]
        if day is not None or facts.due is None:
            needs += date_needs(day, facts.today, "deadline") or beyond(facts, day, "deadline")
    return needs


def _scheduled(
    facts: Facts, measure: MeasureFact, values: Mapping[str, Any], ordered: Sequence[Task]
) -> Amended:
    """The deadline counted back from the end, as for a measure laid down without one."""
    if facts.due is None:  # said by `date_needs` already
        return Amended({}, [Need("deadline_missing", "deadline")])
    lacking = short_by(ordered, facts.today, facts.due, [measure.id])
    if lacking:
        return Amended({}, [_does_not_fit(lacking, facts.due)])
    found = {**values, "deadline": back(ordered, facts.due)[measure.id][1]}
    kept = {name: value for name, value in found.items() if value != getattr(measure, name)}
    return Amended(kept, [] if kept else [Need("nothing_amended", "text")])


def _does_not_fit(lacking: int, end: dt.date) -> Need:
    return Need("does_not_fit", "deadline", {"days": lacking, "day": end.isoformat()})


def _earliest(
    facts: Facts, days: int, after: Sequence[int], ends: Mapping[int, dt.date | None]
) -> dt.date:
    """The first working day by which it can be done, after all that it waits for."""
    before = max([facts.today - ONE, *(end for key in after if (end := ends.get(key)))])
    return calendar.add(calendar.last(before), days)


def _ends(facts: Facts) -> dict[int, dt.date | None]:
    return {m.id: m.done_on or m.deadline for m in facts.measures}


def _room_needs(facts: Facts, key: int, row: Mapping[str, Any], number: int) -> list[Need]:
    """Its deadline leaves room for its own days, after those that it waits for."""
    end = row["deadline"]
    if end is None or (row["days"] == 1 and not row["after"]):
        return []
    ends = {**_ends(facts), key: None}
    first = _earliest(facts, row["days"], row["after"], ends)
    if first <= end:
        return []
    about = {"n": number, "days": row["days"], "day": first.isoformat()}
    return [Need("deadline_too_soon", "deadline", about)]


def _follower_needs(facts: Facts, measure: MeasureFact, values: Mapping[str, Any]) -> list[Need]:
    """A later deadline leaves those that wait for it their days."""
    end = values.get("deadline")
    if end is None or (measure.deadline and end <= measure.deadline):
        return []
    ends = {**_ends(facts), measure.id: end}
    needs = []
    for number, other in enumerate(facts.measures, 1):
        if other.done or measure.id not in other.after or other.deadline is None:
            continue
        first = _earliest(facts, other.days, other.after, ends)
        if first > other.deadline:
            about = {"n": number, "measure": other.text, "day": first.isoformat()}
            needs.append(Need("follower_too_soon", "deadline", about))
    return needs


def _whole_needs(facts: Facts, was: Sequence[Task], now: Sequence[Task]) -> list[Need]:
    """Until the end, all of it lacks no more days than it did, whatever deadlines are promised.

    What is late already may still be made better.
    """
    if facts.due is None:
        return []
    lacked, lacking = (
        short_by([replace(t, deadline=None) for t in tasks], facts.today, facts.due)
        for tasks in (was, now)
    )
    return [_does_not_fit(lacking, facts.due)] if lacking > lacked else []
