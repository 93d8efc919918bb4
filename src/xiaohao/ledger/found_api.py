"""Registering what no message brought, for programs; with photos of how it was found."""

from collections.abc import Iterable
from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpRequest
from ninja import File, Form, Schema, Status, UploadedFile

from xiaohao.campaigns import queries as programmes
from xiaohao.kernel.acting import Permission
from xiaohao.ledger import actions
from xiaohao.ledger.api import Whole, acting, router, whole
from xiaohao.ledger.finding import area_of
from xiaohao.ledger.queries import category_of, find, source_of

__all__ = ["router"]  # the ledger's own, with these operations on it


class RegisterIn(Schema):
    """A problem found by an inspection, a visit or a meeting.

    A post that only handles registers what its own unit found, at that unit or below it
    (`place_unit`, a code or a name): its `source` is `self` or `inspection`.
    """

    title: str
    text: str
    source: str = "inspection"
    category: str | None = None
    place: str = ""
    place_unit: str | None = None
    urgent: bool = False
    programme: str | None = None


@router.post("/problems", response={201: Whole}, summary="Register a problem")
def register(request: HttpRequest, body: RegisterIn) -> Status[dict[str, Any]]:
    """Put a problem on the ledger that no citizen's message brought."""
    return _registered(request, body)


@router.post("/problems-with-photos", response={201: Whole}, summary="Register with photos")
def register_with_photos(
    request: HttpRequest,
    body: Annotated[RegisterIn, Form()],
    photos: Annotated[list[UploadedFile], File(...)],
) -> Status[dict[str, Any]]:
    """The same as a form, with photos of how it was found; all of it comes in, or nothing."""
    return _registered(request, body, [(p.name or "", cast("BinaryIO", p.file)) for p in photos])


def _registered(
    request: HttpRequest, body: RegisterIn, photos: Iterable[tuple[str, BinaryIO]] = ()
) -> Status[dict[str, Any]]:
    may = getattr(request, "actor", None)
    handles = may is not None and not may.may(Permission.REGISTER)
    actor = acting(request, Permission.HANDLE if handles else Permission.REGISTER)
    problem = actions.register_found(
        by=actor,
        title=body.title,
        text=body.text,
        source=source_of(body.source),
        category=category_of(body.category),
        place=body.place,
        place_unit=area_of(actor, body.place_unit),
        urgent=body.urgent,
        programme=programmes.find(actor, body.programme) if body.programme else None,
        channel="api",
        photos=photos,
    )
    return Status(201, whole(find(actor, problem.number), actor))
