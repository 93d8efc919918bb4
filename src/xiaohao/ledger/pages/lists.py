"""The ledger as a table: filters, order and columns in the address, views as tabs."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.campaigns import queries as programmes
from xiaohao.figures.queries import tally
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paging import take
from xiaohao.ledger.actions import kept_query, offered_moves
from xiaohao.ledger.behind import words_answered
from xiaohao.ledger.chips import (
    DUE_SOON,
    WAITING,
    categories,
    chips_of,
    closing_options,
    plain_chips,
    state_options,
    unknown_words,
)
from xiaohao.ledger.columns import COLUMNS, Column, address_of, chosen
from xiaohao.ledger.finding import may_register
from xiaohao.ledger.leading import Next, next_steps
from xiaohao.ledger.models import Channel, Problem, Source, Track, View
from xiaohao.ledger.narrowing import filters_of, listed, order_of, ordered
from xiaohao.ledger.totals import SOON, Total, totals
from xiaohao.ledger.turn import refer_by
from xiaohao.people.queries import ActingRequest, gate, require

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One problem as the table shows it."""

    problem: Problem
    cells: Sequence[tuple[Column, Any]]
    next: Next | None

    @property
    def refer_by(self) -> dt.date | None:
        """Until when it is to be handed on; None once somebody has it."""
        return refer_by(self.problem)


@gate(Permission.SEE_LEDGER)
def ledger_list(request: ActingRequest) -> HttpResponse:
    """The problems an actor may see, narrowed by the address."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    filters = filters_of(actor, request.GET)
    sort, order = order_of(request.GET.get("sort", ""))
    columns = chosen(actor, request.GET.get("columns", ""))
    rows = ordered(listed(actor, filters), order)
    page = take(rows, order.keys, request.GET.get("cursor"), PAGE, order.nullable)
    query = kept_query(request.GET.urlencode())
    chips = chips_of(request, actor)
    context = {
        "page": page,
        "rows": _rows(page.items, columns, actor),
        "columns": columns,
        "column_options": _column_options(columns),
        "columns_named": address_of(columns),
        "sort": sort,
        "query": query,
        "chips": chips,
        "unknown": unknown_words(request.GET),
        "tally": tally(actor, request.GET, rows),
        "chips_printed": " · ".join(f"{chip['label']}: {chip['value']}" for chip in chips),
        "options": _options(actor),
        "may_register": may_register(actor),
        "bulk_moves": offered_moves(actor),
        "kept_unit": _kept(request, {"unit", "cursor", "figure", "asof"}),
        "totals": _linked(request, totals(actor, filters)) if request.GET.get("totals") else None,
        **_views(request, actor, query),
    }
    return render(request, "ledger/list.html", context)


def _rows(problems: Sequence[Problem], columns: Sequence[Column], actor: Actor) -> list[Row]:
    leading = any(column.kind == "next" for column in columns)
    steps = next_steps(problems, actor) if leading else {}
    return [
        Row(p, [(column, column.value(p)) for column in columns], steps.get(p.pk)) for p in problems
    ]


def _column_options(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Every column, the chosen ones first and in their order."""
    shown = [column.key for column in columns]
    others = [key for key in COLUMNS if key not in shown]
    return [
        {"key": key, "label": COLUMNS[key].head, "shown": key in shown} for key in shown + others
    ]


def _options(actor: Actor) -> dict[str, Any]:
    drives = [(row.code, row.label) for row in programmes.known(actor)]
    return {
        "programme": drives,
        "track": list(Track.choices),
        "state": state_options(),
        "category": categories(),
        "channel": list(Channel.choices),
        "source": list(Source.choices),
        "closing": closing_options(),
        "due_soon": [(days, _("within %(days)s days") % {"days": days}) for days in DUE_SOON],
        "waiting": [(days, _("%(days)s days and more") % {"days": days}) for days in WAITING],
    }


def _presets() -> list[tuple[str, str]]:
    """The views that everybody has: name and query."""
    return [
        (_("All"), ""),
        (_("Open"), "state=open"),
        (_("Overdue"), "overdue=1"),
        (_("Due soon"), f"due_soon={SOON}"),
        (_("To be verified"), "state=reported"),
        (_("Struck off"), "state=closed"),
        # Of other units: counted there, never among one's own.
        (_("We help"), "cooperating=1"),
    ]


def _views(request: ActingRequest, actor: Actor, query: str) -> dict[str, Any]:
    """The tabs, and the saved view in hand with whether the address has moved away from it."""
    here = reverse("ledger_list")
    saved = list(View.objects.seen_by(actor).order_by("-shared", "id"))
    current = next((v for v in saved if str(v.pk) == request.GET.get("view")), None)
    tabs = [
        {
            "label": label,
            "href": f"{here}?{preset}" if preset else here,
            "current": current is None and preset == query,
        }
        for label, preset in _presets()
    ]
    tabs += [
        {"label": view.name, "href": address_of_view(view), "current": view == current}
        for view in saved
    ]
    moved = current is not None and current.query != query
    return {"tabs": tabs, "view": current, "view_moved": moved}


def address_of_view(view: View) -> str:
    """Where a saved view opens: its filters stand in the address as if typed."""
    parts = [part for part in (view.query, f"view={view.pk}") if part]
    return f"{reverse('ledger_list')}?{'&'.join(parts)}"


def _kept(request: ActingRequest, without: Collection[str]) -> list[tuple[str, str]]:
    """The parameters of the address that another form carries on."""
    lists = request.GET.lists()
    return [(name, value) for name, values in lists if name not in without for value in values]


def _linked(request: ActingRequest, found: Sequence[Total]) -> list[dict[str, Any]]:
    """The totals, each with the address of its records."""
    return [
        {
            "label": total.label,
            "count": total.count,
            "tone": total.tone,
            "href": f"{reverse('ledger_list')}?{_changed(request, total).urlencode()}",
        }
        for total in found
    ]


def _changed(request: ActingRequest, total: Total) -> QueryDict:
    made = request.GET.copy()
    for name in ("cursor", "totals"):
        made.pop(name, None)
    for name, value in total.query.items():
        made.setlist(name, [value] if isinstance(value, str) else list(value))
    return made


@gate(Permission.SEE_LEDGER)
def ledger_totals(request: ActingRequest) -> HttpResponse:
    """The totals of the list at the same query, loaded when the list already stands."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    found = totals(actor, filters_of(actor, request.GET))
    return render(request, "ledger/_totals.html", {"totals": _linked(request, found)})


@gate(Permission.SEE_LEDGER)
def ledger_words(request: ActingRequest) -> HttpResponse:
    """The citizens' words: the records behind the solution and satisfaction figures."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    rows = words_answered(actor, request.GET)
    page = take(rows, ("-id",), request.GET.get("cursor"), PAGE)
    context = {
        "page": page,
        "chips": plain_chips(request, actor),
        "tally": tally(actor, request.GET, rows),
    }
    return render(request, "ledger/words.html", context)
