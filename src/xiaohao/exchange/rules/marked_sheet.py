"""Cells of a sheet coloured, and words put beside its rows; every other byte stays as it was."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xiaohao.exchange.rules.marked_comments import Place, column_of, letters, name_of
from xiaohao.exchange.rules.marked_styles import Styles
from xiaohao.exchange.rules.package import Unmarkable, attribute, prefix, told, written

WIDE = 60  # characters, of the column of words
_MOST_COLUMNS = 16_384
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"")
Merged = tuple[int, int, int, int]


class Note(NamedTuple):
    """What is said of a cell: its row and column from 0; whether it keeps the row out."""

    row: int
    column: int
    text: str
    grave: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """What is said of a sheet.

    Attributes:
        sheet: its name.
        head_row: where its heads stand, from 0.
        width: how many columns have one.
        earlier: the column in which an earlier copy put its words, if this is one.
        head: over the column of words.
        elsewhere: how a note is told at a cell that also covers other rows: of `row` and `said`.
    """

    sheet: str
    head_row: int
    width: int
    earlier: int | None
    head: str
    elsewhere: str
    notes: Sequence[Note]

    def by_row(self) -> dict[int, tuple[str, bool]]:
        """For each row all that is said of it, and whether any of it keeps it out."""
        found: dict[int, list[Note]] = {}
        for note in self.notes:
            found.setdefault(note.row, []).append(note)
        return {row: _joined([(n.text, n.grave) for n in some]) for row, some in found.items()}

    def by_cell(self, merged: Sequence[Merged]) -> dict[Place, tuple[str, bool]]:
        """The same by cell; of one that others cover it is told at the first of these."""
        found: dict[Place, list[tuple[str, bool]]] = {}
        covering = {place: (top, left) for place, (top, left) in self._covered(merged)}
        for note in self.notes:
            place = covering.get((note.row, note.column), (note.row, note.column))
            text = note.text
            if place[0] != note.row:
                text = self.elsewhere % {"row": note.row + 1, "said": text}
            found.setdefault(place, []).append((text, note.grave))
        return {place: _joined(some) for place, some in found.items()}

    def _covered(self, merged: Sequence[Merged]) -> Iterator[tuple[Place, Place]]:
        rows: dict[int, set[int]] = {}
        for note in self.notes:
            rows.setdefault(note.row, set()).add(note.column)
        wanted = sorted(rows)
        for top, left, bottom, right in merged if wanted else ():
            if bottom < wanted[0] or top > wanted[-1]:
                continue
            inside = (
                rows.keys() & range(top, bottom + 1)
                if bottom - top < len(rows)
                else [row for row in wanted if top <= row <= bottom]
            )
            for row in inside:
                yield from (
                    ((row, column), (top, left)) for column in rows[row] if left <= column <= right
                )


def _joined(said: Sequence[tuple[str, bool]]) -> tuple[str, bool]:
    return "\n".join(text for text, _ in said), any(grave for _, grave in said)


def coloured_sheet(
    xml: bytes, marks: Marks, styles: Styles
) -> tuple[bytes, int, Mapping[Place, str]]:
    """The sheet with colours and words; where its cells end now; and the comments it is to have.

    Raises:
        Unmarkable: it is laid out in another way than usual.
    """
    painter = _Painter(xml, marks, styles)
    cells = painter.painted()
    start = painter.before()
    notes = {place: text for place, (text, _) in painter.cells.items()}
    return start + cells + xml[painter.end :], len(start) + len(cells), notes


class _Painter:
    def __init__(self, xml: bytes, marks: Marks, styles: Styles) -> None:
        self.xml, self.marks, self.styles = xml, marks, styles
        self.p = p = prefix(xml, b"worksheet")
        opened = re.search(rb"<%bsheetData(?:\s[^>]*)?(?<!/)>" % p, xml)
        self.end = xml.rfind(b"</%bsheetData" % p)
        if opened is None or self.end < 0:
            raise Unmarkable("no cells")
        self.start = opened.end()
        merged = list(self._merged())
        self.cells, self.rows = marks.by_cell(merged), marks.by_row()
        self.styled = self._columns()
        self.words = self._words(merged)
        self.wanted: dict[int, dict[int, bool]] = {}
        for (row, column), (_, grave) in self.cells.items():
            self.wanted.setdefault(row, {})[column] = grave
        self.row = re.compile(rb"<%brow(?:\s[^>]*)?>" % p)
        self.cell = re.compile(rb"<%bc(?:\s[^>]*?)?(?:/>|>.*?</%bc\s*>)" % (p, p), re.DOTALL)

    def _merged(self) -> Iterator[Merged]:
        for left, top, right, bottom in _MERGED.findall(self.xml, self.end):
            yield int(top) - 1, column_of(left), int(bottom) - 1, column_of(right)

    def _words(self, merged: Sequence[Merged]) -> int:
        """The column for words: that of an earlier copy, else the first behind everything."""
        if self.marks.earlier is not None:
            return self.marks.earlier
        used = re.compile(rb"<%bc\s(?:[^>]*?\s)?r=\"([A-Z]+)\d+\"[^>]*(?<!/)>" % self.p)
        names = set(used.findall(self.xml, self.start, self.end))
        right = [r for top, left, bottom, r in merged if bottom >= self.marks.head_row]
        last = max([self.marks.width - 1, *map(column_of, names), *right])
        if last + 1 >= _MOST_COLUMNS:
            raise Unmarkable("no column is free")
        return last + 1

    def _columns(self) -> list[tuple[int, int, int]]:
        """Ranges of columns with the style that their empty cells have."""
        found = []
        for tag in re.findall(rb"<%bcol\s[^>]*>" % self.p, self.xml[: self.start]):
            said = [attribute(tag, key) for key in (b"min", b"max", b"style")]
            low, high, style = (int(value or b"0") for value in said)
            found.append((low - 1, high - 1, style))
        return found

    def before(self) -> bytes:
        """What stands before the cells: the column of words is wide; the size is not told."""
        head = self.xml[: self.start]
        head = re.sub(
            rb"<%bdimension\s[^>]*?(?:/>|></%bdimension\s*>)" % (self.p, self.p), b"", head
        )
        if any(low <= self.words <= high for low, high, _ in self.styled):
            return head
        said = b'<%bcol min="%d" max="%d" width="%d" customWidth="1"/>' % (
            self.p, self.words + 1, self.words + 1, WIDE,
        )  # fmt: skip
        if not self.styled:
            at = head.rindex(b"<%bsheetData" % self.p)
            return head[:at] + b"<%bcols>%b</%bcols>" % (self.p, said, self.p) + head[at:]
        later = [
            found.start()
            for found, (low, _, _) in zip(
                re.finditer(rb"<%bcol\s" % self.p, head), self.styled, strict=True
            )
            if low > self.words
        ]
        at = min(later, default=head.index(b"</%bcols" % self.p))
        return head[:at] + said + head[at:]

    def painted(self) -> bytes:
        """The rows; those of which nothing is said as they were."""
        xml, made, at, last = self.xml, [], self.start, -1
        for tag in self.row.finditer(xml, self.start, self.end):
            last = self._number(tag[0], last)
            if not self._is_touched(last):
                continue
            end = tag.end() if tag[0].endswith(b"/>") else self._end(tag.end())
            made += [xml[at : tag.start()], self._painted(last, tag[0], xml[tag.end() : end])]
            at = end
        return b"".join([*made, xml[at : self.end]])

    def _number(self, tag: bytes, last: int) -> int:
        number = attribute(tag, b"r")
        if number is None or not number.isdigit() or int(number) - 1 <= last:
            raise Unmarkable("rows without numbers, or in another order")
        return int(number) - 1

    def _end(self, start: int) -> int:
        """Where a row ends, its end tag with it."""
        end = self.xml.find(b"</%brow" % self.p, start, self.end)
        if end < 0:
            raise Unmarkable("a row without an end")
        return self.xml.index(b">", end) + 1

    def _is_touched(self, row: int) -> bool:
        is_again = self.marks.earlier is not None and row >= self.marks.head_row
        return is_again or row == self.marks.head_row or row in self.wanted or row in self.rows

    def _painted(self, row: int, tag: bytes, rest: bytes) -> bytes:
        """One row with its colours, and the words behind it."""
        found, end = {}, 0
        for cell in self.cell.finditer(rest):
            column = self._column(cell[0], row)
            if column in found:
                raise Unmarkable("a cell stands twice")
            found[column], end = cell[0], cell.end()
        form = attribute(tag, b"s") if attribute(tag, b"customFormat") in {b"1", b"true"} else None
        if self.marks.earlier is not None:
            found = {column: self._restored(cell) for column, cell in found.items()}
        for column, grave in self.wanted.get(row, {}).items():
            usual = int(form) if form else self._style(column)
            blank = b'<%bc r="%b" s="%d"/>' % (self.p, name_of((row, column)), usual)
            found[column] = self._coloured(found.get(column, blank), grave=grave)
        found.pop(self.words, None)
        if (said := self._said(row, found)) is not None:
            found[self.words] = said
        bare = re.sub(rb"\sspans\s*=\s*\"[^\"]*\"", b"", tag)
        closing = rest[end:]
        if bare.endswith(b"/>"):
            bare, closing = bare[:-2].rstrip() + b">", b"</%brow>" % self.p
        return bare + b"".join(found[column] for column in sorted(found)) + closing

    def _column(self, cell: bytes, row: int) -> int:
        ref = attribute(cell[: cell.index(b">") + 1], b"r")
        found = re.fullmatch(rb"([A-Z]{1,3})(\d+)", ref or b"")
        if found is None or int(found[2]) != row + 1:
            raise Unmarkable("cells without names")
        return column_of(found[1])

    def _style(self, column: int) -> int:
        return next((s for low, high, s in self.styled if low <= column <= high), 0)

    def _coloured(self, cell: bytes, *, grave: bool) -> bytes:
        return self._styled(cell, lambda style: self.styles.coloured(style, grave=grave))

    def _restored(self, cell: bytes) -> bytes:
        return self._styled(cell, self.styles.plain)

    def _styled(self, cell: bytes, change: Callable[[int], int]) -> bytes:
        end = cell.index(b">") + 1
        style = int(attribute(cell[:end], b"s") or b"0")
        new = change(style)
        return cell if new == style else told(cell[:end], b"s", b"%d" % new) + cell[end:]

    def _said(self, row: int, cells: Mapping[int, bytes]) -> bytes | None:
        """The cell with the words about a row, or over them; None where nothing is said."""
        if row == self.marks.head_row:
            last = cells[max(cells)] if cells else b"<c>"
            style = int(attribute(last[: last.index(b">") + 1], b"s") or b"0")
            return self._text(row, style, self.marks.head)
        if row not in self.rows:
            return None
        text, grave = self.rows[row]
        return self._text(row, self.styles.worded(grave=grave), text)

    def _text(self, row: int, style: int, text: str) -> bytes:
        p, name = self.p, letters(self.words) + b"%d" % (row + 1)
        return (
            b'<%bc r="%b" s="%d" t="inlineStr"><%bis>'
            b'<%bt xml:space="preserve">%b</%bt></%bis></%bc>'
            % (p, name, style, p, p, written(text), p, p, p)
        )
