"""The figures that everybody may read."""

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from xiaohao.dashboards import queries
from xiaohao.figures.queries import SMALL
from xiaohao.kernel.access import public
from xiaohao.kernel.errors import Refused

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@public
def dashboards_public(request: HttpRequest) -> HttpResponse:
    """Received and done, by area and subject, each with its definition; small numbers hidden."""
    try:
        shown = queries.published()
    except Refused as refused:
        return render(request, "dashboards/public.html", {"shown": None, "unmet": refused.unmet})
    return render(
        request,
        "dashboards/public.html",
        {
            "shown": shown,
            "heads": [
                (head, queries.base_words(head.metric, head.base)) for head in shown.headlines
            ],
            "tables": [_table(table) for table in shown.tables],
            "small": SMALL,
        },
    )


def _table(table: queries.Area) -> dict[str, Any]:
    """A table with a bar for each row's first number that is told."""
    names = [metric.name for metric in table.metrics]
    most = max((row[2][0].value or 0 for row in table.rows), default=0)
    return {
        "title": table.title,
        "notes": table.notes,
        "metrics": table.metrics,
        "totals": list(zip(names, table.totals, strict=True)),
        "rows": [
            {
                "name": name,
                "cells": list(zip(names, cells, strict=True)),
                "share": (cells[0].value or 0) / most if most else 0,
            }
            for _code, name, cells in table.rows
        ],
    }


@public
def dashboards_public_csv(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (Django's)
    """The same as a file for spreadsheets: UTF-8 with a mark, hidden numbers as `<5` and `*`.

    Raises:
        Refused: `board_closed`.
    """
    shown = queries.published()
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    stamp = shown.moment.strftime("%Y%m%d-%H%M")
    answer["Content-Disposition"] = f'attachment; filename="figures-{stamp}.csv"'
    answer.write("\ufeff")
    lines = csv.writer(answer)
    lines.writerow([_("Table"), _("Code"), _("Name"), _("Figure"), _("Value"), _("Definition"),
                    _("As of")])  # fmt: skip
    asof = shown.moment.isoformat(timespec="minutes")
    for head in shown.headlines:
        metric = head.metric
        lines.writerow(_line("", "", shown.unit.shown, metric, head.text, asof))
    for table in shown.tables:
        for code, name, cells in table.rows:
            for metric, cell in zip(table.metrics, cells, strict=True):
                lines.writerow(_line(table.title, code, name, metric, str(cell), asof))
    return answer


def _line(table: str, code: str, name: str, metric: Any, value: str, asof: str) -> list[str]:
    cells = [table, code, name, str(metric.name), value, str(metric.definition), asof]
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
