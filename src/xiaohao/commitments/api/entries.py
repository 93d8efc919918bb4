"""Entries of the lists for programs."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpRequest
from ninja import File, Query, Router, Schema, Status, UploadedFile

from xiaohao.commitments import actions, queries
from xiaohao.commitments.models import Entry
from xiaohao.commitments.queries import Offer
from xiaohao.commitments.rules import standing
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.told import FieldChange, told
from xiaohao.ledger.models import Problem
from xiaohao.people.queries import require

router = Router(tags=["lists"])


class Listed(Schema):
    """One entry; money in yuan, quantities with their unit of measure."""

    number: str
    version: int
    list: str
    state: str
    title: str
    unit: str
    unit_name: str
    lead: str
    deadline: date
    overdue: bool
    planned: Decimal
    arrived: Decimal
    spent: Decimal
    promised: Decimal | None
    achieved: Decimal | None
    measure: str
    entered_at: datetime
    done_at: datetime | None


class Page(Schema):
    """A page of rows; `next` is the cursor of the following one, null at the end."""

    items: list[Listed]
    next: str | None


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


class PlanOut(Schema):
    """One version of a plan."""

    number: int
    text: str
    reason: str
    at: datetime


class ShowsOut(Schema):
    """What the list demands at a stage (`nothing`, `file`, `photo`), and whether it is there."""

    stage: str
    demands: str
    there: bool


class Whole(Listed):
    """An entry with its plans and what may be done next; `problem` where one may see it.

    `shows` is empty where the ledger's gate asks for the proofs of its problem.
    """

    text: str
    round: int
    extensions: int
    problem: str | None
    problem_state: str | None
    plans: list[PlanOut]
    shows: list[ShowsOut]
    moves: list[OfferOut]


_SAME = (
    "number", "version", "state", "title", "deadline", "planned", "arrived", "spent", "promised",
    "achieved", "measure", "entered_at", "done_at",
)  # fmt: skip


def _row(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _SAME} | {
        "list": entry.kind,
        "unit": entry.unit.code,
        "unit_name": entry.unit.name,
        "lead": entry.lead.code,
        "overdue": entry.is_overdue(clock.today()),
    }


def said(unmet: Unmet) -> dict[str, Any]:
    """One unmet requirement."""
    return {"code": unmet.code, "message": str(unmet.message), "field": unmet.field}


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "move": offer.move.name,
        "label": offer.label,
        "allowed": offer.allowed,
        "inputs": list(offer.move.inputs),
        "unmet": [said(one) for one in offer.unmet],
        "missing": [said(one) for one in offer.missing],
    }


def _whole(entry: Entry, actor: Actor) -> dict[str, Any]:
    seen = Problem.objects.visible_to(actor)
    problem = seen.filter(pk=entry.problem_id).first() if entry.problem_id else None
    facts = queries.facts_of(entry)
    shows = [] if entry.problem_id else standing(facts)
    return _row(entry) | {
        "text": entry.text,
        "round": entry.round,
        "extensions": entry.extensions,
        "problem": problem.number if problem else None,
        "problem_state": problem.state if problem else None,
        "plans": list(entry.plans.order_by("number").values("number", "text", "reason", "at")),
        "shows": [{"stage": s, "demands": d, "there": there} for s, d, there in shows],
        "moves": [_offer(offer) for offer in queries.offers(entry, actor, facts)],
    }


def acting(request: HttpRequest, permission: Permission = Permission.SEE_LEDGER) -> Actor:
    """The token's actor, when it grants `permission`."""
    return require(getattr(request, "actor", None), permission)


@router.get("/lists", response=Page, summary="List entries of the lists")
def list_entries(
    request: HttpRequest,
    list: str = "",  # noqa: A002 (the word in the address)
    unit: str = "",
    state: str = "",
    lead: str = "",
    overdue: bool = False,  # noqa: FBT001, FBT002
    q: str = "",
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Entries the token's post may see, newest first; `state=open` stands for all open ones."""
    filters = queries.Filters(
        kind=list, unit=unit, state=state, lead=lead, overdue=overdue, q=q[:200]
    )
    page = queries.paged(queries.listed(acting(request), filters), cursor=cursor, size=size)
    return {"items": [_row(entry) for entry in page.items], "next": page.next}


@router.get("/lists/{entry}", response=Whole, summary="One entry of a list")
def get_entry(request: HttpRequest, entry: str) -> dict[str, Any]:
    """An entry with every version of its plan, and every move: allowed or why not."""
    actor = acting(request)
    return _whole(queries.find(actor, entry), actor)


@router.get(
    "/lists/{entry}/history",
    response=list[FieldChange],
    summary="Changes of each field of an entry",
)
def entry_history(request: HttpRequest, entry: str, field: str = "") -> list[dict[str, Any]]:
    """Who changed which field when, from what to what; newest first, its plans among them."""
    return told(queries.entry_history(queries.find(acting(request), entry)), field)


class EntryIn(Schema):
    """A new entry; sums in yuan as text (`17000000`, `1700万`) or as a number."""

    list: str
    title: str
    unit: str = ""
    lead: str = ""
    deadline: str = ""
    text: str = ""
    planned: str | Decimal | None = None
    promised: str | Decimal | None = None
    measure: str = ""
    plan: str = ""


@router.post("/lists", response={201: Whole}, summary="Put an entry on a list")
def enter(request: HttpRequest, body: EntryIn) -> Status[dict[str, Any]]:
    """201 with the entry; 422 with everything that is missing or odd."""
    actor = acting(request, Permission.REGISTER)
    entry = actions.enter(by=actor, kind=body.list, **body.dict(exclude={"list"}))
    return Status(201, _whole(queries.find(actor, entry.number), actor))


class MoveIn(Schema):
    """A move, the version seen, and the inputs that the move takes (see `moves` of an entry)."""

    move: str
    version: int
    plan: str | None = None
    reason: str | None = None
    note: str | None = None
    achieved: str | Decimal | None = None
    planned: str | Decimal | None = None
    arrived: str | Decimal | None = None
    spent: str | Decimal | None = None
    deadline: str | None = None
    lead: str | None = None
    problem: str | None = None
    category: str | None = None
    urgent: bool | None = None
    files: list[int] | None = None


@router.post("/lists/{entry}/moves", response=Whole, summary="Make a move of an entry")
def make_move(request: HttpRequest, entry: str, body: MoveIn) -> dict[str, Any]:
    """200 with the entry; 409 when somebody wrote first; 422 with every unmet requirement."""
    actor = acting(request)
    row = queries.find(actor, entry)
    given = body.dict(exclude={"move", "version"}, exclude_none=True)
    actions.move(entry=row, move=body.move, by=actor, version=body.version, **given)
    return _whole(queries.find(actor, entry), actor)


class UploadOut(Schema):
    """A file kept for an entry; name `id` in the `files` of the next move."""

    id: int
    name: str
    sha256: str
    size: int


@router.post("/lists/{entry}/files", response={201: UploadOut}, summary="Upload for an entry")
def upload_file(
    request: HttpRequest, entry: str, file: Annotated[UploadedFile, File()]
) -> Status[dict[str, Any]]:
    """Keep a photo or document for this entry (multipart field `file`)."""
    actor = acting(request)
    found = queries.find(actor, entry)
    stream = cast("BinaryIO", file.file)
    row = actions.upload(entry=found, by=actor, name=file.name or "", stream=stream)
    kept = row.file
    return Status(201, {"id": row.pk, "name": row.name, "sha256": kept.sha256, "size": kept.size})
