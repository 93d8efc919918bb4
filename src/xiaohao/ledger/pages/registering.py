"""Putting on the ledger what no message brought: to be rectified, or fixed on the spot."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer
from xiaohao.kernel.masking import mask
from xiaohao.ledger import actions
from xiaohao.ledger.alike import Alike, alike
from xiaohao.ledger.finding import FINDERS, area_of, only_own
from xiaohao.ledger.found_forms import RegisterForm, SpotForm
from xiaohao.ledger.models import Problem, Source
from xiaohao.ledger.queries import find
from xiaohao.people.queries import ActingRequest, GatedRequest, gate, require

LATELY = "ledger_source"  # where a session keeps how the last problem was found


@gate(*FINDERS)
def ledger_register(request: GatedRequest) -> HttpResponse:
    """Put a problem on the ledger that an inspection, a visit or a meeting found.

    Who only handles registers what his own unit found at itself or below.
    """
    actor = request.actor
    start = {"programme": request.GET.get("programme", "")}
    lately = str(request.session.get(LATELY, ""))
    form = RegisterForm(
        request.POST or None, request.FILES or None, by=actor, initial=start, lately=lately
    )
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _shown(request, "ledger/register.html", form, status=status, own=only_own(actor))
    data = dict(form.cleaned_data)
    try:
        if same := request.POST.get("same", ""):
            return _added(request, actor, same, data)
        if found := _already(request, actor, data):
            return _shown(request, "ledger/register.html", form, found=found, own=only_own(actor))
        problem = _found(actor, data)
    except Answer as refused:
        form.take(refused.unmet)
        told = {"unmet": refused.unmet, "own": only_own(actor)}
        return _shown(request, "ledger/register.html", form, refused.status, **told)
    request.session[LATELY] = form.cleaned_data["source"]
    done = _("Registered as %(number)s.")
    if only_own(actor):
        done = _("Registered as %(number)s. An office at your unit or above it hands it on.")
    messages.success(request, done % {"number": problem.number})
    return redirect("ledger_problem", problem.number)


def _found(actor: Actor, data: dict[str, Any]) -> Problem:
    photos = [(sent.name or "", sent.file) for sent in data.pop("photos") or []]
    return actions.register_found(by=actor, photos=photos, **_placed(actor, data))


def _placed(actor: Actor, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "place_unit": area_of(actor, data["place_unit"])}


def _already(request: ActingRequest, actor: Actor, data: dict[str, Any]) -> list[Alike]:
    """What reads alike and is open, until somebody has said that this is another one."""
    if request.POST.get("other"):
        return []
    said = {name: data[name] for name in ("title", "text", "category")}
    return alike(actor, place=_placed(actor, data)["place_unit"], **said)


def _added(request: ActingRequest, actor: Actor, number: str, data: dict[str, Any]) -> HttpResponse:
    """It is known: what was found stands with the problem that is there, as a comment."""
    problem = find(actor, number)
    found_by = dict(Source.choices)[data["source"]]
    parts = [f"{found_by}：{data['title']}", data["text"], data["place"]]
    note = mask("\n".join(part for part in parts if part))
    actions.move(problem=problem, move="comment", by=actor, note=note)
    request.session[LATELY] = data["source"]
    messages.success(request, _("Added to %(number)s.") % {"number": problem.number})
    return redirect("ledger_problem", problem.number)


@gate(Permission.REGISTER)
def ledger_spot(request: ActingRequest) -> HttpResponse:
    """Register what was put right at once, with its evidence, in one form and one transaction."""
    actor = require(request.actor, Permission.REGISTER)
    start = {"programme": request.GET.get("programme", "")}
    lately = str(request.session.get(LATELY, ""))
    form = SpotForm(
        request.POST or None, request.FILES or None, by=actor, initial=start, lately=lately
    )
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _shown(request, "ledger/spot.html", form, status=status)
    data = dict(form.cleaned_data)
    fixed = {name: data.pop(name) for name in ("unit", "done", "owner", "note", "files")}
    try:
        with transaction.atomic():
            problem = actions.register(by=actor, **_placed(actor, data))
            fixed["files"] = [
                actions.upload(problem=problem, by=actor, name=f.name or "", stream=f.file).pk
                for f in fixed["files"] or []
            ]
            actions.move(problem=problem, move="spot", by=actor, **fixed)
    except Answer as refused:
        form.take(refused.unmet)
        return _shown(request, "ledger/spot.html", form, refused.status, unmet=refused.unmet)
    request.session[LATELY] = data["source"]
    done = _("%(number)s is fixed and waits for its check.") % {"number": problem.number}
    messages.success(request, done)
    return redirect("ledger_problem", problem.number)


def _shown(
    request: ActingRequest, template: str, form: RegisterForm, status: int = 200, **more: Any
) -> HttpResponse:
    sent = bool(request.FILES)
    context = {"form": form, "unmet": (), "again": sent, "found": (), "own": False, **more}
    return render(request, template, context, status=status)
