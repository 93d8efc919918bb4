"""Lists of the ledger for programs: totals, saved views, field history, many moves at once."""

from datetime import date
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from xiaohao.campaigns import queries as programmes
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, Forbidden, NotFound, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.kernel.told import FieldChange, told
from xiaohao.ledger import actions
from xiaohao.ledger.history import FIELDS, field_history
from xiaohao.ledger.models import View
from xiaohao.ledger.narrowing import filters_of
from xiaohao.ledger.programme_history import programme_history
from xiaohao.ledger.queries import LOOKING, empty_units, find, told_of_empty
from xiaohao.ledger.totals import totals
from xiaohao.people.queries import require

router = Router(tags=["ledger"])
MOST_AT_ONCE = 200
UNITS_AT_ONCE = 100


def acting(request: HttpRequest) -> Actor:
    """The token's actor, when it may see the ledger."""
    return require(getattr(request, "actor", None), Permission.SEE_LEDGER)


class TotalOut(Schema):
    """One total of a list: how many problems, and the parameters that narrow the list to them."""

    key: str
    label: str
    count: int
    query: dict[str, str | list[str]]


@router.get("/ledger/totals", response=list[TotalOut], summary="Totals of a list")
def list_totals(request: HttpRequest) -> list[dict[str, Any]]:
    """Counts for exactly what the parameters narrow the ledger to, as on its page."""
    actor = acting(request)
    found = totals(actor, filters_of(actor, request.GET))
    return [
        {"key": t.key, "label": t.label, "count": t.count, "query": dict(t.query)} for t in found
    ]


class UnattendedOut(Schema):
    """A unit with open problems and nobody in post; `since` when, null where that is not known."""

    code: str
    name: str
    problems: int
    late: int
    since: date | None


class UnattendedPage(Schema):
    """Such units, those with most open problems first; `next` is the cursor of the next page."""

    items: list[UnattendedOut]
    next: str | None


@router.get("/ledger/unattended", response=UnattendedPage, summary="Units with nobody in post")
def list_unattended(request: HttpRequest, cursor: str | None = None) -> dict[str, Any]:
    """Units of the post's area that have open problems and nobody in post."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not any(actor.may(permission) for permission in LOOKING):
        actor = acting(request)
    page = take(empty_units(actor), ("-lying", "code"), cursor, UNITS_AT_ONCE)
    return {
        "items": [
            {
                "code": one.unit.code,
                "name": one.unit.name,
                "problems": one.problems,
                "late": one.late,
                "since": one.since,
            }
            for one in told_of_empty(page.items)
        ],
        "next": page.next,
    }


class ViewOut(Schema):
    """A saved view: the parameters of a list under a name."""

    id: int
    version: int
    name: str
    query: str
    shared: bool


class ViewIn(Schema):
    """A view to save."""

    name: str
    query: str = ""
    shared: bool = False


class ViewChange(Schema):
    """What to change of a view, and the version seen."""

    version: int
    name: str | None = None
    query: str | None = None
    shared: bool | None = None


def _view(actor: Actor, key: int) -> View:
    view = View.objects.seen_by(actor).filter(pk=key).first()
    if view is None:
        raise NotFound([Unmet("not_found", _("There is no such view."))])
    return view


@router.get("/ledger/views", response=list[ViewOut], summary="Saved views")
def list_views(request: HttpRequest) -> list[View]:
    """One's own at this post, and those shared at its unit."""
    return list(View.objects.seen_by(acting(request)).order_by("id"))


@router.post("/ledger/views", response={201: ViewOut}, summary="Save a view")
def save_view(request: HttpRequest, body: ViewIn) -> Status[View]:
    """Keep filters, columns and order under a name, for oneself or for the unit."""
    return Status(201, actions.save_view(by=acting(request), **body.dict()))


@router.patch("/ledger/views/{view}", response=ViewOut, summary="Change a view")
def change_view(request: HttpRequest, view: int, body: ViewChange) -> View:
    """Rename it, let it stand for another list, share it or take it back."""
    actor = acting(request)
    return actions.change_view(by=actor, view=_view(actor, view), **body.dict())


@router.delete("/ledger/views/{view}", response={204: None}, summary="Remove a view")
def remove_view(request: HttpRequest, view: int) -> Status[None]:
    """Take a view away; the problems it showed are not touched."""
    actor = acting(request)
    actions.remove_view(by=actor, view=_view(actor, view))
    return Status(204, None)


class ChangeOut(FieldChange):
    """One change of one field; raw values as on the trail, the others in words."""

    raw_before: Any
    raw_after: Any


@router.get("/problems/{number}/history", response=list[ChangeOut], summary="Changes of each field")
def history(
    request: HttpRequest,
    number: str,
    field: Annotated[str, Query(description=f"One of {', '.join(FIELDS)}, or measure.ID")] = "",
) -> list[dict[str, Any]]:
    """Who changed which field when, from what to what; newest first."""
    return told(field_history(find(acting(request), number), field))


@router.get(
    "/programmes/{code}/history",
    response=list[FieldChange],
    summary="Changes of each field of a programme",
)
def programme_changes(request: HttpRequest, code: str, field: str = "") -> list[dict[str, Any]]:
    """Who changed which field of a programme and of its plan; newest first."""
    return told(programme_history(programmes.find(acting(request), code)), field)


class ChosenIn(Schema):
    """A problem and the version of it that was seen."""

    number: str
    version: int


class BulkIn(Schema):
    """One move of many problems, with the inputs that are the same for all."""

    move: str
    problems: Annotated[list[ChosenIn], Field(min_length=1, max_length=MOST_AT_ONCE)]
    dry_run: bool = True
    unit: str | None = None
    deadline: str | None = None
    reason: str | None = None
    note: str | None = None
    into: str | None = None
    category: str | None = None


class Said(Schema):
    """One unmet requirement."""

    code: str
    message: str
    field: str | None


class RowOut(Schema):
    """What became (or would become) of one problem: `will`, `done`, `stale` or `refused`."""

    number: str
    outcome: str
    errors: list[Said]


class BulkOut(Schema):
    """What became (or would become) of each, in the order given."""

    dry_run: bool
    move: str
    counts: dict[str, int]
    problems: list[RowOut]


@router.post("/problems/bulk", response=BulkOut, summary="Make one move of many problems")
def bulk(request: HttpRequest, body: BulkIn) -> dict[str, Any]:
    """Look first (`dry_run`, the default), then do: each problem whole or not at all.

    A problem that moved on since the version given is `stale`, one with unmet requirements is
    `refused`; the others are done. At most 200 problems.
    """
    actor = acting(request)
    if body.move not in dict(actions.offered_moves(actor)):
        text = _("Your post may not ask “%(move)s” of many problems.") % {"move": body.move}
        raise Forbidden([Unmet("not_permitted", text, "move")])
    given = body.dict(exclude={"move", "problems", "dry_run"}, exclude_none=True)
    work = _would if body.dry_run else _does
    rows = [work(actor, body.move, one, given) for one in body.problems]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    return {"dry_run": body.dry_run, "move": body.move, "counts": counts, "problems": rows}


def _would(actor: Actor, move: str, one: ChosenIn, given: dict[str, Any]) -> dict[str, Any]:
    try:
        problem = find(actor, one.number)
    except NotFound as missing:
        return _row(one, "refused", missing.unmet)
    seen = {problem.pk: one.version}
    preview = actions.look(by=actor, move=move, problems=[problem], given=given, versions=seen)
    barred = [(v.stale, v.unmet) for v in preview.will_not]
    for stale, unmet in barred:
        return _row(one, "stale" if stale else "refused", [*unmet, *preview.trouble])
    return _row(one, "refused" if preview.trouble else "will", preview.trouble)


def _does(actor: Actor, move: str, one: ChosenIn, given: dict[str, Any]) -> dict[str, Any]:
    try:
        with transaction.atomic():
            actions.made(by=actor, number=one.number, move=move, version=one.version, given=given)
    except Stale as late:
        return _row(one, "stale", late.unmet)
    except Answer as refused:
        return _row(one, "refused", refused.unmet)
    return _row(one, "done", ())


def _row(one: ChosenIn, outcome: str, unmet: Any) -> dict[str, Any]:
    said = [{"code": u.code, "message": str(u.message), "field": u.field} for u in unmet]
    return {"number": one.number, "outcome": outcome, "errors": said}
