"""A problem's history in words, from its trail."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.campaigns.models import Programme
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.series import listed
from xiaohao.ledger.models import Answer, Evidence, Problem
from xiaohao.ledger.wording import DEEDS, MOVE_NAMES
from xiaohao.people.models import Post
from xiaohao.people.queries import titles
from xiaohao.trail.models import Event
from xiaohao.trail.queries import events_of
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

MOST_TWICE = 200  # places named at which pictures of one problem stand as well
WORDS = {
    **MOVE_NAMES,
    **DEEDS,
    "refer": gettext_noop("Referred"),
    "return": gettext_noop("Returned"),
    "recall": gettext_noop("Taken back by the office"),
    "arbitrate": gettext_noop("Decided by the common superior"),
    "ask": gettext_noop("Reporters told and asked"),
    "close": gettext_noop("Struck off"),
    "not_solved": gettext_noop("A reporter says it is not solved"),
    "reopen": gettext_noop("Reopened"),
    "merge": gettext_noop("Merged"),
    "point_above": gettext_noop("The unit says that the root lies higher"),
    "root_declined": gettext_noop("The root was declined above"),
    "root_claimed": gettext_noop("The root was claimed above"),
    "split": gettext_noop("Merge taken back"),
    "withdraw": gettext_noop("Registration withdrawn"),
    "correct": gettext_noop("Entry corrected"),
    "ask_extension": gettext_noop("More time asked for"),
    "grant_extension": gettext_noop("More time granted"),
    "decline_extension": gettext_noop("More time declined"),
    "assign": gettext_noop("Programme, lead or helpers set"),
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
SET = {
    "category": gettext_noop("Category"),
    "programme": gettext_noop("Programme"),
    "lead": gettext_noop("Leader who answers for it"),
}
CORRECTED = {
    "title": gettext_noop("Title"),
    "category": gettext_noop("Category"),
    "place": gettext_noop("Place"),
    "place_unit": gettext_noop("Area"),
    "urgent": gettext_noop("Urgent"),
}
TONES = {
    "close": "green",
    "pass": "green",
    "fail": "amber",
    "not_solved": "amber",
    "return": "amber",
    "recall": "amber",
    "withdraw": "amber",
    "fixed_above": "teal",
    "root_claimed": "teal",
    "root_declined": "amber",
}
ICONS = {
    "close": "circle-check",
    "refer": "send",
    "pass": "shield-check",
    "report": "flag",
    "recall": "arrow-back-up",
    "correct": "pencil",
    "arbitrate": "scale",
    "point_above": "arrow-up",
    "root_claimed": "user-check",
    "root_declined": "hand-stop",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called that events name.

    Attributes:
        posts: titles of posts that acted, by code.
        units: by id and by code.
        things: programmes, leaders and categories, by the field that an event sets and their code.
    """

    posts: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[Any, str] = field(default_factory=dict)
    things: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def unit(self, code: str | None) -> str:
        """A unit's name; its code where nothing of that code stands any more."""
        return self.units.get(code, code or "")

    def thing(self, name: str, code: str) -> str:
        """The name of what an event set in that field."""
        return self.things.get(name, {}).get(code, code)


def timeline(problem: Problem, events: Sequence[Event] | None = None) -> list[dict[str, Any]]:
    """The problem's events, newest first, in eight queries at most whatever their number."""
    events = list(events_of(problem.trail_label(), problem.pk)) if events is None else events
    names = named(events)
    proofs = _evidence(problem)
    return [_shown(problem, e, names, proofs) for e in reversed(events)]


def named(events: Iterable[Event]) -> Names:
    """Names of everything that events speak of; nothing is asked that none of them names."""
    posts = titles({e.by.get("post") for e in events})
    ids = {e.by.get("unit") for e in events} - {None}
    codes = {e.data[k] for e in events for k in ("unit", "better_unit", "above") if e.data.get(k)}
    codes |= {code for e in events for code in e.data.get("partners") or ()}
    codes |= _corrected("place_unit", events)
    rows = Unit.objects.filter(pk__in=ids) | Unit.objects.filter(code__in=codes)
    units: dict[Any, str] = {}
    for unit in rows.order_by("pk"):
        units[unit.pk] = units[unit.code] = unit.shown
    things = {name: _things(name, {e.data.get(name) for e in events} | _corrected(name, events))
              for name in _THINGS}  # fmt: skip
    return Names(posts, units, things)


def _corrected(name: str, events: Iterable[Event]) -> set[str]:
    """What corrections name in that field: what it was, and what it became."""
    pairs = [e.data["changed"].get(name) or () for e in events if e.kind == "correct"]
    return {code for pair in pairs for code in pair if code}


def _leader(post: Post) -> str:
    return f"{post.unit.shown} · {post.title}"


# What an event may set: the rows it is found in, and what one of them is called.
_THINGS: Mapping[str, tuple[Any, Any]] = {
    "programme": (Programme.objects.all(), lambda row: row.label),
    "lead": (Post.objects.select_related("unit").defer("unit__search"), _leader),
    "category": (Category.objects.all(), str),
}


def _things(name: str, codes: set[Any]) -> dict[str, str]:
    wanted = {code for code in codes if isinstance(code, str) and code}
    if not wanted:
        return {}
    rows, called = _THINGS[name]
    return {row.code: called(row) for row in rows.filter(code__in=wanted).order_by("pk")}


def _evidence(problem: Problem) -> Mapping[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for row in problem.evidence.select_related("file").order_by("id"):
        found.setdefault(row.at.isoformat(timespec="seconds"), []).append(row)
    return found


def _shown(
    problem: Problem,
    event: Event,
    names: Names,
    proofs: Mapping[str, list[Evidence]],
) -> dict[str, Any]:
    data = event.data
    title = _(WORDS.get(event.kind, event.kind))
    if event.kind == "arbitrate":
        unit = names.unit(data.get("unit"))
        title = _("Given to %(unit)s by the common superior") % {"unit": unit}
    if event.kind == "refer":
        title = _("Referred to %(unit)s") % {"unit": names.unit(data.get("unit"))}
    if event.kind == "recall":
        title = _("Taken back from %(unit)s") % {"unit": names.unit(data.get("unit"))}
    return {
        "kind": event.kind,
        "at": event.at,
        "title": title,
        "by": who(event, names),
        "note": note_of(event, names),
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


def who(event: Event, names: Names) -> str:
    """Who acted, by unit and post; never a person's name."""
    if event.by.get("role") == "citizen":
        return _("a reporter")
    if event.by.get("post") is None:
        return _("the system")
    unit = names.units.get(event.by.get("unit"), "")
    post = names.posts.get(event.by["post"], "")
    return f"{unit} · {post}" if unit else post


def note_of(event: Event, names: Names) -> str:
    """What was said and set with the move: reason, note, measures, units, programme, leader."""
    data = event.data
    said = dict(data)
    if event.kind == "not_solved" and data.get("reason") in Answer.values:
        said["reason"] = Answer(data["reason"]).label
    parts = [str(said[name]) for name in ("text", "reason", "note") if said.get(name)]
    parts += [_measure(m) for m in data.get("measures") or []]
    amended = data.get("amended") or {}
    parts += [_became(name, *amended[name]) for name in MEASURE_FIELDS if name in amended]
    parts += corrections(event, names) if event.kind == "correct" else []
    parts += _set(event, names)
    if data.get("better_unit"):
        unit = names.unit(data["better_unit"])
        parts.append(_("Better placed: %(unit)s") % {"unit": unit})
    if data.get("owner_unknown"):
        parts.append(_("Whose it is, is not known: %(why)s") % {"why": data["owner_unknown"]})
    if data.get("above"):
        unit = names.unit(data["above"])
        parts.append(_("Root with: %(unit)s") % {"unit": unit})
    if data.get("claimed"):
        parts.append(_("The sheet claims, without proof: %(claim)s") % {"claim": data["claimed"]})
    if data.get("arbiter"):
        parts.append(_("Goes to arbitration by the common superior"))
    if event.kind == "fixed_above":
        parts.append(_("by %(number)s; now to its own check") % {"number": data.get("root", "")})
    if event.kind == "root_claimed" and data.get("root"):
        parts.append(_("mended as %(number)s; this waits for it") % {"number": data["root"]})
    if event.kind == "merge":
        parts.append(_("into %(number)s") % {"number": data.get("into", "")})
    return "\n".join(parts)


def _measure(laid: Mapping[str, Any]) -> str:
    """A measure as it was laid down: what, by whom, until when."""
    day = date_format(dt.date.fromisoformat(laid["deadline"]))
    return f"{laid['text']} ({laid['owner']}, {day})"


def _set(event: Event, names: Names) -> list[str]:
    """A line for each thing that was set, by its name; for what was taken away, that none is."""
    data = event.data
    lines = [
        _line(_(label), names.thing(name, data[name]) if data[name] else "")
        for name, label in SET.items()
        if name in data
    ]
    if "partners" in data:
        helping = listed(names.unit(code) for code in data["partners"])
        lines.append(_line(_("Helping units"), helping))
    return lines


def _line(label: str, value: str) -> str:
    return _("%(field)s: %(value)s") % {"field": label, "value": value or _("none")}


def corrections(event: Event, names: Names) -> list[str]:
    """A line for each field that a correction changed: what it was, and what it is now."""
    told = event.data["changed"]
    return [
        _line(_(label), " → ".join(_said(name, value, names) for value in told[name]))
        for name, label in CORRECTED.items()
        if name in told
    ]


def _said(name: str, value: Any, names: Names) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not value:
        return _("none")
    return names.unit(value) if name == "place_unit" else names.thing(name, value)


def _became(name: str, before: Any, after: Any) -> str:
    """One field of an amended measure: what it was, and what it is now."""
    was, now = (listed(v) if isinstance(v, list) else v for v in (before, after))
    return _line(_(MEASURE_FIELDS[name]), f"{was or '—'} → {now or '—'}")


def elsewhere(problem: Problem, actor: Actor) -> dict[str, str]:
    """Of pictures that stand as proof of another problem too where that is, by their SHA-256.

    One picture can show one place; whoever checks is to see that it was given twice.
    """
    mine = problem.evidence.exclude(file__thumbnail_sha256="").values("file__sha256")
    rows = Evidence.objects.filter(file__sha256__in=mine).exclude(problem=problem)
    found: dict[str, set[int]] = {}
    for sha256, key in rows.order_by("id").values_list("file__sha256", "problem_id")[:MOST_TWICE]:
        found.setdefault(sha256, set()).add(key)
    keys = set().union(*found.values())
    seen = Problem.objects.visible_to(actor).filter(pk__in=keys).only("id", "year") if keys else ()
    numbers = {row.pk: row.number for row in seen}
    return {
        sha256: listed(sorted({numbers.get(key, _("a problem of others")) for key in some}))
        for sha256, some in found.items()
    }


def shown_evidence(
    problem: Problem, proof: Evidence, twice: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """One piece of evidence as the photo grid shows it; `twice` as `elsewhere` gives it."""
    caption = f"{proof.file.name} · {proof.file.sha256[:12]}"
    if where := twice.get(proof.file.sha256):
        caption += " · " + _("the same picture also at: %(where)s") % {"where": where}
    href = reverse("ledger_evidence", args=[problem.number, proof.pk])
    return {
        "href": href,
        "thumb": f"{href}?small=1" if proof.file.is_image else "",
        "alt": proof.note or proof.file.name,
        "caption": caption,
    }
