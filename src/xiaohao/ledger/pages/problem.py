"""One problem: what it is, what may be done next and why not, and everything that happened."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiaohao.files.queries import hand_out
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import ids
from xiaohao.kernel.series import listed
from xiaohao.ledger import more_time, scheduling
from xiaohao.ledger.history import field_history, is_within
from xiaohao.ledger.models import AS_FOUND, Evidence, Problem, Word
from xiaohao.ledger.queries import (
    Offer,
    amendable,
    facts_of,
    find,
    gone_from,
    is_within_reach,
    named_owner,
    offers,
)
from xiaohao.ledger.rules import WITH_UNIT, Facts, default_deadline
from xiaohao.ledger.timeline import elsewhere, shown_evidence, timeline
from xiaohao.ledger.turn import refer_by, waited_for
from xiaohao.ledger.wording import MOVE_NAMES
from xiaohao.people.queries import ActingRequest, gate, require
from xiaohao.trail.queries import events_of
from xiaohao.units.models import Unit

PRIMARY = ("refer", "accept", "plan", "finish_measure", "report", "pass", "ask", "close")


@gate(Permission.SEE_LEDGER)
def ledger_problem(request: ActingRequest, number: str) -> HttpResponse:
    """The whole page, or with `?panel=1` its inside for the side panel of a list.

    Whoever gave it back, or had it taken back, and sees it no more is led to what became of it.
    """
    actor = require(request.actor, Permission.SEE_LEDGER)
    try:
        problem = find(actor, number)
    except NotFound:
        if gone_from(actor).filter(problem_id=Problem.id_of(number) or 0).exists():
            return redirect(f"{reverse('escalation_given_back')}?number={number}")
        raise
    template = "ledger/panel.html" if request.GET.get("panel") else "ledger/problem.html"
    return render(request, template, problem_context(problem, actor))


def problem_context(problem: Problem, actor: Actor) -> dict[str, Any]:
    """What the problem's page shows; the number of queries does not depend on its history."""
    evidence: dict[int | str | None, list[dict[str, Any]]] = {}
    twice = elsewhere(problem, actor)
    for proof in problem.evidence.select_related("file").order_by("id"):
        of = "found" if proof.round == AS_FOUND else proof.measure_id
        evidence.setdefault(of, []).append(shown_evidence(problem, proof, twice))
    measures = list(problem.measures.order_by("id"))
    events = list(events_of(problem.trail_label(), problem.pk))
    standing = facts_of(problem)
    found = offers(problem, actor, standing)
    may_amend = any(o.move.name == "amend_measure" and o.allowed for o in found)
    lanes = scheduling.lanes(problem, measures, amendable=may_amend)
    happened = timeline(problem, events)
    lane_of = {lane.measure.pk: lane for lane in lanes}
    return {
        "problem": problem,
        "facts": _facts(problem),
        "moves": shown_moves(problem, found) + _others_turn(problem, actor, standing),
        "named": _named(problem, actor, found),
        "measures": [(m, evidence.get(m.pk, []), lane_of.get(m.pk)) for m in measures],
        "gantt": [lane.drawn() for lane in lanes],
        "checks": evidence.get(None, []),
        "as_found": evidence.get("found", []),
        "events": happened,
        "corrections": [one for one in reversed(happened) if one["kind"] == "correct"],
        "words": _words(problem),
        "more_time": more_time.asked(problem) if problem.state in WITH_UNIT else None,
        "overdue": problem.is_overdue(clock.today()),
        "refer_by": refer_by(problem),
        "crumbs": _crumbs(problem, actor),
    }


def _named(problem: Problem, actor: Actor, found: list[Offer]) -> dict[str, Any] | None:
    """Whom the unit that gave it back named, to be taken by one press where that may be done."""
    unit = named_owner(problem)
    if unit is None:
        return None
    may = {offer.move.name for offer in found if offer.allowed}
    near = is_within_reach(unit, actor)
    deadline = default_deadline(clock.today(), urgent=problem.urgent)
    return {
        "unit": unit,
        "refer": near and "refer" in may,
        "arbitrate": near and "arbitrate" in may,
        "deadline": deadline,
        "beyond": not near and bool(may & {"refer", "arbitrate"}),
    }


def shown_moves(problem: Problem, found: list[Offer]) -> list[dict[str, Any]]:
    """The moves for the "next step" card: those that lead on come first."""
    order = {name: n for n, name in enumerate(PRIMARY)}
    found = sorted(found, key=lambda offer: order.get(offer.move.name, len(order)))
    lead = next((o.move.name for o in found if o.allowed and o.move.name in order), "")
    return [
        {
            "label": offer.label,
            "href": reverse("ledger_move", args=[problem.number, offer.move.name]),
            "allowed": offer.allowed,
            "unmet": offer.unmet,
            "primary": offer.move.name == lead,
            "panel": "",
            "hint": "",
        }
        for offer in found
    ]


def _others_turn(problem: Problem, actor: Actor, facts: Facts) -> list[dict[str, Any]]:
    """Reporting it fixed, where that is the leader's: told to whoever works on it, with whose."""
    waited = waited_for(problem, actor, facts)
    if waited is None:
        return []
    unmet = [{"message": text} for text in [*waited.missing, waited.words]]
    label = _(MOVE_NAMES["report"])
    return [{"label": label, "href": "", "allowed": False, "unmet": unmet}]


def _facts(problem: Problem) -> list[tuple[str, Any]]:
    reported = ngettext("%(n)d person", "%(n)d people", problem.reporters)
    rows: list[tuple[str, Any]] = [
        (_("Responsible"), problem.unit or _("not referred yet")),
        (_("Category"), problem.category or _("not set")),
        (_("Place"), problem.place or problem.place_unit or "—"),
        (_("Reported by"), reported % {"n": problem.reporters} if problem.reporters else "—"),
        (_("Channel"), problem.get_channel_display()),
        (_("Found by"), problem.get_source_display()),
    ]
    rows += _assigned(problem)
    if problem.round > 1:
        rows.append((_("Round"), problem.round))
    if problem.returns:
        rows.append((_("Times returned"), problem.returns))
    if problem.extensions:
        rows.append((_("Times extended"), problem.extensions))
    return rows


def _assigned(problem: Problem) -> list[tuple[str, Any]]:
    """Programme, way of fixing, leader and helpers, as far as there are any."""
    rows: list[tuple[str, Any]] = []
    if problem.programme:
        href = reverse("programmes_programme", args=[problem.programme.code])
        link = format_html('<a href="{}">{}</a>', href, problem.programme.label)
        rows.append((_("Programme"), link))
    rows.append((_("Way of fixing"), problem.get_track_display()))
    if problem.lead:
        text = f"{problem.lead.unit.shown} · {problem.lead.title}"
        rows.append((_("Leader who answers for it"), text))
    helps = problem.cooperations.filter(until=None).select_related("unit").order_by("id")
    if helpers := listed(row.unit.shown for row in helps):
        rows.append((_("Helping units"), helpers))
    return rows


def _words(problem: Problem) -> list[Word]:
    return list(Word.objects.filter(problem=problem).order_by("round", "id"))


def _crumbs(problem: Problem, actor: Actor) -> list[tuple[str, str | None]]:
    """The units from the actor's own down to the responsible one, then the number."""
    keys = ids(problem.path)
    above = Unit.objects.filter(pk__in=keys).order_by("path")
    shown = [u for u in above if u.path.startswith(actor.unit_path)]
    links = [(u.short_name or u.name, f"{reverse('ledger_list')}?unit={u.code}") for u in shown]
    return [(_("Ledger"), reverse("ledger_list")), *links, (problem.number, None)]


@gate(Permission.SEE_LEDGER)
def ledger_history(request: ActingRequest, number: str) -> HttpResponse:
    """How each field came to be what it is: who changed it when, from what to what."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    problem = find(actor, number)
    found = field_history(problem)
    # A measure is one choice, with all that it holds.
    fields = {c["field"]: c["label"] for c in reversed(found) if c["field"].count(".") < 2}  # noqa: PLR2004
    field = request.GET.get("field", "")
    here = reverse("ledger_problem", args=[problem.number])
    context = {
        "problem": problem,
        "changes": [one for one in found if is_within(one["field"], field)],
        "field_options": list(fields.items()),
        "crumbs": [*_crumbs(problem, actor)[:-1], (problem.number, here), (_("Changes"), None)],
    }
    return render(request, "ledger/history.html", context)


@gate(Permission.SEE_LEDGER)
def ledger_schedule(request: ActingRequest, number: str) -> HttpResponse:
    """The problem's measures laid out in time, drawn and as a table; made for paper too."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    problem = find(actor, number)
    may = problem.pk in amendable([problem], actor)
    lanes = scheduling.lanes(problem, problem.measures.order_by("id"), amendable=may)
    crumbs = [*_crumbs(problem, actor)[:-1]]
    crumbs += [(problem.number, reverse("ledger_problem", args=[problem.number]))]
    context = {
        "problem": problem,
        "lanes": lanes,
        "gantt": [lane.led() for lane in lanes],
        "lacking": scheduling.lacking(lanes),
        "crumbs": [*crumbs, (_("Schedule"), None)],
    }
    return render(request, "ledger/schedule.html", context)


@gate(Permission.SEE_LEDGER)
def ledger_evidence(request: ActingRequest, number: str, key: int) -> HttpResponseBase:
    """A piece of evidence, to those who may see its problem."""
    problem = find(require(request.actor, Permission.SEE_LEDGER), number)
    row = Evidence.objects.filter(problem=problem, pk=key).select_related("file").first()
    if row is None:
        raise NotFound([Unmet("not_found", _("There is no such file."))])
    return hand_out(row.file, request=request, thumbnail=bool(request.GET.get("small")))
