"""The photos of a re-check, for programs: to whoever may see the re-check."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from xiaohao.files.queries import hand_out
from xiaohao.kernel.acting import Permission
from xiaohao.lookback import queries
from xiaohao.people.queries import require

router = Router(tags=["look-back"])


class PhotoOut(Schema):
    """A photo from the site."""

    id: int
    name: str
    sha256: str
    size: int


@router.get(
    "/lookback/rechecks/{recheck}/photos",
    response=list[PhotoOut],
    summary="List the photos of a re-check",
)
def list_photos(request: HttpRequest, recheck: int) -> list[dict[str, Any]]:
    """The photos with which its result was recorded, in their order; at most six."""
    actor = require(getattr(request, "actor", None), Permission.SEE_LEDGER)
    rows = queries.find_recheck(actor, recheck).photos.select_related("file").order_by("id")
    return [
        {"id": row.pk, "name": row.file.name, "sha256": row.file.sha256, "size": row.file.size}
        for row in rows
    ]


@router.get("/lookback/rechecks/{recheck}/photos/{photo}", summary="One photo of a re-check")
def get_photo(request: HttpRequest, recheck: int, photo: int, *, small: bool = False) -> Any:
    """The picture itself, or with `small=1` its thumbnail."""
    actor = require(getattr(request, "actor", None), Permission.SEE_LEDGER)
    found = queries.find_photo(actor, recheck, photo)
    return hand_out(found.file, request=request, thumbnail=small)
