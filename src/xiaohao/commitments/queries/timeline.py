"""An entry's and a household's history in words, from the trail."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.commitments.models import Entry, Household, Proof
from xiaohao.commitments.rules import plain
from xiaohao.commitments.wording import HAPPENED
from xiaohao.people.queries import titles
from xiaohao.trail.models import Event
from xiaohao.trail.queries import events_of
from xiaohao.units.models import Unit

TONES = {"pass": "green", "settle": "green", "fail": "amber", "reopen": "amber"}
TONES |= {"come_back": "amber", "unlink": "amber", "disown": "amber"}
ICONS = {"pass": "shield-check", "report": "flag", "settle": "circle-check", "link": "link"}
SUMS = {
    "planned": gettext_noop("planned %s yuan"),
    "arrived": gettext_noop("arrived %s yuan"),
    "spent": gettext_noop("spent %s yuan"),
}
HOUSEHOLD_WORDS = {
    "list": gettext_noop("Put on the list"),
    "visit": gettext_noop("Visited"),
    "look": gettext_noop("Looked at the name"),
}


def timeline(entry: Entry) -> list[dict[str, Any]]:
    """The entry's events, newest first, in four queries whatever their number."""
    events = list(events_of(entry.trail_label(), entry.pk))
    posts, units = _named(events)
    proofs: dict[str, list[Proof]] = {}
    for proof in entry.proofs.select_related("file").order_by("id"):
        proofs.setdefault(proof.at.isoformat(timespec="seconds"), []).append(proof)
    return [_shown(entry, event, posts, units, proofs) for event in reversed(events)]


def _named(events: Iterable[Event]) -> tuple[Mapping[str, str], Mapping[int, str]]:
    codes = {e.by.get("post") for e in events}
    codes |= {
        e.data[k] for e in events for k in ("lead", "before") if isinstance(e.data.get(k), str)
    }
    posts = titles(codes)
    keys = {e.by.get("unit") for e in events} - {None}
    rows = Unit.objects.filter(pk__in=keys).only("name", "short_name").order_by("pk")
    return posts, {unit.pk: unit.short_name or unit.name for unit in rows}


def _shown(
    entry: Entry,
    event: Event,
    posts: Mapping[str, str],
    units: Mapping[int, str],
    proofs: Mapping[str, Sequence[Proof]],
) -> dict[str, Any]:
    at = event.at.isoformat(timespec="seconds")
    return {
        "at": event.at,
        "title": happening(event.kind),
        "by": _who(event, posts, units),
        "note": _note(event, posts),
        "tone": TONES.get(event.kind, ""),
        "icon": ICONS.get(event.kind, ""),
        "evidence": [shown_proof(entry, proof) for proof in proofs.get(at, ())],
        "facts": [
            (_("Exact time"), at),
            (_("Entry"), f"{event.label}/{event.thing_id}#{event.seq}"),
            (_("Hash"), bytes(event.hash).hex()),
        ],
    }


def _who(event: Event, posts: Mapping[str, str], units: Mapping[int, str]) -> str:
    if event.by.get("post") is None:
        return _("the system")
    unit, post = units.get(event.by.get("unit", 0), ""), posts.get(event.by["post"], "")
    return f"{unit} · {post}" if unit else post


def happening(kind: str) -> str:
    """What happened to an entry, by the kind of its event, in the reader's language."""
    return _(HAPPENED.get(kind, kind))


def _note(event: Event, posts: Mapping[str, str]) -> str:
    data = event.data
    parts = [str(data[name]) for name in ("note", "reason", "problem") if data.get(name)]
    parts += [_(words) % _number(data[name]) for name, words in SUMS.items() if data.get(name)]
    if data.get("achieved"):
        parts.append(_("achieved %s") % _number(data["achieved"]))
    if event.kind in {"enter", "appoint"} and data.get("lead"):
        parts.append(_("answers for it: %s") % posts.get(data["lead"], data["lead"]))
    if data.get("deadline"):
        parts.append(_("deadline %s") % date_format(dt.date.fromisoformat(data["deadline"])))
    if event.kind == "plan":
        parts.append(_("version %s") % data.get("plan", ""))
    return "\n".join(parts)


def _number(kept: object) -> str:
    """A sum or quantity as people write it: by thousands, without zeros that say nothing."""
    whole, dot, rest = plain(Decimal(str(kept))).partition(".")
    return f"{int(whole):,}{dot}{rest}"


def shown_proof(entry: Entry, proof: Proof) -> dict[str, Any]:
    """One photo or document as the photo grid shows it."""
    href = reverse("commitments_proof", args=[entry.number, proof.pk])
    return {
        "href": href,
        "thumb": f"{href}?small=1" if proof.file.is_image else "",
        "alt": proof.note or proof.file.name,
        "caption": f"{proof.file.name} · {proof.file.sha256[:12]}",
    }


def looks(household: Household) -> list[dict[str, Any]]:
    """What happened to a household and who looked at its name, newest first."""
    events = [*events_of(household.trail_label(), household.pk)]
    events += events_of("commitments.name", household.pk)
    events.sort(key=lambda event: event.at)
    posts, units = _named(events)
    return [
        {
            "at": event.at,
            "title": _(HOUSEHOLD_WORDS.get(event.kind, event.kind)),
            "by": _who(event, posts, units),
            "note": str(event.data.get("reason", "")),
        }
        for event in reversed(events)
    ]
