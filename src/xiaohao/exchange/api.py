"""Sheets in and out for programs: the readings, gates and reports of the pages."""

from typing import Annotated, Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, UploadedFile

from xiaohao.exchange.actions import Report, import_messages
from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.lists.base import handed_out
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.understanding import understand
from xiaohao.kernel.access import GatedRequest
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, NotFound, Unmet
from xiaohao.people.queries import require

router = Router(tags=["sheets"])


class ErrorOut(Schema):
    """Why a row was refused, or what was noticed: where (as the sheet counts) and what."""

    row: int | None
    column: str
    code: str
    message: str


class ReportOut(Schema):
    """What became of a file, or would become of it.

    `imported`, `refused` and `already` are rows, together every row that held anything. Of a ledger
    `claimed_done` counts rows that the sheet calls done (they come in open), `repeated` those that
    repeat one further up; of a list `changed` counts records that became others. `batch` is the
    number of the import; null where nothing was written.
    """

    imported: int
    refused: int
    already: int
    claimed_done: int | None = None
    changed: int | None = None
    repeated: int | None = None
    batch: int | None = None
    errors: list[ErrorOut]


class Options(Schema):
    """How a file is taken."""

    skip_refused: bool = False


class LedgerOptions(Options):
    """How a ledger is taken; `as_proposed` confirms columns that only their content could tell."""

    as_proposed: bool = False


Sheet = Annotated[UploadedFile, File(description="xlsx, xls or csv")]


@router.post("/imports/ledger/preview", response=ReportOut, summary="Look at a ledger")
def preview_ledger(request: HttpRequest, file: Sheet) -> dict[str, Any]:
    """What an import of this ledger would do; nothing is written.

    Columns that only their content could tell are refused with what they were taken for.
    """
    actor = _importing(request, Permission.REGISTER)
    found = understand(actor, _content(file), file.name or "", "file")
    told = (len(found.fresh), found.refused, found.already, found.remarks)
    return _told(Report(*told, claimed=found.claimed, repeated=found.repeated))


@router.post("/imports/ledger", response=ReportOut, summary="Import a ledger")
def bring_ledger(
    request: HttpRequest, file: Sheet, options: Annotated[LedgerOptions, Form()]
) -> dict[str, Any]:
    """Put the problems of a ledger on the ledger: all, or none while a row is refused.

    With `skip_refused` the others come in. The same file again adds nothing.
    """
    actor = _importing(request, Permission.REGISTER)
    given = options.dict()
    return _told(import_ledger(by=actor, source=_content(file), name=file.name or "", **given))


@router.post("/imports/messages", response=ReportOut, summary="Import messages")
def bring_messages(
    request: HttpRequest, file: Sheet, options: Annotated[Options, Form()]
) -> dict[str, Any]:
    """Take citizens' messages in: all, or none while a row is refused."""
    strict = not options.skip_refused
    actor = _importing(request)
    name = file.name or ""
    return _told(import_messages(by=actor, source=_content(file), name=name, strict=strict))


@router.post("/imports/list/preview", response=ReportOut, summary="Look at a list sent back")
def preview_list(request: HttpRequest, file: Sheet) -> dict[str, Any]:
    """What a list's workbook asks for; nothing is written."""
    actor = _known(request)
    found = understand_list(actor, _content(file), file.name or "", "file")
    already = found.same + found.older + found.already
    told = (len(found.fresh), found.refused, already, found.remarks)
    return _told(Report(*told, changed=len(found.changed)))


@router.post("/imports/list", response=ReportOut, summary="Send a list back")
def bring_list(
    request: HttpRequest, file: Sheet, options: Annotated[Options, Form()]
) -> dict[str, Any]:
    """Make the records say what a list's workbook says, with the gate of each row's own page."""
    actor = _known(request)
    given = options.dict()
    return _told(import_list(by=actor, source=_content(file), name=file.name or "", **given))


class ListOut(Schema):
    """A list that goes out as a workbook; `key` is what its address needs, e.g. `code`; else ""."""

    list: str
    name: str
    key: str


@router.get("/exports", response=list[ListOut], summary="Lists that go out as workbooks")
def exports(request: HttpRequest) -> list[dict[str, str]]:
    """Those that this token's post may have."""
    actor = _known(request)
    return [
        {"list": what.page, "name": str(what.name), "key": what.key}
        for what in LISTS.values()
        if what.may(actor)
    ]


@router.get("/exports/{listing}", summary="A list as a workbook")
def export(request: HttpRequest, listing: str, key: str = "") -> HttpResponseBase:
    """The list as an .xlsx file, narrowed by the same words as its page's address.

    `key` is what the address of a list of one thing names (see `GET /exports`).
    """
    actor, what = _known(request), LISTS.get(listing)
    if what is None or not what.may(actor) or bool(what.key) != bool(key):
        raise NotFound([Unmet("not_found", _("There is no such list that you can see."))])
    keys = {what.key: key} if what.key else {}
    return handed_out(what, cast("GatedRequest", request), keys)


def _known(request: HttpRequest) -> Actor:
    """Whoever's token it is: each list, and each row of one, asks for its own permission."""
    actor = cast("GatedRequest", request).actor
    if not actor.permissions:
        raise Forbidden([Unmet("not_permitted", _("Your post does not allow this."))])
    return actor


def _importing(request: HttpRequest, *more: Permission) -> Actor:
    actor = require(getattr(request, "actor", None), Permission.IMPORT)
    for permission in more:
        require(actor, permission)
    return actor


def _content(file: UploadedFile) -> bytes:
    return cast("bytes", file.read())


def _told(report: Report) -> dict[str, Any]:
    return report.as_data() | {"batch": report.batch.pk if report.batch else None}
