"""Figures: reading kept cells beside a bare indexed read and beside counting; writing; folding."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from xiaohao.figures import queries
from xiaohao.figures.actions import Delta, add, fold, promote
from xiaohao.kernel import clock
from xiaohao.kernel.paths import step
from xiaohao.units.models import Unit

PROBLEMS = 200_000
DAYS = 365
CITIES, COUNTIES, TOWNSHIPS, VILLAGES = 8, 12, 10, 10
PROVINCE = {"province": 1, "city": CITIES, "county": COUNTIES, "township": TOWNSHIPS,
            "village": VILLAGES}  # fmt: skip
WRITERS, SECONDS = 8, 3.0
ONE = "SELECT value FROM bench_counter WHERE metric = %s AND unit_id = %s"
MANY = "SELECT * FROM bench_counter WHERE metric = ANY(%s) AND unit_id = ANY(%s)"
KEYS = ("ledger.open", "ledger.overdue", "ledger.done", "ledger.registered", "ledger.closed")

Row = tuple[str, float, float]
Pair = tuple[float, float]


def run(problems: int = PROBLEMS) -> list[Row]:
    """A province of 8 cities and some 11,000 units, with a year's problems spread over it."""
    clock.set_today_for_installation(dt.datetime(2019, 12, 31, 12, tzinfo=clock.ZONE))
    tree()
    root = Unit.objects.get(parent=None)
    fill(problems)
    folding = _folding()
    bare_counters()
    return [folding, *_reading(root), *_writing()]


def sql(statement: str, values: Sequence[Any] = ()) -> list[Any]:
    """Rows of a plain statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def tree(widths: Mapping[str, int] = PROVINCE) -> None:
    """A province, eight cities, and what stands below them.

    Args:
        widths: from the top down, each level and how many of it stand below one above.
    """
    above: list[tuple[int | None, str]] = [(None, "")]
    number = 0
    for level, width in widths.items():
        units = []
        for parent, path in above:
            for _ in range(width):
                number += 1
                units.append(
                    Unit(pk=number, code=f"B{number}", name=f"{level} {number}", level=level,
                         parent_id=parent, path=path + step(number))
                )  # fmt: skip
        Unit.objects.bulk_create(units, batch_size=10_000)
        above = [(unit.pk, unit.path) for unit in units]


_FILL = """
INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id, channel,
                           amount, stock, dated, transfer)
SELECT m.metric, p.path, p.unit_id, p.id, p.at + m.later, ((p.at + m.later) AT TIME ZONE
       'Asia/Shanghai')::date, CASE WHEN m.dated THEN p.due ELSE ((p.at + m.later) AT TIME ZONE
       'Asia/Shanghai')::date END, p.category, 'web', m.amount, m.stock, m.dated, false
FROM bench_problem p
JOIN (VALUES ('ledger.registered', 1, interval '0', false, false, false),
             ('ledger.open', 1, interval '0', true, false, false),
             ('ledger.due', 1, interval '1 hour', true, true, false),
             ('ledger.open', -1, interval '10 days', true, false, true),
             ('ledger.due', -1, interval '10 days', true, true, true),
             ('ledger.done', 1, interval '10 days', true, false, true),
             ('ledger.closed', 1, interval '10 days', false, false, true))
     AS m(metric, amount, later, stock, dated, closing) ON NOT m.closing OR p.closed
WHERE p.at >= %s AND p.at < %s
ORDER BY p.at + m.later
"""


def fill(count: int, days: int = DAYS) -> None:
    """Problems of so many days, and the changes of the figures that they bring, month by month."""
    sql("""CREATE TABLE bench_problem (id bigint PRIMARY KEY, path text COLLATE "C", unit_id int,
           at timestamptz, due date, category int, closed boolean)""")
    sql(
        """INSERT INTO bench_problem
           SELECT i, u.path, u.id, t.at, t.at::date + 15, i %% 15 + 1, i %% 5 > 0
           FROM generate_series(1, %s) AS i
           JOIN LATERAL (SELECT %s::timestamptz - interval '11 days' - i %% %s * interval '1 day'
                                - i %% 500 * interval '1 minute' AS at) AS t ON true
           JOIN (SELECT id, path, row_number() OVER (ORDER BY id) - 1 AS n FROM units_unit
                 WHERE level = 'village') AS u
             ON u.n = i * 7919::bigint %% (SELECT count(*) FROM units_unit WHERE level = 'village')
        """,
        [count, clock.now(), days],
    )
    sql("CREATE INDEX ON bench_problem (path)")
    first = clock.today() - dt.timedelta(days=days + 12)
    sql("SELECT months_keep('figures_entry', %s, %s)", [first, clock.today()])
    while first <= clock.today():
        sql(_FILL, [first, first := first + dt.timedelta(days=30)])
    sql("ANALYZE")


def _folding() -> Row:
    """Milliseconds per thousand changes; beside adding the same up and writing it nowhere.

    Heavy units are promoted on the first tenth, as they would have been in time.
    """
    fold(sql("SELECT count(*) / 10 FROM figures_pending")[0][0])
    promote()
    waiting = sql("SELECT count(*) FROM figures_pending")[0][0]
    started = time.perf_counter()
    sql("""SELECT sum(n) FROM (
             SELECT metric, figures_unit(substr(path, 5 * s + 1, 5)), written, day, sum(amount) AS n
             FROM figures_pending, generate_series(0, length(path) / 5 - 1) AS s
             GROUP BY 1, 2, 3, 4) AS x""")
    bare = time.perf_counter() - started
    started = time.perf_counter()
    while fold():
        pass
    ours = time.perf_counter() - started
    sql("VACUUM ANALYZE figures_cell")
    sql("VACUUM ANALYZE figures_entry")
    sql("VACUUM figures_pending")
    return ("fold 1,000 changes (bare: only add up)", ours / waiting * 1e6, bare / waiting * 1e6)


def bare_counters() -> None:
    """Beside each figure, a plain table with one row per unit and metric: the bare read."""
    sql("""CREATE TABLE bench_counter AS
           SELECT metric, unit_id, sum(value) AS value FROM figures_cell WHERE grain = 0
           GROUP BY 1, 2""")
    sql("CREATE UNIQUE INDEX ON bench_counter (metric, unit_id) INCLUDE (value)")
    sql("VACUUM ANALYZE bench_counter")


def median(job: Callable[[], object], times: int = 60) -> float:
    """Median milliseconds of `job`, warm."""
    job()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        job()
        taken.append(time.perf_counter() - started)
    return sorted(taken)[times // 2] * 1000


def beside(job: Callable[[], object], other: Callable[[], object], times: int = 200) -> Pair:
    """Median milliseconds of two jobs that take turns, so that both meet the same machine."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for one, into in ((job, taken[0]), (other, taken[1])):
            started = time.perf_counter()
            one()
            into.append((time.perf_counter() - started) * 1000)
    return sorted(taken[0])[times // 2], sorted(taken[1])[times // 2]


def _reading(root: Unit) -> list[Row]:
    children = queries.children(root)
    one, many = ONE, MANY
    count = "SELECT count(*) FROM bench_problem WHERE path >= %s AND path < %s AND NOT closed"
    pks = [root.pk, *(child.pk for child in children)]
    noon = clock.now() - dt.timedelta(days=100)
    figure = median(lambda: queries.value("ledger.open", root))
    then = queries.Scope(asof=noon)
    with_moment = """SELECT count(*) FROM bench_problem WHERE path >= %s AND path < %s
                     AND at <= %s AND NOT (closed AND at + interval '10 days' <= %s)"""
    ends = [root.path, root.path + "~"]
    return [
        ("figure at the root (bare: kept counter)", figure,
         median(lambda: sql(one, ["ledger.open", root.pk]))),
        ("figure at the root (bare: counting)", figure,
         median(lambda: sql(count, ends), 5)),
        ("5 figures of 9 units (bare: kept counters)",
         median(lambda: queries.table(KEYS, [root, *children])),
         median(lambda: sql(many, [list(KEYS), pks]))),
        ("figure at the root as of a day (bare: counting)",
         median(lambda: queries.value("ledger.open", root, asof=noon)),
         median(lambda: sql(with_moment, [*ends, noon, noon]), 5)),
        ("5 figures of 9 units as of a day (bare: counters now)",
         median(lambda: queries.table(KEYS, [root, *children], then), 20),
         median(lambda: sql(many, [list(KEYS), pks]))),
        ("by subject at the root (bare: GROUP BY)",
         median(lambda: queries.by_category("ledger.open", root)),
         median(lambda: sql("""SELECT category, count(*) FROM bench_problem
                               WHERE path >= %s AND path < %s AND NOT closed GROUP BY 1""", ends),
                5)),
    ]  # fmt: skip


def _writing() -> list[Row]:
    villages = list(Unit.objects.filter(level="village").order_by("path"))
    sql("CREATE TABLE bench_plain (id bigserial PRIMARY KEY, a int, b int, c text)")
    plain = "INSERT INTO bench_plain (a, b, c) SELECT i, i, 'web' FROM generate_series(1, 5) AS i"
    return [
        ("write the 5 changes of an action (bare: 5 rows)",
         median(lambda: _act(villages[:5])), median(lambda: sql(plain))),
        ("8 writers under one city (bare: under eight)",
         together([villages[: len(villages) // CITIES]] * WRITERS),
         together([villages[i :: WRITERS] for i in range(WRITERS)])),
    ]  # fmt: skip


def _act(units: Sequence[Unit]) -> None:
    with transaction.atomic():
        add(
            Delta(metric=key, path=unit.path, thing_id=1)
            for key, unit in zip(
                ("ledger.open", "ledger.done", "ledger.registered", "ledger.closed",
                 "ledger.accepted"), units, strict=True,
            )
        )  # fmt: skip


def together(places: Sequence[Sequence[Unit]]) -> float:
    """Milliseconds per action while several write at once for some seconds."""
    done: list[int] = []
    end = time.monotonic() + SECONDS

    def write(units: Sequence[Unit]) -> None:
        n = 0
        while time.monotonic() < end:
            _act([units[(n * 5 + i) % len(units)] for i in range(5)])
            n += 1
        done.append(n)
        connection.close()

    threads = [threading.Thread(target=write, args=(units,)) for units in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return SECONDS * 1000 / sum(done)
