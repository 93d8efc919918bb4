"""The rows of a list's sheet, and every cell in which one says something else than its record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xiaohao.exchange.lists.back import VERSION, WHY
from xiaohao.exchange.recognising import Found
from xiaohao.exchange.rules import cells
from xiaohao.exchange.rules.alike import alike, as_text
from xiaohao.exchange.rules.cells import Cell, Cells
from xiaohao.exchange.workbook import Column, fitted
from xiaohao.kernel import clock


class Line(NamedTuple):
    """A row as the sheet counts it."""

    number: int
    cells: Cells


@dataclass(slots=True)
class Row:
    """A thing of a sheet: its first row, and the rows of its parts, the first among them."""

    number: int
    key: str
    cells: Cells
    parts: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that says something else than the record.

    Attributes:
        row: in which it stands.
        part: what of the record its row shows; None for the record itself, and for a part that
            stands on no record yet (`added`).
        kept: what the column gives for the record.
    """

    row: int
    column: Column
    place: int
    kept: Any
    cell: Cell
    part: Any = None
    added: bool = False


class Pair(NamedTuple):
    """A part on record and the row that shows it; either may be missing.

    `filled`: the row was added by hand before, without the number that the part has got since.
    """

    part: Any
    line: Line | None
    filled: bool = False


def rows_of(found: Found) -> Iterator[Row]:
    """The things of a sheet, each with the rows of its parts below it.

    A row goes with the one above it where only columns of parts are filled, and where it says the
    same of the record once more: so a sheet looks whose merged cells were parted and filled down.
    """
    place = found.place_of(found.sheet.identifying.key)
    below = {n for n, column in enumerate(found.columns) if column.below}
    above = [at for n, at in found.places.items() if n not in below]
    last: Row | None = None
    head = found.layout.head_row
    for number, row in enumerate(found.cells[head + 1 :], head + 2):
        if not any(map(as_text, row)):
            continue
        if last and below and _says_no_more(last.cells, row, above):
            last.parts.append(Line(number, row))
            continue
        if last:
            yield last
        last = Row(number, cells.number(at(row, place)), row, [Line(number, row)])
    if last:
        yield last


def _says_no_more(first: Cells, row: Cells, above: Sequence[int]) -> bool:
    """Whether a row says nothing of the record but what its first row says."""
    return all(as_text(at(row, n)) in {"", as_text(at(first, n))} for n in above)


def differing(found: Found, row: Row, thing: Any) -> Iterator[Difference]:
    """Every cell of the thing's rows that does not say what its column gives for the record."""
    columns = found.columns
    pairs = paired(found, row, thing)
    whole = [Pair(thing, Line(row.number, row.cells))]
    for n, place in found.places.items():
        column = columns[n]
        if column.key in {VERSION, WHY}:
            continue
        for part, line, filled in pairs if column.below else whole:
            cell = at(line.cells, place) if line else None
            if (filled and not as_text(cell)) or _says(column, part, cell):
                continue
            kept = None if part is None else column.value(part)
            number = line.number if line else row.parts[-1].number
            of = part if column.below else None
            yield Difference(number, column, place, kept, cell, of, added=part is None)


def _says(column: Column, part: Any, cell: Cell) -> bool:
    """Whether a cell says what its column gives for a part; nothing, where there is none."""
    kept = None if part is None else column.value(part)
    value = fitted(kept) if isinstance(kept, str) else kept
    if alike(column.form, value, cell, clock.today()):
        return True
    return part is not None and column.same is not None and column.same(part, as_text(cell))


def paired(found: Found, row: Row, thing: Any) -> list[Pair]:
    """The parts of a record, each with its row: by what they are known, else by their order.

    A part whose row was taken out asks for nothing where it is known by a column.
    """
    parts = list(found.sheet.parts(thing))
    known = found.parting
    place = found.place_of(known.key) if known else None
    if known is None or place is None:
        height = max(len(parts), len(row.parts))
        return [Pair(_nth(parts, i), _nth(row.parts, i)) for i in range(height)]
    given, left = {}, list(parts)
    for line in row.parts:
        text = as_text(at(line.cells, place))
        same = next((part for part in left if text and _says(known, part, text)), None)
        if same is not None:
            left.remove(same)
            given[line.number] = Pair(same, line)
    for line in row.parts:
        if line.number not in given:
            again = next((part for part in left if _is_filled(found, line, part, place)), None)
            if again is not None:
                left.remove(again)
            given[line.number] = Pair(again, line, filled=again is not None)
    return [given[line.number] for line in row.parts]


def _is_filled(found: Found, line: Line, part: Any, place: int) -> bool:
    """Whether a row without a number says, as far as it says anything, what a part says."""
    if as_text(at(line.cells, place)):
        return False
    said = [(column, at(line.cells, spot)) for column, spot in _below(found)]
    filled = [(column, cell) for column, cell in said if as_text(cell)]
    return bool(filled) and all(_says(column, part, cell) for column, cell in filled)


def _below(found: Found) -> list[tuple[Column, int]]:
    """The columns of parts and where they stand, but for what is said of a row itself."""
    columns = found.columns
    return [
        (columns[n], place)
        for n, place in found.places.items()
        if columns[n].below and columns[n].key not in {VERSION, WHY}
    ]


def at(row: Cells, place: int | None) -> Cell:
    """The cell there; nothing beyond the row's end."""
    return row[place] if place is not None and place < len(row) else None


def _nth(things: Sequence[Any], n: int) -> Any:
    return things[n] if n < len(things) else None
