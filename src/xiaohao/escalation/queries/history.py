"""How each field of a joint call, of each department called, and of a root cause came to be.

Those of a call are written once (the database sees to it): the row holds what its event has set.
A root is declined and claimed: what each said stands in its event, or beside it in the row.
"""

from typing import Any

from django.utils.translation import gettext_noop

from xiaohao.escalation.models import Call, Decision, FoundBy, Grade, Root, Summons
from xiaohao.escalation.wording import EVENTS
from xiaohao.people.queries import FieldWords, ReadBy, field_rows
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Change, events_of, events_of_each
from xiaohao.units.models import Unit

FIELDS = {
    "reason": gettext_noop("What they are called for"),
    "place": gettext_noop("Where to come to"),
    "answer_by": gettext_noop("To answer by"),
    "on_site_by": gettext_noop("To be on site by"),
    "withdrawn_at": gettext_noop("Call taken back"),
    "withdrawn_reason": gettext_noop("Reason"),
    "comes": gettext_noop("Comes"),
    "answer": gettext_noop("Reply"),
    "silent_at": gettext_noop("Silent: told to the superior"),
    "told_unit": gettext_noop("Superior who was told"),
    "arrived_at": gettext_noop("On site"),
    "who": gettext_noop("Who came"),
    "absent_at": gettext_noop("Not on site in time"),
    "grade": gettext_noop("Grade"),
    "grade_words": gettext_noop("Words to the grade"),
    "title": gettext_noop("Root"),
    "found_by": gettext_noop("Raised by"),
    "unit": gettext_noop("Put to"),
    "decision": gettext_noop("How it stands"),
    "word": gettext_noop("Word of the unit above"),
}
SET_BY = {
    "call": ("reason", "place", "answer_by", "on_site_by"),
    "withdraw": ("withdrawn_at", "withdrawn_reason"),
    "answer": ("comes", "answer"),
    "escalate": ("silent_at", "told_unit"),
    "check_in": ("arrived_at", "who"),
    "absent": ("absent_at",),
    "grade": ("grade", "grade_words"),
}


def call_history(call: Call) -> list[dict[str, Any]]:
    """Every field that somebody set, in words, newest first; a fixed number of queries."""
    found = _set(call, list(events_of(call.trail_label(), call.pk)), "")
    rows = call.summonses.select_related("unit", "told_unit").order_by("id")
    summonses = {row.pk: row for row in rows}
    told = events_of_each(Summons.trail_label(), list(summonses))
    for event in told.order_by("id"):
        found += _set(summonses[event.thing_id], [event], f"unit.{event.thing_id}.")
    parts = {f"unit.{key}": row.unit.shown for key, row in summonses.items()}
    values: ReadBy = {
        "grade": lambda value: dict(Grade.choices).get(value, value),
        "told_unit": lambda unit: unit.shown,
        **dict.fromkeys(
            ("reason", "place", "withdrawn_reason", "answer", "who", "grade_words"), str
        ),
    }
    return field_rows(found, FieldWords(FIELDS, EVENTS, values, parts))


def _set(row: Call | Summons, events: list[Event], prefix: str) -> list[Change]:
    found = []
    for event in events:
        values = ((name, getattr(row, name, None)) for name in SET_BY.get(event.kind, ()))
        found += [
            Change(f"{prefix}{name}", None, value, event)
            for name, value in values
            if value not in (None, "")
        ]
    return found


def root_history(root: Root) -> list[dict[str, Any]]:
    """Every field of a root that somebody set, newest first; a fixed number of queries."""
    events = list(events_of(root.trail_label(), root.pk))
    found: list[Change] = []
    known: dict[str, Any] = {}
    for event in events:
        for name, value in _root_says(root, event).items():
            before = known.get(name)
            if value not in (None, "", before):
                found.append(Change(name, before, value, event))
                known[name] = value
    units = Unit.objects.in_bulk([change.after for change in found if change.field == "unit"])
    names = {key: unit.shown for key, unit in units.items()}
    values: ReadBy = {
        "decision": lambda value: dict(Decision.choices)[value],
        "found_by": lambda value: dict(FoundBy.choices)[value],
        "unit": lambda key: names.get(key, ""),
        **dict.fromkeys(("title", "reason", "word"), str),
    }
    return field_rows(found, FieldWords(FIELDS, EVENTS, values))


def _root_says(root: Root, event: Event) -> dict[str, Any]:
    """What an event has set; a claim's word is the row's, for nothing comes after it."""
    at = event.data.get("counted_at")
    match event.kind:
        case "propose":
            said = {name: getattr(root, name) for name in ("title", "reason", "found_by")}
            return said | {"unit": at, "decision": Decision.OPEN}
        case "decline" | "decline_too":
            return {"decision": Decision.DECLINED, "word": event.data.get("reason")}
        case "recall":
            return {"decision": Decision.RECALLED, "word": event.data.get("reason")}
        case "claim":
            return {"unit": at, "decision": Decision.CLAIMED, "word": root.word}
    return {}
