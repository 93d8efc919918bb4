"""A copy of a file in which every cell that stands in the way is coloured and told."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from django.conf import settings
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import override

from xiaohao.exchange.queries import Remark, opened
from xiaohao.exchange.rules.cells import Cell, Cells
from xiaohao.exchange.rules.columns import Layout
from xiaohao.exchange.rules.marked_sheet import WIDE, Marks, Merged, Note
from xiaohao.exchange.rules.marking import coloured
from xiaohao.exchange.rules.package import Unmarkable
from xiaohao.exchange.workbook import OPTIONS, fitted

# Codes that keep nothing out; the rest are faults.
_ASIDE = frozenset(
    {
        "row_changed",
        "row_differs",
        "row_withdrawn",
        "row_of_totals",
        "category_unknown",
        "programme_unknown",
        "list_moved",
    }
)
_WIDTH = 18
_FIRST_YEAR = 1900  # of days that a workbook can hold
_LONGEST_SHEET = 31
_TEXT = {"valign": "top", "text_wrap": True}
_FAULT = {**_TEXT, "bg_color": "#F8D7DA", "border": 1, "border_color": "#B02A37"}
_NOTED = {**_TEXT, "bg_color": "#FFF3CD", "border": 1, "border_color": "#997404"}
_TIMES = {dt.date: "yyyy-mm-dd", dt.datetime: "yyyy-mm-dd hh:mm", dt.time: "hh:mm"}
_NOTE_SIZE = {"width": 320, "height": 110}


class Marked(Protocol):
    """A file as it was read, whatever its rows are taken for."""

    @property
    def sheets(self) -> Sequence[Any]:
        """Those that were understood: `name` and `layout` each."""

    @property
    def remarks(self) -> Sequence[Remark]:
        """Everything that was noticed, row by row."""


def marked(reading: Marked, content: bytes, name: str) -> IO[bytes]:
    """The file as an open temporary workbook, with colours, comments and a column of words.

    An .xlsx stays the sender's own (`rules.marking`). A text, an .xls, and what cannot be written
    into are made anew: the cells as they were read, those that were merged merged.
    """
    marks = [_marks(sheet, reading.remarks) for sheet in reading.sheets if sheet.layout is not None]
    try:
        return coloured(content, marks)
    except Unmarkable:
        return _rebuilt(opened(content, name), {one.sheet: one for one in marks})


def download(reading: Marked, content: bytes, name: str) -> FileResponse:
    """The marked copy as a browser gets it."""
    return FileResponse(
        marked(reading, content, name), as_attachment=True, filename=name_of_copy(name)
    )


def name_of_copy(name: str) -> str:
    """What the copy of a file is called."""
    return _("%(name)s-checked.xlsx") % {"name": PurePath(name).stem or name}


def _marks(sheet: Any, remarks: Sequence[Remark]) -> Marks:
    """What is said of one sheet; where there are several, each remark names its own."""
    layout: Layout = sheet.layout
    where = sheet.name if any(remark.sheet for remark in remarks) else ""
    notes = [
        Note(
            remark.row - 1,
            layout.heads.index(remark.column) if remark.column in layout.heads else 0,
            fitted(remark.message),
            remark.code not in _ASIDE,
        )
        for remark in remarks
        if remark.row and remark.sheet in {"", where}
    ]
    return Marks(
        sheet=sheet.name,
        head_row=layout.head_row,
        width=max(len(layout.heads), 1),
        earlier=_earlier(layout.heads),
        head=_("What is wrong"),
        elsewhere=_("Row %(row)d: %(said)s"),
        notes=notes,
    )


def _earlier(heads: Sequence[str]) -> int | None:
    """Where the words of an earlier copy stand, in whatever language they were asked for."""
    known = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            known.add(_("What is wrong"))
    return next((n for n in reversed(range(len(heads))) if heads[n] in known), None)


def _rebuilt(
    tables: Sequence[tuple[str, Sequence[Cells]]], marks: Mapping[str, Marks]
) -> IO[bytes]:
    """The sheets made anew from their cells."""
    import xlsxwriter  # noqa: PLC0415 (slow to load, seldom needed)

    target: IO[bytes] = TemporaryFile()  # noqa: SIM115 (the response closes it)
    book = xlsxwriter.Workbook(target, OPTIONS)
    forms = _Forms(book)
    taken: set[str] = set()
    for title, rows in tables:
        page = book.add_worksheet(_sheet_name(title, taken))
        merged = getattr(rows, "merged", ())
        if title in marks:
            _put(page, rows, marks[title], merged, forms)
        else:
            for index, row in enumerate(rows):
                _row(page, index, row, {}, forms)
        # Rows are streamed: the writer's own `merge_range` would go back to those that have left.
        page.merge += [list(one) for one in merged if one[:2] != one[2:]]
    book.close()
    target.seek(0)
    return target


class _Forms:
    """Formats by what they are for; days and times keep theirs on every colour."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True})
        self.made: dict[tuple[bool | None, str], Any] = {}

    def of(self, grave: bool | None, cell: Cell = None) -> Any:  # noqa: FBT001
        """For a cell that keeps its row out, that is noted, or (None) of which nothing is said."""
        written = _TIMES.get(type(cell), "")
        if isinstance(cell, dt.datetime) and cell.time() == dt.time():
            written = _TIMES[dt.date]
        if (grave, written) not in self.made:
            colours = _TEXT if grave is None else _FAULT if grave else _NOTED
            more = {"num_format": written, "align": "left"} if written else {}
            self.made[grave, written] = self.book.add_format({**colours, **more})
        return self.made[grave, written]


def _put(
    page: Any, rows: Sequence[Cells], marks: Marks, merged: Sequence[Merged], forms: _Forms
) -> None:
    widest = max(map(len, rows), default=0)
    words = max(marks.width, widest) if marks.earlier is None else marks.earlier
    cells, told = marks.by_cell(merged), marks.by_row()
    by_row: dict[int, dict[int, bool]] = {}
    for (index, column), (_said, grave) in cells.items():
        by_row.setdefault(index, {})[column] = grave
    page.set_column(0, max(words - 1, 0), _WIDTH)
    page.set_column(words, words, WIDE)
    for index, row in enumerate(rows):
        if index >= marks.head_row and marks.earlier is not None:
            row = [*row[:words], None, *row[words + 1 :]]  # noqa: PLW2901 (told anew)
        if index == marks.head_row:
            _row(page, index, row, {}, forms, forms.head)
            page.write_string(index, words, marks.head, forms.head)
            continue
        _row(page, index, row, by_row.get(index, {}), forms)
        if index in told:
            text, grave = told[index]
            page.write_string(index, words, fitted(text), forms.of(grave))
    for (index, column), (text, _grave) in sorted(cells.items()):
        page.write_comment(index, column, fitted(text), _NOTE_SIZE)
    page.freeze_panes(marks.head_row + 1, 0)
    page.autofilter(max(marks.head_row, 0), 0, max(len(rows) - 1, marks.head_row + 1), words)


def _row(
    page: Any,
    index: int,
    row: Cells,
    graves: Mapping[int, bool],
    forms: _Forms,
    usual: Any = None,
) -> None:
    for column in range(max([len(row), *(n + 1 for n in graves)])):
        cell = row[column] if column < len(row) else None
        form = usual or forms.of(graves.get(column), cell)
        _cell(page, index, column, cell, form, is_marked=usual or column in graves)


def _cell(page: Any, row: int, column: int, cell: Cell, form: Any, *, is_marked: Any) -> None:
    match cell:
        case None | "":
            if is_marked:
                page.write_blank(row, column, None, form)
        case bool():
            page.write_boolean(row, column, cell, form)
        case int() | float():
            page.write_number(row, column, cell, form)
        case dt.time():
            page.write_datetime(row, column, cell, form)
        case dt.date() if cell.year >= _FIRST_YEAR:
            page.write_datetime(row, column, cell, form)
        case _:
            page.write_string(row, column, fitted(str(cell)), form)


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that a workbook may have, and has not yet."""
    bare = "".join(char for char in name if char not in "[]:*?/\\").strip("' ")
    base = bare[:_LONGEST_SHEET].strip("' ") or _("Ledger")
    made, n = base, 1
    while made.lower() in taken:
        n += 1
        made = f"{base[: _LONGEST_SHEET - 4]} ({n})"
    taken.add(made.lower())
    return made
