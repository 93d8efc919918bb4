"""A copy of a ledger's workbook in which every cell that stands in the way is coloured and told."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _

from xiaohao.exchange.queries import Remark
from xiaohao.exchange.rules.cells import Cell, Cells
from xiaohao.exchange.rules.columns import Layout
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
_WIDTH, _WIDE = 18, 60
_LONGEST_SHEET = 31
_FAULT = {"bg_color": "#F8D7DA", "border": 1, "border_color": "#B02A37", "valign": "top"}
_NOTED = {"bg_color": "#FFF3CD", "border": 1, "border_color": "#997404", "valign": "top"}
_NOTE_SIZE = {"width": 320, "height": 110}


class Marked(Protocol):
    """A file as it was read, whatever its rows are taken for."""

    @property
    def sheets(self) -> Sequence[Any]:
        """Those that were understood: `name`, `cells`, `layout` each."""

    @property
    def remarks(self) -> Sequence[Remark]:
        """Everything that was noticed, row by row."""

    @property
    def others(self) -> Sequence[tuple[str, Sequence[Cells]]]:
        """The remaining sheets with their rows."""


def marked(reading: Marked) -> IO[bytes]:
    """The workbook as an open temporary file: the sheets' cells as they were read, and notes.

    A last column says what is wrong in each row, so that one can filter by it.
    """
    import xlsxwriter  # noqa: PLC0415 (slow to load, seldom needed)

    target: IO[bytes] = TemporaryFile()  # noqa: SIM115 (the response closes it)
    book = xlsxwriter.Workbook(target, OPTIONS)
    forms = {
        "plain": book.add_format({"valign": "top", "text_wrap": True}),
        "day": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"}),
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True}),
        "fault": book.add_format({**_FAULT, "text_wrap": True}),
        "noted": book.add_format({**_NOTED, "text_wrap": True}),
    }
    taken: set[str] = set()
    for sheet in reading.sheets:
        page = book.add_worksheet(_sheet_name(sheet.name, taken))
        where = sheet.name if any(remark.sheet for remark in reading.remarks) else ""
        told = [r for r in reading.remarks if r.row and r.sheet in {"", where}]
        if sheet.layout is not None:
            _put(page, sheet.cells, sheet.layout, _by_row(told), forms)
    for title, rows in reading.others:
        page = book.add_worksheet(_sheet_name(title, taken))
        for index, row in enumerate(rows):
            _row(page, index, row, {}, forms, "plain")
    book.close()
    target.seek(0)
    return target


def _by_row(remarks: Iterable[Remark]) -> dict[int, list[Remark]]:
    found: dict[int, list[Remark]] = {}
    for remark in remarks:
        found.setdefault(remark.row or 0, []).append(remark)
    return found


def _put(
    page: Any,
    rows: Sequence[Cells],
    layout: Layout,
    told: Mapping[int, Sequence[Remark]],
    forms: Mapping[str, Any],
) -> None:
    width = max(len(layout.heads), 1)
    page.set_column(0, width - 1, _WIDTH)
    page.set_column(width, width, _WIDE)
    for index, row in enumerate(rows):
        if index == layout.head_row:
            _row(page, index, row, {}, forms, "head")
            page.write_string(index, width, _("What is wrong"), forms["head"])
            continue
        remarks = told.get(index + 1, ())
        cells = _by_column(layout, remarks)
        _row(page, index, row, cells, forms, "plain")
        for column, some in cells.items():
            page.write_comment(index, column, fitted(_said(some)), _NOTE_SIZE)
        if remarks:
            page.write_string(index, width, fitted(_said(remarks)), forms[_form(remarks)])
    page.freeze_panes(layout.head_row + 1, 0)
    page.autofilter(layout.head_row, 0, max(len(rows) - 1, layout.head_row + 1), width)


def _by_column(layout: Layout, remarks: Iterable[Remark]) -> dict[int, list[Remark]]:
    """What is said of a row, by the cell that it is about; of the whole row in the first one."""
    found: dict[int, list[Remark]] = {}
    for remark in remarks:
        column = layout.heads.index(remark.column) if remark.column in layout.heads else 0
        found.setdefault(column, []).append(remark)
    return found


def _said(remarks: Iterable[Remark]) -> str:
    return "\n".join(remark.message for remark in remarks)


def _form(remarks: Iterable[Remark]) -> str:
    return "noted" if all(remark.code in _ASIDE for remark in remarks) else "fault"


def _row(
    page: Any,
    index: int,
    row: Cells,
    remarks: Mapping[int, Sequence[Remark]],
    forms: Mapping[str, Any],
    usual: str,
) -> None:
    for column in range(max([len(row), *(n + 1 for n in remarks)])):
        cell = row[column] if column < len(row) else None
        said = remarks.get(column)
        _cell(page, index, column, cell, forms, _form(said) if said else usual)


def _cell(
    page: Any, row: int, column: int, cell: Cell, forms: Mapping[str, Any], name: str
) -> None:
    form = forms[name]
    match cell:
        case None | "":
            if name != "plain":
                page.write_blank(row, column, None, form)
        case bool():
            page.write_boolean(row, column, cell, form)
        case int() | float():
            page.write_number(row, column, cell, form)
        case dt.datetime() | dt.date() if name == "plain":
            page.write_datetime(row, column, cell, forms["day"])
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
