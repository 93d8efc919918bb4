"""Root causes, joint calls and arbitration for programs: the same actions as on the pages."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status

from xiaohao.escalation import actions, queries
from xiaohao.escalation.models import Call, Root, Summons
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paging import take
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import find
from xiaohao.people.queries import require
from xiaohao.units.queries import named

router = Router(tags=["escalation"])


class RootOut(Schema):
    """A root cause: what was put to which unit, and what it made of it."""

    id: int
    version: int
    title: str
    reason: str
    category: str | None
    found_by: str
    unit: str
    decision: str
    word: str
    problem: str | None
    proposed_at: datetime
    decided_at: datetime | None


class RootWhole(RootOut):
    """A root with its cases, who declined it, and the test behind a proposal of the system.

    `named` are the units at which those below see the root, `others` counts cases out of sight.
    """

    cases: list[str]
    named: list[str]
    others: int
    declined: list[dict[str, Any]]
    scan: dict[str, Any] | None


class RootPage(Schema):
    """A page of roots; `next` is the cursor of the following one, null at the end."""

    items: list[RootOut]
    next: str | None


def _root(root: Root) -> dict[str, Any]:
    return {
        "id": root.pk,
        "version": root.version,
        "title": root.title,
        "reason": root.reason,
        "category": root.category.code if root.category else None,
        "found_by": root.found_by,
        "unit": root.unit.code,
        "decision": root.decision,
        "word": root.word,
        "problem": root.problem.number if root.problem else None,
        "proposed_at": root.proposed_at,
        "decided_at": root.decided_at,
    }


def _whole(root: Root, actor: Actor) -> dict[str, Any]:
    found = queries.cases_of(root, actor)
    return _root(root) | {
        "cases": [link.problem.number for link in found.shown if link.ended_at is None],
        "others": found.others,
        "named": [unit.code for unit, _count in queries.places_named(root)],
        "declined": root.declined,
        "scan": root.scan,
    }


def acting(request: HttpRequest) -> Actor:
    """The token's actor, when it may see the ledger."""
    return require(getattr(request, "actor", None), Permission.SEE_LEDGER)


@router.get("/roots", response=RootPage, summary="List root causes")
def list_roots(
    request: HttpRequest,
    tab: Literal["", "mine", "open", "claimed", "declined", "recalled", "below"] = "",
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Root causes in sight; `mine` are those to decide, `below` those declined below."""
    page = take(queries.listed(acting(request), tab), ("-id",), cursor, size)
    return {"items": [_root(root) for root in page.items], "next": page.next}


@router.get("/roots/{root_id}", response=RootWhole, summary="One root cause")
def get_root(request: HttpRequest, root_id: int) -> dict[str, Any]:
    """A root with its cases and the test behind it."""
    actor = acting(request)
    return _whole(queries.find_root(actor, root_id), actor)


class ClaimIn(Schema):
    """A claim; `unit` is who mends it, the claiming unit itself when left out."""

    version: int
    title: str = ""
    text: str = ""
    unit: str | None = None
    deadline: date | None = None


@router.post("/roots/{root_id}/claim", response=RootWhole, summary="Claim a root cause")
def claim_root(request: HttpRequest, root_id: int, body: ClaimIn) -> dict[str, Any]:
    """It becomes a problem of the claiming unit; its cases wait for it."""
    actor = acting(request)
    root = queries.find_root(actor, root_id)
    unit = named(body.unit, within=actor.unit_path) if body.unit else None
    actions.claim(
        root=root,
        by=actor,
        version=body.version,
        title=body.title,
        text=body.text,
        unit=unit,
        deadline=body.deadline,
    )
    return _whole(root, actor)


class DeclineIn(Schema):
    """A refusal with its reason."""

    version: int
    reason: str


@router.post("/roots/{root_id}/decline", response=RootWhole, summary="Decline a root cause")
def decline_root(request: HttpRequest, root_id: int, body: DeclineIn) -> dict[str, Any]:
    """It is not this unit's; the level above sees who said so and why."""
    actor = acting(request)
    root = queries.find_root(actor, root_id)
    actions.decline(root=root, by=actor, reason=body.reason, version=body.version)
    return _whole(root, actor)


class CaseIn(Schema):
    """A problem that stems from the root."""

    number: str


@router.post("/roots/{root_id}/cases", response=RootWhole, summary="Add a case to a root cause")
def add_case(request: HttpRequest, root_id: int, body: CaseIn) -> dict[str, Any]:
    """One more problem waits for this root."""
    actor = acting(request)
    root = queries.find_root(actor, root_id)
    actions.add_case(root=root, by=actor, problem=find(actor, body.number))
    return _whole(root, actor)


class PartIn(CaseIn):
    """A problem that has nothing to do with the root, and why."""

    reason: str


@router.post("/roots/{root_id}/part", response=RootWhole, summary="Part a case from a root cause")
def part_case(request: HttpRequest, root_id: int, body: PartIn) -> dict[str, Any]:
    """The case waits for this root no longer."""
    actor = acting(request)
    root = queries.find_root(actor, root_id)
    key = Problem.id_of(body.number)
    link = queries.links_of(root).filter(problem_id=key or 0, ended_at=None).first()
    if link is None:
        text = _("No such case waits for this root.")
        raise NotFound([Unmet("not_found", text, "number")])
    actions.part(link=link, by=actor, reason=body.reason)
    return _whole(root, actor)


class SummonsOut(Schema):
    """One called department; `standing` follows from the clock at this moment."""

    id: int
    version: int
    unit: str
    standing: str
    answered_at: datetime | None
    comes: bool | None
    answer: str
    arrived_at: datetime | None
    who: str
    grade: str
    grade_words: str


class CallOut(Schema):
    """A joint call with its departments."""

    id: int
    number: str
    version: int
    problem: str
    unit: str
    reason: str
    place: str
    at: datetime
    answer_by: datetime
    on_site_by: datetime
    withdrawn_at: datetime | None
    departments: list[SummonsOut]


class CallPage(Schema):
    """A page of calls; `next` is the cursor of the following one, null at the end."""

    items: list[CallOut]
    next: str | None


def _summons(row: Summons) -> dict[str, Any]:
    names = ("version", "answered_at", "comes", "answer", "arrived_at", "who", "grade",
             "grade_words")  # fmt: skip
    told = {name: getattr(row, name) for name in names}
    return told | {"id": row.pk, "unit": row.unit.code, "standing": row.standing.value}


def _call(call: Call, rows: Sequence[Summons] | None = None) -> dict[str, Any]:
    names = ("number", "version", "reason", "place", "at", "answer_by", "on_site_by",
             "withdrawn_at")  # fmt: skip
    called = call.summonses.select_related("unit", "call").order_by("id") if rows is None else rows
    return {name: getattr(call, name) for name in names} | {
        "id": call.pk,
        "problem": call.problem.number,
        "unit": call.unit.code,
        "departments": [_summons(row) for row in called],
    }


@router.get("/joint-calls", response=CallPage, summary="List joint calls")
def list_calls(
    request: HttpRequest,
    tab: Literal["", "to", "by", "silent"] = "",
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Calls to or by units in sight; `silent` are those with a department that has not answered."""
    page = take(queries.calls_of(acting(request), tab), ("-id",), cursor, size)
    items = [_call(call, list(call.summonses.all())) for call in page.items]
    return {"items": items, "next": page.next}


@router.get("/joint-calls/{call_id}", response=CallOut, summary="One joint call")
def get_call(request: HttpRequest, call_id: int) -> dict[str, Any]:
    """A call and how each department stands now."""
    return _call(queries.find_call(acting(request), call_id))


class CallIn(Schema):
    """Departments to call: by code; `on_site_by` with its time zone."""

    units: list[str]
    reason: str
    place: str = ""
    hours: int = 2
    on_site_by: datetime


@router.post("/problems/{number}/calls", response={201: CallOut}, summary="Call departments")
def make_call(request: HttpRequest, number: str, body: CallIn) -> Status[dict[str, Any]]:
    """The unit that has the problem calls departments to its place."""
    actor = acting(request)
    problem = find(actor, number)
    made = actions.call(
        problem=problem,
        by=actor,
        units=[named(code, "units") for code in dict.fromkeys(body.units)],
        reason=body.reason,
        place=body.place,
        hours=body.hours,
        on_site_by=body.on_site_by,
    )
    return Status(201, _call(made))


@router.post("/joint-calls/{call_id}/withdraw", response=CallOut, summary="Take a joint call back")
def withdraw_call(request: HttpRequest, call_id: int, body: DeclineIn) -> dict[str, Any]:
    """Who has not come need not come any more."""
    actor = acting(request)
    call = queries.find_call(actor, call_id)
    actions.withdraw(made=call, by=actor, reason=body.reason, version=body.version)
    return _call(call)


class AnswerIn(Schema):
    """A department's answer."""

    version: int
    comes: bool
    words: str = ""


@router.post("/summonses/{summons_id}/answer", response=CallOut, summary="Answer a joint call")
def answer_call(request: HttpRequest, summons_id: int, body: AnswerIn) -> dict[str, Any]:
    """The called department says whether it comes."""
    actor = acting(request)
    row = queries.find_summons(actor, summons_id)
    actions.answer(summons=row, by=actor, comes=body.comes, words=body.words, version=body.version)
    return _call(row.call)


class CheckInIn(Schema):
    """Who has come."""

    version: int
    who: str


@router.post("/summonses/{summons_id}/check-in", response=CallOut, summary="Check in on site")
def check_in(request: HttpRequest, summons_id: int, body: CheckInIn) -> dict[str, Any]:
    """The called department is there, now."""
    actor = acting(request)
    row = queries.find_summons(actor, summons_id)
    actions.check_in(summons=row, by=actor, who=body.who, version=body.version)
    return _call(row.call)


class GradeIn(Schema):
    """The caller's grade: `good`, `fair` or `bad`."""

    version: int
    grade: str
    words: str = ""


@router.post("/summonses/{summons_id}/grade", response=CallOut, summary="Grade a department")
def grade_department(request: HttpRequest, summons_id: int, body: GradeIn) -> dict[str, Any]:
    """The caller says what the department's part was worth."""
    actor = acting(request)
    row = queries.find_summons(actor, summons_id)
    actions.grade(summons=row, by=actor, grade=body.grade, words=body.words, version=body.version)
    return _call(row.call)


class Way(Schema):
    """One return: who gave it back, why, and whom it named."""

    unit: str
    reason: str
    better_unit: str | None
    owner_unknown: str | None
    at: datetime


class CaseOut(Schema):
    """A problem in arbitration; its move is `arbitrate`, by a post of the arbiter."""

    number: str
    version: int
    title: str
    arbiter: str
    ways: list[Way]


@router.get("/arbitration", response=list[CaseOut], summary="Problems in arbitration")
def list_arbitration(request: HttpRequest) -> list[dict[str, Any]]:
    """At most 200 problems in sight that wait for the common superior's word, oldest first."""
    rows = queries.cases(acting(request)).order_by("id")[:200]
    return [
        {
            "number": row.number,
            "version": row.version,
            "title": row.title,
            "arbiter": row.arbiter.code if row.arbiter else "",
            "ways": [
                {
                    "unit": way.unit.code,
                    "reason": way.reason,
                    "better_unit": way.better_unit.code if way.better_unit else None,
                    "owner_unknown": way.owner_unknown,
                    "at": way.returned_at,
                }
                for way in row.ways  # type: ignore[attr-defined]
                if way.returned_at
            ],
        }
        for row in rows
    ]
