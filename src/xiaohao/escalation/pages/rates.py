"""What departments make of joint calls: rates with their records."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from xiaohao.escalation import queries
from xiaohao.escalation.pages.calls import shown, tabs
from xiaohao.figures import queries as figures
from xiaohao.figures.queries import Kind, tally
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paging import take

PAGE = 50


@gate(Permission.SEE_FIGURES)
def escalation_departments(request: GatedRequest) -> HttpResponse:
    """Departments of one's area that were called, the least reliable first."""
    metrics = [figures.find(key) for key in queries.RATES]
    rows = [
        {"unit": unit, "cells": [_cell(metric, values, unit.code) for metric in metrics]}
        for unit, values in queries.departments(request.actor)
    ]
    context = {
        "metrics": metrics,
        "rows": rows,
        "tabs": tabs("", request.actor, rates=True),
    }
    return render(request, "escalation/departments.html", context)


def _cell(metric: Any, values: dict[str, Any], unit: str) -> dict[str, Any]:
    value = values[metric.key]
    return {
        "name": metric.name,
        "value": value,
        "is_share": metric.kind is Kind.RATIO,
        "tone": metric.tone(value),
        "href": figures.records_address(metric.key, unit) if value is not None else "",
    }


@gate(Permission.SEE_LEDGER)
def escalation_summonses(request: GatedRequest) -> HttpResponse:
    """Called departments one by one: the records behind the figures of joint calls."""
    actor, get = request.actor, request.GET
    rows = queries.summonses(actor, get.dict())
    page = take(rows, ("-id",), get.get("cursor"), PAGE)
    context = {
        "page": page,
        "rows": [shown(one) for one in page.items],
        "tally": tally(actor, get, rows),
        "tabs": tabs("", actor, rates=True),
    }
    return render(request, "escalation/summonses.html", context)
