"""How each field of a joint call, and of each department called, came to be what it is.

Each is written once (the database sees to it): the row holds what its event has set.
"""

from typing import Any

from django.utils.translation import gettext_noop

from xiaohao.escalation.models import Call, Grade, Summons
from xiaohao.escalation.wording import EVENTS
from xiaohao.people.queries import FieldWords, ReadBy, field_rows
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Change, events_of, events_of_each

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
