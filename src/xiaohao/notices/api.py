"""Notices for programs: the same inbox, ladder and following as on the pages."""

from datetime import date, datetime
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paging import take
from xiaohao.ledger.queries import find
from xiaohao.notices import actions, queries
from xiaohao.notices.models import Notice
from xiaohao.notices.queries import Climb
from xiaohao.people.queries import ActingRequest, require

router = Router(tags=["notices"])
SIZE = 100


class NoticeOut(Schema):
    """One notice, about a problem or an entry of a list."""

    id: int
    kind: str
    problem: str | None
    entry: str | None
    words: str
    at: datetime
    read_at: datetime | None


class NoticesOut(Schema):
    """A page of notices, newest first; `next` is the cursor of the following one."""

    items: list[NoticeOut]
    next: str | None


class ReadIn(Schema):
    """Everything up to this notice was read."""

    up_to: int


class CountOut(Schema):
    """How many."""

    count: int


class RungOut(Schema):
    """A rung: `standing` is sent, due, ahead or passed; `to` are codes of posts.

    `reach` is own; above where nobody is in post at the unit and the nearest unit above that has
    somebody is told; nobody where nobody holds such a post.
    """

    rung: str
    day: date
    standing: str
    sent_at: datetime | None
    to: list[str]
    reach: str


class LadderOut(Schema):
    """The ladder of a problem or of an entry of a list; while it rests nobody is reminded."""

    problem: str | None
    entry: str | None
    deadline: date
    overdue: bool
    rests: bool
    rungs: list[RungOut]


class LaddersOut(Schema):
    """A page of ladders, the earliest deadline first."""

    items: list[LadderOut]
    next: str | None


class FollowOut(Schema):
    """Whether the post follows the problem."""

    problem: str
    following: bool


def _actor(request: HttpRequest) -> Actor:
    return require(cast("ActingRequest", request).actor, Permission.SEE_LEDGER)


@router.get("/notices", response=NoticesOut)
def notices(
    request: HttpRequest,
    cursor: str | None = None,
    *,
    unread: bool = False,
) -> dict[str, object]:
    """The notices of the token's post."""
    rows = queries.inbox(_actor(request), unread=unread)
    page = take(rows, ["-id"], cursor, SIZE)
    return {"items": [_notice(row) for row in page.items], "next": page.next}


def _notice(row: Notice) -> dict[str, object]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "problem": row.problem.number if row.problem else None,
        "entry": row.entry.number if row.entry else None,
        "words": queries.told(row),
        "at": row.at,
        "read_at": row.read_at,
    }


@router.post("/notices/read", response=CountOut)
def read(request: HttpRequest, sent: ReadIn) -> dict[str, int]:
    """Mark read every notice up to one."""
    return {"count": actions.mark_all_read(by=_actor(request), up_to=sent.up_to)}


@router.get("/ladder", response=LaddersOut)
def ladders(
    request: HttpRequest, cursor: str | None = None, show: str = "", of: str = ""
) -> dict[str, object]:
    """The ladders of open problems in scope, with `of=lists` those of entries of the lists.

    `show` narrows to `late`, `soon` or `nobody`.
    """
    rows: QuerySet[Any] = (
        queries.entries_on_the_page(_actor(request), show)
        if of == "lists"
        else queries.on_the_page(_actor(request), show)
    )
    page = take(rows, ["deadline", "id"], cursor, SIZE)
    return {"items": [_ladder(one) for one in queries.climbs(page.items)], "next": page.next}


def _ladder(climb: Climb) -> dict[str, object]:
    return {
        "problem": climb.problem.number if climb.problem else None,
        "entry": climb.entry.number if climb.entry else None,
        "deadline": climb.thing.deadline,
        "overdue": climb.overdue,
        "rests": climb.rests,
        "rungs": [
            {
                "rung": one.step.rung.name,
                "day": one.step.day,
                "standing": one.step.standing.value,
                "sent_at": one.at,
                "to": [post.code for post in one.posts],
                "reach": one.reach.value,
            }
            for one in climb.steps
        ],
    }


@router.put("/problems/{number}/follow", response=FollowOut)
def follow(request: HttpRequest, number: str) -> dict[str, object]:
    """Be told of each move of a problem."""
    actor = _actor(request)
    problem = find(actor, number)
    actions.follow(problem=problem, by=actor)
    return {"problem": problem.number, "following": True}


@router.delete("/problems/{number}/follow", response=FollowOut)
def unfollow(request: HttpRequest, number: str) -> dict[str, object]:
    """No longer."""
    actor = _actor(request)
    problem = find(actor, number)
    actions.unfollow(problem=problem, by=actor)
    return {"problem": problem.number, "following": False}
