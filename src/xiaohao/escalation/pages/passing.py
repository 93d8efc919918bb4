"""Cases that wait for the common superior's word, and what units pass to each other."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.escalation import queries
from xiaohao.escalation.models import Decision
from xiaohao.escalation.wording import DECISIONS
from xiaohao.figures import queries as figures
from xiaohao.figures.queries import Kind
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paging import take
from xiaohao.ledger.models import Problem
from xiaohao.units.queries import ancestors

PAGE = 50


def tabs(here: str, actor: Actor) -> list[dict[str, Any]]:
    """The pages about problems that nobody wants."""
    found = [(_("Arbitration"), "escalation_arbitration", Permission.SEE_LEDGER),
             (_("Given back"), "escalation_given_back", Permission.SEE_LEDGER),
             (_("Passed around"), "escalation_passing", Permission.SEE_FIGURES)]  # fmt: skip
    return [
        {"label": label, "href": reverse(name), "current": name == here}
        for label, name, permission in found
        if actor.may(permission)
    ]


@gate(Permission.SEE_LEDGER)
def escalation_arbitration(request: GatedRequest) -> HttpResponse:
    """Problems that were returned twice: who said what, and who decides."""
    actor = request.actor
    page = take(queries.cases(actor), ("id",), request.GET.get("cursor"), PAGE)
    rows = [_row(problem, actor) for problem in page.items]
    rows.sort(key=lambda row: not row["mine"])
    context = {"page": page, "rows": rows, "tabs": tabs("escalation_arbitration", actor)}
    return render(request, "escalation/arbitration.html", context)


def _row(problem: Problem, actor: Actor) -> dict[str, Any]:
    ways = [way for way in problem.ways if way.returned_at]  # type: ignore[attr-defined]
    mine = problem.arbiter_id == actor.unit_id and actor.may(Permission.REFER)
    return {
        "problem": problem,
        "ways": ways,
        "since": ways[-1].returned_at if ways else None,
        "mine": mine,
        "decide": reverse("ledger_move", args=[problem.number, "arbitrate"]) if mine else "",
    }


@gate(Permission.SEE_LEDGER)
def escalation_given_back(request: GatedRequest) -> HttpResponse:
    """What left our units again: where it is now, and what became of a word about its root."""
    actor, number = request.actor, request.GET.get("number", "")[:40]
    rows = queries.given_back(actor)
    if number:
        rows = rows.filter(problem_id=Problem.id_of(number) or 0)
    page = take(rows, ("-gone_at", "-id"), request.GET.get("cursor"), PAGE)
    told = queries.told_of(page.items, actor)
    chips = [{"param": "number", "label": _("Problem"), "value": number}] if number else []
    context = {
        "page": page,
        "rows": [(one, DECISIONS[Decision(one.link.root.decision)] if one.link else None)
                 for one in told],
        "chips": chips,
        "tabs": tabs("escalation_given_back", actor),
    }  # fmt: skip
    return render(request, "escalation/given_back.html", context)


@gate(Permission.SEE_FIGURES)
def escalation_passing(request: GatedRequest) -> HttpResponse:
    """Per unit: what it was handed, what it gave back, and where it was wrong to."""
    asked = figures.ask(request.actor, unit=request.GET.get("unit", "")[:40])
    metrics = [figures.find(key) for key in queries.PASSING]
    rows = [
        {
            "unit": passed.unit,
            "down": f"?unit={passed.unit.code}",
            "cells": [
                _cell(metric, passed.figures[metric.key], passed.unit.code) for metric in metrics
            ],
        }
        for passed in queries.passing(asked)
    ]
    here = figures.table(list(queries.PASSING), [asked.unit], asked.scope)[asked.unit.pk]
    above = [one for one in ancestors(asked.unit) if one.path.startswith(request.actor.unit_path)]
    context = {
        "asked": asked,
        "metrics": metrics,
        "head": [(m, _cell(m, here[m.key], asked.unit.code)) for m in metrics],
        "rows": rows,
        "crumbs": [(one.shown, f"?unit={one.code}") for one in (*above, asked.unit)],
        "tabs": tabs("escalation_passing", request.actor),
    }
    return render(request, "escalation/passing.html", context)


def _cell(metric: Any, value: Any, unit: str) -> dict[str, Any]:
    return {
        "name": metric.name,
        "value": value,
        "is_share": metric.kind is Kind.RATIO,
        "tone": metric.tone(value),
        "href": "" if value is None else figures.records_address(metric.key, unit),
    }
