"""The tree dashboard: one page for every unit, from the top down to the village."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaohao.dashboards import queries
from xiaohao.dashboards.pages.beside import CHOICES, beside
from xiaohao.dashboards.pages.live import LIVE_SECONDS, unchanged, witnessed
from xiaohao.dashboards.queries import ChildRow, TreeView
from xiaohao.dashboards.rules import Value
from xiaohao.figures import queries as figures
from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused
from xiaohao.units.queries import ancestors

WORDS = {
    "late": (gettext_lazy("overdue"), "clock-exclamation"),
    "unhappy": (gettext_lazy("citizens not satisfied"), "mood-sad"),
    "at_work": (gettext_lazy("on schedule"), "progress-check"),
    "done": (gettext_lazy("all done"), "circle-check"),
    "nothing": (gettext_lazy("nothing here"), "circle-dashed"),
}
SORTS = {
    "open": "ledger.open",
    "overdue": "ledger.overdue",
    "done": "ledger.done",
    "satisfaction": "ledger.satisfaction",
}
DEFAULT = "-overdue"
SHOWN_LEADS = 2
# By what the dashboard can be narrowed.
NARROWED = {
    "line": gettext_lazy("Line"),
    "source": gettext_lazy("Source"),
    "programme": gettext_lazy("Programme"),
}
STUCK = {
    "late": gettext_lazy("Late longest"),
    "waiting": gettext_lazy("Open longest"),
    "returned": gettext_lazy("Returned most"),
    "reopened": gettext_lazy("Reopened most"),
}
FEW_SUBJECTS = 9  # more of them need a taller chart, or its numbers stand on each other


@gate(Permission.SEE_FIGURES)
def dashboards_tree(request: GatedRequest, code: str = "") -> HttpResponse:
    """Header figures, units below, funnel and subjects of one unit, now or as of a moment."""
    state = witnessed(request)
    if unchanged(request, state):
        return HttpResponse(status=304, headers={"ETag": state})
    asked, unmet = _asked(request, code)
    view = queries.tree_view(request.actor, asked)
    asof = str(asked.words["asof"])
    shown_rows = _busy(view, everything=request.GET.get("all") == "1")
    menus = _menus(request)
    context = {
        "view": view,
        "unmet": unmet,
        "asof": asof if "T" in asof else (f"{asof}T23:59" if asof else ""),
        "latest": clock.now().astimezone(clock.ZONE).strftime("%Y-%m-%dT%H:%M"),
        "crumbs": _crumbs(request.actor.unit_path, view),
        "head": [_figure(view, key) for key in queries.HEAD if asked.fits(key)],
        "columns": [(name, figures.find(key)) for name, key in SORTS.items()],
        "rows": [_row(view, row) for row in _sorted(shown_rows, request.GET.get("sort"))],
        "quiet_rows": len(view.children) - len(shown_rows),
        "own": _own(view),
        "funnel": _funnel(view),
        "stages": _stages(view),
        "subjects": _subjects(view),
        "subjects_height": "tall" if len(view.subjects) > FEW_SUBJECTS else "high",
        "days": _days(view),
        "typical": view.typical,
        "days_records": asked.records(queries.DAYS),
        "all_figures": _all_figures(asked),
        "stuck": [(STUCK[kind], rows) for kind, rows in view.stuck.items()],
        "choices": _choices(request.GET.get("by", "")),
        "beside": beside(view, _by(request.GET.get("by", ""))),
        "menus": menus,
        "line": next(
            (
                dict(options).get(request.GET.get("line", ""))
                for name, _label, options in menus
                if name == "line"
            ),
            None,
        ),
        "kept": _kept(request),
        "tiles": request.GET.get("show") == "tiles",
        "wall": request.GET.get("wall") == "1",
        "live": 0 if asked.scope.asof else LIVE_SECONDS,
        "version": state,
    }
    answer = render(request, "dashboards/tree.html", context)
    answer["ETag"] = state
    return answer


def _by(typed: str) -> str:
    return typed if typed in CHOICES else "overdue"


def _choices(typed: str) -> list[tuple[str, Any, bool]]:
    return [(key, label, key == _by(typed)) for key, label in CHOICES.items()]


def _asked(request: GatedRequest, code: str) -> tuple[figures.Asked, list[Any]]:
    """What the address asks for, and what is wrong with its moment (then the present is read)."""
    words = figures.read_words({name: request.GET.get(name, "") for name in NARROWED})
    try:
        asof = request.GET.get("asof", "")
        return figures.ask(request.actor, unit=code, asof=asof, **words), []
    except Refused as refused:
        return figures.ask(request.actor, unit=code, **words), list(refused.unmet)


def _all_figures(asked: figures.Asked) -> str:
    words = {name: asked.words[name] for name in ("asof", *NARROWED) if asked.words.get(name)}
    return f"{reverse('figures_list')}?{urlencode({'unit': asked.unit.code, **words})}"


def _menus(request: GatedRequest) -> list[tuple[str, Any, Any]]:
    """By what the page can be narrowed: the word in the address, its name, what to choose from."""
    found = [
        (name, label, figures.options_of(name, request.actor)) for name, label in NARROWED.items()
    ]
    return [menu for menu in found if menu[2]]


def _kept(request: GatedRequest) -> list[tuple[str, str]]:
    names = {"sort", "show", "all", *NARROWED}
    return [(name, str(value)) for name, value in request.GET.items() if name in names]


def address(code: str, view: TreeView) -> str:
    """The dashboard of a unit, as of the same moment and narrowed in the same way."""
    page, asked = reverse("dashboards_unit", args=[code]), view.asked.words
    words = {name: asked[name] for name in ("asof", *NARROWED) if asked.get(name)}
    return f"{page}?{urlencode(words)}" if words else page


def _crumbs(scope: str, view: TreeView) -> list[tuple[str, str]]:
    unit = view.asked.unit
    above = [one for one in ancestors(unit) if one.path.startswith(scope)]
    return [(one.shown, address(one.code, view)) for one in (*above, unit)]


def _figure(view: TreeView, key: str) -> dict[str, Any]:
    metric = figures.find(key)
    value = view.values[key]
    trend = [float(point.value) for point in view.trends[key] if point.value is not None]
    return {
        "metric": metric,
        "value": shown(value, metric),
        "href": view.asked.records(key),
        "tone": "red" if metric.kind is figures.Kind.WINDOW and value else "",
        "trend": trend if len(trend) > 1 and any(trend) else [],
        "base": _base(view, metric),
    }


def _base(view: TreeView, metric: figures.Metric) -> str:
    """Of how many a share is: three answers and three thousand are not the same."""
    if metric.kind is not figures.Kind.RATIO or metric.denominator not in view.values:
        return ""
    return queries.base_words(metric, int(view.values[metric.denominator] or 0))


def shown(value: Value, metric: figures.Metric) -> object:
    """A share in per cent as words; a count as it is."""
    if metric.kind is not figures.Kind.RATIO or value is None:
        return value
    return f"{float(value) * 100:.0f}%"


def _sorted(rows: Sequence[ChildRow], sort: str | None) -> list[ChildRow]:
    """By a column; what has no value comes last in either direction."""
    order = sort if sort and sort.lstrip("-") in {*SORTS, "unit"} else DEFAULT
    name, down = order.lstrip("-"), order.startswith("-")
    if name == "unit":
        return sorted(rows, key=lambda row: row.unit.pinyin or row.unit.code, reverse=down)
    key = SORTS[name]
    told = [row for row in rows if row.values[key] is not None]
    rest = [row for row in rows if row.values[key] is None]
    told.sort(key=lambda row: -int(row.values["ledger.open"] or 0))  # among equals
    return [*sorted(told, key=lambda row: row.values[key] or 0, reverse=down), *rest]


def _busy(view: TreeView, *, everything: bool) -> list[ChildRow]:
    """The units below of which there is something to tell; all, when asked or none has."""
    busy = [row for row in view.children if row.standing.word != "nothing"]
    return list(view.children) if everything or not busy else busy


def _row(view: TreeView, row: ChildRow) -> dict[str, Any]:
    word, icon = WORDS[row.standing.word]
    code = row.unit.code
    return {
        "unit": row.unit,
        "href": address(code, view),
        "lead": [
            (one.shown, address(one.code, view))
            for one in view.lead.get(row.unit.pk, ())
            if one != row.unit
        ][:SHOWN_LEADS],
        "cells": [
            {
                "value": shown(row.values[key], figures.find(key)),
                "href": view.asked.records(key, unit=code),
                "late": name == "overdue" and bool(row.values[key]),
                "name": figures.find(key).name,
            }
            for name, key in SORTS.items()
        ],
        "share": row.share,
        "done": view.asked.records("ledger.done", unit=code),
        "bar": _("%(share)s struck off") % {"share": f"{(row.share or 0) * 100:.0f}%"},
        "word": word,
        "icon": icon,
        "tone": row.standing.tone,
    }


def _own(view: TreeView) -> list[dict[str, Any]]:
    """What is on the unit's own books, below the rows of its children."""
    if view.own is None:
        return []
    own: Mapping[str, Value] = view.own
    return [
        {
            "value": own.get(key),
            "href": view.asked.records(key, own=1) if key in own else "",
            "name": figures.find(key).name,
        }
        for key in SORTS.values()
    ]


def _funnel(view: TreeView) -> dict[str, Any]:
    metrics = [figures.find(key) for key in queries.FUNNEL if view.asked.fits(key)]
    return {
        "kind": "rank",
        "labels": [str(metric.name) for metric in metrics],
        "series": [
            {"name": _("so far"), "values": [int(view.values[m.key] or 0) for m in metrics]}
        ],
        "links": [view.asked.records(metric.key) for metric in metrics],
    }


def _stages(view: TreeView) -> list[dict[str, Any]]:
    """What each number from received to struck off counts, and of what the first ones are made."""
    found = []
    for key in queries.FUNNEL:
        if not view.asked.fits(key):
            continue
        metric = figures.find(key)
        apart = key == "ledger.registered" and view.asked.scope.source is None
        found.append(
            {
                "name": metric.name,
                "value": view.values[key],
                "href": view.asked.records(key),
                "counts": metric.definition,
                "parts": view.asked.parts(key, "source") if apart else [],
            }
        )
    return found


def _subjects(view: TreeView) -> dict[str, Any] | None:
    if not view.subjects:
        return None
    still_open, done = figures.find("ledger.open"), figures.find("ledger.done")
    return {
        "kind": "rank",
        "labels": [subject.name for subject in view.subjects],
        "series": [
            {
                "name": str(done.name),
                "values": [s.done for s in view.subjects],
                "tone": "green",
                "links": [_subject(view, done, s) for s in view.subjects],
            },
            {
                "name": str(still_open.name),
                "values": [s.still_open for s in view.subjects],
                "tone": "blue",
                "links": [_subject(view, still_open, s) for s in view.subjects],
            },
        ],
    }


def _subject(view: TreeView, metric: figures.Metric, subject: queries.Subject) -> str:
    return view.asked.records(metric.key, category=subject.code or figures.NONE)


def _days(view: TreeView) -> dict[str, Any] | None:
    """How long fixes took, by classes of calendar days; None where nothing was closed."""
    if not any(one.things for one in view.days):
        return None
    return {
        "kind": "bar",
        "labels": [_class(one) for one in view.days],
        "links": [view.asked.records(queries.DAYS, took=one.word) for one in view.days],
        "series": [{"name": _("closings"), "values": [one.things for one in view.days]}],
    }


def _class(one: figures.Bin) -> str:
    if one.high is None:
        return _("over %(low)s") % {"low": one.low}
    return f"0–{one.high}" if one.low is None else f"{one.low + 1}–{one.high}"
