"""The triage queue: one message at a time, decided with one key."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from xiaohao.intake import actions, queries
from xiaohao.intake.forms import TriageForm, put_errors, unmet_of
from xiaohao.intake.models import Message, State
from xiaohao.intake.wording import HAPPENED
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, NotFound, Refused, Stale, Unmet
from xiaohao.people.queries import ActingRequest, gate, happened_since, require
from xiaohao.triage.queries import category_tree

Given = dict[str, Any]
KINDS = {
    "decided": gettext_lazy("decided"),
    "undone": gettext_lazy("took the decision back"),
    "referred": gettext_lazy("put it on the ledger"),
    "joined": gettext_lazy("joined it to a problem"),
    "suggestion": gettext_lazy("set it aside as a suggestion"),
    "reply": gettext_lazy("answered it"),
    "given_back": gettext_lazy("gave it back to the queue"),
}


@gate(Permission.TRIAGE)
def intake_queue(request: ActingRequest) -> HttpResponse:
    """The message that turns red first; an empty bench says so."""
    actor = require(request.actor, Permission.TRIAGE)
    actions.carry_out_due(most=20)
    first = queries.queue(actor).order_by("triage_due", "id").first()
    if first is not None:
        return _shown(request, actor, queries.find_message(actor, first.pk))
    context = {"rows": [], "count": 0, **_just_done(request, actor)}
    return render(request, "intake/queue_empty.html", context)


@gate(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def intake_case(request: ActingRequest, key: int) -> HttpResponse:
    """One message of the queue; posted, what is decided about it."""
    actor = require(request.actor, Permission.TRIAGE)
    message = queries.find_message(actor, key)
    if not message.is_open or message.state == State.DECIDED:
        return redirect("intake_message", key)
    if request.method != "POST":
        return _shown(request, actor, message)
    form = _form(message, request.POST)
    if not form.is_valid():
        return _shown(request, actor, message, form, unmet_of(form), 422)
    _up, down = queries.neighbours(actor, message)
    try:
        into = request.POST.get("into", "")
        what = "join" if into else request.POST.get("do", "confirm")
        _decided(what, message, actor, form.cleaned_data | {"into": into})
    except Stale as said:
        return _stale(request, actor, message, form, said)
    except Answer as said:
        put_errors(form, said.unmet)
        return _shown(request, actor, message, form, list(said.unmet), said.status)
    return _next(down, message)


def _next(key: int | None, done: Message) -> HttpResponseRedirect:
    """On to the next message; the one just done may be undone from there."""
    address = reverse("intake_case", args=[key]) if key else reverse("intake_queue")
    return HttpResponseRedirect(f"{address}?done={done.pk}")


def _decided(what: str, message: Message, by: Actor, given: Given) -> None:
    if what not in WAYS:
        raise Refused.because("no_such_way", _("Choose what is to be done with the message."))
    WAYS[what](message, by, given)


def _confirm(message: Message, by: Actor, given: Given) -> None:
    deadline = given["deadline"]
    actions.confirm(
        message=message,
        by=by,
        unit=given["unit"],
        category=given["category"],
        urgent=given["urgent"],
        title=given["title"],
        text=given["text"],
        deadline=deadline.isoformat() if deadline else "",
        photos=given["photos"],
        version=given["version"],
        hold=True,
    )


def _suggest(message: Message, by: Actor, given: Given) -> None:
    actions.set_aside(
        message=message,
        by=by,
        category=given["category"],
        title=given["title"] or None,
        version=given["version"],
        hold=True,
    )


def _join(message: Message, by: Actor, given: Given) -> None:
    actions.join_to(
        message=message, by=by, number=given["into"], version=given["version"], hold=True
    )


def _reply(message: Message, by: Actor, given: Given) -> None:
    actions.reply(message=message, by=by, text=given["reply"], version=given["version"], hold=True)


WAYS: Mapping[str, Callable[[Message, Actor, Given], None]] = MappingProxyType(
    {"confirm": _confirm, "suggest": _suggest, "join": _join, "reply": _reply}
)


@gate(Permission.TRIAGE)
@require_POST
def intake_undo(request: ActingRequest, key: int) -> HttpResponse:
    """Take the last decision back and look at the message again."""
    actor = require(request.actor, Permission.TRIAGE)
    message = queries.find_message(actor, key)
    try:
        actions.undo(message=message, by=actor)
    except Refused as said:
        messages.error(request, str(said.unmet[0].message))
        return redirect("intake_message", key)
    messages.success(request, _("Undone. The message waits for triage again."))
    return redirect("intake_case", key)


def _form(message: Message, data: Any = None, initial: Given | None = None) -> TriageForm:
    tree = [(c.code, "　" * depth + c.label) for c, depth in category_tree()]
    photos = list(message.photos.order_by("id").values_list("id", flat=True))
    return TriageForm(data, initial=initial, categories=tree, photos=photos)


def _shown(
    request: ActingRequest,
    actor: Actor,
    message: Message,
    form: TriageForm | None = None,
    unmet: list[Unmet] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    if message.proposed_at is None:
        actions.propose_now(message)
    case = queries.case(actor, message)
    page = queries.queue_page(actor, request.GET.get("cursor"))
    up, down = queries.neighbours(actor, message)
    context = {
        "case": case,
        "message": message,
        "form": form or _form(message, initial=_filled(case)),
        "unit_label": case.unit.name if case.unit else "",
        "unmet": unmet or [],
        "rows": page.items,
        "following": page.next,
        "count": queries.queue(actor).count(),
        "up": up,
        "down": down,
        "photos": photos_of(message),
        "may_see_contact": actor.may(Permission.SEE_CONTACT),
        "keys": _keys(),
        **_just_done(request, actor),
        **more,
    }
    shown: TriageForm = context["form"]
    if case.unit and not shown.is_bound:
        shown.fields["unit"].widget.attrs["data-label"] = case.unit.name
    return render(request, "intake/case.html", context, status=status)


def _filled(case: queries.Case) -> Given:
    """What is filled in: only what is sure enough, and no photo: each is chosen by a person."""
    return {
        "category": case.category.code if case.category else "",
        "unit": case.unit.code if case.unit else "",
        "urgent": case.urgent,
        "title": case.copy_title,
        "text": case.copy,
        "version": case.message.version,
    }


def photos_of(message: Message) -> list[dict[str, str]]:
    """The photos that came with a message, for those who may read it."""
    shown = []
    for number, photo in enumerate(message.photos.order_by("id"), 1):
        href = reverse("intake_message_photo", args=[message.pk, photo.pk])
        alt = _("Photo %(n)d") % {"n": number}
        shown.append({"href": href, "thumb": f"{href}?small=1", "alt": alt})
    return shown


def _stale(
    request: ActingRequest, actor: Actor, message: Message, form: TriageForm, said: Stale
) -> HttpResponse:
    """Somebody else was faster: what he did, and what was typed here."""
    changes = happened_since(said.changes, HAPPENED)
    kept = [(str(form[name].label), str(form[name].value() or "")) for name in ("title", "text")]
    more = {"changes": changes, "kept": kept, "stale_version": said.version}
    return _shown(request, actor, message, form, [], 409, **more)


def _just_done(request: ActingRequest, actor: Actor) -> Given:
    """The message decided a moment ago, as long as it may be undone."""
    key = request.GET.get("done", "")
    if not key.isdecimal() or len(key) > 18:  # noqa: PLR2004 (bigint)
        return {"done": None}
    try:
        message = queries.find_message(actor, int(key))
    except NotFound:
        return {"done": None}
    if message.state != State.DECIDED:
        return {"done": None}
    return {"done": message, "done_text": queries.decided_words(message)}


def _keys() -> list[dict[str, Any]]:
    return [
        {
            "title": _("Triage"),
            "keys": [
                ("Enter", _("confirm what is filled in")),
                ("e", _("change it")),
                ("s", _("set aside as a suggestion")),
                ("m", _("join the likest problem")),
                ("j / k", _("next, former message")),
                ("u", _("undo, for ten seconds")),
            ],
        }
    ]
