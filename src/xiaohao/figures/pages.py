"""What is counted and how, and one figure in full."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from xiaohao.figures import actions, queries, wording
from xiaohao.figures.forms import FreezeForm
from xiaohao.figures.models import Frozen
from xiaohao.figures.queries import Kind, Metric, Per, Value
from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paging import take
from xiaohao.trail.queries import told
from xiaohao.units.queries import ancestors

DAYS, PAGE = 30, 50
BY = ("child", "category", "channel", "source", "programme")


@gate(Permission.SEE_FIGURES)
def figures_list(request: GatedRequest) -> HttpResponse:
    """Every figure that is defined, with its definition and its value at the actor's own unit."""
    asked, unmet = read_request(request)
    metrics = queries.registry()
    values = queries.table([m.key for m in metrics], [asked.unit], asked.scope)[asked.unit.pk]
    rows = [
        {
            "metric": metric,
            "shown": wording.shown(values[metric.key], metric),
            "badge": _badge(metric, values),
            "how": wording.KINDS[metric.kind],
            "href": queries.address(metric.key, asked.unit.code, **asked.words),
            "records": asked.records(metric.key),
        }
        for metric in metrics
        if asked.fits(metric.key)
    ]
    context = {"asked": asked, "unmet": unmet, "rows": rows, "menus": _menus(request)}
    return render(request, "figures/list.html", context)


@gate(Permission.SEE_FIGURES)
def figures_figure(request: GatedRequest, metric: str) -> HttpResponse:
    """One figure: value, definition, parts, course over thirty days, splits; freezing it."""
    form = FreezeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        frozen = _freeze(request, metric, form)
        if frozen:
            return redirect("figures_frozen", frozen.number)
    declared = queries.find_metric(metric)
    asked, unmet = read_request(request)
    asked.must_fit(declared)
    dimensions = queries.dimensions(declared)
    values = queries.table([metric, declared.whole], [asked.unit], asked.scope)[asked.unit.pk]
    by = request.GET.get("by", "")
    by = by if by in BY and by in {"child", *dimensions} else BY[0]
    parts = asked.parts(metric, by)
    top = max((float(part.value or 0) for part in parts), default=0)
    context = {
        "asked": asked,
        "unmet": unmet,
        "metric": declared,
        "facts": wording.facts(declared),
        "shown": wording.shown(values[metric], declared),
        "badge": _badge(declared, values),
        "records": asked.records(metric),
        "shares": _shares(asked, declared),
        "rows": [
            (part, wording.shown(part.value, declared), float(part.value or 0) / top if top else 0)
            for part in parts
        ],
        "days": _days(asked, declared),
        "tabs": _tabs(request, by, dimensions),
        "menus": [menu for menu in _menus(request) if menu[0] in dimensions],
        "by": by,
        "apart": by == "child" and declared.adds_up and _sum(parts) != int(values[metric] or 0),
        "form": form,
        "course": _course(asked, declared),
        "crumbs": crumbs(request.actor.unit_path, asked, metric),
    }
    return render(request, "figures/figure.html", context, status=422 if form.errors else 200)


def _sum(parts: Sequence[queries.Part]) -> int:
    return sum(int(part.value or 0) for part in parts)


def _freeze(request: GatedRequest, metric: str, form: FreezeForm) -> Frozen | None:
    """The figure as frozen; None when the form now says what is wrong."""
    declared = queries.find_metric(metric)
    asked, unmet = read_request(request)
    asked.must_fit(declared)
    stated = form.cleaned_data["stated"]
    if not unmet:
        try:
            return actions.freeze(metric=metric, asked=asked, stated=stated, by=request.actor)
        except Refused as refused:
            unmet = list(refused.unmet)
    for one in unmet:
        form.add_error("stated", str(one.message))
    return None


@gate(Permission.SEE_FIGURES)
def figures_frozen_list(request: GatedRequest) -> HttpResponse:
    """Every figure that was frozen at the actor's unit or below, the last first."""
    known = queries.frozen_known(request.actor).order_by()
    page = take(known, ("-id",), request.GET.get("cursor"), PAGE)
    rows = [
        {
            "frozen": one,
            "shown": wording.shown_text(one),
            "told": one.told,
            "records": queries.frozen_records(one),
        }
        for one in page.items
    ]
    return render(request, "figures/frozen_list.html", {"page": page, "rows": rows})


@gate(Permission.SEE_FIGURES)
def figures_frozen(request: GatedRequest, number: str) -> HttpResponse:
    """A figure as it was stated; with `?check=1` read again, and what has been written since."""
    frozen = queries.frozen_of(request.actor, number)
    verified = queries.verify(frozen) if request.GET.get("check") else None
    context = {
        "frozen": frozen,
        "told": frozen.told,
        "shown": wording.shown_text(frozen),
        "facts": wording.frozen_facts(frozen),
        "records": queries.frozen_records(frozen),
        "verified": verified,
        "result": wording.result(verified) if verified else None,
        "later": [wording.later(one) for one in verified.later] if verified else [],
        "events": told("figures.frozen", frozen.pk, {"freeze": _("frozen")}),
    }
    return render(request, "figures/frozen.html", context)


def read_request(request: GatedRequest) -> tuple[queries.Asked, list[Any]]:
    """What the address asks for, and what was wrong with its moment (then the present is read).

    Raises:
        NotFound: a unit outside the actor's scope.
    """
    get = request.GET
    unit, words = get.get("unit", "")[:60], queries.read_words(get.dict())
    try:
        return queries.ask(request.actor, unit=unit, asof=get.get("asof", ""), **words), []
    except Refused as refused:
        return queries.ask(request.actor, unit=unit, **words), list(refused.unmet)


def _menus(request: GatedRequest) -> list[tuple[str, Any, Any]]:
    """By what figures can be narrowed: the word in the address, its name, what to choose from."""
    names = {"line": _("Line"), "source": _("Source"), "programme": _("Programme")}
    found = [(name, said, queries.options_of(name, request.actor)) for name, said in names.items()]
    return [menu for menu in found if menu[2]]


def crumbs(scope: str, asked: queries.Asked, metric: str) -> list[tuple[str, str]]:
    """The unit and its superiors within the scope, each leading to this figure there."""
    unit = asked.unit
    above = [one for one in ancestors(unit) if one.path.startswith(scope)]
    return [(one.shown, queries.address(metric, one.code, **asked.words)) for one in (*above, unit)]


def _shares(asked: queries.Asked, metric: queries.Metric) -> list[dict[str, Any]]:
    """What a derived figure is read from, each with its records."""
    if metric.adds_up:
        return []
    keys = metric.bases
    values = queries.table(keys, [asked.unit], asked.scope)[asked.unit.pk]
    return [
        {"metric": queries.find(key), "value": values[key], "href": asked.records(key)}
        for key in keys
    ]


def _tabs(request: GatedRequest, by: str, dimensions: Sequence[str]) -> list[dict[str, Any]]:
    names = {"child": _("Units below"), "category": _("Subjects"), "channel": _("Channels"),
             "source": _("Sources"), "programme": _("Programmes")}  # fmt: skip
    tabs = []
    for key, name in names.items():
        if key not in {"child", *dimensions}:
            continue
        words = request.GET.copy()
        words["by"] = key
        tabs.append({"label": name, "href": f"?{words.urlencode()}", "current": key == by})
    return tabs


def _course(asked: queries.Asked, metric: queries.Metric) -> dict[str, Any]:
    """The last thirty days as a chart's data."""
    last = clock.local_day(asked.moment)
    first = last - dt.timedelta(days=DAYS - 1)
    points = queries.series(
        metric.key, asked.unit, first=first, last=last, asof=asked.scope.asof, within=asked.scope
    )
    factor = {Per.SHARE: 100, Per.FEN: 0.01}.get(metric.per, 1)
    values = [None if p.value is None else round(float(p.value) * factor, 1) for p in points]
    return {
        "kind": "bar" if metric.kind is Kind.FLOW else "line",
        "labels": [f"{p.day.month}-{p.day.day}" for p in points],
        "links": [_of_day(asked, metric, p.day) for p in points],
        "series": [{"name": str(metric.name), "values": values}],
        "unit": {Per.SHARE: "%", Per.DAYS: _("days"), Per.FEN: _("yuan")}.get(metric.per, ""),
    }


def _of_day(asked: queries.Asked, metric: Metric, day: dt.date) -> str:
    """Address of the records of one day of the course: what happened on it, or stood at its end."""
    if queries.find(metric.whole).kind in {Kind.FLOW, Kind.SPREAD}:
        return asked.records(metric.key, since=day, until=day)
    at_its_end = asked.records(metric.key, asof=day)
    return at_its_end if day < clock.local_day(asked.moment) else asked.records(metric.key)


def _badge(metric: Metric, values: Mapping[str, Value]) -> dict[str, Any] | None:
    """The judgement of a value, unless it was taken of too few."""
    value, whole = values[metric.key], values.get(metric.whole)
    tone = metric.tone(
        None if value is None else float(value), None if whole is None else int(whole)
    )
    return wording.badge(tone)


def _days(asked: queries.Asked, metric: Metric) -> dict[str, Any] | None:
    """How long it took, as a chart's data; None for what is not kept by days."""
    if metric.kind not in {Kind.SPREAD, Kind.QUANTILE}:
        return None
    bins = queries.distribution(metric.key, asked.unit, asked.scope)
    return {
        "kind": "bar",
        "labels": [wording.span(one) for one in bins],
        "links": [asked.records(metric.whole, took=one.word) for one in bins],
        "series": [
            {"name": str(metric.noun or metric.name), "values": [one.things for one in bins]}
        ],
        "unit": "",
    }
