"""A list's workbook that comes back: as it went out, and changed by a hand in every row.

`python -m bench lists [ROWS]`: the list of units, in rows a second. Beside the one that says what
is on record: COPY of its cells into a table and a join that finds no difference. Beside the changed
one: COPY of the cells, one UPDATE of all units, and COPY of every other row that was written
(events, heads, lines of the import) into tables of the same columns and indexes, without guards.
"""

import time
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db import connection, transaction
from django.http import QueryDict

from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.lists.base import book_of
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.paths import step
from xiaohao.people.models import Post
from xiaohao.trail.actions import create
from xiaohao.units.models import Unit

UNIT = "/s"
WRITTEN = ("trail_event", "trail_head", "exchange_batch", "exchange_entered")
WHOLE = frozenset({"trail_head"})  # all of its rows are of what the list changes
SHORT = 2  # column of the short name, after code and name
_SAME = """SELECT count(*) FROM bench_units b JOIN units_unit u ON u.code = b.code
    WHERE (u.name, u.short_name) IS DISTINCT FROM (b.name, b.short)"""
_CHANGE = """UPDATE units_unit u SET short_name = b.short
    FROM bench_units b WHERE u.code = b.code AND u.short_name <> b.short"""


def run(count: int = 1000) -> list[tuple[str, float, float]]:
    """Send back the list of `count` units, then once more with another short name for each."""
    by = _found(count)
    rows = _rows(by)
    changed = [rows[0], *([*row[:SHORT], f"{row[SHORT]}改", *row[SHORT + 1 :]] for row in rows[1:])]
    bare = _held(rows)
    same = _sent(by, rows, "same")
    updated = _updated(changed)
    before = _counts()
    took = _sent(by, changed, "changed")
    rewritten = sum(_copied_again(table, before.get(table, 0)) for table in WRITTEN)
    return [
        ("list sent back as it stands, rows", count / same, count / bare),
        ("list sent back changed in each row", count / took, count / (bare + updated + rewritten)),
    ]


def _found(count: int) -> Actor:
    """A city with districts, and the post that keeps its units."""
    city = _unit("12", "市", None)
    for n in range(count - 1):
        _unit(f"12{n:05}", f"第{n}街道办事处", city)
    post = Post(code="KEEPER", title="管理员", unit=city, role=Role.ADMINISTRATOR)
    create(thing=post, by=SYSTEM, kind="open")
    return post.actor()


def _unit(code: str, name: str, parent: Unit | None) -> Unit:
    unit = Unit(code=code, name=name, short_name=name[:4], parent=parent, path="?")
    unit.level = "township" if parent else "city"
    unit.save()
    unit.path = (parent.path if parent else "") + step(unit.pk)
    Unit.objects.filter(pk=unit.pk).update(path=unit.path)
    return unit


def _rows(by: Actor) -> list[list[Any]]:
    what = LISTS["units_list"]
    with book_of(by, what, what.rows(by, QueryDict()), []) as file:
        return [list(row) for row in sheets(file.read())[0][1]]


def _sent(by: Actor, rows: list[list[Any]], name: str) -> float:
    """Seconds until the workbook is taken, every row of it."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet("单位")
    for n, row in enumerate(rows):
        sheet.write_row(n, 0, row)
    book.close()
    begun = time.perf_counter()
    report = import_list(by=by, source=content.getvalue(), name=f"{name}.xlsx")
    took = time.perf_counter() - begun
    if report.refused or report.errors:
        raise RuntimeError(str(report)[:2000])
    return took


def _held(rows: list[list[Any]]) -> float:
    """Seconds that COPY of the cells and a join with what is on record take."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_units (code text PRIMARY KEY, name text, short text)")
    return _copied(rows, _SAME)


def _updated(rows: list[list[Any]]) -> float:
    """Seconds that one UPDATE of all of them takes; taken back afterwards, guards left aside."""
    _copied(rows, "SELECT 1")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_unit (LIKE units_unit INCLUDING ALL)")
        cursor.execute("INSERT INTO bench_unit OVERRIDING SYSTEM VALUE SELECT * FROM units_unit")
        begun = time.perf_counter()
        cursor.execute(_CHANGE.replace("units_unit", "bench_unit"))
        took = time.perf_counter() - begun
        transaction.set_rollback(True)
    return took


def _copied(rows: list[list[Any]], then: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_units")
        begun = time.perf_counter()
        with cursor.copy("COPY bench_units FROM STDIN") as copy:
            for row in rows[1:]:
                copy.write_row(row[: SHORT + 1])
        cursor.execute(then)
        return time.perf_counter() - begun


def _counts() -> dict[str, int]:
    """The highest id of each table that is written to."""
    found = {}
    with connection.cursor() as cursor:
        for table in WRITTEN:
            if table not in WHOLE:
                cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 (our own words)
                found[table] = cursor.fetchone()[0]
    return found


def _copied_again(table: str, after: int) -> float:
    """Seconds that COPY takes for the rows written since, into a table like theirs."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        since = "true" if table in WHOLE else f"id > {after}"
        with cursor.copy(f"COPY (SELECT * FROM {table} WHERE {since}) TO STDOUT") as copy:  # noqa: S608 (our own words)
            rows = b"".join(copy)
        begun = time.perf_counter()
        with cursor.copy(f"COPY bench_{table} FROM STDIN") as copy:
            copy.write(rows)
        return time.perf_counter() - begun
