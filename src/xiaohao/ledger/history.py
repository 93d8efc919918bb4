"""The change history of each field of a problem, from its trail: who, when, from what to what.

Events carry what they changed (`data["changed"]`); those of older versions are read by what their
kind always changed. What neither tells is left out rather than guessed. A measure is the field
`measure.<id>` for what became of it, and `measure.<id>.<name>` for what it holds.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.campaigns.models import Programme
from xiaohao.kernel.series import listed
from xiaohao.ledger.models import Channel, Measure, Problem, Source, Track
from xiaohao.ledger.models.problem import STATE_NAMES
from xiaohao.ledger.timeline import MEASURE_FIELDS, WORDS
from xiaohao.people.models import Post
from xiaohao.people.queries import field_rows
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Change, changes_told, events_of, events_of_each
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

FIELDS = {
    "state": gettext_noop("State"),
    "unit": gettext_noop("Responsible"),
    "deadline": gettext_noop("Deadline"),
    "title": gettext_noop("Title"),
    "text": gettext_noop("What was reported"),
    "category": gettext_noop("Category"),
    "programme": gettext_noop("Programme"),
    "track": gettext_noop("Way of fixing"),
    "lead": gettext_noop("Leader who answers for it"),
    "place": gettext_noop("Place"),
    "place_unit": gettext_noop("Area"),
    "channel": gettext_noop("Channel"),
    "source": gettext_noop("Found by"),
    "urgent": gettext_noop("Urgent"),
    "reporters": gettext_noop("Reporters"),
    "round": gettext_noop("Round"),
    "returns": gettext_noop("Times returned"),
    "arbiter": gettext_noop("Arbiter"),
    "final": gettext_noop("Word on where it belongs is final"),
    "extensions": gettext_noop("Times extended"),
    "merged_into": gettext_noop("Merged into"),
    "closing": gettext_noop("Struck off as"),
    "referred_at": gettext_noop("Referred at"),
    "reported_at": gettext_noop("Reported fixed at"),
    "verified_at": gettext_noop("Verified at"),
    "closed_at": gettext_noop("Struck off at"),
}
_TWICE = frozenset({"closed_on"})  # days of moments that are told themselves
LAID_DOWN = ("text", "owner", "deadline", "days", "after")
_CLOSINGS = {
    "solved": gettext_noop("solved, say the reporters"),
    "no_answer": gettext_noop("no answer from a reporter"),
    "no_reporter": gettext_noop("nobody reported it"),
}


def changes(events: Iterable[Event]) -> list[Change]:
    """Every change of a field that a problem's events tell of, oldest first."""
    begins = {"returns": 0, "extensions": 0, "round": 1, "reporters": 0}
    found = changes_told(events, _told, begins)
    return [change for change in found if change.field not in _TWICE]


def _told(event: Event, known: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for field, after in _implied(event, known).items():
        before = known.get(field)
        if field == "state":
            before = event.data.get("from")
        if field == "unit" and event.kind == "return":
            before = event.data.get("unit")
        if before != after:
            yield field, before, after


def _implied(event: Event, known: Mapping[str, Any]) -> dict[str, Any]:
    """What an event of that kind always changed, where the event does not say so itself."""
    data, kind = event.data, event.kind
    after: dict[str, Any] = {"state": data["to"]} if data.get("to") in STATE_NAMES else {}
    if kind in {"refer", "arbitrate"}:
        after |= {"unit": data.get("unit"), "deadline": data.get("deadline")}
    elif kind == "return":
        after |= {"unit": None, "deadline": None, "returns": known["returns"] + 1}
    elif kind == "split":
        after |= {"unit": None, "deadline": None, "merged_into": None}
    elif kind == "merge":
        after |= {"merged_into": data.get("into"), "reporters": 0}
    elif kind == "grant_extension":
        after |= {"deadline": data.get("deadline"), "extensions": known["extensions"] + 1}
    elif kind in {"reopen", "not_solved"}:
        after |= {"round": known["round"] + 1}
    elif kind in {"join", "part"}:
        after |= {"reporters": data.get("reporters")}
    elif kind == "close":
        after |= {"closing": data.get("closing", "")}
    return after


def measure_changes(problem: Problem, events: Iterable[Event]) -> list[Change]:
    """How each measure was laid down, and what became of it.

    What an amendment changed its own event tells; what none changed, the row itself still says.

    Args:
        events: the problem's own, for what was said when a measure was finished.
    """
    rows = {row.pk: row for row in problem.measures.order_by("id")}
    told = list(events_of_each(Measure.trail_label(), list(rows)).order_by("id"))
    began = _laid_down(rows, told)
    standing: dict[int, str] = {}
    found = []
    for event in told:
        measure, key = rows[event.thing_id], f"measure.{event.thing_id}"
        if event.seq == 1:
            laid = began[event.thing_id].items()
            found += [Change(f"{key}.{name}", None, value, event) for name, value in laid if value]
        if event.kind == "amend_measure":
            found += _amended(key, event)
        after = {"finish_measure": "done", "fail": "open", "drop_measure": "dropped"}
        now = after.get(event.kind, standing.get(event.thing_id, _first(event, measure)))
        if now != standing.get(event.thing_id):
            found.append(Change(key, standing.get(event.thing_id), now, event))
        if event.kind == "drop_measure" and measure.reason:
            found.append(Change(f"{key}.reason", None, measure.reason, event))
        standing[event.thing_id] = now
    return found + _said_when_finished(events, set(rows))


def _laid_down(rows: Mapping[int, Measure], told: Iterable[Event]) -> dict[int, dict[str, Any]]:
    """What each measure began as: as it stands, with every amendment taken back."""
    began = {key: {name: getattr(row, name) for name in LAID_DOWN} for key, row in rows.items()}
    for event in reversed(list(told)):
        if event.kind == "amend_measure":
            before = {name: pair[0] for name, pair in event.data["changed"].items()}
            began[event.thing_id] |= before
    return began


def _amended(key: str, event: Event) -> Iterator[Change]:
    for name, (before, after) in event.data["changed"].items():
        yield Change(f"{key}.{name}", before, after, event)
    yield Change(f"{key}.reason", None, event.data["reason"], event)


def _first(event: Event, measure: Measure) -> str:
    """What was fixed above or on the spot comes with its proof."""
    done_at_once = event.kind in {"fixed_above", "spot"} and measure.done_at
    return "done" if done_at_once else "open"


def _said_when_finished(events: Iterable[Event], known: set[int]) -> list[Change]:
    notes: dict[int, str] = {}
    found = []
    for event in events:
        key, note = event.data.get("measure"), event.data.get("note")
        if event.kind == "finish_measure" and key in known and note:
            found.append(Change(f"measure.{key}.note", notes.get(key), note, event))
            notes[key] = note
    return found


def is_within(field: str, chosen: str) -> bool:
    """Whether a field is the one chosen, or one of the measure chosen; every one for ""."""
    return not chosen or field == chosen or field.startswith(f"{chosen}.")


def field_history(problem: Problem, field: str = "") -> list[dict[str, Any]]:
    """The changes of every field (or of one) in words, newest first.

    Costs a fixed number of queries, whatever the length of the history.

    Returns:
        `{"field", "label", "at", "by", "move", "before", "after", "raw_before", "raw_after",
        "entry"}` each; `before` and `after` in the reader's language, raw ones as on the trail.
    """
    events = list(events_of(problem.trail_label(), problem.pk))
    found = changes(events) + measure_changes(problem, events)
    found.sort(key=lambda change: change.event.pk)
    chosen = [change for change in reversed(found) if is_within(change.field, field)]
    rows = field_rows(chosen, _Words(problem, chosen))
    raw = [{"raw_before": change.before, "raw_after": change.after} for change in chosen]
    return [row | told for row, told in zip(rows, raw, strict=True)]


class _Words:
    """Values of fields as people read them, looked up once for all changes."""

    def __init__(self, problem: Problem, found: Sequence[Change]) -> None:
        self.measures = dict(problem.measures.values_list("pk", "text"))
        self.names = {
            field: _looked_up(rows, _values(found, fields))
            for fields, rows in _LOOK_UP.items()
            for field in fields
        }
        self.plain: dict[str, Callable[[Any], Any]] = {
            "state": lambda value: STATE_NAMES.get(value, value),
            "closing": lambda value: _(_CLOSINGS.get(value, value)),
            "track": lambda value: dict(Track.choices).get(value, value),
            "channel": lambda value: dict(Channel.choices).get(value, value),
            "source": lambda value: dict(Source.choices).get(value, value),
        }

    def happened(self, event: Event) -> str:
        """The move that it came with."""
        return _(WORDS.get(event.kind, event.kind))

    def label(self, field: str) -> str:
        """What the field is called."""
        if field.startswith("measure."):
            key, name = _parts(field)
            whole = _("Measure “%(text)s”") % {"text": self.measures.get(key, "")}
            return f"{whole} · {_(MEASURE_FIELDS[name])}" if name else whole
        return _(FIELDS[field]) if field in FIELDS else field

    def of(self, field: str, value: Any) -> Any:
        """A value in words; None for nothing."""
        if value is None or value == "":
            return None
        if field.startswith("measure."):
            return self._of_measure(_parts(field)[1], value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if field in self.plain:
            return self.plain[field](value)
        if field in self.names:
            return self.names[field].get(str(value), value)
        return _time(value) if isinstance(value, str) else value

    def _of_measure(self, name: str, value: Any) -> Any:
        if name == "after":
            return listed(self.measures.get(key, str(key)) for key in value) or None
        if name == "deadline" and isinstance(value, str):
            return _time(value)
        words = {"open": _("open"), "done": _("done"), "dropped": _("struck out")}
        return value if name else words.get(value, value)


def _parts(field: str) -> tuple[int, str]:
    """A measure's id and the name of its field; "" for what became of it."""
    key, _dot, name = field.removeprefix("measure.").partition(".")
    return int(key), name


def _values(found: Sequence[Change], fields: Sequence[str]) -> set[str]:
    both = {v for c in found if c.field in fields for v in (c.before, c.after)}
    return {str(value) for value in both if value is not None}


_LOOK_UP: dict[tuple[str, ...], Any] = {
    ("unit", "arbiter", "place_unit"): Unit,
    ("category",): Category,
    ("programme",): Programme,
    ("lead",): Post,
}


def _looked_up(model: Any, codes: set[str]) -> dict[str, str]:
    """Names by code; nothing is asked where there is nothing to look up."""
    if not codes:
        return {}
    rows = model.objects.filter(Q(code__in=codes)).order_by("pk")
    if model is Unit:
        rows = rows.defer("search")
    return {row.code: str(row) for row in rows}


def _time(value: str) -> dt.date | str:
    moment = parse_datetime(value) if "T" in value else None
    return moment or parse_date(value[:10]) or value
