"""Service lists and calls for programs: the same gates, moves and sentences as on the pages."""

from datetime import date, datetime
from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpRequest, QueryDict
from ninja import File, Query, Router, Schema, Status, UploadedFile

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.paging import take
from xiaohao.kernel.told import FieldChange, told
from xiaohao.people.queries import require
from xiaohao.services import actions, queries
from xiaohao.services.models import Call, Service, ServiceList

router = Router(tags=["services"])


class ListOut(Schema):
    """A service list; `services` in force."""

    id: int
    version: int
    title: str
    year: int
    unit: str
    state: str
    services: int


class ListPage(Schema):
    """A page of lists; `next` is the cursor of the following one, null at the end."""

    items: list[ListOut]
    next: str | None


class ServiceOut(Schema):
    """A promise; `days` are working days, 0 on the spot. Numbers count the calls in sight.

    `mean` is null for fewer than five grades.
    """

    id: int
    version: int
    number: int
    measure: str
    title: str
    what: str
    audience: str
    department: str
    post: str | None
    days: int
    bring: str
    withdrawn_at: datetime | None
    withdrawn_reason: str
    calls: int
    delivered: int
    in_time: int
    late: int
    declined: int
    graded: int
    ungraded: int
    failed: int
    mean: float | None


class ListWhole(ListOut):
    """A list with everything on it."""

    promises: list[ServiceOut]


def acting(request: HttpRequest) -> Actor:
    """The token's actor, when it may see the ledger."""
    return require(getattr(request, "actor", None), Permission.SEE_LEDGER)


def _list(row: ServiceList, services: int) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": row.version,
        "title": row.title,
        "year": row.year,
        "unit": row.unit.code,
        "state": row.state,
        "services": services,
    }


_SAME = (
    "version", "number", "title", "what", "audience", "days", "bring", "withdrawn_at",
    "withdrawn_reason",
)  # fmt: skip
_NUMBERS = (
    "calls", "delivered", "in_time", "late", "declined", "graded", "ungraded", "failed", "mean",
)  # fmt: skip


def _services(actor: Actor, rows: list[Service]) -> list[dict[str, Any]]:
    counted = queries.numbers_by_service(Call.objects.visible_to(actor), [r.pk for r in rows])
    return [
        {name: getattr(row, name) for name in _SAME}
        | {name: getattr(counted[row.pk], name) for name in _NUMBERS}
        | {
            "id": row.pk,
            "measure": row.measure.title,
            "department": row.department.code,
            "post": row.post.code if row.post else None,
        }
        for row in rows
    ]


@router.get("/services", response=ListPage, summary="List service lists")
def list_lists(
    request: HttpRequest,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Published and closed lists, and drafts of the token's office, newest first."""
    page = take(queries.lists_of(acting(request)), ("-id",), cursor, size)
    items = [_list(row, row.promised) for row in page.items]  # type: ignore[attr-defined]
    return {"items": items, "next": page.next}


@router.get("/services/{service_list}", response=ListWhole, summary="One service list")
def get_list(request: HttpRequest, service_list: int) -> dict[str, Any]:
    """A list with its services, and what became of the calls in sight."""
    actor = acting(request)
    row = queries.find_list(actor, service_list)
    rows = list(row.services.select_related("measure", "department", "post").order_by("number"))
    in_force = sum(one.withdrawn_at is None for one in rows)
    return _list(row, in_force) | {"promises": _services(actor, rows)}


class Said(Schema):
    """One unmet requirement."""

    code: str
    message: str
    field: str | None


class OfferOut(Schema):
    """A move of the present state: allowed, or why not; `missing` must be given with it."""

    move: str
    label: str
    allowed: bool
    inputs: list[str]
    unmet: list[Said]
    missing: list[Said]


class CallOut(Schema):
    """A call for a service; for whom it is, is not told here."""

    number: str
    version: int
    service: int
    service_title: str
    department: str
    caller: str
    needed: str
    named: bool
    called_at: datetime
    due: date
    late: bool
    state: str
    round: int
    word: str
    delivered_on: date | None
    grade_by: date | None
    ungraded: bool
    grade: int | None


class CallPage(Schema):
    """A page of calls; `next` is the cursor of the following one, null at the end."""

    items: list[CallOut]
    next: str | None


class CallWhole(CallOut):
    """A call with what may be done next; `problem` where it stands on the ledger."""

    problem: str | None
    moves: list[OfferOut]


_OF_CALL = (
    "number", "version", "needed", "called_at", "due", "state", "round", "word", "delivered_on",
    "grade_by", "grade",
)  # fmt: skip


def _call(call: Call) -> dict[str, Any]:
    today = clock.today()
    return {name: getattr(call, name) for name in _OF_CALL} | {
        "service": call.service_id,
        "service_title": call.service.title,
        "department": call.department.code,
        "caller": call.caller.code,
        "named": call.is_named,
        "late": call.is_late(today),
        "ungraded": call.is_ungraded(today),
    }


def _said(unmet: Unmet) -> dict[str, Any]:
    return {"code": unmet.code, "message": str(unmet.message), "field": unmet.field}


def _offer(offer: queries.Offer) -> dict[str, Any]:
    return {
        "move": offer.move.name,
        "label": offer.label,
        "allowed": offer.allowed,
        "inputs": list(offer.move.inputs),
        "unmet": [_said(one) for one in offer.unmet],
        "missing": [_said(one) for one in offer.missing],
    }


def _whole(call: Call, actor: Actor) -> dict[str, Any]:
    return _call(call) | {
        "problem": call.problem.number if call.problem else None,
        "moves": [_offer(offer) for offer in queries.offers(call, actor)],
    }


@router.get("/service-calls", response=CallPage, summary="List calls for services")
def list_calls(
    request: HttpRequest,
    tab: str = "",
    which: str = "",
    service: int | None = None,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Calls in sight, newest first.

    `tab` is `to`, `by` or `declined`; `which` is `waiting`, `late`, `delivered`, `in_time`,
    `ungraded`, `graded`, `failed`, `declined` or `withdrawn`.
    """
    words = QueryDict(mutable=True)
    words.update({"tab": tab, "which": which})
    if service is not None:
        words["service"] = str(service)
    page = take(queries.calls_of(acting(request), words), ("-id",), cursor, size)
    return {"items": [_call(call) for call in page.items], "next": page.next}


class CallIn(Schema):
    """A call: what is needed, and on whose behalf (sealed) when it is not for the unit itself."""

    needed: str
    who: str = ""


@router.post(
    "/services/of/{service}/calls", response={201: CallWhole}, summary="Call for a service"
)
def make_call(request: HttpRequest, service: int, body: CallIn) -> Status[dict[str, Any]]:
    """201 with the call; 422 with everything that stands in the way."""
    actor = acting(request)
    row = queries.find_service(actor, service)
    made = actions.call(service=row, by=actor, needed=body.needed, who=body.who)
    return Status(201, _whole(queries.find_call(actor, made.number), actor))


@router.get("/service-calls/{service_call}", response=CallWhole, summary="One call for a service")
def get_call(request: HttpRequest, service_call: str) -> dict[str, Any]:
    """A call with every move: allowed or why not."""
    actor = acting(request)
    return _whole(queries.find_call(actor, service_call), actor)


@router.get(
    "/service-calls/{service_call}/history",
    response=list[FieldChange],
    summary="Changes of each field of a service call",
)
def call_history(request: HttpRequest, service_call: str, field: str = "") -> list[dict[str, Any]]:
    """Who set which field when; newest first."""
    return told(queries.call_history(queries.find_call(acting(request), service_call)), field)


class ServiceMoveIn(Schema):
    """A move, the version seen, and the inputs that the move takes (see `moves` of a call)."""

    move: str
    version: int
    reason: str | None = None
    note: str | None = None
    words: str | None = None
    grade: int | None = None
    files: list[int] | None = None


@router.post(
    "/service-calls/{service_call}/moves", response=CallWhole, summary="Make a move of a call"
)
def make_move(request: HttpRequest, service_call: str, body: ServiceMoveIn) -> dict[str, Any]:
    """200 with the call; 409 when somebody wrote first; 422 with every unmet requirement."""
    actor = acting(request)
    row = queries.find_call(actor, service_call)
    given = body.dict(exclude={"move", "version"}, exclude_none=True)
    actions.move(call=row, move=body.move, by=actor, version=body.version, **given)
    return _whole(queries.find_call(actor, service_call), actor)


class ServiceFileOut(Schema):
    """A file kept for a call; name `id` in the `files` of the next move."""

    id: int
    name: str
    sha256: str


@router.post(
    "/service-calls/{service_call}/files",
    response={201: ServiceFileOut},
    summary="Upload for a call",
)
def upload_file(
    request: HttpRequest, service_call: str, file: Annotated[UploadedFile, File()]
) -> Status[dict[str, Any]]:
    """Keep a photo or document for this call (multipart field `file`)."""
    actor = acting(request)
    found = queries.find_call(actor, service_call)
    stream = cast("BinaryIO", file.file)
    row = actions.upload(call=found, by=actor, name=file.name or "", stream=stream)
    return Status(201, {"id": row.pk, "name": row.name, "sha256": row.file.sha256})
