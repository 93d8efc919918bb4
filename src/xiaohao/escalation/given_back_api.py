"""What our units gave back and where it is now, for programs."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from xiaohao.escalation import queries
from xiaohao.escalation.api import acting
from xiaohao.kernel.paging import take

router = Router(tags=["escalation"])


class GivenBackOut(Schema):
    """A problem that a unit gave back, and where it is now.

    `taken_back` says that the office took it back before the unit had accepted it; `returned_at`
    and `reason` are then the office's, and where it is now (`state`, `now`) is null unless the
    problem is in sight. `root` is what became of the unit's word about its root, null where it
    said none.
    """

    number: str
    title: str
    unit: str
    returned_at: datetime
    taken_back: bool
    reason: str
    better_unit: str | None
    state: str | None
    now: str | None
    in_sight: bool
    root: str | None


class GivenBackPage(Schema):
    """A page of what was given back; `next` is the cursor of the following one."""

    items: list[GivenBackOut]
    next: str | None


def _given_back(one: queries.GivenBack) -> dict[str, Any]:
    problem, better = one.way.problem, one.way.better_unit
    return {
        "number": problem.number,
        "title": problem.title,
        "unit": one.way.unit.code,
        "returned_at": one.way.returned_at or one.way.recalled_at,
        "taken_back": one.taken,
        "reason": one.way.reason,
        "better_unit": better.code if better else None,
        "state": problem.state if one.is_seen or not one.taken else None,
        "now": one.now.code if one.now else None,
        "in_sight": one.is_seen,
        "root": one.link.root.decision if one.link else None,
    }


@router.get("/given-back", response=GivenBackPage, summary="List what our units gave back")
def list_given_back(
    request: HttpRequest,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What units in sight gave back or had taken back, newest first; never a problem's content."""
    actor = acting(request)
    page = take(queries.given_back(actor), ("-gone_at", "-id"), cursor, size)
    told = queries.told_of(page.items, actor)
    return {"items": [_given_back(one) for one in told], "next": page.next}
