"""Figures for programs: what is defined, and any of them at any unit, now or as of a moment."""

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from xiaohao.figures import queries
from xiaohao.figures.queries import Asked, ask, find_metric
from xiaohao.kernel.acting import Actor, Permission
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
    plain = ("key", "thing", "numerator", "denominator", "of", "dimensions", "smaller_is_better",
             "warn", "alarm", "least", "public")  # fmt: skip
    return (
        {name: getattr(metric, name) for name in plain}
        | words
        | {
            "kind": metric.kind.value,
            "per": metric.per.value,
            "share": metric.share if metric.kind is queries.Kind.QUANTILE else None,
        }
    )


@router.get("/figures", response=Registry, summary="List the figures that are defined")
def list_figures(request: HttpRequest) -> dict[str, Any]:
    """Every metric with its definition in words."""
    _acting(request)
    return {"items": [_defined(metric) for metric in queries.registry()]}


@router.get("/figures/{metric}", response=FigureOut, summary="One figure")
def get_figure(
    request: HttpRequest,
    metric: str,
    unit: str = "",
    asof: str = "",
    since: dt.date | None = None,
    category: str = "",
    channel: str = "",
    by: Literal["", "child", "category", "channel"] = "",
) -> dict[str, Any]:
    """The figure at a unit (the token's own when left out) and everything below it.

    `asof` is a moment or a day in ISO form; `since` narrows flows; `by` adds rows.
    """
    actor = _acting(request)
    declared = find_metric(metric)
    asked = ask(actor, unit=unit, asof=asof, since=since, category=category, channel=channel)
    return {
        "metric": metric,
        "name": str(declared.name),
        "definition": str(declared.definition),
        "per": declared.per.value,
        "unit": asked.unit.code,
        "asof": asked.moment,
        "since": since,
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
