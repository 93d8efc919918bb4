"""What this tenant publishes, and for who oversees: what all publish, added up."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from xiaohao.figures import queries as figures
from xiaohao.figures.queries import Value
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import WIDTH
from xiaohao.people.queries import require
from xiaohao.tenants import wording
from xiaohao.tenants.queries import (
    Added,
    must_oversee,
    nation,
    own_sheet,
    published_document,
    signed,
)

router = Router(tags=["nation"])


class Document(Schema):
    """A publication: the body, and in hexadecimal the Ed25519 signature over its canonical JSON."""

    publication: dict[str, Any]
    signature: str


class PartOut(Schema):
    """What one tenant gives to a figure; `why` says why it is not in the sum, "" where it is."""

    tenant: str
    name: str
    value: int | float | None
    why: str
    at: dt.datetime | None
    hash: str
    records: str


class AddedOut(Schema):
    """A figure of the whole, of so many (`counted`) of all from whom figures are expected."""

    metric: str
    name: str
    definition: str
    per: str
    value: int | float | None
    counted: int
    expected: int
    oldest: float | None
    parts: list[PartOut]


class NationOut(Schema):
    """Every figure of the whole; `oldest` is an age in seconds."""

    at: dt.datetime
    figures: list[AddedOut]


def _acting(request: HttpRequest) -> Actor:
    return require(getattr(request, "actor", None), Permission.SEE_FIGURES)


@router.get("/publication", response=Document, summary="This tenant's publication")
def own_publication(request: HttpRequest) -> dict[str, Any]:
    """The figures of the top unit and of those right below, signed; for `tenants collect`."""
    if len(_acting(request).unit_path) != WIDTH:
        raise NotFound([Unmet("not_found", wording.NOT_HERE)])
    return signed(own_sheet())


@router.get("/nation", response=NationOut, summary="Figures of the whole")
def whole(request: HttpRequest) -> dict[str, Any]:
    """Every figure added up over all that publish, with the parts and where they come from."""
    must_oversee(_acting(request))
    seen = nation()
    added = [_added(seen.add(metric.key)) for metric in figures.registry()]
    return {"at": seen.moment, "figures": added}


@router.get("/nation/publications/{tenant}", response=Document, summary="A tenant's publication")
def last_publication(request: HttpRequest, tenant: str) -> dict[str, Any]:
    """The last publication of a tenant, as it was signed."""
    must_oversee(_acting(request))
    found = {one.slug: one.publication for one in nation().members}.get(tenant)
    if found is None:
        raise NotFound([Unmet("not_found", wording.NOT_HERE)])
    return published_document(found)[0]


def _added(added: Added) -> dict[str, Any]:
    metric = added.metric
    return {
        "metric": metric.key,
        "name": str(metric.name),
        "definition": str(metric.definition),
        "per": metric.per.value,
        "value": _number(added.value),
        "counted": added.counted,
        "expected": len(added.parts),
        "oldest": None if added.oldest is None else added.oldest.total_seconds(),
        "parts": [
            {
                "tenant": part.member.slug,
                "name": part.member.name,
                "value": _number(part.value),
                "why": part.why or "",
                "at": part.member.publication.at if part.member.publication else None,
                "hash": part.member.publication.hash.hex() if part.member.publication else "",
                "records": part.member.address(metric.key),
            }
            for part in added.parts
        ],
    }


def _number(value: Value) -> int | float | None:
    """Shares as JSON numbers."""
    return value if value is None or isinstance(value, int) else float(value)
