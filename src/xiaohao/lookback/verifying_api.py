"""Closings by the post that had verified them, for programs."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paging import take
from xiaohao.lookback import queries
from xiaohao.people.queries import require

router = Router(tags=["look-back"])


class VerifierOut(Schema):
    """A post that verified: `closings` stand struck off on its check, `checked` of them again.

    `false_closings` were found not fixed or reopened before. `share` is their estimated share with
    its 95 % interval; null where there are too few to tell.
    """

    post: str
    title: str
    unit: str
    unit_name: str
    closings: int
    checked: int
    false_closings: int
    share: float | None
    low: float | None
    high: float | None


class VerifiersOut(Schema):
    """A page of posts; `next` is the cursor of the following one."""

    unit: str
    wave: int
    items: list[VerifierOut]
    next: str | None


@router.get("/lookback/verifiers", response=VerifiersOut, summary="Closings by verifying post")
def verifiers(
    request: HttpRequest,
    unit: str = "",
    wave: int = 30,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Of closings of a unit and all below it, by the post that had verified them.

    They rest on the re-checks of the same rounds as the estimates.
    """
    actor = require(getattr(request, "actor", None), Permission.SEE_FIGURES)
    page = take(queries.verifiers(actor, unit[:40], wave), ("code",), cursor, size)
    rows = queries.told_of_verifiers(actor, page.items)
    at = queries.unit_of(actor, unit[:40])
    return {"unit": at.code, "wave": wave, "items": [_told(row) for row in rows], "next": page.next}


def _told(row: queries.Verified) -> dict[str, Any]:
    return {
        "post": row.post.code,
        "title": row.post.title,
        "unit": row.post.unit.code,
        "unit_name": row.post.unit.name,
        "closings": row.closings,
        "checked": row.estimate.checked,
        "false_closings": row.estimate.failed,
        "share": row.false_share,
        "low": row.false_low,
        "high": row.false_high,
    }
