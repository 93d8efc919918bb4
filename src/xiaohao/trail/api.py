"""The seals for programs, so that others can keep them and compare."""

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Router, Schema

from xiaohao.kernel.access import require
from xiaohao.kernel.acting import Permission
from xiaohao.trail.models import Seal
from xiaohao.trail.queries import seals

router = Router(tags=["trail"])


class SealOut(Schema):
    """One day's seal; hashes in hexadecimal."""

    day: date
    first_event: int
    last_event: int
    count: int
    root: str
    previous: str
    hash: str
    sealed_at: datetime

    @staticmethod
    def resolve_root(seal: Seal) -> str:
        """As hexadecimal."""
        return seal.root_hex

    @staticmethod
    def resolve_previous(seal: Seal) -> str:
        """As hexadecimal."""
        return bytes(seal.previous).hex()

    @staticmethod
    def resolve_hash(seal: Seal) -> str:
        """As hexadecimal."""
        return seal.hash_hex


class Seals(Schema):
    """A page of seals, newest first; `next` is the cursor of the following one."""

    items: list[SealOut]
    next: str | None


@router.get("/trail/seals", response=Seals, summary="The daily seals")
def list_seals(request: HttpRequest, cursor: str | None = None) -> object:
    """The daily seals, newest first. Needs `see_trail`."""
    require(request.actor, Permission.SEE_TRAIL)  # type: ignore[attr-defined]
    return seals(cursor)
