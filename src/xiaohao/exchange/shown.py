"""A list of the ledger exactly as it is shown: the same rows, columns and order, as a file."""

import csv
import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from xiaohao.exchange.rules.alike import kept_text
from xiaohao.exchange.workbook import Column, Table, written
from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.queries import shown
from xiaohao.people.queries import post_of

if TYPE_CHECKING:
    from xiaohao.ledger.queries import Shown

MOST_ROWS = 100_000
BOM = "\ufeff"  # by which Excel knows UTF-8


class _Echo:
    """A file that gives back what is written to it, so that rows can be streamed."""

    def write(self, value: str) -> str:
        """The line itself."""
        return value


@gate(Permission.SEE_LEDGER)
def exchange_shown(request: GatedRequest, form: str) -> HttpResponseBase:
    """The list at the same query as `form`: `xlsx` or `csv`.

    Raises:
        Refused: `too_many_rows`, beyond what a sheet is good for.
    """
    found = shown(request.actor, request.GET)
    count = found.problems.order_by()[: MOST_ROWS + 1].count()
    if count > MOST_ROWS:
        text = _("More than %(most)s problems. Narrow them by state, unit or category first.")
        raise Refused.because("too_many_rows", text % {"most": f"{MOST_ROWS:,}"})
    day = f"{clock.today():%Y-%m-%d}"
    if form == "csv":
        name = _("ledger-%(day)s.csv") % {"day": day}
        return StreamingHttpResponse(
            _lines(found),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": content_disposition_header(True, name) or ""},  # noqa: FBT003
        )
    about = [
        (_("Made on"), f"{localtime(clock.now(), clock.ZONE):%Y-%m-%d %H:%M}"),
        (_("Made from post"), post_of(request.actor)),
        (_("Number of problems"), str(count)),
        (_("Address"), request.get_full_path()),
    ]
    book = written([Table(_("Ledger"), _columns(found), found.rows())], about)
    name = _("ledger-%(day)s.xlsx") % {"day": day}
    return FileResponse(book, as_attachment=True, filename=name)


def _columns(found: "Shown") -> list[Column]:
    number = Column(pgettext("column", "Number"), 16, lambda row: row[0])
    return [
        number,
        *(
            Column(head, width, partial(_nth, index), form)
            for index, (head, width, form) in enumerate(found.shapes())
        ),
    ]


def _nth(index: int, row: tuple[str, list[Any]]) -> Any:
    return row[1][index]


def _lines(found: "Shown") -> Iterator[str]:
    """The list as comma-separated lines; text that a spreadsheet would run is kept text."""
    writer = csv.writer(_Echo())
    yield BOM + str(
        writer.writerow(
            [pgettext("column", "Number"), *(str(head) for head, *_x in found.shapes())]
        )
    )
    for number, values in found.rows():
        yield str(writer.writerow([number, *map(_cell, values)]))


def _cell(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return f"{localtime(value, clock.ZONE):%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return kept_text(value)
    return "" if value is None else value
