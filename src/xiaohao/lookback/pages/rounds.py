"""Rounds: what was drawn from, how, and how anybody checks it."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.kernel.access import ActingRequest, GatedRequest, gate, public
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Unmet
from xiaohao.kernel.paging import take
from xiaohao.lookback import actions, queries
from xiaohao.lookback.forms import DrawForm, LayForm
from xiaohao.lookback.models import Recheck, Round, Stage
from xiaohao.lookback.rules import BASE
from xiaohao.lookback.rules.waves import BY_RULE
from xiaohao.lookback.wording import EVENTS, RESULTS, STAGES, rule, why
from xiaohao.trail.queries import told
from xiaohao.units.models import Unit

PAGE = 50
SEEN = (Permission.SEE_FIGURES, Permission.VERIFY, Permission.LOOK_BACK)


@gate(*SEEN)
def lookback_rounds(request: GatedRequest) -> HttpResponse:
    """The rounds, newest first, and what is ripe for the next one."""
    actor = request.actor
    page = take(queries.rounds(actor), ("-id",), request.GET.get("cursor"), PAGE)
    draws = actor.may(Permission.LOOK_BACK)
    unit = Unit.objects.get(pk=actor.unit_id)
    context = {
        "page": page,
        "rows": [(row, STAGES[row.stage]) for row in page.items],
        "draws": draws,
        "ripe": [(one, _lay_at(one)) for one in queries.ripe(unit)] if draws else (),
    }
    return render(request, "lookback/rounds.html", context)


def _lay_at(ripe: queries.Ripe) -> str:
    """Where the next round of that age is laid; "" while there is nothing to lay."""
    return f"{reverse('lookback_lay')}?wave={ripe.wave}" if ripe.count else ""


@gate(Permission.LOOK_BACK)
def lookback_lay(request: GatedRequest) -> HttpResponse:
    """Lay down the frame of the next round and commit to a secret."""
    actor = request.actor
    unit = Unit.objects.get(pk=actor.unit_id)
    wave = request.GET.get("wave", "")
    form = LayForm(request.POST) if request.method == "POST" else None
    status = 200
    if form is not None:
        if form.is_valid():
            try:
                round_ = actions.lay(unit=unit, by=actor, **form.cleaned_data)
            except Refused as refused:
                form.take(refused.unmet)
            else:
                messages.success(request, _("%(number)s is laid.") % {"number": round_.number})
                return redirect("lookback_round", round_.pk)
        status = 422
    ripe = queries.ripe(unit)
    if form is None:
        form = LayForm(initial={"wave": wave if wave.isdecimal() else _first(ripe)})
    context = {"form": form, "ripe": ripe, "rule": rule(), "base": BASE}
    return render(request, "lookback/lay.html", context, status=status)


def _first(ripe: Sequence[queries.Ripe]) -> int:
    """The age that the form starts with: one that has problems, those of the rule before others."""
    ordered = sorted(ripe, key=lambda one: one.wave not in BY_RULE)
    return next((one.wave for one in ordered if one.count), BY_RULE[0])


@gate(*SEEN)
def lookback_round(request: GatedRequest, key: int) -> HttpResponse:
    """One round: frame, commitment, seed, sample, and how to check it."""
    return render(request, "lookback/round.html", round_context(request.actor, key))


def round_context(actor: Actor, key: int) -> dict[str, Any]:
    """What the page of a round shows."""
    round_ = queries.find_round(actor, key)
    rows = queries.listed(actor).filter(round=round_).order_by("result", "due", "id")[:500]
    total = Recheck.objects.filter(round=round_).count()
    shown = list(rows)
    return {
        "round": round_,
        "crumbs": [(_("Look-back"), reverse("lookback_rounds")), (round_.number, None)],
        "stage": STAGES[round_.stage],
        "rows": [(row, RESULTS[row.result], why(row.code)) for row in shown],
        "hidden": total - len(shown),
        "total": total,
        "proof": queries.proof(round_),
        "rule": rule(),
        "base": BASE,
        "events": told(round_.trail_label(), round_.pk, EVENTS),
        "draws": _may_draw(actor, round_),
        "without_post": round_.without_post if _keeps(actor, round_) else 0,  # type: ignore[attr-defined]
        "sealed": bool(queries.public_value_of(round_)),
        "form": DrawForm(),
    }


def _keeps(actor: Actor, round_: Round) -> bool:
    """Whether the round is his office's to keep."""
    return round_.unit.path.startswith(actor.unit_path) and actor.may(Permission.LOOK_BACK)


def _may_draw(actor: Actor, round_: Round) -> bool:
    return round_.stage is Stage.LAID and _keeps(actor, round_)


@gate(Permission.LOOK_BACK)
def lookback_draw(request: GatedRequest, key: int) -> HttpResponse:
    """Draw it."""
    round_ = queries.find_round(request.actor, key)
    if request.method != "POST":
        return redirect("lookback_round", key)
    value = request.POST.get("public_value", "")
    try:
        rows = actions.draw(round_=round_, by=request.actor, public_value=value)
    except (Refused, Forbidden, NotFound) as refused:
        context = round_context(request.actor, key) | {"unmet": refused.unmet}
        if value:
            context["form"] = DrawForm({"public_value": value})
        return render(request, "lookback/round.html", context, status=refused.status)
    text = _("%(count)s problems are drawn.") % {"count": len(rows)}
    messages.success(request, text)
    return redirect("lookback_round", key)


def _any_round(key: int) -> Round:
    """A round for everybody: its proof names no unit complained of and no content."""
    found = Round.objects.select_related("unit").filter(pk=key).first()
    if found is None:
        raise NotFound([Unmet("not_found", _("There is no such look-back round."))])
    return found


@public
def lookback_public(request: ActingRequest) -> HttpResponse:
    """All rounds for everybody: what was drawn from, the hashes, and how to repeat a draw."""
    rows = Round.objects.select_related("unit").defer("unit__search", "sealed_secret")
    page = take(rows, ("-id",), request.GET.get("cursor"), PAGE)
    context = {"page": page, "rows": [(row, STAGES[row.stage]) for row in page.items]}
    return render(request, "lookback/public.html", context)


@public
def lookback_proof(request: ActingRequest, key: int) -> HttpResponse:  # noqa: ARG001 (Django's)
    """The proof of a round as JSON, for `xiaohao lookback replay FILE`."""
    round_ = _any_round(key)
    text = json.dumps(queries.proof(round_), ensure_ascii=False, indent=1)
    return _file(text.encode(), f"{round_.number}-proof.json", "application/json")


@public
def lookback_frame(request: ActingRequest, key: int) -> HttpResponse:  # noqa: ARG001 (the same)
    """The frame file of a round; its `sha256sum` stands on the trail."""
    round_ = _any_round(key)
    return _file(queries.frame_text(round_), f"{round_.number}-frame.txt", "text/plain")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=f"{kind}; charset=utf-8", headers=headers)
