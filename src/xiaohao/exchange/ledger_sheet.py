"""The ledger as a workbook to go on working with: filters, real dates, nothing that runs."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from xiaohao.kernel.clock import ZONE
from xiaohao.kernel.text import shorten
from xiaohao.ledger.models import Problem

LONGEST_CELL = 32_767  # characters, by Excel's own limit
MOST_ROWS = 100_000
# What begins with “=” stays text, as do addresses and numbers that people wrote.
_AS_TEXT = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, its width in characters, and where its value comes from."""

    head: Any
    width: int
    value: Callable[[Problem], Any]
    form: str = "text"


def _yes(value: bool) -> str:  # noqa: FBT001 (the value of a column)
    return _("yes") if value else ""


COLUMNS = (
    Column(pgettext_lazy("column", "Number"), 16, lambda p: p.number),
    Column(pgettext_lazy("column", "Title"), 36, lambda p: p.title, "wrapped"),
    Column(pgettext_lazy("column", "Manifestation"), 60, lambda p: p.text, "wrapped"),
    Column(pgettext_lazy("column", "State"), 12, lambda p: p.get_state_display()),
    Column(
        pgettext_lazy("column", "Responsible unit"), 24, lambda p: p.unit.name if p.unit else ""
    ),
    Column(pgettext_lazy("column", "Category"), 16, lambda p: str(p.category or "")),
    Column(pgettext_lazy("column", "Place"), 24, lambda p: p.place, "wrapped"),
    Column(pgettext_lazy("column", "Channel"), 12, lambda p: p.get_channel_display()),
    Column(pgettext_lazy("column", "Source"), 14, lambda p: p.get_source_display()),
    Column(pgettext_lazy("column", "Urgent"), 8, lambda p: _yes(p.urgent)),
    Column(pgettext_lazy("column", "Reporters"), 10, lambda p: p.reporters, "number"),
    Column(pgettext_lazy("column", "Received"), 17, lambda p: p.received_at, "moment"),
    Column(pgettext_lazy("column", "Referred"), 17, lambda p: p.referred_at, "moment"),
    Column(pgettext_lazy("column", "Deadline"), 12, lambda p: p.deadline, "day"),
    Column(pgettext_lazy("column", "Reported fixed"), 17, lambda p: p.reported_at, "moment"),
    Column(pgettext_lazy("column", "Verified"), 17, lambda p: p.verified_at, "moment"),
    Column(pgettext_lazy("column", "Struck off"), 17, lambda p: p.closed_at, "moment"),
    Column(pgettext_lazy("column", "Times returned"), 10, lambda p: p.returns, "number"),
)
_FORMS: dict[str, dict[str, Any]] = {
    "text": {"valign": "top"},
    "wrapped": {"valign": "top", "text_wrap": True},
    "number": {"valign": "top", "num_format": "0"},
    "day": {"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"},
    "moment": {"valign": "top", "num_format": "yyyy-mm-dd hh:mm", "align": "left"},
}
_HEAD = {
    "bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E8EEF4", "bottom": 1,
}  # fmt: skip


def written(problems: Iterable[Problem], about: Iterable[tuple[str, str]]) -> IO[bytes]:
    """The problems as a workbook in an open temporary file, read from its beginning.

    Holds what handlers may read: the texts of the ledger are masked, contacts are not in it.

    Args:
        problems: in order, with unit and category at hand; streamed, memory does not grow.
        about: what stands on the second sheet: who made it, when, with which filters.
    """
    import xlsxwriter  # noqa: PLC0415 (slow to load, seldom needed)

    target: IO[bytes] = TemporaryFile()  # noqa: SIM115 (the response closes it)
    book = xlsxwriter.Workbook(target, _AS_TEXT)
    forms = {name: book.add_format(form) for name, form in _FORMS.items()}
    head = book.add_format(_HEAD)
    _table(book.add_worksheet(_("Ledger")), problems, forms, head)
    _about(book.add_worksheet(_("About")), about, head)
    book.close()
    target.seek(0)
    return target


def _table(sheet: Any, problems: Iterable[Problem], forms: dict[str, Any], head: Any) -> None:
    for index, column in enumerate(COLUMNS):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, str(column.head), head)
    row = 0
    for row, problem in enumerate(problems, start=1):
        for index, column in enumerate(COLUMNS):
            _write(sheet, row, index, column.value(problem), forms[column.form])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(row, 1), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Any, row: int, index: int, value: Any, form: Any) -> None:
    match value:
        case None | "":
            sheet.write_blank(row, index, None, form)
        case dt.datetime():
            sheet.write_datetime(row, index, value.astimezone(ZONE).replace(tzinfo=None), form)
        case dt.date():
            sheet.write_datetime(row, index, value, form)
        case int():
            sheet.write_number(row, index, value, form)
        case _:
            sheet.write_string(row, index, _fitted(str(value)), form)


def _fitted(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else shorten(text, LONGEST_CELL)


def _about(sheet: Any, about: Iterable[tuple[str, str]], head: Any) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 80)
    for row, (label, value) in enumerate(about):
        sheet.write_string(row, 0, label, head)
        sheet.write_string(row, 1, _fitted(value))
