"""Inputs of a move, from what was typed or sent to what rules and steps work with."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from xiaohao.commitments.models import Entry, Upload
from xiaohao.commitments.rules import MOVES, By, Need, as_money, as_quantity
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.text import clean
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import category_of
from xiaohao.people.models import Post
from xiaohao.people.queries import posts_within
from xiaohao.units.models import Unit
from xiaohao.units.queries import called

LONGEST = {"reason": 2000, "note": 2000, "plan": 20_000}
Found = tuple[Any, list[Need]]
Reader = Callable[[Entry | None, By, str, Any], Found]


def read(
    entry: Entry, by: By, move: str, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Need]]:
    """The inputs that `move` takes, as objects, and what could not be understood."""
    inputs: dict[str, Any] = {}
    trouble: list[Need] = []
    for name in MOVES[move].inputs:
        value = given.get(name)
        if value is None or value in ("", []):
            continue
        inputs[name], needs = READERS[name](entry, by, name, value)
        trouble += needs
    return inputs, trouble


def text(_e: Entry | None, _by: By, name: str, value: Any) -> Found:
    """Cleaned text."""
    found = clean(str(value))
    if len(found) > LONGEST[name]:
        return found, [Need("too_long", name, {"most": LONGEST[name]})]
    return found, []


def as_day(value: Any) -> dt.date | None:
    """A date, or ISO text of one; None for anything else."""
    if isinstance(value, dt.datetime):
        return None
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def day(_e: Entry | None, _by: By, name: str, value: Any) -> Found:
    """A day."""
    found = as_day(value)
    return found, [] if found else [Need("deadline_missing", name)]


def money(_e: Entry | None, _by: By, name: str, value: Any) -> Found:
    """A sum in yuan."""
    found = as_money(value)
    return found, [] if found is not None else [_odd("not_a_sum", name, value)]


def quantity(_e: Entry | None, _by: By, name: str, value: Any) -> Found:
    """A quantity."""
    found = as_quantity(value)
    return found, [] if found is not None else [_odd("not_a_quantity", name, value)]


def _odd(code: str, name: str, value: Any) -> Need:
    return Need(code, name, {"typed": str(value)[:40]})


def unit(_e: Entry | None, by: By, name: str, value: Any) -> Found:
    """A unit in use in the actor's area."""
    rows = Unit.objects.under(by.unit_path) if isinstance(by, Actor) else Unit.objects.all()
    key = {"pk": value.pk} if isinstance(value, Unit) else {"code": str(value)[:40]}
    within = by.unit_path if isinstance(by, Actor) else ""
    found = rows.filter(**key).first() or called(str(value)[:200], within)
    if found is None:
        return None, [Need("no_such_unit", name, {"unit": str(value)[:80]})]
    if found.closed_on:
        return None, [Need("unit_closed", name, {"unit": found.name})]
    return found, []


def post(_e: Entry | None, by: By, name: str, value: Any) -> Found:
    """A post in use in the actor's area, by its code."""
    key = {"pk": value.pk} if isinstance(value, Post) else {"code": str(value)[:40]}
    found = posts_within(by).filter(is_active=True, **key).first()
    if found is None:
        return None, [Need("no_such_post", name, {"post": str(value)[:80]})]
    return found, []


def problem(_e: Entry | None, by: By, name: str, value: Any) -> Found:
    """A problem that the actor may see."""
    key = value.pk if isinstance(value, Problem) else Problem.id_of(str(value))
    rows = Problem.objects.visible_to(by) if isinstance(by, Actor) else Problem.objects.all()
    found = rows.filter(pk=key).first() if key is not None else None
    if found is not None and found.merged_into_id:
        found = rows.filter(pk=found.merged_into_id).first()
    if found is None:
        return None, [Need("no_such_problem", name, {"number": str(value)[:40]})]
    return found, []


def category(_e: Entry | None, _by: By, name: str, value: Any) -> Found:
    """A category, by its code."""
    code = value if isinstance(value, str) else value.code
    try:
        return category_of(code[:60]), []
    except Refused:
        return None, [Need("no_such_category", name, {"code": code[:60]})]


def flag(_e: Entry | None, _by: By, _name: str, value: Any) -> Found:
    """Yes or no."""
    return value in {True, "1", "on", "true", "True"}, []


def files(entry: Entry | None, by: By, name: str, value: Any) -> Found:
    """Files sent in for this entry by the actor's unit, as ids."""
    items = value if isinstance(value, (list, tuple)) else [value]
    keys = [int(item) for item in items if str(item).isdecimal() and len(str(item)) < 18][:50]  # noqa: PLR2004 (bigint)
    rows = Upload.objects.filter(entry=entry, pk__in=keys).select_related("file").order_by("id")
    if isinstance(by, Actor):
        rows = rows.filter(unit_id=by.unit_id)
    found = {str(row.pk): row for row in rows}
    lost = [item for item in items if str(item) not in found]
    needs = [Need("no_such_file", name, {"file": str(item)[:40]}) for item in lost]
    return list(found.values()), needs


READERS: Mapping[str, Reader] = {
    "reason": text,
    "note": text,
    "plan": text,
    "deadline": day,
    "planned": money,
    "arrived": money,
    "spent": money,
    "achieved": quantity,
    "problem": problem,
    "lead": post,
    "category": category,
    "urgent": flag,
    "files": files,
}
