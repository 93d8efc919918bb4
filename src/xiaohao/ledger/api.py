"""The ledger for programs: the same gates, moves and sentences as on the pages."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Query, Router, Schema, Status, UploadedFile

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.kernel.paging import take
from xiaohao.ledger import actions, scheduling
from xiaohao.ledger.models import Channel, Measure, Problem, State, Track
from xiaohao.ledger.queries import (
    Filters,
    Offer,
    category_of,
    find,
    listed,
    offers,
)
from xiaohao.ledger.turn import refer_by, reporting
from xiaohao.people.queries import require

router = Router(tags=["ledger"])


class Listed(Schema):
    """One row of the ledger."""

    number: str
    version: int
    state: str
    title: str
    unit: str | None
    unit_name: str | None
    category: str | None
    programme: str | None
    track: str
    deadline: date | None
    overdue: bool
    urgent: bool
    reporters: int
    registered_at: datetime
    closed_at: datetime | None
    closing: str


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


class SlotOut(Schema):
    """When a measure can take place: the latest days counted back from the end, the earliest ones.

    `slack` in working days; below zero by as many as are lacking.
    """

    start: date
    end: date
    first_start: date
    first_end: date
    slack: int
    critical: bool


class SlipOut(Schema):
    """How a measure slips, and by how many working days.

    `why`: `done_late`, `overdue`, `cannot` (by its latest day), `held_up` (what it waits for lets
    it end after its deadline at the earliest), `promised_late` (after its latest day).
    """

    why: str
    days: int


class MeasureOut(Schema):
    """One measure; `after` holds the ids of those it waits for, `days` its working days."""

    id: int
    round: int
    text: str
    owner: str
    deadline: date
    days: int
    after: list[int]
    done_at: datetime | None
    dropped_at: datetime | None
    evidence: int
    slot: SlotOut | None
    slip: SlipOut | None


class Whole(Listed):
    """A problem with its measures and what may be done next.

    `refer_by` is the day by which it is to be handed on, while nobody has it; `reported_by` are the
    posts that may report it fixed, while it is under way.
    """

    text: str
    place: str
    channel: str
    source: str
    round: int
    returns: int
    extensions: int
    merged_into: str | None
    lead: str | None
    partners: list[str]
    due: date | None
    refer_by: date | None
    reported_by: list[str]
    measures: list[MeasureOut]
    moves: list[OfferOut]


def _row(problem: Problem) -> dict[str, Any]:
    return {
        "number": problem.number,
        "version": problem.version,
        "state": problem.state,
        "title": problem.title,
        "unit": problem.unit.code if problem.unit else None,
        "unit_name": problem.unit.name if problem.unit else None,
        "category": problem.category.code if problem.category else None,
        "programme": problem.programme.code if problem.programme else None,
        "track": problem.track,
        "deadline": problem.deadline,
        "overdue": problem.is_overdue(clock.today()),
        "urgent": problem.urgent,
        "reporters": problem.reporters,
        "registered_at": problem.registered_at,
        "closed_at": problem.closed_at,
        "closing": problem.closing,
    }


def _said(unmet: Unmet) -> dict[str, Any]:
    return {"code": unmet.code, "message": str(unmet.message), "field": unmet.field}


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "move": offer.move.name,
        "label": offer.label,
        "allowed": offer.allowed,
        "inputs": list(offer.move.inputs),
        "unmet": [_said(u) for u in offer.unmet],
        "missing": [_said(u) for u in offer.missing],
    }


def whole(problem: Problem, actor: Actor) -> dict[str, Any]:
    """A problem as `Whole` shows it, to this actor."""
    into = problem.merged_into
    helps = problem.cooperations.filter(until=None)
    return _row(problem) | {
        "text": problem.text,
        "place": problem.place,
        "channel": problem.channel,
        "source": problem.source,
        "round": problem.round,
        "returns": problem.returns,
        "extensions": problem.extensions,
        "merged_into": into.number if into else None,
        "lead": problem.lead.code if problem.lead else None,
        "partners": list(helps.order_by("id").values_list("unit__code", flat=True)),
        "due": problem.due,
        "refer_by": refer_by(problem),
        "reported_by": reporting(problem) if problem.state == State.IN_PROGRESS else [],
        "measures": _measures(problem),
        "moves": [_offer(offer) for offer in offers(problem, actor)],
    }


def _measures(problem: Problem) -> list[dict[str, Any]]:
    rows = list(problem.measures.prefetch_related("evidence").order_by("id"))
    lanes = {lane.measure.pk: lane for lane in scheduling.lanes(problem, rows)}
    return [measure_out(row, lanes.get(row.pk)) for row in rows]


def measure_out(row: Measure, lane: scheduling.Lane | None) -> dict[str, Any]:
    """A measure as programs read it; its evidence has been fetched."""
    apart = {"evidence", "slot", "slip"}
    plain = {name: getattr(row, name) for name in MeasureOut.model_fields if name not in apart}
    return plain | {
        "evidence": len(row.evidence.all()),
        "slot": asdict(lane.slot) if lane and lane.slot else None,
        "slip": asdict(lane.slip) if lane and lane.slip else None,
    }


def acting(request: HttpRequest, permission: Permission = Permission.SEE_LEDGER) -> Actor:
    """The token's actor, when it grants `permission`."""
    return require(getattr(request, "actor", None), permission)


class Drive(Schema):
    """Narrowing to a programme, a way of fixing (`ledger`, `spot`), or what one helps with.

    `verified_by` is the code of a post on whose check the present round of fixing stands.
    """

    programme: str = ""
    track: str = ""
    cooperating: bool = False
    verified_by: str = ""


NO_DRIVE = Drive()


@router.get("/problems", response=Page, summary="List problems")
def list_problems(
    request: HttpRequest,
    state: Annotated[list[str], Query(default_factory=list)],
    unit: str = "",
    overdue: bool = False,  # noqa: FBT001, FBT002
    q: str = "",
    category: str = "",
    channel: str = "",
    drive: Annotated[Drive, Query()] = NO_DRIVE,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Problems the token's post may see, newest first; `state` may be given several times.

    A state, channel, category or way of fixing that there is none of is refused, not passed over.
    """
    _known("state", state, [*State, "open"])
    _known("channel", [channel] if channel else [], Channel.values)
    _known("track", [drive.track] if drive.track else [], Track.values)
    category_of(category)
    filters = Filters(
        unit=unit,
        states=state,
        overdue=overdue,
        q=q,
        category=category,
        channel=channel,
        **drive.dict(),
    )
    page = take(listed(acting(request), filters), ("-id",), cursor, size)
    return {"items": [_row(problem) for problem in page.items], "next": page.next}


def _known(name: str, typed: Sequence[str], known: Sequence[str]) -> None:
    strange = [one for one in typed if one not in known]
    if strange:
        text = _("There is no “%(word)s”. Known are: %(known)s.")
        told = {"word": strange[0][:40], "known": ", ".join(known)}
        raise Refused.because("no_such_word", text % told, name)


@router.get("/problems/{number}", response=Whole, summary="One problem")
def get_problem(request: HttpRequest, number: str) -> dict[str, Any]:
    """A problem with its measures, and every move of its state: allowed or why not."""
    actor = acting(request)
    return whole(find(actor, number), actor)


class MeasureIn(Schema):
    """One measure to lay down.

    `days` are working days. `after` names what must be done first by its number: those of the
    present round that stand count from 1 in their order, then those of this list. A deadline left
    out is scheduled back from the problem's `due`.
    """

    text: str = ""
    owner: str = ""
    deadline: str = ""
    days: int = 1
    after: list[int] = []


class MoveIn(Schema):
    """A move, the version seen, and the inputs that the move takes (see `moves` of a problem).

    To amend a measure, name it in `measure` and give what is to become another; `after` holds ids
    of measures here, and an empty `deadline` is scheduled back from the problem's `due`.
    `assign` takes the codes of a programme, of the post that leads and of the units that help,
    `correct` what is to become another: what is left out stays, an empty one is taken away.
    """

    move: str
    version: int
    unit: str | None = None
    better_unit: str | None = None
    owner_unknown: str | None = None
    deadline: str | None = None
    reason: str | None = None
    note: str | None = None
    measures: list[MeasureIn] | None = None
    measure: int | None = None
    text: str | None = None
    done: str | None = None
    owner: str | None = None
    programme: str | None = None
    lead: str | None = None
    partners: list[str] | None = None
    days: int | None = None
    after: list[int] | None = None
    files: list[int] | None = None
    failed: list[int] | None = None
    into: str | None = None
    above: str | None = None
    title: str | None = None
    category: str | None = None
    place: str | None = None
    place_unit: str | None = None
    urgent: bool | None = None


@router.post("/problems/{number}/moves", response=Whole, summary="Make a move")
def make_move(request: HttpRequest, number: str, body: MoveIn) -> dict[str, Any]:
    """200 with the problem; 409 when somebody wrote first; 422 with every unmet requirement."""
    actor = acting(request)
    problem = find(actor, number)
    given = body.dict(exclude={"move", "version"}, exclude_none=True)
    actions.move(problem=problem, move=body.move, by=actor, version=body.version, **given)
    return whole(_after(actor, problem), actor)


def _after(actor: Actor, problem: Problem) -> Problem:
    """The problem as it stands; after a return it may be out of the actor's sight."""
    if Problem.objects.visible_to(actor).filter(pk=problem.pk).exists():
        return find(actor, problem.number)
    problem.refresh_from_db()
    return problem


class UploadOut(Schema):
    """A file kept for a problem; name `id` in the `files` of the next move."""

    id: int
    name: str
    sha256: str
    size: int


@router.post("/problems/{number}/files", response={201: UploadOut}, summary="Upload evidence")
def upload_file(
    request: HttpRequest,
    number: str,
    file: Annotated[UploadedFile, File()],
) -> Status[dict[str, Any]]:
    """Keep a photo or document for this problem (multipart field `file`)."""
    actor = acting(request)
    problem = find(actor, number)
    stream = cast("BinaryIO", file.file)
    row = actions.upload(problem=problem, by=actor, name=file.name or "", stream=stream)
    kept = row.file
    return Status(201, {"id": row.pk, "name": row.name, "sha256": kept.sha256, "size": kept.size})
