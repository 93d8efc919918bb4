"""A problem's history in words, from its trail."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.ledger.models import Answer, Evidence, Problem
from xiaohao.ledger.wording import MOVE_NAMES
from xiaohao.people.queries import titles
from xiaohao.trail.models import Event
from xiaohao.trail.queries import events_of
from xiaohao.units.models import Unit

WORDS = {
    **MOVE_NAMES,
    "register": gettext_noop("Registered"),
    "refer": gettext_noop("Referred"),
    "accept": gettext_noop("Accepted"),
    "return": gettext_noop("Returned"),
    "arbitrate": gettext_noop("Decided by the common superior"),
    "plan": gettext_noop("Measures laid down"),
    "add_measures": gettext_noop("Measures added"),
    "drop_measure": gettext_noop("Measure struck out"),
    "amend_measure": gettext_noop("Measure amended"),
    "report": gettext_noop("Reported fixed"),
    "ask": gettext_noop("Reporters told and asked"),
    "close": gettext_noop("Struck off"),
    "not_solved": gettext_noop("A reporter says it is not solved"),
    "reopen": gettext_noop("Reopened"),
    "merge": gettext_noop("Merged"),
    "point_above": gettext_noop("The unit says that the root lies higher"),
    "split": gettext_noop("Merge taken back"),
    "ask_extension": gettext_noop("More time asked for"),
    "grant_extension": gettext_noop("More time granted"),
    "decline_extension": gettext_noop("More time declined"),
    "assign": gettext_noop("Programme, lead or helpers set"),
    "spot": gettext_noop("Fixed on the spot"),
    "join": gettext_noop("One more reporter"),
    "part": gettext_noop("A reporter was parted again"),
}
MEASURE_FIELDS = {
    "text": gettext_noop("What is done"),
    "owner": gettext_noop("Owner"),
    "deadline": gettext_noop("Deadline"),
    "days": gettext_noop("Working days"),
    "after": gettext_noop("Waits for"),
    "note": gettext_noop("Note"),
    "reason": gettext_noop("Reason"),
}
TONES = {
    "close": "green",
    "pass": "green",
    "fail": "amber",
    "not_solved": "amber",
    "return": "amber",
    "fixed_above": "teal",
}
ICONS = {
    "close": "circle-check",
    "refer": "send",
    "pass": "shield-check",
    "report": "flag",
    "arbitrate": "scale",
    "point_above": "arrow-up",
}


def timeline(problem: Problem, events: Sequence[Event] | None = None) -> list[dict[str, Any]]:
    """The problem's events, newest first, in five queries whatever their number."""
    events = list(events_of(problem.trail_label(), problem.pk)) if events is None else events
    posts, units = named(events)
    proofs = _evidence(problem)
    return [_shown(problem, e, posts, units, proofs) for e in reversed(events)]


def named(events: Iterable[Event]) -> tuple[Mapping[str, str], Mapping[Any, str]]:
    """Titles of posts by code, and names of units by id and code, that events speak of."""
    codes = {e.by.get("post") for e in events}
    posts = titles(codes)
    ids = {e.by.get("unit") for e in events} - {None}
    named = {e.data[k] for e in events for k in ("unit", "better_unit", "above") if e.data.get(k)}
    rows = Unit.objects.filter(pk__in=ids) | Unit.objects.filter(code__in=named)
    units: dict[Any, str] = {}
    for unit in rows.order_by("pk"):
        units[unit.pk] = units[unit.code] = unit.short_name or unit.name
    return posts, units


def _evidence(problem: Problem) -> Mapping[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for row in problem.evidence.select_related("file").order_by("id"):
        found.setdefault(row.at.isoformat(timespec="seconds"), []).append(row)
    return found


def _shown(
    problem: Problem,
    event: Event,
    posts: Mapping[str, str],
    units: Mapping[Any, str],
    proofs: Mapping[str, list[Evidence]],
) -> dict[str, Any]:
    data = event.data
    title = _(WORDS.get(event.kind, event.kind))
    if event.kind == "arbitrate":
        unit = units.get(data.get("unit"), "")
        title = _("Given to %(unit)s by the common superior") % {"unit": unit}
    if event.kind == "refer":
        title = _("Referred to %(unit)s") % {"unit": units.get(data.get("unit"), "")}
    return {
        "at": event.at,
        "title": title,
        "by": who(event, posts, units),
        "note": note_of(event, units),
        "tone": TONES.get(event.kind, ""),
        "icon": ICONS.get(event.kind, ""),
        "evidence": [
            shown_evidence(problem, proof)
            for proof in proofs.get(event.at.isoformat(timespec="seconds"), [])
            if event.kind in {"finish_measure", "pass", "spot"}
        ],
        "facts": [
            (_("Exact time"), event.at.isoformat(timespec="seconds")),
            (_("Entry"), f"{event.label}/{event.thing_id}#{event.seq}"),
            (_("Hash"), bytes(event.hash).hex()),
        ],
    }


def who(event: Event, posts: Mapping[str, str], units: Mapping[Any, str]) -> str:
    """Who acted, by unit and post; never a person's name."""
    if event.by.get("role") == "citizen":
        return _("a reporter")
    if event.by.get("post") is None:
        return _("the system")
    unit, post = units.get(event.by.get("unit"), ""), posts.get(event.by["post"], "")
    return f"{unit} · {post}" if unit else post


def note_of(event: Event, units: Mapping[Any, str]) -> str:
    """What was said with the move: reason, note, measures, the better unit."""
    data = event.data
    said = dict(data)
    if event.kind == "not_solved" and data.get("reason") in Answer.values:
        said["reason"] = Answer(data["reason"]).label
    parts = [str(said[name]) for name in ("text", "reason", "note") if said.get(name)]
    parts += [f"{m['text']} ({m['owner']}, {m['deadline']})" for m in data.get("measures") or []]
    amended = data.get("amended") or {}
    parts += [_became(name, *amended[name]) for name in MEASURE_FIELDS if name in amended]
    if data.get("better_unit"):
        unit = units.get(data["better_unit"], data["better_unit"])
        parts.append(_("Better placed: %(unit)s") % {"unit": unit})
    if data.get("above"):
        unit = units.get(data["above"], data["above"])
        parts.append(_("Root with: %(unit)s") % {"unit": unit})
    if data.get("claimed"):
        parts.append(_("The sheet claims, without proof: %(claim)s") % {"claim": data["claimed"]})
    if data.get("arbiter"):
        parts.append(_("Goes to arbitration by the common superior"))
    if event.kind == "fixed_above":
        parts.append(_("by %(number)s; now to its own check") % {"number": data.get("root", "")})
    if event.kind == "merge":
        parts.append(_("into %(number)s") % {"number": data.get("into", "")})
    return "\n".join(parts)


def _became(name: str, before: Any, after: Any) -> str:
    """One field of an amended measure: what it was, and what it is now."""
    was, now = ("、".join(v) if isinstance(v, list) else v for v in (before, after))
    return f"{_(MEASURE_FIELDS[name])}: {was or '—'} → {now or '—'}"


def shown_evidence(problem: Problem, proof: Evidence) -> dict[str, Any]:
    """One piece of evidence as the photo grid shows it."""
    href = reverse("ledger_evidence", args=[problem.number, proof.pk])
    return {
        "href": href,
        "thumb": f"{href}?small=1" if proof.file.is_image else "",
        "alt": proof.note or proof.file.name,
        "caption": f"{proof.file.name} · {proof.file.sha256[:12]}",
    }
