"""Household visits for programs. Names of households are never handed out here."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpRequest
from ninja import File, Query, Router, Schema, Status, UploadedFile

from xiaohao.commitments import actions, queries
from xiaohao.commitments.api.entries import acting
from xiaohao.commitments.models import Household, HouseholdNeed, Round
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paging import take
from xiaohao.kernel.told import FieldChange, told

router = Router(tags=["household visits"])


class RoundIn(Schema):
    """A new round of visits."""

    title: str
    unit: str
    deadline: str
    starts: str = ""


class RoundOut(Schema):
    """A round of visits."""

    id: int
    title: str
    unit: str
    starts: date
    deadline: date


class HouseholdOut(Schema):
    """A household without its name."""

    id: int
    version: int
    round: int
    unit: str
    number: str
    named: bool
    visits: int
    needs: int
    visited_on: date | None


class HouseholdPage(Schema):
    """A page of households; `next` is the cursor of the following one."""

    items: list[HouseholdOut]
    next: str | None


class RowIn(Schema):
    """One household to list."""

    number: str
    name: str = ""


class HouseholdsIn(Schema):
    """Households of one unit for the list of a round."""

    unit: str
    rows: list[RowIn]


class ListedOut(Schema):
    """How many households are new on the list, and how many stood there."""

    fresh: int
    there: int


class NeedIn(Schema):
    """A need found, without names; with `refer` the category as which it stands on the ledger.

    Without `category` it is the one of the kind; `supply` and `other` have none of their own.
    """

    kind: str
    text: str
    category: str | None = None


class ReferralIn(Schema):
    """As which category a need goes onto the ledger; without one it is that of its kind."""

    category: str | None = None
    urgent: bool = False


class VisitIn(Schema):
    """A visit."""

    day: str
    situation: list[str]
    note: str = ""
    needs: list[NeedIn] = []
    refer: bool = True
    files: list[int] = []
    version: int | None = None


class NeedOut(Schema):
    """A need and where it stands; `problem` and its `category` where one may see it."""

    id: int
    version: int
    household: int
    kind: str
    text: str
    state: str
    problem: str | None
    category: str | None


class AidIn(Schema):
    """Interim aid; `amount` in yuan, nothing for aid in kind."""

    day: str
    text: str
    amount: str | Decimal | None = None


class AidOut(Schema):
    """Interim aid as noted."""

    id: int
    day: date
    text: str
    amount: Decimal | None


def _round(row: Round) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "unit": row.unit.code,
        "starts": row.starts,
        "deadline": row.deadline,
    }


def _household(row: Household) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": row.version,
        "round": row.round_id,
        "unit": row.unit.code,
        "number": row.number,
        "named": row.is_named,
        "visits": row.visits,
        "needs": row.needs,
        "visited_on": row.visited_on,
    }


def _need(actor: Actor, need: HouseholdNeed) -> dict[str, Any]:
    problem = need.problem
    seen = problem is not None and (
        actor.covers(problem.path) or problem.origin_path.startswith(actor.unit_path)
    )
    return {
        "id": need.pk,
        "version": need.version,
        "household": need.household_id,
        "kind": need.kind,
        "text": need.text,
        "state": need.state,
        "problem": problem.number if problem is not None and seen else None,
        "category": problem.category.code if problem and seen and problem.category else None,
    }


@router.get("/visits/rounds", response=list[RoundOut], summary="List rounds of visits")
def list_rounds(request: HttpRequest) -> list[dict[str, Any]]:
    """The hundred newest rounds that reach the token's post."""
    rows = Round.objects.visible_to(acting(request)).select_related("unit")
    return [_round(row) for row in rows.order_by("-id")[:100]]


@router.post("/visits/rounds", response={201: RoundOut}, summary="Set up a round of visits")
def set_up(request: HttpRequest, body: RoundIn) -> Status[dict[str, Any]]:
    """201 with the round; 422 with what is missing."""
    return Status(201, _round(actions.set_up(by=acting(request), **body.dict())))


@router.post("/visits/rounds/{round_id}/households", response=ListedOut, summary="List households")
def list_households(request: HttpRequest, round_id: int, body: HouseholdsIn) -> dict[str, int]:
    """Put households on the list; those that stand there stay as they are."""
    actor = acting(request)
    rows = [(row.number, row.name) for row in body.rows]
    fresh, there = actions.list_households(
        round_=queries.find_round(actor, round_id), by=actor, unit=body.unit, rows=rows
    )
    return {"fresh": fresh, "there": there}


@router.get("/visits/households", response=HouseholdPage, summary="Households of a round")
def get_households(
    request: HttpRequest,
    unit: str = "",
    round: int | None = None,  # noqa: A002 (the word in the address)
    state: str = "",
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Households in the token's area; `state` is `waiting`, `visited` or `needs`."""
    known = state if state in {"waiting", "visited", "needs"} else ""
    filters = queries.HouseholdFilters(unit=unit, round=round, state=known)
    page = take(queries.households(acting(request), filters), ("id",), cursor, size)
    return {"items": [_household(row) for row in page.items], "next": page.next}


@router.get(
    "/visits/households/{household_id}/history",
    response=list[FieldChange],
    summary="Changes of each field of a household",
)
def household_history(
    request: HttpRequest, household_id: int, field: str = ""
) -> list[dict[str, Any]]:
    """Who changed which field of a household and of its needs; its name is not among them."""
    household = queries.find_household(acting(request), household_id)
    return told(queries.household_history(household), field)


@router.post(
    "/visits/households/{household_id}/visits",
    response={201: list[NeedOut]},
    summary="Note a visit",
)
def visit(request: HttpRequest, household_id: int, body: VisitIn) -> Status[list[dict[str, Any]]]:
    """201 with the needs found; 409 when somebody noted a visit meanwhile."""
    actor = acting(request)
    household = queries.find_household(actor, household_id)
    row = actions.visit(household=household, by=actor, **body.dict())
    found = row.need_rows.select_related("problem__category").order_by("id")
    return Status(201, [_need(actor, need) for need in found])


class PhotoOut(Schema):
    """A photo kept for a household; name `id` in the `files` of the visit that is noted next."""

    id: int
    name: str
    sha256: str
    size: int


@router.post(
    "/visits/households/{household_id}/files",
    response={201: PhotoOut},
    summary="Upload a photo for a visit",
)
def upload_photo(
    request: HttpRequest, household_id: int, file: Annotated[UploadedFile, File()]
) -> Status[dict[str, Any]]:
    """Keep a photo for a visit to this household (multipart field `file`)."""
    actor = acting(request)
    household = queries.find_household(actor, household_id)
    stream = cast("BinaryIO", file.file)
    row = actions.upload_photo(household=household, by=actor, name=file.name or "", stream=stream)
    kept = row.file
    return Status(201, {"id": row.pk, "name": row.name, "sha256": kept.sha256, "size": kept.size})


@router.post(
    "/visits/needs/{need_id}/referral", response=NeedOut, summary="Put a need on the ledger"
)
def refer(request: HttpRequest, need_id: int, body: ReferralIn | None = None) -> dict[str, Any]:
    """The need with the number and category of its problem."""
    actor = acting(request)
    need = queries.find_need(actor, need_id)
    given = body.dict() if body else {}
    return _need(actor, actions.refer_need(need=need, by=actor, **given))


@router.post("/visits/needs/{need_id}/aids", response={201: AidOut}, summary="Note interim aid")
def aid(request: HttpRequest, need_id: int, body: AidIn) -> Status[dict[str, Any]]:
    """201 with the aid as noted."""
    actor = acting(request)
    row = actions.give_aid(need=queries.find_need(actor, need_id), by=actor, **body.dict())
    return Status(201, {"id": row.pk, "day": row.day, "text": row.text, "amount": row.amount})


class WordIn(Schema):
    """What the household says of the fix: `solved`, `partly` or `not`; grades are optional."""

    answer: str
    day: str = ""
    words: str = ""
    response: str = ""
    result: str = ""
    attitude: str = ""


@router.post(
    "/visits/needs/{need_id}/word", response={201: NeedOut}, summary="Note the household's word"
)
def word(request: HttpRequest, need_id: int, body: WordIn) -> Status[dict[str, Any]]:
    """201; “partly” and “not” reopen the problem at once. Not by the unit that answers for it."""
    actor = acting(request)
    need = queries.find_need(actor, need_id)
    given = body.dict()
    grades = {name: given.pop(name) for name in ("response", "result", "attitude")}
    actions.hear(need=need, by=actor, grades=grades, **given)
    return Status(201, _need(actor, queries.find_need(actor, need_id)))
