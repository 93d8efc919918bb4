"""Look-back over 5 million closed problems: laying the frame, drawing, repeating the draw.

Beside each, plain SQL in the same run: counting the same rows, and `ORDER BY random() LIMIT n`,
which draws without weights, without a proof, and never the same again.
`python -m bench lookback [COUNT]`.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection

from bench.filling import loading
from bench.ledger import tree
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.lookback import actions, queries, rules
from xiaohao.lookback.models import Recheck, Round
from xiaohao.trail.actions import seal_day
from xiaohao.units.models import Unit

T = TypeVar("T")
SIZE = 1000
WAVE = 30

# Only what a draw looks at differs; indexes that play no part in it are left out while filling.
FILL = """
INSERT INTO ledger_problem (version, year, title, text, place, channel, source, urgent, state,
    unit_id, path, origin_unit_id, origin_path, deadline, round, returns, final, extensions,
    reporters, received_at, registered_at, reported_at, closed_at, closed_on, closing{more})
SELECT 1, 2019, 'closed ' || n, '', '', 'web', 'message', n %% 20 = 0, 'closed', u.id, u.path,
    %(root)s, %(path)s, d.day + (n %% 12)::int, 1 + (n %% 17 = 0)::int, 0, false, 0, 1, d.at, d.at,
    d.at + interval '10 days', d.at + interval '11 days', d.day + 11,
    (ARRAY['solved', 'solved', 'no_answer', 'no_reporter'])[1 + n %% 4]{values}
FROM generate_series(1, %(count)s) n
JOIN LATERAL (SELECT %(today)s::date - 200 + (n %% 150)::int AS day) x ON true
JOIN LATERAL (SELECT x.day, x.day::timestamptz AS at) d ON true
JOIN units_unit u ON u.id = %(first)s + (n * 7919::bigint) %% %(leaves)s
"""


def run(count: int = 5_000_000) -> list[tuple[str, float, float]]:
    """Rows of (what, the product's ms, plain SQL's ms)."""
    root = _fill(count)
    counted = _once(lambda: _sql("SELECT count(*) FROM ledger_problem WHERE state = 'closed'"))
    laid, round_ = _timed(lambda: actions.lay(unit=root, by=SYSTEM, wave=WAVE, size=SIZE))
    seal_day()
    drawn, rows = _timed(lambda: actions.draw(round_=round_, by=SYSTEM))
    again, replayed = _timed(lambda: queries.replayed(Round.objects.get(pk=round_.pk)))
    if replayed.faults or list(replayed.sample) != sorted(row.problem_id for row in rows):
        raise RuntimeError(f"the draw was not repeated: {replayed.faults}")
    if Recheck.objects.count() != SIZE:
        raise RuntimeError("not as many were drawn as asked for")
    pure = _pure(round_)
    plain = _once(
        lambda: _sql(
            "SELECT id FROM ledger_problem WHERE state = 'closed' ORDER BY random() LIMIT %s",
            [SIZE],
        )
    )
    return [
        (f"lay a frame of {count:,} (bare: count)", laid, counted),
        (f"draw {SIZE:,} of it, dealt out (bare: random())", drawn, plain),
        (f"draw {SIZE:,} of it, the draw alone", pure, plain),
        ("repeat the draw, all hashes checked", again, plain),
    ]


def _fill(count: int) -> Unit:
    root, _middle, first, leaves = tree()
    lacking = _lacking()
    values: dict[str, Any] = {
        "root": root.pk,
        "path": root.path,
        "count": count,
        "today": clock.today(),
        "first": first,
        "leaves": leaves,
    }
    names = "".join(f", {name}" for name in lacking)
    given = "".join(f", {value}" for value in lacking.values())
    with loading("ledger_problem", rebuild=False), connection.cursor() as cursor:
        cursor.execute(FILL.format(more=names, values=given), values)
    return root


def _lacking() -> dict[str, str]:
    """Columns that may not be empty and that the fill does not name, each with a plain value."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_name = 'ledger_problem' AND is_nullable = 'NO' "
            "AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'"
        )
        found = cursor.fetchall()
    plain = {"boolean": "false", "date": "current_date", "timestamp with time zone": "now()"}
    texts = {"character varying", "text"}
    return {
        name: "''" if kind in texts else plain.get(kind, "0")
        for name, kind in found
        if name not in FILL
    }


def _pure(round_: Round) -> float:
    """The draw without the database: from weights and seed to places."""
    frame = rules.read_frame(queries.frame_text(round_))
    seed = bytes.fromhex(round_.seed)
    return _once(lambda: rules.draw(frame.weights, SIZE, seed))


def _sql(statement: str, values: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])
        return cursor.fetchall()


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    done = work()
    return (time.perf_counter() - started) * 1000, done


def _once(work: Callable[[], Any]) -> float:
    """Milliseconds of the second of two runs."""
    work()
    return _timed(work)[0]
