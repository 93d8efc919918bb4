"""A list of the product as a workbook: what each list has to say, and the page that hands it out.

A list is told once (`Listing`): on which page it is shown, who may read it, where its rows come
from, and its columns. Its link, address, limits and file follow from that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from xiaohao.exchange.lists.back import Back
from xiaohao.exchange.lists.naming import Naming
from xiaohao.exchange.workbook import Column, Table, written
from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, Page, gate
from xiaohao.kernel.acting import Actor, Permission, Role
from xiaohao.kernel.errors import Refused
from xiaohao.people.queries import post_of, roles_granting

MOST_ROWS = 100_000
_AT_ONCE = 500
Rows = QuerySet[Any] | Sequence[Any]  # a sequence only of what is reckoned, such as rates per unit


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a list: its name, its columns, and what of a row's record it shows.

    Attributes:
        name: as people read it.
        columns: see `workbook.Column`; their values are asked of what `of` gives.
        of: from the actor and records, some hundreds at once, to what the columns show; the
            records themselves when left out.
        parts: what of a record takes a row each.
        back: how it comes back; None for one that only goes out.
        stays: why it only goes out, as a sentence to whoever sends it in.
    """

    name: Any
    columns: Sequence[Column]
    of: Callable[[Actor, list[Any]], Iterable[Any]] = lambda _actor, rows: rows
    parts: Callable[[Any], Sequence[Any]] = lambda _thing: ()
    back: Back | None = None
    stays: Any = ""

    @property
    def identifying(self) -> Column:
        """The column by which a row is known when the sheet comes back.

        Raises:
            StopIteration: the sheet only goes out.
        """
        key = self.back.key if self.back else None
        return next(column for column in self.columns if key and column.key == key)

    @property
    def parting(self) -> Column | None:
        """The column by which one of several rows under a record is known."""
        key = self.back.part if self.back else None
        return next((column for column in self.columns if key and column.key == key), None)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that goes out as a workbook.

    Attributes:
        page: URL name of the page on which it is shown; its link stands there.
        name: of the file.
        rows: the records behind the page at the same address, in order, never more than the actor
            may see, or what the page reckons of them; takes the actor, the query, and what the
            page's address holds.
        sheets: see `Sheet`.
        permissions: any one of them, as the page asks for; none for any post in use.
        key: what the page's address holds, e.g. `code`.
    """

    page: str
    name: Any
    rows: Callable[..., Rows]
    sheets: Sequence[Sheet]
    permissions: Sequence[Permission] = ()
    key: str = ""

    @property
    def address(self) -> str:
        """URL name of the workbook."""
        return f"exchange_list_{self.page}"

    def may(self, actor: Actor) -> bool:
        """Whether the actor may have it."""
        return not self.permissions or any(actor.may(one) for one in self.permissions)

    @property
    def readers(self) -> set[Role]:
        """The roles from whose posts it may be had."""
        if not self.permissions:
            return set(Role)
        return {role for one in self.permissions for role in roles_granting(one)}


def page_of(what: Listing) -> Page:
    """The page that hands out a list as a workbook, behind the same gate as the list."""

    @gate(*what.permissions)
    @require_GET
    @never_cache
    def page(request: GatedRequest, **keys: str) -> HttpResponseBase:
        return handed_out(what, request, keys)

    return page


def handed_out(what: Listing, request: GatedRequest, keys: dict[str, str]) -> HttpResponseBase:
    """The workbook.

    Raises:
        Refused: `too_many_rows`, beyond what a sheet is good for.
    """
    get: QueryDict = request.GET
    rows = what.rows(request.actor, get, **keys)
    count = _counted(rows)
    if count > MOST_ROWS:
        text = _("More than %(most)s rows. Narrow the list first.") % {"most": f"{MOST_ROWS:,}"}
        raise Refused.because("too_many_rows", text)
    about = [
        (_("Made on"), f"{localtime(clock.now(), clock.ZONE):%Y-%m-%d %H:%M}"),
        (_("Made from post"), post_of(request.actor)),
        (_("Number of rows"), str(count)),
        (_("Address"), request.get_full_path()),
    ]
    words = {"name": what.name, "day": f"{clock.today():%Y-%m-%d}"}
    name = _("%(name)s-%(day)s.xlsx") % words
    book = book_of(request.actor, what, rows, about)
    return FileResponse(book, as_attachment=True, filename=name)


def _counted(rows: Rows) -> int:
    """How many there are, counted no further than needed to refuse them."""
    return rows.order_by()[: MOST_ROWS + 1].count() if isinstance(rows, QuerySet) else len(rows)


def book_of(actor: Actor, what: Listing, rows: Rows, about: Iterable[tuple[str, str]]) -> IO[bytes]:
    """A list as a workbook in an open temporary file, read from its beginning."""
    naming = Naming(actor)
    tables = [
        Table(
            str(sheet.name),
            naming.columns(sheet.columns),
            _shown(actor, rows, sheet, naming),
            sheet.parts,
        )
        for sheet in what.sheets
    ]
    return written(tables, about)


def _shown(actor: Actor, rows: Rows, sheet: Sheet, naming: Naming) -> Iterator[Any]:
    """What the sheet shows, some hundreds at once; memory does not grow with the list."""
    found = rows.iterator(chunk_size=_AT_ONCE) if isinstance(rows, QuerySet) else iter(rows)
    while some := list(islice(found, _AT_ONCE)):
        things = list(sheet.of(actor, some))
        naming.look_up(sheet.columns, sheet.parts, things)
        yield from things


def words_of(get: QueryDict) -> dict[str, str]:
    """What an address asks for, word by word; of one given twice the last."""
    return {name: str(get[name]) for name in get}


def shown(thing: Any) -> str:
    """A unit as people call it, among words that name no unit; empty for none."""
    return thing.shown if thing else ""


def said(thing: Any) -> str:
    """A thing in its own words; empty for none."""
    return str(thing) if thing else ""


def yes_or_no(value: object) -> str:
    """“yes” or “no”."""
    return _("yes") if value else _("no")
