"""The look-back for programs: the same gates, actions and sentences as on the pages."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paging import take
from xiaohao.ledger.models import Problem
from xiaohao.lookback import actions, queries
from xiaohao.lookback.models import Recheck, Relapse, Round
from xiaohao.lookback.rules import Estimate
from xiaohao.people.queries import require
from xiaohao.units.models import Unit

router = Router(tags=["look-back"])


class RoundOut(Schema):
    """A round: laid, drawn or revealed."""

    key: int
    number: str
    unit: str
    wave: int
    stage: str
    closed_through: date
    count: int
    size: int
    done: int
    without_post: int
    not_fixed: int
    frame_sha256: str
    commitment: str
    laid_at: datetime
    drawn_at: datetime | None


class RoundsOut(Schema):
    """A page of rounds; `next` is the cursor of the following one."""

    items: list[RoundOut]
    next: str | None


class LayIn(Schema):
    """A round to lay: days after closing, how many to draw, the public source if any."""

    wave: int
    size: int
    source: str = ""


class DrawIn(Schema):
    """The value of the public source; empty where the trail's seal is taken."""

    public_value: str = ""


class RecheckOut(Schema):
    """A closing drawn to be checked again."""

    key: int
    version: int
    round: str
    problem: str
    title: str
    unit: str
    category: str | None
    weight: int
    chance: float
    due: date
    post: str | None
    result: str
    note: str
    done_at: datetime | None
    photos: int


class RechecksOut(Schema):
    """A page of re-checks; `next` is the cursor of the following one."""

    items: list[RecheckOut]
    next: str | None


class ResultIn(Schema):
    """What was found: `fixed`, `not_fixed` or `came_back`."""

    version: int
    result: str
    note: str


class AssignIn(Schema):
    """The post that is to check."""

    version: int
    post: str


class RelapseOut(Schema):
    """A problem that came again; `later_title` is null where another unit has it."""

    key: int
    earlier: str
    later: str
    later_title: str | None
    unit: str
    category: str
    place: str
    area: str | None
    closed_at: datetime
    days: int
    found_at: datetime


class RelapsesOut(Schema):
    """A page of relapses, and of how many closings of the post's area one can be recognised."""

    items: list[RelapseOut]
    next: str | None
    closings: int
    recognisable: int


class EstimateOut(Schema):
    """The estimated share of true closings; null where there are too few to tell."""

    key: str
    name: str
    checked: int
    not_fixed: int
    stand_for: float
    share: float | None
    low: float | None
    high: float | None


class OutlookOut(Schema):
    """Estimates at a unit, for the units below it, and by category."""

    unit: str
    wave: int
    rounds_of: str | None
    waiting: int | None
    whole: EstimateOut
    children: list[EstimateOut]
    categories: list[EstimateOut]


def _acting(request: HttpRequest, permission: Permission) -> Actor:
    return require(getattr(request, "actor", None), permission)


def _round(row: Any) -> dict[str, Any]:
    plain = (
        "wave",
        "count",
        "size",
        "done",
        "without_post",
        "frame_sha256",
        "commitment",
        "laid_at",
        "drawn_at",
    )
    return {name: getattr(row, name) for name in plain} | {
        "key": row.pk,
        "number": row.number,
        "unit": row.unit.code,
        "stage": row.stage.value,
        "closed_through": row.last_day,
        "not_fixed": row.false,
    }


def _recheck(row: Recheck) -> dict[str, Any]:
    plain = ("version", "weight", "chance", "due", "result", "note", "done_at")
    return {name: getattr(row, name) for name in plain} | {
        "key": row.pk,
        "round": row.round.number,
        "problem": row.problem.number,
        "title": row.problem.title,
        "unit": row.unit.code,
        "category": row.category.code if row.category else None,
        "post": row.post.code if row.post else None,
        "photos": len(row.photos.all()),
    }


@router.get("/lookback/rounds", response=RoundsOut, summary="List look-back rounds")
def list_rounds(
    request: HttpRequest,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Rounds of the post's area and of its superiors, newest first."""
    page = take(queries.rounds(_acting(request, Permission.SEE_FIGURES)), ("-id",), cursor, size)
    return {"items": [_round(row) for row in page.items], "next": page.next}


@router.get("/lookback/rounds/{round}", response=RoundOut, summary="One look-back round")
def get_round(request: HttpRequest, round: int) -> dict[str, Any]:  # noqa: A002 (its name)
    """A round with its hashes."""
    return _round(queries.find_round(_acting(request, Permission.SEE_FIGURES), round))


@router.get("/lookback/rounds/{round}/proof", summary="The proof of a draw")
def get_proof(request: HttpRequest, round: int) -> dict[str, Any]:  # noqa: A002 (its name)
    """What `xiaohao lookback replay FILE` takes."""
    return queries.proof(queries.find_round(_acting(request, Permission.SEE_FIGURES), round))


@router.get("/lookback/rounds/{round}/frame", summary="The frame file of a round")
def get_frame(request: HttpRequest, round: int) -> HttpResponse:  # noqa: A002 (its name)
    """One line per closed problem: id, weight, code of its facts."""
    found = queries.find_round(_acting(request, Permission.SEE_FIGURES), round)
    return HttpResponse(queries.frame_text(found), content_type="text/plain; charset=utf-8")


@router.post("/lookback/rounds", response={201: RoundOut}, summary="Lay a round")
def lay(request: HttpRequest, body: LayIn) -> Status[dict[str, Any]]:
    """Lay the frame of the next round of the post's unit, and commit to a secret."""
    actor = _acting(request, Permission.LOOK_BACK)
    unit = Unit.objects.get(pk=actor.unit_id)
    made = actions.lay(unit=unit, by=actor, **body.dict())
    return Status(201, _round(queries.find_round(actor, made.pk)))


@router.post("/lookback/rounds/{round}/draw", response=RoundOut, summary="Draw a round")
def draw(request: HttpRequest, round: int, body: DrawIn) -> dict[str, Any]:  # noqa: A002
    """Draw it and deal its re-checks out; 422 while the public value is not known."""
    actor = _acting(request, Permission.LOOK_BACK)
    found: Round = queries.find_round(actor, round)
    actions.draw(round_=found, by=actor, public_value=body.public_value)
    return _round(queries.find_round(actor, round))


@router.get("/lookback/rechecks", response=RechecksOut, summary="List re-checks")
def list_rechecks(
    request: HttpRequest,
    mine: bool = False,  # noqa: FBT001, FBT002
    open: bool = False,  # noqa: A002, FBT001, FBT002
    number: str = "",
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Re-checks the token's post may see: its own, and finished ones of its area."""
    actor = _acting(request, Permission.SEE_LEDGER)
    rows = queries.listed(actor).prefetch_related("photos")
    if mine:
        rows = rows.filter(post_id=actor.post_id)
    if open:
        rows = rows.waiting()
    if number:
        rows = rows.filter(problem_id=Problem.id_of(number) or 0)
    page = take(rows, ("-id",), cursor, size)
    return {"items": [_recheck(row) for row in page.items], "next": page.next}


@router.get("/lookback/rechecks/{recheck}", response=RecheckOut, summary="One re-check")
def get_recheck(request: HttpRequest, recheck: int) -> dict[str, Any]:
    """A re-check."""
    return _recheck(queries.find_recheck(_acting(request, Permission.SEE_LEDGER), recheck))


@router.post(
    "/lookback/rechecks/{recheck}/result", response=RecheckOut, summary="Say what was found"
)
def record(request: HttpRequest, recheck: int, body: ResultIn) -> dict[str, Any]:
    """`not_fixed` reopens the problem; 409 when somebody wrote first."""
    actor = _acting(request, Permission.VERIFY)
    found = queries.find_recheck(actor, recheck)
    actions.record(recheck=found, by=actor, **body.dict())
    return _recheck(queries.find_recheck(actor, recheck))


@router.post(
    "/lookback/rechecks/{recheck}/result-with-photos",
    response=RecheckOut,
    summary="Say what was found, with photos",
)
def record_with_photos(
    request: HttpRequest,
    recheck: int,
    body: Annotated[ResultIn, Form()],
    photos: Annotated[list[UploadedFile], File(...)],
) -> dict[str, Any]:
    """The same as a form with photos from the site; all of it comes in, or nothing."""
    actor = _acting(request, Permission.VERIFY)
    found = queries.find_recheck(actor, recheck)
    files = [(photo.name or "", cast("BinaryIO", photo.file)) for photo in photos]
    actions.record(recheck=found, by=actor, photos=files, **body.dict())
    return _recheck(queries.find_recheck(actor, recheck))


@router.post("/lookback/rechecks/{recheck}/assign", response=RecheckOut, summary="Give to a post")
def assign(request: HttpRequest, recheck: int, body: AssignIn) -> dict[str, Any]:
    """Give a re-check to a post that had no part in the closing."""
    actor = _acting(request, Permission.LOOK_BACK)
    found = queries.find_recheck(actor, recheck)
    post = queries.post_for(actor, found, body.post)
    actions.assign(recheck=found, by=actor, post=post, version=body.version)
    return _recheck(queries.find_recheck(actor, recheck))


@router.get("/lookback/relapses", response=RelapsesOut, summary="List relapses")
def list_relapses(
    request: HttpRequest,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """The same category at the same place within 180 days of a closing, newest first.

    The figure `lookback.relapses` says what the same place is; its rate is taken of the
    `recognisable` closings alone: those with a category and a known place.
    """
    actor = _acting(request, Permission.SEE_LEDGER)
    page = take(queries.relapses(actor, {}), ("-id",), cursor, size)
    found = queries.recognised(Unit.objects.get(pk=actor.unit_id))
    open_ = queries.seen_later(actor, page.items)
    return {
        "items": [_relapse(row, is_seen=row.later_id in open_) for row in page.items],
        "next": page.next,
        "closings": found.closings,
        "recognisable": found.placed,
    }


def _relapse(row: Relapse, *, is_seen: bool) -> dict[str, Any]:
    area = row.earlier.place_unit
    return {
        "key": row.pk,
        "earlier": row.earlier.number,
        "later": row.later.number,
        "later_title": row.later.title if is_seen else None,
        "unit": row.unit.code,
        "category": row.category.code,
        "place": row.earlier.place,
        "area": area.code if area else None,
        "closed_at": row.closed_at,
        "days": row.days,
        "found_at": row.found_at,
    }


@router.get("/lookback/estimates", response=OutlookOut, summary="Estimated true closings")
def estimates(
    request: HttpRequest, unit: str = "", wave: int = 30, category: str = ""
) -> dict[str, Any]:
    """The share of closings that were true, with a 95 % interval, from the re-checks.

    `categories` are those of the first level, each with all that belongs to it; with a `category`,
    the parts of that one.
    """
    actor = _acting(request, Permission.SEE_FIGURES)
    found = queries.outlook(actor, unit[:40], wave, category[:60])
    return {
        "unit": found.unit.code,
        "wave": wave,
        "rounds_of": found.owner.code if found.owner else None,
        "waiting": found.waiting,
        "whole": _told(found.unit.code, found.unit.name, found.whole),
        "children": _rows(found.children),
        "categories": _rows(found.categories),
    }


def _rows(rows: Iterable[queries.Estimated]) -> list[dict[str, Any]]:
    return [_told(row.code, row.name, row.estimate) for row in rows]


def _told(key: str, name: str, found: Estimate) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "checked": found.checked,
        "not_fixed": found.failed,
        "stand_for": found.closings,
        "share": found.share,
        "low": found.low,
        "high": found.high,
    }
