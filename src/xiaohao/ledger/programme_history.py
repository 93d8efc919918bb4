"""How each field of a programme, and its plan, came to be what it is."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from xiaohao.campaigns.models import Origin, Programme
from xiaohao.ledger.models import Plan
from xiaohao.people.queries import FieldWords, ReadBy, field_rows
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Change, changes_told, events_of, events_of_each
from xiaohao.units.models import Unit

FIELDS = {
    "name": gettext_noop("Name in Chinese"),
    "name_en": gettext_noop("Name in English"),
    "about": gettext_noop("What it is against"),
    "origin": gettext_noop("Set by"),
    "lead_unit": gettext_noop("Lead unit"),
    "final": gettext_noop("Final date"),
    "plan": gettext_noop("Plan"),
}
HAPPENED = {
    "set_up": gettext_noop("Programme set up"),
    "revise": gettext_noop("Programme changed"),
    "lay_plan": gettext_noop("Plan laid down"),
}


def programme_history(programme: Programme) -> list[dict[str, Any]]:
    """The changes of every field in words, newest first; versions of the plan are such changes."""
    found = changes_told(events_of(programme.trail_label(), programme.pk), _told)
    found += _plans(programme)
    codes = {v for c in found if c.field == "lead_unit" for v in (c.before, c.after) if v}
    rows = Unit.objects.filter(code__in=codes).only("code", "name", "short_name").order_by("pk")
    units = {unit.code: unit.shown for unit in rows}
    values: ReadBy = {
        "origin": lambda value: dict(Origin.choices).get(value, value),
        "lead_unit": lambda value: units.get(value, value),
        **dict.fromkeys(("name", "name_en", "about", "plan"), str),
    }
    return field_rows(found, FieldWords(FIELDS, HAPPENED, values))


def _told(event: Event, _known: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """An event carries what it set, and `before` what stood there."""
    before = event.data.get("before") or {}
    for name in FIELDS:
        if event.data.get(name):
            yield name, before.get(name), event.data[name]
        elif name in before:
            yield name, before[name], None


def _plans(programme: Programme) -> list[Change]:
    plans = {plan.pk: plan for plan in Plan.objects.filter(programme=programme).order_by("number")}
    rows = events_of_each(Plan.trail_label(), list(plans)).filter(seq=1)
    laid = {event.thing_id: event for event in rows.order_by("id")}
    found, before = [], None
    for key, plan in plans.items():
        found.append(Change("plan", before, plan.text, laid[key]))
        before = plan.text
    return found
