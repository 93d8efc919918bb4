"""Joint calls: the list, a new one, one of them, and what departments and the caller do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiaohao.escalation import actions, queries
from xiaohao.escalation.forms import (
    AnswerForm,
    CallForm,
    CheckInForm,
    GradeForm,
    ReasonForm,
    Versioned,
)
from xiaohao.escalation.models import Call, Summons
from xiaohao.escalation.pages.roots import changed
from xiaohao.escalation.rules import Standing
from xiaohao.escalation.wording import EVENTS, STANDINGS
from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, NotFound, Refused, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import find
from xiaohao.trail.queries import told
from xiaohao.units.models import Unit
from xiaohao.units.queries import named

PAGE = 50
TABS = ("", "to", "by", "silent")
OPEN_TO = {
    "answer": {Standing.WAITING, Standing.SILENT, Standing.ABSENT},
    "check_in": {
        Standing.WAITING, Standing.SILENT, Standing.ABSENT, Standing.COMING, Standing.DECLINED,
    },
    "grade": {Standing.ARRIVED, Standing.ABSENT, Standing.DECLINED},
}  # fmt: skip
FORMS: dict[str, type[Versioned]] = {
    "answer": AnswerForm,
    "check_in": CheckInForm,
    "grade": GradeForm,
}


@gate(Permission.SEE_LEDGER)
def escalation_calls(request: GatedRequest) -> HttpResponse:
    """Calls to and by units of one's area; what is silent shows at once."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    page = take(queries.calls_of(request.actor, tab), ("-id",), request.GET.get("cursor"), PAGE)
    context = {
        "page": page,
        "rows": [(call, [shown(one) for one in call.summonses.all()]) for call in page.items],
        "tabs": tabs(tab, request.actor),
        "tab": tab,
    }
    return render(request, "escalation/calls.html", context)


def tabs(current: str, actor: Actor, *, rates: bool = False) -> list[dict[str, Any]]:
    """The lists of calls, and the departments' rates for who may see figures."""
    words = {
        "": _("All"),
        "to": _("To us"),
        "by": _("By us"),
        "silent": _("Silent below us"),
    }
    home = reverse("escalation_calls")
    found: list[dict[str, Any]] = [
        {
            "label": words[tab],
            "href": f"{home}?tab={tab}" if tab else home,
            "current": tab == current and not rates,
            "count": queries.silent_below(actor).count() if tab == "silent" else None,
        }
        for tab in TABS
    ]
    if actor.may(Permission.SEE_FIGURES):
        found.append(
            {"label": _("Departments"), "href": reverse("escalation_departments"), "current": rates}
        )
    return found


def shown(summons: Summons) -> dict[str, Any]:
    """A called department with how it stands now."""
    stands = summons.standing
    return {"summons": summons, "standing": stands, "look": STANDINGS[stands]}


@gate(Permission.HANDLE)
def escalation_call_new(request: GatedRequest, number: str) -> HttpResponse:
    """Call departments about one problem of one's unit."""
    problem = find(request.actor, number)
    form = CallForm(request.POST or None, initial={"place": problem.place})
    if request.method != "POST":
        barred = () if queries.may_call(problem, request.actor) else (_not_yours(),)
        return _asked(request, problem, form, unmet=barred)
    if not form.is_valid():
        return _asked(request, problem, form, 422)
    given = form.cleaned_data
    try:
        made = actions.call(
            problem=problem,
            by=request.actor,
            units=_units(form),
            reason=given["reason"],
            place=given["place"],
            hours=given["hours"],
            on_site_by=given["on_site_by"],
        )
    except Answer as said:
        return _asked(request, problem, form, said.status, unmet=form.take(said.unmet))
    messages.success(request, _("Called: %(number)s.") % {"number": made.number})
    return redirect("escalation_call", made.pk)


def _not_yours() -> Unmet:
    text = _("Only the unit that has the problem calls others about it.")
    return Unmet("not_your_unit", text)


def _units(form: CallForm) -> list[Unit]:
    """The departments named, each once.

    Raises:
        Refused: names that nobody or several bear, each at its field.
    """
    found: list[Unit] = []
    wrong: list[Unmet] = []
    for name, typed in form.typed_units():
        try:
            found.append(named(typed, name))
        except Refused as refused:
            wrong.extend(refused.unmet)
    if wrong:
        raise Refused(wrong)
    return list({unit.pk: unit for unit in found}.values())


def _asked(
    request: GatedRequest, problem: Problem, form: CallForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"problem": problem, "form": form, "unmet": (), **more}
    return render(request, "escalation/call_new.html", context, status=status)


@gate(Permission.SEE_LEDGER)
def escalation_call(request: GatedRequest, key: int) -> HttpResponse:
    """One call: who was called, how each stands, and what one may do."""
    return _shown(request, queries.find_call(request.actor, key))


def _shown(request: GatedRequest, call: Call, status: int = 200, **more: Any) -> HttpResponse:
    actor = request.actor
    rows = [
        _row(one, actor, call, more.get("bound"))
        for one in call.summonses.select_related("unit", "told_unit", "call").order_by("id")
    ]
    ours = queries.may_answer(call.unit, actor)
    over = all(row["standing"] in {Standing.GRADED, Standing.WITHDRAWN} for row in rows)
    context = {
        "call": call,
        "crumbs": [(_("Joint calls"), reverse("escalation_calls")), (call.number,)],
        "rows": rows,
        "sees_problem": any(actor.covers(p) for p in (call.problem.path, call.problem.origin_path)),
        "now": clock.now(),
        "withdraw": ReasonForm(initial={"version": call.version}),
        "may_withdraw": ours and not call.withdrawn_at and not over,
        "events": told("escalation.call", call.pk, EVENTS),
        "unmet": (),
        "stale": None,
        **more,
    }
    return render(request, "escalation/call.html", context, status=status)


def _row(summons: Summons, actor: Actor, call: Call, bound: Any) -> dict[str, Any]:
    summons.call = call
    row = shown(summons)
    mine = queries.may_answer(summons.unit, actor)
    ours = queries.may_answer(call.unit, actor)
    able = {"answer": mine and not summons.answered_at, "check_in": mine, "grade": ours}
    for deed, form in FORMS.items():
        open_to = able[deed] and row["standing"] in OPEN_TO[deed] and not call.withdrawn_at
        fresh = form(initial={"version": summons.version, "comes": "1"}, prefix=None)
        row[deed] = fresh if open_to else None
        if bound and bound[:2] == (summons.pk, deed):
            row[deed] = bound[2]
    return row


@gate(Permission.SEE_LEDGER)
@require_POST
def escalation_summons(request: GatedRequest, key: int, deed: str) -> HttpResponse:
    """Answer, check in, grade; nothing typed is lost."""
    summons = queries.find_summons(request.actor, key)
    if deed not in FORMS:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    form = FORMS[deed](request.POST)
    bound = (summons.pk, deed, form)
    if not form.is_valid():
        return _shown(request, summons.call, 422, bound=bound)
    try:
        _DONE[deed](summons, request.actor, form.cleaned_data)
    except Stale as stale:
        return _shown(request, summons.call, 409, stale=changed(stale, []))
    except Answer as said:
        rest = form.take(said.unmet)
        return _shown(request, summons.call, said.status, bound=bound, unmet=rest)
    messages.success(request, f"{summons.unit.shown}: {EVENTS[deed]}")
    return redirect("escalation_call", summons.call_id)


def _answer(summons: Summons, by: Actor, given: dict[str, Any]) -> None:
    comes = given["comes"] == "1"
    actions.answer(
        summons=summons, by=by, comes=comes, words=given["words"], version=given["version"]
    )


def _check_in(summons: Summons, by: Actor, given: dict[str, Any]) -> None:
    actions.check_in(summons=summons, by=by, who=given["who"], version=given["version"])


def _grade(summons: Summons, by: Actor, given: dict[str, Any]) -> None:
    actions.grade(
        summons=summons,
        by=by,
        grade=given["grade"],
        words=given["words"],
        version=given["version"],
    )


_DONE: dict[str, Callable[[Summons, Actor, dict[str, Any]], None]] = {
    "answer": _answer,
    "check_in": _check_in,
    "grade": _grade,
}


@gate(Permission.SEE_LEDGER)
@require_POST
def escalation_withdraw(request: GatedRequest, key: int) -> HttpResponse:
    """Take a call back, with a reason."""
    call = queries.find_call(request.actor, key)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _shown(request, call, 422, withdraw=form)
    given = form.cleaned_data
    try:
        actions.withdraw(
            made=call, by=request.actor, reason=given["reason"], version=given["version"]
        )
    except Stale as stale:
        fresh = queries.find_call(request.actor, key)
        return _shown(request, fresh, 409, stale=changed(stale, [(_("Reason"), given["reason"])]))
    except Answer as said:
        rest = form.take(said.unmet)
        return _shown(request, call, said.status, unmet=rest, withdraw=form)
    messages.success(request, _("The call was taken back."))
    return redirect("escalation_call", call.pk)
