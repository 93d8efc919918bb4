"""Programmes as their problems tell them, for programs: counts, plan, the three lists."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import Prefetch
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from xiaohao.campaigns import actions as campaigns
from xiaohao.campaigns import queries as programmes
from xiaohao.campaigns.models import Programme
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paging import take
from xiaohao.ledger import actions, drives
from xiaohao.ledger.api import MeasureOut, acting, measure_out
from xiaohao.ledger.models import Measure, Plan

router = Router(tags=["programmes"])


class CountsOut(Schema):
    """The programme's figures in the area of the token's post: found is open and closed."""

    found: int
    spot: int
    open: int
    overdue: int
    closed: int


class Told(Schema):
    """A programme with its counts."""

    code: str
    version: int
    name: str
    name_en: str
    about: str
    origin: str
    unit: str
    lead_unit: str
    final: date
    counts: CountsOut


class PlanOut(Schema):
    """One version of the plan, with the number of problems it was laid down on."""

    number: int
    text: str
    final: date
    problems: int
    at: datetime


class Whole(Told):
    """A programme with every version of its plan, the one in force first."""

    plans: list[PlanOut]


def _told(row: Programme, counts: drives.Counts) -> dict[str, Any]:
    plain = ("code", "version", "name", "name_en", "about", "origin", "final")
    told: dict[str, Any] = {name: getattr(row, name) for name in plain}
    told |= {"unit": row.unit.code, "lead_unit": row.lead_unit.code}
    return told | {"counts": {**asdict(counts), "found": counts.found}}


@router.get("/programmes", response=list[Told], summary="List programmes")
def list_programmes(request: HttpRequest) -> list[dict[str, Any]]:
    """Every programme set up above, at or below the token's unit, oldest first."""
    actor = acting(request)
    rows = list(programmes.known(actor))
    counted = drives.counts(actor, rows)
    return [_told(row, counted.get(row.pk, drives.Counts())) for row in rows]


@router.get("/programmes/{code}", response=Whole, summary="One programme")
def get_programme(request: HttpRequest, code: str) -> dict[str, Any]:
    """A programme, its counts, and its plan in all versions."""
    actor = acting(request)
    return _whole(actor, code)


def _whole(actor: Actor, code: str) -> dict[str, Any]:
    row = programmes.find(actor, code)
    counts = drives.counts(actor, [row]).get(row.pk, drives.Counts())
    return _told(row, counts) | {"plans": [_plan(plan) for plan in drives.plans(row)]}


def _plan(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in PlanOut.model_fields}


class ProgrammeIn(Schema):
    """A programme to set up; `lead_unit` is a code in your area.

    `origin` is `local`, or `central` where nobody stands above the token's unit.
    """

    code: str
    name: str
    name_en: str = ""
    origin: str
    lead_unit: str
    final: date
    about: str = ""


@router.post("/programmes", response={201: Whole}, summary="Set up a programme")
def set_up(request: HttpRequest, body: ProgrammeIn) -> Status[dict[str, Any]]:
    """A special rectification drive that binds the token's unit and all below it."""
    actor = acting(request, Permission.SET_PROGRAMMES)
    row = campaigns.set_up(by=actor, **body.dict())
    return Status(201, _whole(actor, row.code))


class ChangeIn(Schema):
    """What stands after the change, and the version seen."""

    version: int
    name: str
    name_en: str
    lead_unit: str
    final: date
    about: str = ""


@router.put("/programmes/{code}", response=Whole, summary="Change a programme")
def change(request: HttpRequest, code: str, body: ChangeIn) -> dict[str, Any]:
    """200 with the programme; 409 when somebody changed it first."""
    actor = acting(request, Permission.SET_PROGRAMMES)
    campaigns.revise(programme=programmes.find(actor, code), by=actor, **body.dict())
    return _whole(actor, code)


class EntryOut(Schema):
    """One problem in the three lists.

    Problem list: what was found. Responsibility list: unit, lead, helpers, owners. Rectification
    list: measures with their slots and slips, state, closing.
    """

    number: str
    title: str
    source: str
    category: str | None
    place: str
    track: str
    registered_at: datetime
    unit: str | None
    lead: str | None
    partners: list[str]
    owners: list[str]
    deadline: date | None
    measures: list[MeasureOut]
    state: str
    closed_at: datetime | None


class EntriesOut(Schema):
    """A page of entries; `next` is the cursor of the following one, null at the end."""

    items: list[EntryOut]
    next: str | None


@router.get("/programmes/{code}/lists", response=EntriesOut, summary="The three lists")
def get_lists(
    request: HttpRequest,
    code: str,
    unit: str = "",
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Problem, responsibility and rectification list in one: each entry holds all three."""
    actor = acting(request)
    rows = drives.listed(actor, programmes.find(actor, code), unit)
    measures = Measure.objects.prefetch_related("evidence").order_by("id")
    rows = rows.prefetch_related(None).prefetch_related(
        Prefetch("measures", measures), drives.HELPING
    )
    page = take(rows, ("id",), cursor, size)
    return {"items": [_entry(one) for one in drives.entries(page.items)], "next": page.next}


def _entry(entry: drives.Entry) -> dict[str, Any]:
    problem, lanes = entry.problem, {lane.measure.pk: lane for lane in entry.lanes}
    plain = ("number", "title", "source", "place", "track", "registered_at", "deadline", "state",
             "closed_at")  # fmt: skip
    return {name: getattr(problem, name) for name in plain} | {
        "category": problem.category.code if problem.category else None,
        "unit": problem.unit.code if problem.unit else None,
        "lead": problem.lead.code if problem.lead else None,
        "partners": [unit.code for unit in entry.helpers],
        "owners": entry.owners,
        "measures": [measure_out(row, lanes.get(row.pk)) for row in problem.measures.all()],
    }


class PlanIn(Schema):
    """A plan, and the number of the version seen (0: none)."""

    text: str
    seen: int | None = None


@router.post("/programmes/{code}/plans", response={201: PlanOut}, summary="Lay down the plan")
def lay_plan(request: HttpRequest, code: str, body: PlanIn) -> Status[dict[str, Any]]:
    """The next version of the plan; 422 while the list of problems is empty."""
    actor = acting(request, Permission.SET_PROGRAMMES)
    programme = programmes.find(actor, code)
    plan = actions.lay_plan(programme=programme, by=actor, text=body.text, seen=body.seen)
    return Status(201, _plan(plan))
