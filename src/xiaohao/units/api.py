"""The tree for programs."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from xiaohao.kernel.paging import Page
from xiaohao.units import queries
from xiaohao.units.models import Unit
from xiaohao.units.queries import ancestors, by_code

router = Router(tags=["units"])


class UnitRow(Schema):
    """A unit, as lists give it."""

    code: str
    name: str
    short_name: str
    level: str
    kind: str
    sectors: list[str]
    founded_on: date | None
    closed_on: date | None


class UnitOut(UnitRow):
    """A unit with its superiors (codes, the highest first) and its rolled-up head-counts."""

    superiors: list[str]
    head_counts: dict[str, int]


class Units(Schema):
    """A page of units; `next` is the cursor of the following one, null at the end."""

    items: list[UnitRow]
    next: str | None


@router.get("/units", response=Units, summary="Search units")
def find_units(
    request: HttpRequest, q: Annotated[str, Query(max_length=200)] = "", cursor: str | None = None
) -> object:
    """Units by name, short name, pinyin, initials or code (at most 50); without `q`, the roots."""
    del request
    if q.strip():
        return Page(queries.search(q, closed=True, limit=50), None)
    return queries.children(None, cursor)


@router.get("/units/{code}", response=UnitOut, summary="One unit")
def get_unit(request: HttpRequest, code: str) -> object:
    """The unit with that code."""
    del request
    unit = by_code(code)
    row = UnitRow.from_orm(unit).dict()
    counts = {one.measure: one.value for one in queries.head_counts(unit)}
    above = [one.code for one in ancestors(unit)]
    return row | {"superiors": above, "head_counts": counts}


@router.get("/units/{code}/children", response=Units, summary="The units directly below")
def get_children(request: HttpRequest, code: str, cursor: str | None = None) -> Page[Unit]:
    """The units directly below, by code, 100 at a time."""
    del request
    return queries.children(by_code(code), cursor)
