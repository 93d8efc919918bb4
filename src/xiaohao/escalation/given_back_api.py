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

    `root` is what became of the unit's word about its root, null where it said none.
    """

    number: str
    title: str
    unit: str
    returned_at: datetime
    reason: str
    better_unit: str | None
    state: str
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
        "returned_at": one.way.returned_at,
        "reason": one.way.reason,
        "better_unit": better.code if better else None,
        "state": problem.state,
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
    """Problems that units in sight gave back, newest first: where each is now, not its content."""
    actor = acting(request)
    page = take(queries.given_back(actor), ("-returned_at", "-id"), cursor, size)
    told = queries.told_of(page.items, actor)
    return {"items": [_given_back(one) for one in told], "next": page.next}
