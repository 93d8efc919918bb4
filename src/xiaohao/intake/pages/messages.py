"""What came in, for those who may read it: list, one message, its sender on request."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaohao.figures.queries import tally
from xiaohao.files.queries import hand_out
from xiaohao.intake import actions, queries
from xiaohao.intake.forms import ReasonForm, put_errors
from xiaohao.intake.models import Channel, Message, State
from xiaohao.intake.pages.queue import photos_of
from xiaohao.intake.rules.sender import Sender
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, NotFound, Unmet
from xiaohao.kernel.paging import take
from xiaohao.ledger.queries import find as find_problem
from xiaohao.people.queries import ActingRequest, gate, require, who_acted
from xiaohao.trail.queries import events_of

PAGE = 50
Given = dict[str, Any]


@gate(Permission.SEE_MESSAGES)
@require_GET
def intake_messages(request: ActingRequest) -> HttpResponse:
    """Every message the actor may read, narrowed by the address."""
    actor = require(request.actor, Permission.SEE_MESSAGES)
    filters = queries.filters_of(request.GET, actor)
    rows = queries.listed(actor, filters)
    page = take(rows, ["-id"], request.GET.get("cursor"), PAGE)
    context = {
        "page": page,
        "states": list(State.choices),
        "channels": list(Channel.choices),
        "chips": _chips(filters),
        "tally": tally(actor, request.GET, rows),
    }
    return render(request, "intake/messages.html", context)


def _chips(filters: queries.Filters) -> list[dict[str, Any]]:
    shown = [
        ("state", _("State"), dict(State.choices).get(filters.state)),
        ("channel", _("Channel"), dict(Channel.choices).get(filters.channel)),
        ("q", _("Search"), filters.q),
        ("figure", _("Figure"), filters.figure_name),
    ]
    return [{"param": p, "label": label, "value": value} for p, label, value in shown if value]


@gate(Permission.SEE_MESSAGES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def intake_message(request: ActingRequest, key: int) -> HttpResponse:
    """One message as it was received, what became of it, and on request who sent it."""
    actor = require(request.actor, Permission.SEE_MESSAGES)
    message = queries.find_message(actor, key)
    form, sender, unmet = ReasonForm(request.POST or None), None, []
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            sender = actions.look_at_contact(message=message, by=actor, reason=reason)
        except Answer as said:
            put_errors(form, said.unmet)
            unmet = list(said.unmet)
    return _page(request, actor, message, form, sender, unmet)


def _page(
    request: ActingRequest,
    actor: Actor,
    message: Message,
    form: ReasonForm,
    sender: Sender | None,
    unmet: Sequence[Unmet],
) -> HttpResponse:
    found = queries.progress(message)
    context = {
        "message": message,
        "found": found,
        "photos": photos_of(message),
        "shares": list(message.photos.order_by("id")),
        "form": form,
        "sender": sender,
        "anonymous": not hasattr(message, "contact"),
        "unmet": unmet,
        "events": [{"at": s.at, "title": s.text} for s in reversed(found.steps)],
        "looks": _looks(message),
        "may_see_contact": actor.may(Permission.SEE_CONTACT),
        "may_triage": actor.may(Permission.TRIAGE),
        "reason": ReasonForm(initial={"version": message.version}, auto_id="correct_%s"),
    }
    return render(request, "intake/message.html", context, status=422 if unmet else 200)


def _looks(message: Message) -> list[Given]:
    """Who has looked at the sender's identity, by unit and post, and why."""
    events = list(events_of("intake.contact", message.pk))
    who = who_acted(events)
    return [{"at": e.at, "by": who(e), "reason": e.data["reason"]} for e in events]


@gate(Permission.TRIAGE, Permission.MERGE)
@require_POST
def intake_correct(request: ActingRequest, key: int) -> HttpResponse:
    """Back to triage: what was joined, set aside or answered by mistake."""
    actor = require(request.actor, Permission.TRIAGE)
    message = queries.find_message(actor, key)
    form = ReasonForm(request.POST)
    form.is_valid()
    given = form.cleaned_data
    try:
        actions.correct(
            message=message, by=actor, reason=given.get("reason", ""), version=given.get("version")
        )
    except Answer as said:
        for one in said.unmet:
            messages.error(request, str(one.message))
        return redirect("intake_message", key)
    messages.success(request, _("The message waits for triage again."))
    return redirect("intake_case", key)


@gate(Permission.TRIAGE)
@require_POST
def intake_share(request: ActingRequest, key: int) -> HttpResponse:
    """Choose which photos the unit may see."""
    actor = require(request.actor, Permission.TRIAGE)
    message = queries.find_message(actor, key)
    chosen = [int(one) for one in request.POST.getlist("photo") if one.isdecimal()]
    actions.share_photos(message=message, by=actor, photos=chosen)
    messages.success(request, _("Kept. The unit sees the photos that are ticked."))
    return redirect("intake_message", key)


@gate(Permission.SEE_MESSAGES)
@require_GET
def intake_message_photo(request: ActingRequest, key: int, photo: int) -> HttpResponseBase:
    """A photo of a message, for those who may read the message."""
    actor = require(request.actor, Permission.SEE_MESSAGES)
    message = queries.find_message(actor, key)
    row = message.photos.select_related("file").filter(pk=photo).first()
    if row is None:
        raise NotFound([Unmet("not_found", _("There is no such photo."))])
    return hand_out(row.file, request=request, thumbnail="small" in request.GET)


@gate(Permission.SEE_LEDGER)
@require_GET
def intake_problem_photos(request: ActingRequest, number: str) -> HttpResponse:
    """A fragment for a problem's page: the citizens' photos that the office has shared."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    problem = find_problem(actor, number)
    rows = queries.shared_photos(problem)
    return render(request, "intake/_problem_photos.html", {"photos": rows, "number": number})


@gate(Permission.SEE_LEDGER)
@require_GET
def intake_shared_photo(request: ActingRequest, number: str, photo: int) -> HttpResponseBase:
    """One of those photos, not under the name that its sender gave it."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    problem = find_problem(actor, number)
    row = queries.shared(problem).filter(pk=photo).first()
    if row is None:
        raise NotFound([Unmet("not_found", _("There is no such photo."))])
    small = "small" in request.GET
    return hand_out(row.file, request=request, thumbnail=small, name=f"{number}-{photo}")
