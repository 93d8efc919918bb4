"""Pages: what the models are worth, and the duty list."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, NotFound, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.triage import actions, queries
from xiaohao.triage.forms import ChooseUnit, SetDuty
from xiaohao.triage.models import Category, Kind, TrainedModel
from xiaohao.triage.rules import FEWEST_LESSONS, THRESHOLD
from xiaohao.triage.wording import EVENTS, VERDICTS, urgency_word
from xiaohao.units.models import Unit
from xiaohao.units.queries import ancestors, by_code, labels, named

UNITS = 100


@gate(Permission.TRAIN)
def triage_models(request: GatedRequest) -> HttpResponse:
    """What trainings were worth on confirmed cases they had not seen; the one in use in full."""
    kind = Kind.URGENCY if request.GET.get("kind") == Kind.URGENCY else Kind.CATEGORY
    past = queries.history(kind)
    context = {
        "kind": kind,
        "tabs": _kind_tabs(kind),
        "past": past,
        "rows": [{"model": row, "verdict": VERDICTS[row.verdict]} for row in past.models],
        "leader": past.leader,
        "per_label": _per_label(past.leader) if past.leader else [],
        "curve": _curve(past.leader) if past.leader else None,
        "threshold": THRESHOLD,
        "fewest": FEWEST_LESSONS,
    }
    return render(request, "triage/models.html", context)


def _kind_tabs(current: Kind) -> list[dict[str, Any]]:
    address = reverse("triage_models")
    words = {Kind.CATEGORY: _("Category"), Kind.URGENCY: _("Urgency")}
    return [
        {"label": words[kind], "href": f"{address}?kind={kind}", "current": kind == current}
        for kind in Kind
    ]


def _per_label(model: TrainedModel) -> list[dict[str, Any]]:
    """Every label with its scores, the weakest first."""
    names = {row.code: row.label for row in Category.objects.order_by("id")}
    rows = [
        {**scores, "name": names.get(code) or urgency_word(code)}
        for code, scores in model.per_category.items()
    ]
    return sorted(rows, key=lambda row: float(row["f1"]))


def _curve(model: TrainedModel) -> dict[str, Any]:
    points = model.curve
    return {
        "kind": "line",
        "labels": [f"{point['coverage']:.0%}" for point in points],
        "series": [
            {
                "name": _("right"),
                "values": [round(100 * point["accuracy"], 1) for point in points],
            },
            {
                "name": _("least confidence"),
                "values": [round(100 * point["confidence"], 1) for point in points],
                "tone": "grey",
            },
        ],
        "unit": "%",
    }


@gate(Permission.TRAIN)
@require_POST
def triage_train(request: GatedRequest) -> HttpResponse:
    """Ask for a training; it runs beside the requests."""
    kind = Kind.URGENCY if request.POST.get("kind") == Kind.URGENCY else Kind.CATEGORY
    if actions.ask_for_training(by=request.actor, kind=kind):
        messages.success(request, _("Training has been asked for; look here again in a minute."))
    else:
        messages.info(request, _("A training is waiting already."))
    return redirect(f"{reverse('triage_models')}?kind={kind}")


@gate(Permission.MANAGE_DUTIES)
def triage_duties(request: GatedRequest) -> HttpResponse:
    """The units of one's own area that answer for something, and what nobody answers for."""
    form = ChooseUnit(request.GET if request.GET.get("unit") else None)
    if form.is_bound and form.is_valid():
        try:
            unit = _within(request.actor, named(form.cleaned_data["unit"], "unit"))
        except Answer as said:
            form.add_error("unit", [str(one.message) for one in said.unmet])
        else:
            return redirect("triage_duty", unit.code)
    page = take(queries.duty_units(request.actor), ["path"], request.GET.get("cursor"), UNITS)
    above = labels(page.items)
    context = {
        "form": form,
        "page": page,
        "rows": [{"unit": unit, "above": above.get(unit.pk, "")} for unit in page.items],
        "unanswered": queries.unanswered(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "triage/duties.html", context, status=status)


def _within(actor: Actor, unit: Unit) -> Unit:
    """The unit, when it lies in the actor's area.

    Raises:
        NotFound: it does not.
    """
    if not actor.covers(unit.path):
        raise NotFound([Unmet("not_found", _("There is no such unit within your scope."))])
    return unit


@gate(Permission.MANAGE_DUTIES)
def triage_duty(request: GatedRequest, code: str) -> HttpResponse:
    """The duties of one unit: set one, change its words, take it off the list."""
    unit = _within(request.actor, by_code(code))
    if request.method != "POST":
        return _shown(request, unit, SetDuty(initial=_initial(unit, request.GET.get("category"))))
    if request.POST.get("drop"):
        return _drop(request, unit)
    form = SetDuty(request.POST)
    if not form.is_valid():
        return _shown(request, unit, form, status=422)
    given = form.cleaned_data
    try:
        actions.set_duty(
            unit=unit,
            category=Category.objects.get(code=given["category"]),
            words=given["words"],
            by=request.actor,
            expected=given["expected"],
        )
    except Answer as said:
        return _refused(request, unit, form, said)
    messages.success(request, _("The duty list is changed."))
    return redirect("triage_duty", unit.code)


def _initial(unit: Unit, code: str | None) -> dict[str, Any]:
    duty = queries.duty_of(unit, code) if code else None
    if duty is None:
        return {"category": code} if code else {}
    return {"category": code, "words": " ".join(duty.words), "expected": duty.version}


def _drop(request: GatedRequest, unit: Unit) -> HttpResponse:
    duty = queries.duty_of(unit, request.POST["drop"])
    if duty is None:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    seen = request.POST.get("expected", "")
    try:
        actions.drop_duty(
            duty=duty, by=request.actor, expected=int(seen) if seen.isdecimal() else None
        )
    except Stale as said:
        return _refused(request, unit, SetDuty(), said)
    messages.success(request, _("The duty is off the list."))
    return redirect("triage_duty", unit.code)


def _refused(request: GatedRequest, unit: Unit, form: SetDuty, said: Answer) -> HttpResponse:
    if not isinstance(said, Stale):
        return _shown(request, unit, form, status=said.status, unmet=said.unmet)
    kept = []
    if form.is_bound:
        kept = [(form.fields["words"].label, request.POST.get("words", ""))]
        # Sending again is then a decision taken in sight of what changed.
        again = request.POST.copy()
        again["expected"] = str(said.version)
        form.data = again
    changes = [_told(change) for change in said.changes]
    return _shown(request, unit, form, status=said.status, changes=changes, kept=kept)


def _told(change: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": parse_datetime(change["at"]),
        "by": change["by"].get("post") or change["by"].get("role"),
        "what": EVENTS[change["kind"]],
        "before": "",
        "after": "、".join(change["data"].get("words", [])),
    }


def _shown(
    request: GatedRequest, unit: Unit, form: SetDuty, *, status: int = 200, **more: Any
) -> HttpResponse:
    line = " › ".join(one.shown for one in ancestors(unit))
    context = {
        "unit": unit,
        "crumbs": [(_("Duty list"), reverse("triage_duties")), (unit.shown, "")],
        "line": line,
        "duties": list(queries.duties_of(unit)),
        "form": form,
        "unmet": (),
        "changes": (),
        "kept": (),
        **more,
    }
    return render(request, "triage/duty.html", context, status=status)
