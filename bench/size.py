"""How the cost of figures grows with the number of problems, beside plain SQL in the same run.

`python -m bench size [COUNT]` fills a province of 8 cities and some 11,000 units (from five million
problems on, a country of 31 provinces and 690,000) with COUNT problems (100,000 without), eight
changes of figures each; 40,000 changes wait in the queue. Goals:
a dashboard's data at the root within 10 ms and 200 times faster than GROUP BY; a figure as of a
moment within 50 ms; 95 of 100 pages of any units within 100 ms; figures at most a quarter of an
action; folding 20,000 changes a second; eight writers under one city at 80 % of what they reach
under eight.
"""

import datetime as dt
import sys
import time
from collections.abc import Iterator
from unittest.mock import patch

from bench.dashboards import fill_ledger, pages
from bench.figures import (
    MANY,
    PROVINCE,
    WRITERS,
    bare_counters,
    beside,
    fill,
    median,
    sql,
    together,
    tree,
)
from bench.filling import loading
from xiaohao.figures import queries
from xiaohao.figures.actions import fold, promote
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.ledger import actions
from xiaohao.ledger.actions import handing
from xiaohao.people.models import Post
from xiaohao.trail.actions import create
from xiaohao.units.models import Unit

PROBLEMS, NATIONAL = 100_000, 5_000_000
NATION = {"central": 1, "province": 31, "city": 11, "county": 9, "township": 14, "village": 15}
DAYS = 548  # eighteen months
HEAD = ("ledger.registered", "ledger.open", "ledger.overdue", "ledger.done", "ledger.closed")
GROUPED = """
    SELECT substr(path, 1, %s), count(*), count(*) FILTER (WHERE NOT closed),
           count(*) FILTER (WHERE NOT closed AND due < %s), count(*) FILTER (WHERE closed)
    FROM bench_problem WHERE path >= %s AND path < %s GROUP BY 1
"""

Row = tuple[str, float, float]


def run(problems: int = PROBLEMS) -> Iterator[Row]:
    """Fill, then read, fold and write."""
    clock.set_today_for_installation(dt.datetime(2019, 12, 31, 12, tzinfo=clock.ZONE))
    tree(NATION if problems >= NATIONAL else PROVINCE)
    _fill(problems)
    root = Unit.objects.get(parent=None)
    yield _folding()
    yield from _reading(root)
    fill_ledger(root)
    yield from pages(root)
    yield _acting()
    yield _together()


def _fill(problems: int) -> None:
    """Problems and their changes; what comes last waits in the queue, the rest is in cells."""
    started = time.perf_counter()
    sql("SET maintenance_work_mem = '1GB'")
    with loading("figures_entry"):
        _fill_in(problems)
    filled = time.perf_counter()
    sys.stderr.write(f"# {problems:,} problems filled in in {filled - started:.0f} s\n")
    promote()
    sql("ANALYZE")
    took = time.perf_counter() - filled
    sys.stderr.write(f"# {problems:,} problems: their cells kept in {took:.0f} s\n")
    sys.stderr.flush()
    sql("""INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day,
                  category_id, channel, amount, stock, dated, transfer)
           SELECT 'ledger.accepted', path, unit_id, id, at, (at AT TIME ZONE 'Asia/Shanghai')::date,
                  (at AT TIME ZONE 'Asia/Shanghai')::date, category, 'web', 1, false, false, false
           FROM bench_problem ORDER BY at DESC LIMIT 40000""")


def _fill_in(problems: int) -> None:
    fill(problems, DAYS)
    sql(
        """INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day,
                  category_id, channel, amount, stock, dated, transfer)
           SELECT 'ledger.days_to_fix', path, unit_id, id, at + interval '10 days',
                  ((at + interval '10 days') AT TIME ZONE 'Asia/Shanghai')::date,
                  date '1000-01-01' + (id %% 60)::int, category, 'web', 1, false, true, false
           FROM bench_problem WHERE closed"""
    )


def _folding() -> Row:
    """Milliseconds per thousand changes; beside 20,000 changes a second, which is the goal."""
    waiting = sql("SELECT count(*) FROM figures_pending")[0][0]
    started = time.perf_counter()
    while fold():
        pass
    ours = time.perf_counter() - started
    for table in ("figures_cell", "figures_entry", "figures_pending"):
        sql(f"VACUUM ANALYZE {table}")
    return ("fold 1,000 changes (bare: at 20,000 a second)", ours / waiting * 1e6, 50.0)


def _reading(root: Unit) -> Iterator[Row]:
    below = queries.children(root)
    ends = [root.path, root.path + "~"]
    grouped = [len(root.path) + 5, clock.today(), *ends]
    then = queries.Scope(asof=clock.now() - dt.timedelta(days=100))
    units = [root, *below]
    read = median(lambda: queries.table(HEAD, units))
    bare_counters()
    pks = [unit.pk for unit in units]
    bare = median(lambda: sql(MANY, [list(HEAD), pks]))
    yield (f"5 figures of {len(units)} units at the root (bare: kept counters)", read, bare)
    yield (
        f"5 figures of {len(units)} units at the root (bare: GROUP BY)",
        read,
        median(lambda: sql(GROUPED, grouped), 5),
    )
    yield (
        "one figure at the root as of a moment (bare: counting)",
        median(lambda: queries.value("ledger.open", root, asof=then.asof)),
        median(lambda: sql("""SELECT count(*) FROM bench_problem WHERE path >= %s AND path < %s
                              AND at <= %s AND NOT (closed AND at + interval '10 days' <= %s)""",
                           [*ends, then.asof, then.asof]), 5),
    )  # fmt: skip
    yield (
        "median days at the root (bare: percentile_disc)",
        median(lambda: queries.value("ledger.days_to_fix_median", root)),
        median(lambda: sql("""SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id %% 60)
                              FROM bench_problem WHERE path >= %s AND path < %s AND closed""",
                           ends), 5),
    )  # fmt: skip


def _together() -> Row:
    cities = Unit.objects.filter(level="city").order_by("path")[:WRITERS]
    villages = [list(Unit.objects.under(city.path).filter(level="village")) for city in cities]
    return (
        "8 writers under one city (bare: under eight)",
        together([villages[0]] * WRITERS),
        together(villages),
    )


def _acting() -> Row:
    """An action of the ledger with its figures, beside the same without them."""
    at = Unit.objects.filter(level="county").order_by("pk")[0]
    post = Post(code="BENCH", title="bench", unit=at, role=Role.OPERATOR)
    create(thing=post, by=SYSTEM, kind="open")
    by = post.actor(account_id=1)

    def register() -> None:
        actions.register(title="路灯不亮", text="路灯不亮", by=by)

    def without() -> None:
        with patch.object(handing, "count", lambda *_: None):
            register()

    return ("register a problem (bare: without figures)", *beside(register, without))
