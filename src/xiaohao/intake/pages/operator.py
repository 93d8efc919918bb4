"""The operator's screen: a call is typed while it is told, everything by keyboard."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaohao.intake import actions, queries
from xiaohao.intake.forms import CallForm, PlaceForm, put_errors, unmet_of
from xiaohao.intake.models import Channel, Kind
from xiaohao.intake.rules.qr import drawing
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Answer, NotFound, Unmet
from xiaohao.people.queries import ActingRequest, gate, require


@gate(Permission.TAKE_CALLS)
@require_http_methods(["GET", "HEAD", "POST"])
def intake_operator(request: ActingRequest) -> HttpResponse:
    """The form for a call; after sending, the code to read out, and the next empty form."""
    actor = require(request.actor, Permission.TAKE_CALLS)
    if request.method != "POST":
        return _page(request, CallForm(), uuid.uuid4())
    form = CallForm(request.POST)
    if not form.is_valid():
        return _page(request, form, uuid.uuid4(), unmet=unmet_of(form), status=422)
    given = form.cleaned_data
    number = given["submission"] or uuid.uuid4()
    unit, place = queries.place_typed(given["place"], given["spot"])
    try:
        received = actions.receive(
            text=given["text"],
            place=place,
            place_unit=unit,
            kind=given["kind"] or Kind.UNKNOWN,
            channel=Channel.PHONE,
            sender=actions.Sender(name=given["name"], phone=given["phone"]),
            submission=number,
            by=actor,
        )
    except Answer as said:
        put_errors(form, said.unmet)
        if unit:
            form.fields["place"].widget.attrs["data-label"] = queries.place_label(unit)
        number = uuid.uuid4() if isinstance(said, actions.Clash) else number
        return _page(request, form, number, unmet=list(said.unmet), status=said.status)
    return _page(request, CallForm(), uuid.uuid4(), received=received)


def _page(
    request: ActingRequest, form: CallForm, submission: uuid.UUID, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "submission": submission,
        "unmet": [],
        "received": None,
        "keys": _keys(),
        **more,
    }
    return render(request, "intake/operator.html", context, status=status)


def _keys() -> list[dict[str, Any]]:
    return [
        {
            "title": _("Taking a call"),
            "keys": [
                ("Tab", _("next field")),
                ("Ctrl + Enter", _("take it in, next call")),
                ("Alt + N", _("to the caller's name and number")),
                ("Alt + P", _("to the place")),
            ],
        }
    ]


@gate(Permission.TAKE_CALLS, Permission.TRIAGE)
@require_GET
def intake_posters(request: ActingRequest) -> HttpResponse:
    """Choose the place that a poster is for."""
    typed = request.GET.get("place", "")
    unit, _words = queries.place_typed(typed[:200], "")
    if unit:
        return redirect("intake_poster", unit.code)
    form = PlaceForm({"place": typed} if typed else None)
    if typed:
        text = _("There is no such place, or several of that name. Choose one from the list.")
        form.add_error("place", text)
    return render(request, "intake/posters.html", {"form": form}, status=404 if typed else 200)


@gate(Permission.TAKE_CALLS, Permission.TRIAGE)
@require_GET
def intake_poster(request: ActingRequest, code: str) -> HttpResponse:
    """A poster for a place: whoever scans it writes about that place."""
    place = queries.place_of(code)
    if place is None:
        raise NotFound([Unmet("not_found", _("There is no such place."))])
    address = request.build_absolute_uri(f"{reverse('intake_board')}?place={place.code}&via=qr")
    context = {"place": place, "address": address, "drawing": drawing(address)}
    return render(request, "intake/poster.html", context)
