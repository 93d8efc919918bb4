"""Lists as workbooks to go on working with: a head that stays, filters, real dates, no formula."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _

from xiaohao.kernel.clock import ZONE
from xiaohao.kernel.text import shorten

LONGEST_NAME = 31  # characters of a sheet's name, by Excel's own limit
LONGEST_CELL = 32_767  # characters, by Excel's own limit
# What begins with “=” stays text, as do addresses and numbers that people wrote.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
FORMS: dict[str, dict[str, Any]] = {
    "text": {"valign": "top"},
    "wrapped": {"valign": "top", "text_wrap": True},
    "unit": {"valign": "top"},
    "units": {"valign": "top", "text_wrap": True},
    "post": {"valign": "top"},
    "posts": {"valign": "top", "text_wrap": True},
    "share": {"valign": "top", "num_format": "0.0%"},
    "number": {"valign": "top", "num_format": "0"},
    "amount": {"valign": "top", "num_format": "#,##0.##"},
    "day": {"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"},
    "moment": {"valign": "top", "num_format": "yyyy-mm-dd hh:mm", "align": "left"},
}
HEAD = {
    "bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E8EEF4", "bottom": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, its width in characters, and where its value comes from.

    Attributes:
        below: of what stands in several rows under one thing: the value in each of its rows.
        key: what it is called where the sheet comes back (`lists.back`); empty for what is only
            compared.
        derived: whether it follows from other records, such as a count: it goes on by itself.
        same: whether a cell means what the column gives for a thing though it says it otherwise,
            such as a unit by its short name; None where only the words count.
    """

    head: Any
    width: int
    value: Callable[[Any], Any]
    form: str = "text"
    below: bool = False
    key: str = ""
    derived: bool = False
    same: Callable[[Any, str], bool] | None = None


def _whole(_thing: Any) -> Sequence[Any]:
    return ()


@dataclass(frozen=True, slots=True)
class Table:
    """One list, on a sheet of its own.

    Attributes:
        name: of the sheet.
        columns: see `Column`.
        things: in order; streamed, memory does not grow.
        parts: what of a thing takes a row each; its other cells are merged over them.
    """

    name: str
    columns: Sequence[Column]
    things: Iterable[Any]
    parts: Callable[[Any], Sequence[Any]] = _whole


def written(tables: Sequence[Table], about: Iterable[tuple[str, str]]) -> IO[bytes]:
    """The lists as a workbook in an open temporary file, read from its beginning.

    Args:
        tables: a sheet each, in order.
        about: what stands on the last sheet: who made it, when, with which filters.
    """
    import xlsxwriter  # noqa: PLC0415 (slow to load, seldom needed)

    target: IO[bytes] = TemporaryFile()  # noqa: SIM115 (the response closes it)
    book = xlsxwriter.Workbook(target, OPTIONS)
    forms = {key: book.add_format(form) for key, form in FORMS.items()}
    head = book.add_format(HEAD)
    for table in tables:
        _table(book.add_worksheet(table.name[:LONGEST_NAME]), table, forms, head)
    _about(book.add_worksheet(_("About")), about, head)
    book.close()
    target.seek(0)
    return target


def _table(sheet: Any, table: Table, forms: dict[str, Any], head: Any) -> None:
    columns = table.columns
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, str(column.head), head)
    row = 1
    for thing in table.things:
        row += _thing(sheet, row, columns, thing, table.parts(thing), forms)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(row - 1, 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _thing(
    sheet: Any,
    row: int,
    columns: Sequence[Column],
    thing: Any,
    parts: Sequence[Any],
    forms: dict[str, Any],
) -> int:
    """Write one thing; gives the number of rows it took."""
    height = max(len(parts), 1)
    for n in range(height):
        for index, column in enumerate(columns):
            if column.below:
                value = column.value(parts[n]) if parts else None
            else:
                value = column.value(thing) if n == 0 else None
            _write(sheet, row + n, index, value, forms[column.form])
    if height > 1:
        # Rows are streamed, so the ranges are merged after their cells were written; the writer's
        # own `merge_range` would go back to rows that have left.
        sheet.merge += [
            [row, index, row + height - 1, index]
            for index, column in enumerate(columns)
            if not column.below
        ]
    return height


def _write(sheet: Any, row: int, index: int, value: Any, form: Any) -> None:
    match value:
        case None | "":
            sheet.write_blank(row, index, None, form)
        case dt.datetime():
            sheet.write_datetime(row, index, value.astimezone(ZONE).replace(tzinfo=None), form)
        case dt.date():
            sheet.write_datetime(row, index, value, form)
        case int() | float() | Decimal():
            sheet.write_number(row, index, value, form)
        case _:
            sheet.write_string(row, index, fitted(str(value)), form)


def fitted(text: str) -> str:
    """The text as far as a cell holds it."""
    return text if len(text) <= LONGEST_CELL else shorten(text, LONGEST_CELL)


def _about(sheet: Any, about: Iterable[tuple[str, str]], head: Any) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 80)
    for row, (label, value) in enumerate(about):
        sheet.write_string(row, 0, label, head)
        sheet.write_string(row, 1, fitted(value))
