"""How each field of an entry, and of a household and its needs, came to be what it is."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.commitments.models import (
    NEED_STATES,
    STATE_NAMES,
    Aid,
    Entry,
    Household,
    HouseholdNeed,
    HouseholdWord,
    NeedKind,
    Plan,
)
from xiaohao.commitments.queries.timeline import HOUSEHOLD_WORDS
from xiaohao.commitments.wording import HAPPENED
from xiaohao.ledger.models import Answer
from xiaohao.people.queries import FieldWords, ReadBy, field_rows, titles
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Change, changes_told, events_of, events_of_each

FIELDS = {
    "state": gettext_noop("State"),
    "lead": gettext_noop("Answers for it"),
    "deadline": gettext_noop("Deadline"),
    "planned": gettext_noop("Planned"),
    "arrived": gettext_noop("Arrived"),
    "spent": gettext_noop("Spent"),
    "promised": gettext_noop("Promised"),
    "achieved": gettext_noop("Achieved"),
    "measure": gettext_noop("Unit of measure"),
    "plan": gettext_noop("Plan"),
    "title": gettext_noop("Title"),
    "text": gettext_noop("What it is about"),
    "unit": gettext_noop("Responsible"),
    "problem": gettext_noop("Problem on the ledger"),
    "round": gettext_noop("Round"),
    "extensions": gettext_noop("Times extended"),
    "reported_at": gettext_noop("Reported done"),
    "done_at": gettext_noop("Done"),
    "number": gettext_noop("Household"),
    "visits": gettext_noop("Visits"),
    "needs": gettext_noop("Needs"),
    "visited_on": gettext_noop("Last visit"),
    "kind": gettext_noop("Kind"),
    "fixed_at": gettext_noop("Fixed"),
    "aid": gettext_noop("Interim aid"),
    "word": gettext_noop("The household's word"),
}
NEED_HAPPENED = {
    **HOUSEHOLD_WORDS,
    "find": gettext_noop("Found on a visit"),
    "refer": gettext_noop("Put on the ledger"),
    "follow": gettext_noop("Follow a merged problem"),
    "settle": gettext_noop("Done by the ledger"),
    "come_back": gettext_noop("Back from the ledger"),
    "aid": gettext_noop("Interim aid"),
    "hear": gettext_noop("The household's word"),
}
STANDING = ("title", "text", "unit", "promised", "measure")  # as entered, for good
NOT_SHOWN = {"done_on"}  # the day of `done_at`


def entry_history(entry: Entry) -> list[dict[str, Any]]:
    """The changes of every field of an entry in words, newest first; a fixed number of queries.

    The versions of its plan are changes of the field `plan`.
    """
    events = list(events_of(entry.trail_label(), entry.pk))
    begins = {"round": 1, "extensions": 0}
    found = [c for c in changes_told(events, _implied, begins) if c.field not in NOT_SHOWN]
    begun = {name: getattr(entry, name) for name in STANDING}
    begun["unit"] = entry.unit.shown
    found += [Change(name, None, value, events[0]) for name, value in begun.items() if value]
    found += _plans(entry)
    posts = titles({v for c in found if c.field == "lead" for v in (c.before, c.after)})
    values: ReadBy = {
        "state": lambda value: STATE_NAMES.get(value, value),
        "lead": lambda value: posts.get(value, value),
        "title": str,
        "text": str,
        "plan": str,
    }
    return field_rows(found, FieldWords(FIELDS, HAPPENED, values))


def _implied(event: Event, known: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """What older events tell: what they name was set, and their kind what else changed."""
    data = event.data
    if data.get("to") and data.get("to") != data.get("from"):
        yield "state", data.get("from"), data["to"]
    for name in ("lead", "deadline"):
        if data.get(name):
            yield name, data.get("before", known.get(name)), data[name]
    for name in ("planned", "arrived", "spent", "achieved", "problem"):
        if data.get(name) is not None and data[name] != known.get(name):
            yield name, known.get(name), data[name]
    if event.kind == "extend":
        yield "extensions", known["extensions"], known["extensions"] + 1
    if event.kind in {"fail", "reopen", "come_back"}:
        yield "round", known["round"], known["round"] + 1


def _plans(entry: Entry) -> list[Change]:
    plans = {plan.pk: plan for plan in entry.plans.order_by("number")}
    rows = events_of_each(Plan.trail_label(), list(plans)).filter(seq=1)
    laid = {event.thing_id: event for event in rows.order_by("id")}
    found, before = [], None
    for key, plan in plans.items():
        found.append(Change("plan", before, plan.text, laid[key]))
        before = plan.text
    return found


def household_history(household: Household) -> list[dict[str, Any]]:
    """The changes of every field of a household and of the needs found there, newest first.

    Aid and the household's word stand with the need that they are about.
    """
    events = list(events_of(household.trail_label(), household.pk))
    found = changes_told(events, _visits, {"visits": 0, "needs": 0})
    found.append(Change("number", None, household.number, events[0]))
    needs = list(household.need_rows.order_by("id"))
    found += _needs(needs) + _aids(needs) + _words(needs)
    parts = {f"need.{n.pk}": _("Need “%(text)s”") % {"text": n.text[:40]} for n in needs}
    values: ReadBy = {
        "state": lambda value: NEED_STATES.get(value, value),
        "kind": lambda value: dict(NeedKind.choices).get(value, value),
        "word": lambda value: dict(Answer.choices).get(value, value),
        "number": str,
        "text": str,
        "aid": str,
    }
    return field_rows(found, FieldWords(FIELDS, NEED_HAPPENED, values, parts))


def _visits(event: Event, known: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    if event.kind != "visit":
        return
    yield "visits", known["visits"], known["visits"] + 1
    if event.data.get("needs"):
        yield "needs", known["needs"], known["needs"] + event.data["needs"]
    day = event.data.get("day")
    if day and day > (known.get("visited_on") or ""):
        yield "visited_on", known.get("visited_on"), day


def _needs(needs: list[HouseholdNeed]) -> list[Change]:
    rows = events_of_each(HouseholdNeed.trail_label(), [need.pk for need in needs])
    told: dict[int, list[Event]] = {}
    for event in rows.order_by("id"):
        told.setdefault(event.thing_id, []).append(event)
    found = []
    for need in needs:
        events = told[need.pk]
        begun = {"kind": need.kind, "text": need.text, "state": "found"}
        own = [Change(name, None, value, events[0]) for name, value in begun.items()]
        own += changes_told(events, _need_implied, {"state": "found"})
        found += [Change(f"need.{need.pk}.{c.field}", c.before, c.after, c.event) for c in own]
    return found


def _need_implied(event: Event, known: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    to = {"refer": "on_ledger", "settle": "fixed", "come_back": "on_ledger"}.get(event.kind)
    if to and to != known.get("state"):
        yield "state", known.get("state"), to
    if event.kind == "refer" and event.data.get("problem"):
        yield "problem", None, event.data["problem"]


def _aids(needs: list[HouseholdNeed]) -> list[Change]:
    rows = {aid.pk: aid for aid in Aid.objects.filter(need__in=needs).order_by("id")}
    events = events_of_each(Aid.trail_label(), list(rows)).filter(seq=1)
    found = []
    for event in events.order_by("id"):
        aid = rows[event.thing_id]
        sum_ = _(", %s yuan") % aid.amount if aid.amount is not None else ""
        found.append(Change(f"need.{aid.need_id}.aid", None, f"{aid.text}{sum_}", event))
    return found


def _words(needs: list[HouseholdNeed]) -> list[Change]:
    heard = HouseholdWord.objects.filter(need__in=needs).select_related("word").order_by("id")
    rows = {row.pk: row for row in heard}
    events = events_of_each(HouseholdWord.trail_label(), list(rows)).filter(seq=1)
    before: dict[int, str] = {}
    found = []
    for event in events.order_by("id"):
        row = rows[event.thing_id]
        field = f"need.{row.need_id}.word"
        found.append(Change(field, before.get(row.need_id), row.word.answer, event))
        before[row.need_id] = row.word.answer
    return found
