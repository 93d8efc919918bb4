"""Workbooks, read by a process of its own that may fall over without harm.

A few kilobytes of workbook can name a cell in the last row and column, or one long text in every
cell; the reader would ask for terabytes and take the whole server with it. So it runs apart, under
limits of memory and time, and what it sends back is counted.
"""

import datetime as dt
import io
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any

import python_calamine

from xiaohao.exchange.rules.cells import Cell, Cells

MEMORY = 2 * 1024**3  # bytes of address space
SECONDS = 90  # of processor time
_LINE = 32 * 1024  # characters, about
MOST_SENT = 160 * 1024**2  # bytes of JSON
MOST_LINE = 32 * 1024**2  # bytes of one line of it: a row, or all merged ranges of a sheet
MOST_ROWS = 200_000
MOST_CELLS = (
    8_000_000  # a few bytes stand for a row without cells or a number that takes ten times as much
)
# Chinese as it is, a half of what it would be in escapes; a workbook holds no lone surrogates.
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_KINDS = {dt.datetime: "m", dt.date: "d", dt.time: "t"}
_PLAIN = frozenset({str, float, int, bool, type(None)})  # JSON's own kinds
_READ: dict[str, Callable[[Any], Cell]] = {
    "m": dt.datetime.fromisoformat,
    "d": dt.date.fromisoformat,
    "t": dt.time.fromisoformat,
    "s": lambda seconds: dt.timedelta(seconds=seconds),
}


class Rows(list[Cells]):
    """The rows of a sheet, from the first one on.

    Attributes:
        merged: ranges of merged cells: first row and column, last row and column, from 0.
    """

    merged: Sequence[tuple[int, int, int, int]] = ()


class Weighed:
    """Rows counted while they are read: what is too much is not kept first."""

    def __init__(self) -> None:
        self.rows = self.cells = 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Count some more.

        Raises:
            Unreadable: `workbook_too_large`, beyond 200,000 rows or eight million cells.
        """
        self.rows += len(rows)
        self.cells += sum(map(len, rows))
        if self.rows > MOST_ROWS or self.cells > MOST_CELLS:
            raise Unreadable("workbook_too_large", f"{self.rows} rows, {self.cells} cells")


class Unreadable(ValueError):  # noqa: N818 (an answer to people, not a fault)
    """A workbook that could not be read; the message says why, for the log only.

    Attributes:
        code: `workbook_unreadable` or `workbook_too_large`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def sheets(content: bytes) -> list[tuple[str, Rows]]:
    """Every sheet of a workbook (.xlsx or .xls): its name and its rows from the first one on.

    Raises:
        Unreadable: it is damaged, or more than may be read at once.
    """
    command = [sys.executable, "-P", "-m", __name__]
    with (
        _spooled(content) as given,
        subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child,
    ):
        try:
            found = _received(child.stdout)  # type: ignore[arg-type]  # a pipe, as asked for
        except BaseException:
            child.kill()
            raise
    if found is None:
        # Python ends with 1 when the reader says no; any other end is a limit.
        code = "workbook_unreadable" if child.returncode == 1 else "workbook_too_large"
        raise Unreadable(code, f"the reader ended with {child.returncode}")
    return found


def _spooled(content: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    file.write(content)
    file.seek(0)
    return file


def _received(lines: IO[bytes]) -> list[tuple[str, Rows]] | None:
    """What the child sends: None when it stopped before its last word."""
    found: list[tuple[str, Rows]] = []
    sent, weighed = 0, Weighed()
    for line in lines:
        sent += len(line)
        if sent > MOST_SENT or len(line) > MOST_LINE:
            raise Unreadable("workbook_too_large", f"more than {MOST_SENT} bytes of cells")
        # What is no number (NaN, Infinity) is text: nothing can be reckoned or written with it.
        said = json.loads(line, parse_constant=str)
        if said == "end":
            return found
        if isinstance(said, str):
            found.append((said[1:], Rows()))
        elif isinstance(said, dict):
            found[-1][1].merged = [tuple(one) for one in said["merged"]]
        else:
            weighed.add(said)
            # A day or a time, perhaps; texts have braces too.
            times = b"{" in line
            found[-1][1].extend([list(map(_cell, row)) for row in said] if times else said)
    return None


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        ((kind, written),) = value.items()
        return _READ[kind](written)
    return value  # type: ignore[no-any-return]  # JSON's own kinds


def _sendable(cell: Any) -> Any:
    if isinstance(cell, dt.timedelta):
        return {"s": cell.total_seconds()}
    kind = _KINDS.get(type(cell))
    return {kind: cell.isoformat()} if kind else cell


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[list[Any]]:
    empty = 0
    for row in sheet.iter_rows():
        if any(cell != "" for cell in row):
            yield from ([] for _ in range(empty))
            empty = 0
            yield row if _PLAIN.issuperset(map(type, row)) else [_sendable(cell) for cell in row]
        else:
            empty += 1


def _parts(rows: Iterable[str]) -> Iterator[list[str]]:
    """Rows in lines that are worth reading, and no longer than one row can be by itself."""
    part: list[str] = []
    length = 0
    for row in rows:
        part.append(row)
        length += len(row)
        if length > _LINE:
            yield part
            part, length = [], 0
    if part:
        yield part


def serve(given: IO[bytes], answer: IO[str]) -> None:
    """Read the workbook in `given` and send its sheets as lines of JSON."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(given.read()))
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)  # each time it is asked for, it is read anew
        answer.write(json.dumps(f"={name}") + "\n")
        for part in _parts(map(_ENCODER.encode, _rows(sheet))):
            answer.write(f"[{','.join(part)}]\n")
        if merged := sheet.merged_cell_ranges:
            answer.write(json.dumps({"merged": [[*first, *last] for first, last in merged]}) + "\n")
    answer.write('"end"\n')
    answer.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    serve(sys.stdin.buffer, sys.stdout)
