"""The form of each move, and the form for a problem found otherwise than by a message."""

from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale, Unmet
from xiaohao.kernel.series import listed
from xiaohao.ledger import actions, more_time, scheduling
from xiaohao.ledger.actions.given import read
from xiaohao.ledger.forms import MoveForm
from xiaohao.ledger.models import Problem, State, Upload
from xiaohao.ledger.queries import facts_of, find, offers
from xiaohao.ledger.rules import MOVES, Facts, Need, laid_down
from xiaohao.ledger.timeline import WORDS, timeline
from xiaohao.ledger.turn import handing_clock, refer_by
from xiaohao.ledger.wording import MOVE_NAMES, put
from xiaohao.people.queries import (
    ActingRequest,
    attended_above,
    empty_since,
    gate,
    happened_since,
    has_anybody,
    require,
)
from xiaohao.trail.queries import events_of
from xiaohao.units.queries import UnitPicker

_ABOUT_TIME = frozenset({"grant_extension", "decline_extension"})
_TIME = _ABOUT_TIME | {"ask_extension"}
_HANDING_ON = frozenset({"refer", "arbitrate"})


@gate(Permission.SEE_LEDGER)
def ledger_move(request: ActingRequest, number: str, move: str) -> HttpResponse:
    """Ask for a move's inputs, make it, or say why not; nothing typed is lost."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    problem = find(actor, number)
    if move not in actions.STEPS:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    if request.method == "POST":
        return _posted(request, actor, problem, move)
    facts = facts_of(problem)
    offer = next((o for o in offers(problem, actor, facts) if o.move.name == move), None)
    unmet = offer.unmet if offer else ()
    named = request.GET.get("measure", "")
    begins = {"measure": named} if named else _as_before(problem, move)
    form = MoveForm(MOVES[move], problem, by=actor, initial=begins)
    if named and move == "amend_measure" and form.chosen is None:
        raise NotFound([put(Need("no_such_measure"))])
    if offer is None:
        about = {"move": move, "state": problem.state}
        unmet = (put(Need("wrong_state", None, about)),)
    return _asked(request, problem, form, unmet=unmet, facts=facts)


def _asked(
    request: ActingRequest,
    problem: Problem,
    form: MoveForm,
    status: int = 200,
    facts: Facts | None = None,
    **more: Any,
) -> HttpResponse:
    facts = facts or facts_of(problem)
    form.mark(facts)
    context = {
        "problem": problem,
        "form": form,
        "move": form.move,
        "label": _(MOVE_NAMES[form.move.name]),
        "measures": problem.measures.filter(dropped_at=None).order_by("id"),
        "due": problem.due,
        "refer_by": refer_by(problem),
        "proposal": (),
        "nobody": None,
        "target": None,
        "files_kept": files_kept(problem, form),
        "unmet": (),
        "stale": None,
        "sent": request.method == "POST",
        "returned": _returned(problem) if form.move.name in _HANDING_ON else (),
        "more_time": more_time.asked(problem) if facts.extension_asked else None,
        "time_given": more_time.standing(problem) if form.move.name in _TIME else None,
        "handing": handing_clock(problem) if form.move.name in _HANDING_ON else None,
        "more_time_first": form.move.name in _ABOUT_TIME,
        **more,
    }
    return render(request, "ledger/move.html", context, status=status)


def _returned(problem: Problem) -> list[dict[str, Any]]:
    """Who gave it back and why, the last first: whoever hands it on reads that before."""
    if not problem.returns:
        return []
    rows = events_of(problem.trail_label(), problem.pk).filter(kind="return")
    return timeline(problem, list(rows))


def _nobody_there(actor: Actor, problem: Problem, form: MoveForm) -> dict[str, Any] | None:
    """The unit that would get the problem, when nobody there holds a post; else None.

    A campaign may begin before all posts are filled, so it is asked about and not refused. What is
    already done (`spot`) waits for nobody at the unit.
    """
    permission = form.move.permission
    if form.move.name not in _HANDING_ON or permission not in actor.permissions:
        return None
    inputs, _trouble = read(problem, actor, form.move.name, {"unit": form.given()["unit"]})
    unit = inputs.get("unit")
    if unit is None or unit.pk == problem.unit_id or has_anybody(unit):
        return None
    above = attended_above(unit)
    within = above is not None and actor.covers(above.path)
    return {"unit": unit, "since": empty_since(unit), "above": above if within else None}


def _ask_again(
    request: ActingRequest, problem: Problem, form: MoveForm, nobody: dict[str, Any]
) -> HttpResponse:
    """Say before it is sent that nobody is there to take it."""
    text = _("Nobody holds a post at %(unit)s. Nothing was sent yet: choose another, or tick.")
    unmet = [Unmet("nobody_in_post", text % {"unit": nobody["unit"].shown}, "unit")]
    form.take(unmet)
    return _asked(request, problem, form, 422, unmet=unmet, nobody=nobody)


def _posted(request: ActingRequest, actor: Actor, problem: Problem, move: str) -> HttpResponse:
    form = MoveForm(MOVES[move], problem, request.POST, request.FILES, by=actor)
    if not form.is_valid():
        return _asked(request, problem, form, 422)
    given = dict(form.given())
    if (before := _before(request, actor, problem, form)) is not None:
        return before
    try:
        if "files" in MOVES[move].inputs:
            given["files"] = _uploaded(form, actor, problem)
        version = form.cleaned_data["version"]
        actions.move(problem=problem, move=move, by=actor, version=version, **given)
    except Stale as stale:
        # Sending again is then a decision taken in sight of what changed.
        form.put("version", str(stale.version))
        return _asked(request, find(actor, problem.number), form, 409, stale=_told(stale, form))
    except (Refused, Forbidden) as refused:
        form.take(refused.unmet)
        return _asked(request, problem, form, refused.status, unmet=refused.unmet)
    done = _("%(number)s: %(move)s") % {"number": problem.number, "move": _(WORDS[move])}
    messages.success(request, done)
    return _after(actor, problem, move)


def _after(actor: Actor, problem: Problem, move: str) -> HttpResponse:
    """Where to go when a move is made: the problem's page, as long as it is for this reader."""
    try:
        find(actor, problem.number)
    except NotFound:  # given back or given away, it is no longer for this reader
        if move == "return":
            return redirect(f"{reverse('escalation_given_back')}?number={problem.number}")
        return redirect("dashboards_workbench")
    return redirect("ledger_problem", problem.number)


def _before(
    request: ActingRequest, actor: Actor, problem: Problem, form: MoveForm
) -> HttpResponse | None:
    """What is to be looked at before the move is made; None when nothing is."""
    if request.POST.get("propose") and "measures" in form.move.inputs:
        return _proposed(request, actor, problem, form)
    if request.POST.get("despite"):
        return None
    if nobody := _nobody_there(actor, problem, form):
        return _ask_again(request, problem, form, nobody)
    if form.move.name == "merge" and (target := _target(actor, problem, form)):
        return _asked(request, problem, form, target=target)
    return None


def _target(actor: Actor, problem: Problem, form: MoveForm) -> dict[str, Any] | None:
    """What it would go into, to be looked at first: from then on it is that problem."""
    inputs, trouble = read(problem, actor, "merge", form.given())
    into = inputs.get("into")
    if trouble or into is None:
        return None
    return {
        "problem": into,
        "other_unit": problem.unit_id != into.unit_id,
        "other_category": problem.category_id != into.category_id,
    }


def _as_before(problem: Problem, move: str) -> dict[str, str]:
    """What parts from another problem goes back to the unit that had it, if nobody says else."""
    if move != "refer" or problem.state != State.REGISTERED:
        return {}
    last = events_of(problem.trail_label(), problem.pk).filter(kind__in=["split", "recall"]).last()
    had = problem.referrals.order_by("-id").first() if last and last.kind == "split" else None
    return {"unit": had.unit.code} if had else {}


def _proposed(
    request: ActingRequest, actor: Actor, problem: Problem, form: MoveForm
) -> HttpResponse:
    """Show the deadlines that back-scheduling gives, to be looked at before they are laid down."""
    inputs, trouble = read(problem, actor, form.move.name, form.given())
    facts = facts_of(problem)
    laid = laid_down(facts, inputs.get("measures") or [])
    needs = trouble or laid.needs or ([] if laid.rows else [Need("measures_missing", "measures")])
    if needs:
        unmet = [put(need) for need in needs]
        form.take(unmet)
        return _asked(request, problem, form, 422, unmet=unmet)
    for row in laid.rows:
        place = row["number"] - len(laid.standing) - 1
        form.put(f"measures.{place}.deadline", row["deadline"].isoformat())
    return _asked(request, problem, form, proposal=scheduling.proposal(facts, laid))


def files_kept(problem: Problem, form: MoveForm) -> str:
    """Names of the files that were sent before a refusal and still are there."""
    typed = str(form["kept"].value() or "") if "kept" in form.fields else ""
    keys = [int(key) for key in typed.split() if key.isdecimal()]
    rows = Upload.objects.filter(problem=problem, pk__in=keys).order_by("id") if keys else ()
    return listed(row.name for row in rows)


def _uploaded(form: MoveForm, actor: Actor, problem: Problem) -> list[int]:
    """Ids of the files sent now and, after a refusal, of those sent before."""
    kept = [int(key) for key in form.cleaned_data.get("kept", "").split() if key.isdecimal()]
    for sent in form.cleaned_data.get("files") or []:
        row = actions.upload(problem=problem, by=actor, name=sent.name or "", stream=sent.file)
        kept.append(row.pk)
    form.put("kept", " ".join(map(str, kept)))
    return kept


def _told(stale: Stale, form: MoveForm) -> dict[str, Any]:
    changes = happened_since(stale.changes, WORDS)
    typed = [
        (field.label, _as_read(field))
        for field in form.visible_fields()
        if field.name != "files" and field.value()
    ]
    return {"changes": changes, "kept": typed, "version": stale.version}


def _as_read(field: BoundField) -> str:
    """What was typed; of what was chosen from a list, its words."""
    value = field.value()
    widget = field.field.widget
    if isinstance(widget, UnitPicker):
        return widget.read(value)
    if not isinstance(value, (list, tuple)):
        return str(value)
    words = {str(key): str(text) for key, text in getattr(field.field, "choices", ())}
    return listed(words.get(str(one), str(one)) for one in value)
