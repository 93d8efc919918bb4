"""How each field of a service and of a call came to be, and what happened to a call."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from xiaohao.people.queries import FieldWords, ReadBy, field_rows
from xiaohao.services.models import AUDIENCES, STATE_NAMES, Call, Proof, Service
from xiaohao.services.wording import HAPPENED
from xiaohao.trail.queries import Change, changes_told, events_of
from xiaohao.trail.queries import told as told_events
from xiaohao.units.models import Unit

FIELDS = {
    "title": gettext_noop("Service"),
    "what": gettext_noop("What exactly is delivered"),
    "audience": gettext_noop("For whom"),
    "department": gettext_noop("Department"),
    "post": gettext_noop("Post that answers"),
    "days": gettext_noop("Promised within working days"),
    "bring": gettext_noop("What to bring"),
    "withdrawn_at": gettext_noop("Service withdrawn on"),
    "withdrawn_reason": gettext_noop("Reason"),
    "needed": gettext_noop("What is needed"),
    "due": gettext_noop("Promised by"),
    "state": gettext_noop("State"),
    "round": gettext_noop("Round"),
    "word": gettext_noop("Reason"),
    "delivered_on": gettext_noop("Delivered on"),
    "grade_by": gettext_noop("To be graded by"),
    "grade": gettext_noop("Grade"),
    "problem": gettext_noop("Problem on the ledger"),
}


def service_history(service: Service) -> list[dict[str, Any]]:
    """The changes of every field of a service in words, newest first."""
    found = changes_told(list(events_of(service.trail_label(), service.pk)))
    codes = {v for c in found if c.field == "department" for v in (c.before, c.after) if v}
    rows = Unit.objects.filter(code__in=codes).only("code", "name", "short_name").order_by("pk")
    names = {unit.code: unit.shown for unit in rows}
    values: ReadBy = {
        "audience": lambda value: AUDIENCES.get(value, value),
        "department": lambda value: names.get(value, value),
        **dict.fromkeys(("title", "what", "bring", "withdrawn_reason", "post"), str),
    }
    return field_rows(found, FieldWords(FIELDS, HAPPENED, values))


def call_history(call: Call) -> list[dict[str, Any]]:
    """The changes of every field of a call in words, newest first."""
    events = list(events_of(call.trail_label(), call.pk))
    found = [Change(name, None, getattr(call, name), events[0]) for name in ("needed", "due")]
    found += changes_told(events, None, {"state": "called", "round": 1})
    values: ReadBy = {
        "state": lambda value: STATE_NAMES.get(value, value),
        **dict.fromkeys(("needed", "word", "problem"), str),
    }
    return field_rows(found, FieldWords(FIELDS, HAPPENED, values))


def call_events(call: Call) -> list[dict[str, Any]]:
    """What happened to a call and who looked at whom it is for, oldest first."""
    rows = [*told_events(call.trail_label(), call.pk, HAPPENED)]
    rows += told_events("services.name", call.pk, HAPPENED)
    return sorted(rows, key=lambda row: row["at"])


def shown_proof(call: Call, proof: Proof) -> dict[str, Any]:
    """One photo or document as the photo grid shows it."""
    href = reverse("services_proof", args=[call.number, proof.pk])
    return {
        "href": href,
        "thumb": f"{href}?small=1" if proof.file.is_image else "",
        "alt": proof.file.name,
        "caption": f"{proof.file.name} · {proof.file.sha256[:12]}",
    }
