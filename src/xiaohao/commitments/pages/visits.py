"""Rounds of household visits: how far they are, a new one, the list of its households."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from xiaohao.commitments import actions, queries
from xiaohao.commitments.forms import HouseholdsForm, RoundForm
from xiaohao.commitments.models import Household, Round
from xiaohao.commitments.rules import household_rows
from xiaohao.figures.queries import figure_name, tally
from xiaohao.figures.queries import find as find_metric
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, Refused
from xiaohao.kernel.paging import count, take
from xiaohao.people.queries import ActingRequest, gate, require
from xiaohao.units.models import Unit
from xiaohao.units.queries import ancestors

PAGE = 50
SHOWN_ROUNDS = 20
STATES = [
    ("waiting", gettext_lazy("still to visit")),
    ("visited", gettext_lazy("visited")),
    ("needs", gettext_lazy("with needs")),
]
VISITOR = (Permission.HANDLE, Permission.REGISTER)


def may_visit(actor: Actor) -> bool:
    """Whether the post visits households."""
    return any(actor.may(permission) for permission in VISITOR)


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_visits(request: ActingRequest) -> HttpResponse:
    """Coverage per unit, each number a link to its records, and the rounds."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    code = request.GET.get("unit", "")[:40]
    unit = queries.unit_in_scope(actor, code) if code else Unit.objects.get(pk=actor.unit_id)
    whole, below = queries.coverage(unit)
    rounds = Round.objects.visible_to(actor).select_related("unit").order_by("-id")
    context = {
        "unit": unit,
        "whole": whole,
        "figures": _figures(whole),
        "below": below,
        "heads": [find_metric(key).name for key in queries.COVERAGE],
        "rounds": rounds[:SHOWN_ROUNDS],
        "total": count(rounds),
        "may_visit": may_visit(actor),
        "crumbs": _crumbs(actor, unit),
    }
    return render(request, "commitments/visits.html", context)


def _figures(whole: queries.Covered) -> list[dict[str, Any]]:
    return [
        {"metric": find_metric(key), "value": value, "href": href}
        for key, (value, href) in zip(queries.COVERAGE, whole.numbers, strict=True)
    ]


def _crumbs(actor: Actor, unit: Unit) -> list[tuple[str, str]]:
    above = [one for one in ancestors(unit) if one.path.startswith(actor.unit_path)]
    here = reverse("commitments_visits")
    return [(one.shown, f"{here}?unit={one.code}") for one in (*above, unit)]


@gate(*VISITOR)
def commitments_round_new(request: ActingRequest) -> HttpResponse:
    """Set up a round of visits."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    form = RoundForm(request.POST or None, initial={"starts": clock.today()})
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        context = {"form": form, "unmet": ()}
        return render(request, "commitments/round_new.html", context, status=status)
    try:
        row = actions.set_up(by=actor, **form.cleaned_data)
    except (Refused, Forbidden) as refused:
        form.take(refused.unmet)
        context = {"form": form, "unmet": tuple(refused.unmet)}
        return render(request, "commitments/round_new.html", context, status=refused.status)
    messages.success(request, _("The round is set up. Now list its households."))
    return redirect("commitments_round", row.pk)


@gate(*VISITOR)
def commitments_round(request: ActingRequest, key: int) -> HttpResponse:
    """List households for a round."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    row = queries.find_round(actor, key)
    form = HouseholdsForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _round(request, actor, row, form, 422 if request.method == "POST" else 200)
    given = form.cleaned_data
    rows = household_rows(given["rows"])
    try:
        fresh, there = actions.list_households(round_=row, by=actor, unit=given["unit"], rows=rows)
    except (Refused, Forbidden) as refused:
        form.take(refused.unmet)
        return _round(request, actor, row, form, refused.status, unmet=refused.unmet)
    text = _("%(fresh)s households listed; %(there)s stood there already.")
    messages.success(request, text % {"fresh": fresh, "there": there})
    return HttpResponseRedirect(f"{reverse('commitments_households')}?round={row.pk}")


def _round(
    request: ActingRequest,
    actor: Actor,
    row: Round,
    form: HouseholdsForm,
    status: int = 200,
    unmet: Any = (),
) -> HttpResponse:
    counted = Household.objects.visible_to(actor).filter(round=row)
    context = {
        "round": row,
        "form": form,
        "unmet": unmet,
        "listed": counted.count(),
        "visited": counted.filter(visits__gt=0).count(),
        "crumbs": [(_("Household visits"), reverse("commitments_visits")), (row.title,)],
    }
    return render(request, "commitments/round.html", context, status=status)


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_households(request: ActingRequest) -> HttpResponse:
    """The households of the actor's area, narrowed by the address."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    filters = queries.household_filters(actor, request.GET)
    found = queries.households(actor, filters)
    page = take(found, ("id",), request.GET.get("cursor"), PAGE)
    rounds = Round.objects.visible_to(actor).order_by("-id")[:SHOWN_ROUNDS]
    context = {
        "page": page,
        "today": clock.today(),
        "chips": _chips(request, actor, filters),
        "tally": tally(actor, request.GET, found),
        "round_options": [(row.pk, row.title) for row in rounds],
        "state_options": STATES,
        "may_visit": may_visit(actor),
        "crumbs": [(_("Household visits"), reverse("commitments_visits")), (_("Households"),)],
    }
    return render(request, "commitments/households.html", context)


def _chips(
    request: ActingRequest, actor: Actor, filters: queries.HouseholdFilters
) -> list[dict[str, Any]]:
    unit = queries.unit_in_scope(actor, filters.unit).name if filters.unit else ""
    rounds = Round.objects.visible_to(actor)
    chosen = rounds.filter(pk=filters.round).first() if filters.round else None
    rows = [
        ("unit", _("Unit"), unit),
        ("state", _("State"), dict(STATES).get(filters.state)),
        ("round", _("Round of visits"), chosen.title if chosen else ""),
        ("figure", _("Only"), figure_name(request.GET)),
        ("q", _("Search"), filters.q),
    ]
    return [{"param": p, "label": label, "value": value} for p, label, value in rows if value]
