"""What is counted and how, and one figure in full."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaohao.figures import queries
from xiaohao.figures.rules import Kind, Per
from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused
from xiaohao.units.models import Unit
from xiaohao.units.queries import ancestors

DAYS = 30
BY = ("child", "category", "channel")
KINDS = {
    Kind.FLOW: gettext_lazy("counted each time it happens"),
    Kind.STOCK: gettext_lazy("what stands at the moment"),
    Kind.WINDOW: gettext_lazy("what stands, by its day"),
    Kind.RATIO: gettext_lazy("share"),
}


@gate(Permission.SEE_FIGURES)
def figures_list(request: GatedRequest) -> HttpResponse:
    """Every figure that is defined, with its definition and its value at the actor's own unit."""
    asked, unmet = read_request(request)
    metrics = queries.registry()
    values = queries.table([m.key for m in metrics], [asked.unit], asked.scope)[asked.unit.pk]
    rows = [
        {
            "metric": metric,
            "value": values[metric.key],
            "is_share": metric.per is Per.SHARE,
            "how": KINDS[metric.kind],
            "href": queries.address(metric.key, asked.unit.code, asof=asked.words["asof"]),
        }
        for metric in metrics
    ]
    return render(request, "figures/list.html", {"asked": asked, "unmet": unmet, "rows": rows})


@gate(Permission.SEE_FIGURES)
def figures_figure(request: GatedRequest, metric: str) -> HttpResponse:
    """One figure: value, definition, parts, course over thirty days, splits."""
    declared = queries.find_metric(metric)
    asked, unmet = read_request(request)
    by = request.GET.get("by", "")
    by = by if by in BY else BY[0]
    parts = asked.parts(metric, by)
    top = max((float(part.value or 0) for part in parts), default=0)
    context = {
        "asked": asked,
        "unmet": unmet,
        "metric": declared,
        "is_share": declared.per is Per.SHARE,
        "how": KINDS[declared.kind],
        "value": asked.value(metric),
        "records": asked.records(metric),
        "shares": _shares(asked, declared),
        "rows": [(part, float(part.value or 0) / top if top else 0) for part in parts],
        "tabs": _tabs(request, by),
        "by": by,
        "course": _course(asked, declared),
        "crumbs": crumbs(request.actor.unit_path, asked.unit, metric, asked.words["asof"]),
    }
    return render(request, "figures/figure.html", context)


def read_request(request: GatedRequest) -> tuple[queries.Asked, list[Any]]:
    """What the address asks for, and what was wrong with its moment (then the present is read).

    Raises:
        NotFound: a unit outside the actor's scope.
    """
    get = request.GET
    words: dict[str, Any] = {
        name: get.get(name, "")[:60] for name in ("unit", "category", "channel")
    }
    since = queries.read_day(get.get("since", ""))
    try:
        return queries.ask(request.actor, asof=get.get("asof", ""), since=since, **words), []
    except Refused as refused:
        return queries.ask(request.actor, since=since, **words), list(refused.unmet)


def crumbs(scope: str, unit: Unit, metric: str, asof: str) -> list[tuple[str, str]]:
    """The unit and its superiors within the scope, each leading to this figure there."""
    above = [one for one in ancestors(unit) if one.path.startswith(scope)]
    return [(one.shown, queries.address(metric, one.code, asof=asof)) for one in (*above, unit)]


def _shares(asked: queries.Asked, metric: queries.Metric) -> list[dict[str, Any]]:
    """Numerator and denominator of a ratio, each with its records."""
    if metric.kind is not Kind.RATIO:
        return []
    keys = [metric.numerator, metric.denominator]
    values = queries.table(keys, [asked.unit], asked.scope)[asked.unit.pk]
    return [
        {"metric": queries.find(key), "value": values[key], "href": asked.records(key)}
        for key in keys
    ]


def _tabs(request: GatedRequest, by: str) -> list[dict[str, Any]]:
    names = {"child": _("Units below"), "category": _("Subjects"), "channel": _("Channels")}
    tabs = []
    for key, name in names.items():
        words = request.GET.copy()
        words["by"] = key
        tabs.append({"label": name, "href": f"?{words.urlencode()}", "current": key == by})
    return tabs


def _course(asked: queries.Asked, metric: queries.Metric) -> dict[str, Any]:
    """The last thirty days as a chart's data."""
    last = clock.local_day(asked.moment)
    first = last - dt.timedelta(days=DAYS - 1)
    points = queries.series(metric.key, asked.unit, first=first, last=last, asof=asked.scope.asof)
    factor = 100 if metric.per is Per.SHARE else 1
    values = [None if p.value is None else round(float(p.value) * factor, 1) for p in points]
    return {
        "kind": "bar" if metric.kind is Kind.FLOW else "line",
        "labels": [f"{p.day.month}-{p.day.day}" for p in points],
        "series": [{"name": str(metric.name), "values": values}],
        "unit": "%" if metric.per is Per.SHARE else "",
    }
