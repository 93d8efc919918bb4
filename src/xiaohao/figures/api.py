"""Figures for programs: what is defined, and any of them at any unit, now or as of a moment."""

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status

from xiaohao.figures import actions, queries
from xiaohao.figures.models import Frozen
from xiaohao.figures.queries import Asked, ask, find_metric
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paging import take
from xiaohao.people.queries import require

router = Router(tags=["figures"])


class Defined(Schema):
    """One metric of the registry."""

    key: str
    name: str
    definition: str
    kind: str
    per: str
    thing: str
    numerator: str
    denominator: str
    of: str
    share: float | None
    noun: str
    dimensions: list[str]
    smaller_is_better: bool
    warn: float | None
    alarm: float | None
    least: int
    public: bool


class Registry(Schema):
    """Every metric."""

    items: list[Defined]


class LotOut(Schema):
    """The records of one basis of a figure: how many, their sum, and the hash over them."""

    metric: str
    records: int
    amount: int
    hash: str


class FrozenOut(Schema):
    """A figure as it was stated; `value` as text, a share from 0 to 1, "" for none."""

    number: str
    metric: str
    name: str
    definition: str
    unit: str
    asof: dt.datetime
    since: dt.date | None
    until: dt.date | None
    category: str
    channel: str
    source: str
    programme: str
    value: str
    lots: list[LotOut]
    stated: str
    frozen_at: dt.datetime
    records: str


class FrozenPage(Schema):
    """A page of frozen figures; `next` is the cursor of the following one."""

    items: list[FrozenOut]
    next: str | None


class FreezeIn(Schema):
    """What to freeze; the moment is now when left out."""

    metric: str
    unit: str = ""
    asof: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    category: str = ""
    channel: str = ""
    source: str = ""
    programme: str = ""
    stated: str


class LaterOut(Schema):
    """One change since, and why the figure as stated does not hold it."""

    metric: str
    thing: int
    amount: int
    at: dt.datetime
    why: str


class VerifiedOut(Schema):
    """What a second look found."""

    number: str
    holds: bool
    stated: str
    value: str
    now: int | float | None
    came: int
    went: int
    redefined: bool
    later: list[LaterOut]
    more: int


class RowOut(Schema):
    """The figure of one part: a unit directly below, a category, a channel."""

    key: str
    name: str
    value: int | float | None
    records: str


class FigureOut(Schema):
    """A figure; a share is a number from 0 to 1, null where there is nothing to share."""

    metric: str
    name: str
    definition: str
    per: str
    unit: str
    asof: dt.datetime
    since: dt.date | None
    value: int | float | None
    records: str
    rows: list[RowOut]


def _acting(request: HttpRequest) -> Actor:
    return require(getattr(request, "actor", None), Permission.SEE_FIGURES)


def _defined(metric: queries.Metric) -> dict[str, Any]:
    words = {name: str(getattr(metric, name)) for name in ("name", "definition", "noun")}
    plain = ("key", "thing", "numerator", "denominator", "of", "smaller_is_better",
             "warn", "alarm", "least", "public")  # fmt: skip
    return (
        {name: getattr(metric, name) for name in plain}
        | words
        | {
            "kind": metric.kind.value,
            "dimensions": queries.dimensions(metric),
            "per": metric.per.value,
            "share": metric.share if metric.kind is queries.Kind.QUANTILE else None,
        }
    )


@router.get("/figures", response=Registry, summary="List the figures that are defined")
def list_figures(request: HttpRequest) -> dict[str, Any]:
    """Every metric with its definition in words."""
    _acting(request)
    return {"items": [_defined(metric) for metric in queries.registry()]}


@router.get("/figures/frozen", response=FrozenPage, summary="Frozen figures")
def list_frozen(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    """Figures that were frozen at the token's unit or below, the last first."""
    page = take(queries.frozen_known(_acting(request)).order_by(), ("-id",), cursor or None, 100)
    return {"items": [_frozen(one) for one in page.items], "next": page.next}


@router.post("/figures/frozen", response={201: FrozenOut}, summary="Freeze a figure")
def freeze(request: HttpRequest, asked: FreezeIn) -> Status[dict[str, Any]]:
    """Write a figure down as it is stated: definition, moment, value, records; for good."""
    actor = _acting(request)
    metric = find_metric(asked.metric)
    words = asked.dict(exclude={"metric", "stated"})
    found = ask(actor, **words)
    found.must_fit(metric)
    frozen = actions.freeze(metric=metric.key, asked=found, stated=asked.stated, by=actor)
    return Status(201, _frozen(frozen))


@router.get("/figures/frozen/{frozen}", response=FrozenOut, summary="A frozen figure")
def get_frozen(request: HttpRequest, frozen: str) -> dict[str, Any]:
    """A figure as it was stated."""
    return _frozen(queries.frozen_of(_acting(request), frozen))


@router.get(
    "/figures/frozen/{frozen}/verify", response=VerifiedOut, summary="Check a frozen figure"
)
def verify_frozen(request: HttpRequest, frozen: str) -> dict[str, Any]:
    """Read it again as of its moment, and tell what has been written since."""
    return queries.told(queries.verify(queries.frozen_of(_acting(request), frozen)))


def _frozen(frozen: Frozen) -> dict[str, Any]:
    plain = ("number", "metric", "since", "until", "category", "channel", "source",
             "programme", "value", "lots", "stated", "frozen_at")  # fmt: skip
    return {name: getattr(frozen, name) for name in plain} | {
        "name": frozen.told["name"],
        "definition": frozen.told["definition"],
        "unit": frozen.unit.code,
        "asof": frozen.moment,
        "records": queries.frozen_records(frozen),
    }


class Asking(Schema):
    """What narrows a figure, by codes; without a unit it is the token's own."""

    unit: str = ""
    asof: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    category: str = ""
    channel: str = ""
    source: str = ""
    programme: str = ""
    line: str = ""


@router.get("/figures/{metric}", response=FigureOut, summary="One figure")
def get_figure(
    request: HttpRequest,
    metric: str,
    words: Query[Asking],
    by: Literal["", "child", "category", "channel", "source", "programme"] = "",
) -> dict[str, Any]:
    """The figure at a unit (the token's own when left out) and everything below it.

    `asof` is a moment or a day in ISO form; `since` and `until` narrow flows; `category`,
    `channel`, `source`, `programme` and `line` are codes; `by` adds rows.
    """
    actor = _acting(request)
    declared = find_metric(metric)
    asked = ask(actor, **words.dict())
    asked.must_fit(declared)
    if by in {"source", "programme"} and by not in queries.dimensions(declared):
        text = _("“%(name)s” is not kept by source or programme. Leave that out.")
        raise Refused.because("not_kept_by", text % {"name": declared.name}, "by")
    return {
        "metric": metric,
        "name": str(declared.name),
        "definition": str(declared.definition),
        "per": declared.per.value,
        "unit": asked.unit.code,
        "asof": asked.moment,
        "since": words.since,
        "value": _number(asked.value(metric)),
        "records": asked.records(metric),
        "rows": _rows(metric, asked, by) if by else [],
    }


def _number(value: queries.Value) -> int | float | None:
    """Shares as JSON numbers."""
    return value if value is None or isinstance(value, int) else float(value)


def _rows(metric: str, asked: Asked, by: str) -> list[dict[str, Any]]:
    return [
        {"key": part.key, "name": part.name, "value": _number(part.value), "records": part.records}
        for part in asked.parts(metric, by)
    ]
