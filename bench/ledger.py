"""Ledger at 100 k and 1 M problems: first page of a middle unit, full text, problem page.

Each line is the product's way beside the bare SQL it must come near, in the same run:
`python -m bench ledger [PROBLEMS]`. Medians over `RUNS` warm runs, in milliseconds.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.crypto import fingerprint
from xiaohao.kernel.paging import take
from xiaohao.ledger.leading import next_steps
from xiaohao.ledger.models import Problem
from xiaohao.ledger.narrowing import order_of
from xiaohao.ledger.queries import Filters, find, listed
from xiaohao.ledger.totals import totals
from xiaohao.people.models import Post, Token
from xiaohao.people.rules import GRANTS
from xiaohao.trail.actions import create
from xiaohao.units.models import Unit

RUNS = 31
SPREAD = ((10, "city"), (10, "county"), (20, "township"))  # 1 + 10 + 100 + 2,000 units
WORDS = ("路灯", "停车", "低保", "暖气", "噪音", "积水", "公交", "占道", "电梯", "垃圾")

FILL = """
INSERT INTO ledger_problem (version, year, title, text, place, channel, source, track, urgent,
    state, unit_id, path, origin_unit_id, origin_path, deadline, round, returns, final, extensions,
    reporters, received_at, registered_at, closing, search)
SELECT 1, 2019, t.title, t.title, '', 'web', 'message', 'ledger', n %% 50 = 0,
    (ARRAY['registered','referred','accepted','in_progress','reported','closed','closed','closed'])
        [1 + n %% 8],
    u.id, u.path, %(root)s, %(path)s, date '2019-09-01' + (n %% 60)::int, 1, 0, false, 0, 1,
    now(), now(), '', array_to_tsvector(ARRAY[t.word, '小区', '门口', 'n' || n %% 5000])
FROM generate_series(1, %(count)s) n
JOIN LATERAL (SELECT (%(words)s::text[])[1 + n %% 10] AS word) w ON true
JOIN LATERAL (SELECT w.word, '小区门口' || w.word || '问题' || n AS title) t ON true
JOIN units_unit u ON u.id = %(first)s + (n * 7919::bigint) %% %(leaves)s
"""


def median(work: Callable[[], Any]) -> float:
    """Milliseconds of one run, the median of `RUNS`."""
    work()
    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def tree() -> tuple[Unit, Unit, int, int]:
    """A tree of 2,111 units: its root, a county in the middle, the first leaf's id, how many."""
    from xiaohao.kernel.paths import step  # noqa: PLC0415 (only here)

    root = Unit.objects.create(code="b", name="省", level="province", path="?")
    root.path = step(root.pk)
    root.save()
    level = [root]
    for width, name in SPREAD:
        rows = [
            Unit(code=f"{up.code}-{n}", name=f"{name}{n}", level=name, parent=up, path="?")
            for up in level
            for n in range(width)
        ]
        made = Unit.objects.bulk_create(rows)
        for row in made:
            row.path = row.parent.path + step(row.pk) if row.parent else ""
        Unit.objects.bulk_update(made, ["path"], batch_size=500)
        middle, level = level[0], made
    return root, middle, level[0].pk, len(level)


def fill(count: int) -> tuple[Unit, Unit]:
    """`count` problems over the leaves of the tree, put in without their triggers."""
    root, middle, first, leaves = tree()
    values: dict[str, Any] = {
        "root": root.pk,
        "path": root.path,
        "count": count,
        "words": list(WORDS),
        "first": first,
        "leaves": leaves,
    }
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_problem DISABLE TRIGGER USER")
        cursor.execute(FILL, values)
        cursor.execute("ALTER TABLE ledger_problem ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE ledger_problem")
        cursor.execute("ANALYZE units_unit")
    return root, middle


def bare(sql: str, values: list[Any]) -> Callable[[], Any]:
    """The same work in plain SQL."""

    def run() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    return run


LIST = """SELECT p.id, p.year, p.version, p.title, p.state, p.deadline, p.urgent, p.reporters,
u.code, u.name FROM ledger_problem p JOIN units_unit u ON u.id = p.unit_id
WHERE p.path >= %s AND p.path < %s ORDER BY p.id DESC LIMIT 51"""
DUE = """SELECT p.id, p.title, p.deadline FROM ledger_problem p
WHERE p.path >= %s AND p.path < %s ORDER BY p.deadline NULLS LAST, p.id LIMIT 51"""
COUNTS = """SELECT count(*), count(*) FILTER (WHERE p.state NOT IN ('closed', 'merged')),
count(*) FILTER (WHERE p.state = 'closed') FROM ledger_problem p
WHERE p.path >= %s AND p.path < %s"""
SEARCH = """SELECT p.id, p.title FROM ledger_problem p
WHERE p.path >= %s AND p.path < %s AND p.search @@ %s::tsquery ORDER BY p.id DESC LIMIT 51"""


def listed_with_next(actor: Actor) -> Any:
    """The first page as the page shows it: the rows and what comes next of each."""
    page = take(listed(actor, Filters()), ("-id",), None, 50)
    return next_steps(page.items, actor)


def token(unit: Unit) -> dict[str, str]:
    """Headers of an office's token at that unit."""
    post = Post(code=f"BENCH-{unit.code}", title="bench", unit=unit, role=Role.OFFICE)
    create(thing=post, by=SYSTEM, kind="open")
    raw = f"bench-{unit.code}"
    row = Token(
        post=post,
        prefix=raw[:8],
        secret_hash=fingerprint(raw, "token"),
        scopes=sorted(GRANTS[Role.OFFICE]),
        created_at=clock.now(),
    )
    create(thing=row, by=SYSTEM, kind="issue")
    return {"authorization": f"Bearer {raw}"}


def run(count: int = 100_000) -> list[tuple[str, float, float]]:
    """Rows of (what, product's ms, bare SQL's ms)."""
    _root, middle = fill(count)
    headers = token(middle)
    actor = Post.objects.select_related("unit").get(code=f"BENCH-{middle.code}").actor()
    client = Client()
    bounds = [middle.path, middle.path + "~"]
    rows = listed(actor, Filters())
    list_sql = median(bare(LIST, bounds))
    search_sql = median(bare(SEARCH, [*bounds, "'停车' & 'n42'"]))
    number = rows.order_by("-id")[0].number
    counts = median(bare(COUNTS, bounds))
    due = order_of("deadline")[1]
    due_sql = median(bare(DUE, bounds))
    key = Problem.id_of(number)
    one_sql = median(bare("SELECT * FROM ledger_problem WHERE id = %s", [key]))
    found = Filters(q="停车 n42")

    def get(address: str) -> Callable[[], Any]:
        return lambda: client.get(address, headers=headers).content

    return [
        ("list, its query", median(lambda: take(rows, ("-id",), None, 50)), list_sql),
        ("list, GET /problems", median(get("/api/v1/problems")), list_sql),
        ("list, what comes next of 50", median(lambda: listed_with_next(actor)), list_sql),
        (
            "list by deadline, its query",
            median(lambda: take(rows, due.keys, None, 50, due.nullable)),
            due_sql,
        ),
        ("totals at the foot", median(lambda: totals(actor, Filters())), counts),
        (
            "full text, its query",
            median(lambda: take(listed(actor, found), ("-id",), None, 50)),
            search_sql,
        ),
        ("full text, GET /problems?q=", median(get("/api/v1/problems?q=停车+n42")), search_sql),
        ("one problem, its query", median(lambda: find(actor, number)), one_sql),
        ("one problem, GET /problems/N", median(get(f"/api/v1/problems/{number}")), one_sql),
    ]
