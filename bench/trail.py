"""The trail cut into months, beside the same events in one plain table with a unique chain.

`python -m bench trail [EVENTS]`. Medians over `RUNS` warm runs, in milliseconds. The plain table
has the rows and the indexes that the trail had before it was cut and before things had heads.
"""

import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from xiaohao.kernel import clock, months
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.copying import whole
from xiaohao.trail.actions import Told, note, put, tell_many
from xiaohao.trail.queries import events_of

RUNS = 21
MONTHS = 36
EACH = 8  # events of a thing
AT_ONCE = 5_000
LABEL = "bench.thing"

PLAIN = """
CREATE TABLE plain (LIKE trail_event INCLUDING DEFAULTS INCLUDING IDENTITY);
ALTER TABLE plain ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX plain_chain ON plain (label, thing_id, seq);
"""
FILL = """
INSERT INTO trail_event (label, thing_id, seq, kind, at, by, data, previous, hash)
SELECT %(label)s, n / %(each)s, 1 + n %% %(each)s, 'said',
       %(from)s + n * (%(until)s::timestamptz - %(from)s::timestamptz) / %(count)s,
       '{"role": "system"}', '{"to": "done", "counted_at": 17}',
       CASE n %% %(each)s WHEN 0 THEN decode(repeat('00', 32), 'hex')
            ELSE sha256(int4send(n - 1)) END, sha256(int4send(n))
FROM generate_series(0, %(count)s - 1) AS n
"""
HISTORY = "SELECT * FROM plain WHERE label = %s AND thing_id = %s ORDER BY seq"
NOTE = """
INSERT INTO plain (label, thing_id, seq, kind, at, by, data, previous, hash)
VALUES (%s, %s, %s, 'said', now(), '{"role": "system"}', '{}', %s, %s) RETURNING id
"""
LAST = "SELECT seq, hash FROM plain WHERE label = %s AND thing_id = %s ORDER BY seq DESC LIMIT 1"


def median(work: Callable[[int], Any], *, again: bool = False) -> float:
    """Milliseconds of one run, the median of `RUNS`; of a second round over the same, if asked."""
    for number in range(RUNS) if again else range(-3, 0):
        work(number)
    took = []
    for number in range(RUNS):
        start = time.perf_counter()
        work(number)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def fill(count: int) -> None:
    """Things with eight events each, over three years; the same in the plain table."""
    until = clock.now()
    start = until - dt.timedelta(days=MONTHS * 30)
    months.keep("trail_event", clock.local_day(start))
    values: dict[str, Any] = {
        "label": LABEL,
        "each": EACH,
        "from": start,
        "until": until,
        "count": count,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        cursor.execute(FILL, values)
        cursor.execute("INSERT INTO plain SELECT * FROM trail_event")
        cursor.execute("SELECT setval('plain_id_seq', max(id)) FROM plain")
        cursor.execute("VACUUM ANALYZE trail_event, trail_head, plain")


def fetched(sql: str, *values: Any) -> Any:
    """What plain SQL answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def plain_note(number: int) -> None:
    """What `note` does, without heads."""
    with transaction.atomic():
        fetched("SELECT pg_advisory_xact_lock(%s)", number)
        seq, before = fetched(LAST, LABEL, 10 + number)[0]
        fetched(NOTE, LABEL, 10 + number, seq + 1, before, bytes(32))


def batches(seq: int, before: dict[int, list[bytes]]) -> Iterator[Told]:
    """Many first events, or the second ones of the same things, made ready."""
    for number in range(RUNS + 3):
        start = 10_000_000 + number * AT_ONCE
        told = tell_many(
            label=LABEL,
            by=SYSTEM,
            kind="said",
            at=clock.now(),
            things=range(start, start + AT_ONCE),
            seqs=[seq] * AT_ONCE,
            rows=[bytes(32)] * AT_ONCE,
            data=["{}"] * AT_ONCE,
            previous=before.get(number),
        )
        before[number] = told.hashes
        yield told


def copying(table: str, ready: list[Told]) -> Callable[[int], None]:
    """Put one of the batches into a table."""
    order = ["label", "thing_id", "seq", "kind", "at", "by", "data", "row", "previous", "hash"]
    lines = [whole(told.lines) for told in ready]

    def work(number: int) -> None:
        with transaction.atomic():
            put(table, order, lines[number + 3])

    return work


def run(count: int = 400_000) -> Iterator[tuple[str, float, float]]:
    """Each row: what, the product's way, plain SQL on one table."""
    fill(count)
    things = count // EACH
    yield (
        f"history of a thing, {MONTHS} months",
        median(lambda n: list(events_of(LABEL, n * things // 50).values_list()), again=True),
        median(lambda n: fetched(HISTORY, LABEL, n * things // 50), again=True),
    )
    yield (
        "a note, committed",
        median(lambda n: note(label=LABEL, thing_id=10 + n, by=SYSTEM, kind="said")),
        median(plain_note),
    )
    before: dict[int, list[bytes]] = {}
    for seq, what in ((1, "first"), (2, "second")):
        ready = list(batches(seq, before))
        yield (
            f"{AT_ONCE:,} {what} events by COPY",
            median(copying("trail_event", ready)),
            median(copying("plain", ready)),
        )
