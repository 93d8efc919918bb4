"""The public figures for programs."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from xiaohao.dashboards.queries import Area, published
from xiaohao.figures.queries import Shown

router = Router(tags=["public"])


class Number(Schema):
    """A number; where it is hidden, `value` is null and `text` says `<5` or `*`."""

    metric: str
    value: int | float | None
    text: str


class PublicFigure(Number):
    """A figure of the whole area, with its definition."""

    name: str
    definition: str


class PublicRow(Schema):
    """One area or subject."""

    key: str
    name: str
    figures: list[Number]


class PublicTable(Schema):
    """Figures by `area` or by `subject`, with their totals."""

    by: str
    rows: list[PublicRow]
    totals: list[Number]


class PublicFigures(Schema):
    """Everything that is published."""

    unit: str
    asof: dt.datetime
    figures: list[PublicFigure]
    tables: list[PublicTable]


@router.get("/public/figures", response=PublicFigures, auth=None, summary="Published figures")
def public_figures(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 (ninja's)
    """Received and done, by area and subject; numbers from 1 to 4 are hidden."""
    shown = published()
    return {
        "unit": shown.unit.code,
        "asof": shown.moment,
        "figures": [
            {
                "metric": head.metric.key,
                "name": str(head.metric.name),
                "definition": str(head.metric.definition),
                "value": head.value,
                "text": head.text,
            }
            for head in shown.headlines
        ],
        "tables": [_table(table) for table in shown.tables],
    }


def _table(table: Area) -> dict[str, Any]:
    return {
        "by": table.key,
        "rows": [
            {"key": code, "name": name, "figures": _numbers(table, cells)}
            for code, name, cells in table.rows
        ],
        "totals": _numbers(table, table.totals),
    }


def _numbers(table: Area, cells: Any) -> list[dict[str, Any]]:
    pairs: list[tuple[Any, Shown]] = list(zip(table.metrics, cells, strict=True))
    return [{"metric": m.key, "value": one.value, "text": str(one)} for m, one in pairs]
