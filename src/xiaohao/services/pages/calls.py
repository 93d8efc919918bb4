"""Calls: the list, a new one, one of them, and the form of each move."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaohao.figures.queries import figure_name, tally
from xiaohao.files.queries import hand_out
from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Answer, NotFound, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.ledger.models import Problem
from xiaohao.people.queries import of_one_field
from xiaohao.services import actions, queries
from xiaohao.services.forms import CallForm, MoveForm
from xiaohao.services.models import Call
from xiaohao.services.pages.shared import below, call_crumbs, changed, service_crumbs, tabs
from xiaohao.services.rules import MOVES
from xiaohao.services.wording import HAPPENED, LOOKS, MOVE_NAMES, put

PAGE = 50
PRIMARY = ("take", "deliver", "grade")
P = Permission


@gate(P.SEE_LEDGER)
@require_GET
def services_calls(request: GatedRequest) -> HttpResponse:
    """Calls to and by units of one's area."""
    get = request.GET
    rows = queries.calls_of(request.actor, get)
    page = take(rows, ("-id",), get.get("cursor"), PAGE)
    tab = get.get("tab", "")
    context = {
        "page": page,
        "rows": [_shown(call) for call in page.items],
        "tabs": tabs(tab if tab in queries.TABS else ""),
        "which_options": list(_which().items()),
        "chips": _chips(request),
        "tally": tally(request.actor, get, rows),
    }
    return render(request, "services/calls.html", context)


def _which() -> dict[str, str]:
    return {
        "waiting": _("to deliver"),
        "late": _("overdue"),
        "delivered": _("delivered"),
        "in_time": _("delivered in time"),
        "ungraded": _("not graded in time"),
        "graded": _("graded"),
        "failed": _("said not to be delivered"),
        "declined": _("declined by the department"),
        "withdrawn": _("calls taken back"),
    }


def _chips(request: GatedRequest) -> list[dict[str, Any]]:
    get = request.GET
    found = [
        ("which", _("Only"), _which().get(get.get("which", ""), "")),
        ("service", _("Service no."), get.get("service", "")[:20]),
        ("list", _("List no."), get.get("list", "")[:20]),
        ("figure", _("Only"), figure_name(get)),
    ]
    return [{"param": p, "label": label, "value": value} for p, label, value in found if value]


def _shown(call: Call) -> dict[str, Any]:
    today = clock.today()
    return {
        "call": call,
        "look": LOOKS[call.state],
        "late": call.is_late(today),
        "ungraded": call.is_ungraded(today),
    }


@gate(P.HANDLE, P.REGISTER)
def services_call_new(request: GatedRequest, key: int) -> HttpResponse:
    """Call for a service."""
    service = queries.find_service(request.actor, key)
    form = CallForm(request.POST or None)
    here = reverse("services_service", args=[service.pk])
    context: dict[str, Any] = {"form": form, "service": service, "unmet": ()}
    context["crumbs"] = below(service_crumbs(service), here, _("Call for it"))
    if request.method != "POST":
        context["unmet"] = [put(need) for need in queries.against_caller(service, request.actor)]
        return render(request, "services/call_new.html", context)
    status = 422
    if form.is_valid():
        try:
            made = actions.call(service=service, by=request.actor, **form.cleaned_data)
        except Answer as said:
            context["unmet"], status = form.take(said.unmet), said.status
        else:
            messages.success(
                request, _("Service called for: %(number)s.") % {"number": made.number}
            )
            return redirect("services_call", made.number)
    return render(request, "services/call_new.html", context, status=status)


@gate(P.SEE_LEDGER)
@require_GET
def services_call(request: GatedRequest, number: str) -> HttpResponse:
    """One call: what is needed, what was delivered and said of it, what one may do."""
    return _whole(request, queries.find_call(request.actor, number))


def _whole(request: GatedRequest, call: Call, **more: Any) -> HttpResponse:
    actor, today = request.actor, clock.today()
    offered = queries.offers(call, actor)
    proofs = list(call.proofs.select_related("file").order_by("id"))
    verdicts = {row.round: row for row in call.verdicts.order_by("round")}
    context = {
        "call": call,
        "look": LOOKS[call.state],
        "late": call.is_late(today),
        "ungraded": call.is_ungraded(today),
        "rounds": [
            (
                row,
                [queries.shown_proof(call, one) for one in proofs if one.round == row.round],
                verdicts.get(row.round),
            )
            for row in call.deliveries.order_by("round")
        ],
        "moves": _moves(call, offered),
        "problem": _problem(request, call),
        "may_know": call.is_named and queries.may_know_name(actor, call),
        "name": "",
        "events": queries.call_events(call),
        "crumbs": call_crumbs(call),
        **more,
    }
    return render(request, "services/call.html", context)


def _problem(request: GatedRequest, call: Call) -> tuple[str, bool, str] | None:
    """Number, whether the actor may open it, and state of the problem that the call became."""
    if call.problem is None:
        return None
    seen = Problem.objects.visible_to(request.actor).filter(pk=call.problem.pk).exists()
    return call.problem.number, seen, call.problem.state


def _moves(call: Call, offered: list[queries.Offer]) -> list[dict[str, Any]]:
    lead = next((o.move.name for o in offered if o.allowed and o.move.name in PRIMARY), "")
    return [
        {
            "label": offer.label,
            "href": reverse("services_move", args=[call.number, offer.move.name]),
            "allowed": offer.allowed,
            "unmet": offer.unmet,
            "primary": offer.move.name == lead,
        }
        for offer in offered
    ]


@gate(P.SEE_LEDGER)
@require_POST
def services_name(request: GatedRequest, number: str) -> HttpResponse:
    """For whom a call is, to who must know; the look stands on the trail."""
    call = queries.find_call(request.actor, number)
    return _whole(request, call, name=actions.look_at_name(call=call, by=request.actor))


@gate(P.SEE_LEDGER)
@require_GET
def services_proof(request: GatedRequest, number: str, key: int) -> HttpResponseBase:
    """A photo or document, to those who may see its call."""
    call = queries.find_call(request.actor, number)
    row = call.proofs.filter(pk=key).select_related("file").first()
    if row is None:
        raise NotFound([Unmet("not_found", _("There is no such file."))])
    return hand_out(row.file, request=request, thumbnail=bool(request.GET.get("small")))


@gate(P.SEE_LEDGER)
@require_GET
def services_call_changes(request: GatedRequest, number: str) -> HttpResponse:
    """Who changed which field of a call, from what to what."""
    call = queries.find_call(request.actor, number)
    rows, fields = of_one_field(queries.call_history(call), request.GET.get("field", ""))
    here = reverse("services_call", args=[call.number])
    context = {"changes": rows, "field_options": fields, "about": f"{call.number} {call.service}"}
    context["crumbs"] = below(call_crumbs(call), here, _("Changes"))
    return render(request, "site/changes.html", context)


@gate(P.SEE_LEDGER)
def services_move(request: GatedRequest, number: str, move: str) -> HttpResponse:
    """Ask for a move's inputs, make it, or say why not; nothing typed is lost."""
    call = queries.find_call(request.actor, number)
    if move not in MOVES:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    if request.method == "POST":
        return _posted(request, call, move)
    against = actions.against_move(call=call, move=move, by=request.actor)
    barred = [one for one in against if one.field not in MOVES[move].inputs]
    return _asked(request, call, MoveForm(MOVES[move], call), unmet=barred)


def _asked(
    request: GatedRequest, call: Call, form: MoveForm, status: int = 200, **more: Any
) -> HttpResponse:
    label = _(MOVE_NAMES[form.move.name])
    here = reverse("services_call", args=[call.number])
    context = {
        "call": call,
        "look": LOOKS[call.state],
        "form": form,
        "label": label,
        "crumbs": below(call_crumbs(call), here, label),
        "unmet": (),
        "stale": None,
        **more,
    }
    return render(request, "services/move.html", context, status=status)


def _posted(request: GatedRequest, call: Call, move: str) -> HttpResponse:
    form = MoveForm(MOVES[move], call, request.POST, request.FILES)
    if not form.is_valid():
        return _asked(request, call, form, 422)
    given = dict(form.given())
    try:
        if "files" in MOVES[move].inputs:
            given["files"] = _uploaded(request, form, call)
        version = form.cleaned_data["version"]
        actions.move(call=call, move=move, by=request.actor, version=version, **given)
    except Stale as stale:
        # Sending again is then a decision taken in sight of what changed.
        form.put("version", str(stale.version))
        again = queries.find_call(request.actor, call.number)
        return _asked(request, again, form, 409, stale=changed(stale, form))
    except Answer as said:
        rest = form.take(said.unmet)
        return _asked(request, call, form, said.status, unmet=rest)
    messages.success(request, f"{call.number}: {HAPPENED[move]}")
    return redirect("services_call", call.number)


def _uploaded(request: GatedRequest, form: MoveForm, call: Call) -> list[int]:
    """Ids of the files sent now and, after a refusal, of those sent before."""
    kept = [int(key) for key in form.cleaned_data.get("kept", "").split() if key.isdecimal()]
    for sent in form.cleaned_data.get("files") or []:
        row = actions.upload(call=call, by=request.actor, name=sent.name or "", stream=sent.file)
        kept.append(row.pk)
    form.put("kept", " ".join(map(str, kept)))
    return kept
