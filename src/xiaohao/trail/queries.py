"""Reading the trail, and checking it against the records."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _

from xiaohao.kernel.hashing import canonical
from xiaohao.kernel.paging import Page, take
from xiaohao.trail.models import Event, Head, Seal, Witnessed, witnessed_models
from xiaohao.trail.rules import GENESIS, audit_path, event_hash, merkle_root, seal_hash


def events_of(label: str, thing_id: int) -> QuerySet[Event]:
    """A thing's events, oldest first. The caller has checked that the reader may see the thing."""
    return events_of_each(label, [thing_id]).order_by("seq")


def events_of_each(label: str, thing_ids: Collection[int]) -> QuerySet[Event]:
    """The events of several things of one kind, in the order in which they were written.

    Asks their heads first between which moments these lie, so that PostgreSQL does not even plan
    for the other months: that costs more than the reading itself once there are many.
    """
    heads = Head.objects.filter(label=label, thing_id__in=thing_ids)
    span = heads.aggregate(began=Min("began"), latest=Max("latest"))
    if span["began"] is None:
        return Event.objects.none()
    events = Event.objects.filter(label=label, thing_id__in=thing_ids)
    return events.filter(at__gte=span["began"], at__lte=span["latest"])


def last_event(label: str, thing_id: int) -> Event | None:
    """The newest event of a thing."""
    return events_of(label, thing_id).last()


def head_of(label: str, thing_id: int) -> Head | None:
    """Number and hash of a thing's newest event, to which the next is chained."""
    return Head.objects.filter(label=label, thing_id=thing_id).first()


def standing_of(label: str, thing_ids: Iterable[int]) -> dict[int, int]:
    """How many events each of these things has, in one query; those without any are left out."""
    rows = Head.objects.filter(label=label, thing_id__in=list(thing_ids)).order_by("thing_id")
    return dict(rows.values_list("thing_id", "seq"))


_LATEST = """
SELECT coalesce(max(id), 0), count(*) FILTER (WHERE id > top - %(within)s)
FROM (SELECT id, max(id) OVER () AS top
      FROM (SELECT id FROM trail_event WHERE at >= %(first)s AND at < %(after)s
            ORDER BY id DESC LIMIT %(within)s) AS last) AS seen
"""


def latest(first: dt.datetime, after: dt.datetime, within: int) -> tuple[int, int]:
    """The greatest id of an event in a time (0 of none), and how many of the last ids are there.

    A writer who began earlier may end later, with a smaller id: he fills in one of these.

    Args:
        first, after: the time, `after` not included.
        within: how many ids up to the greatest are looked at.

    Opens only the months between the two moments, and reads at most `within` entries.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {"first": first, "after": after, "within": within})
        last, there = cursor.fetchone()
    return last, there


def last_seal() -> Seal | None:
    """The newest seal."""
    return Seal.objects.order_by("day").last()


def seal_over(event: Event) -> Seal | None:
    """The daily seal that covers an event; None while its day is not sealed."""
    covering = Seal.objects.filter(first_event__lte=event.pk, last_event__gte=event.pk)
    return covering.order_by("day").first()


@dataclass(frozen=True, slots=True)
class Inclusion:
    """How an event is shown to be in a seal, to somebody who sees nothing else of the trail.

    Attributes:
        place: of the event among the seal's, from 0.
        path: the hashes that lead from it to the root (RFC 9162, section 2.1.3).
    """

    seal: Seal
    place: int
    path: tuple[bytes, ...]


def inclusion(event: Event) -> Inclusion | None:
    """The seal over an event and the path that leads there; None while its day is not sealed."""
    seal = seal_over(event)
    if seal is None:
        return None
    return Inclusion(seal, *_path(bytes(seal.hash), bytes(event.hash), event.pk))


@lru_cache(maxsize=1024)
def _path(seal: bytes, event: bytes, key: int) -> tuple[int, tuple[bytes, ...]]:
    """Place and path; they never change, and cost a reading of all that the seal covers."""
    over = Seal.objects.get(hash=seal)
    rows = Event.objects.filter(id__gte=over.first_event, id__lte=over.last_event).order_by("id")
    place = rows.filter(id__lt=key).count()
    leaves = [bytes(value) for value in rows.values_list("hash", flat=True).iterator()]
    if leaves[place] != event:
        raise RuntimeError(f"event {key} is not the one that was sealed")
    return place, tuple(audit_path(leaves, place))


def is_whole(event: Event) -> bool:
    """Whether an event's hash is that of its content: nobody has altered it since."""
    return bytes(event.hash) == event_hash(bytes(event.previous), event.body())


def changes_since(thing: Witnessed, seen: int) -> list[dict[str, Any]]:
    """What happened to `thing` after version `seen`, oldest first."""
    return changes_of(thing.trail_label(), thing.pk, seen)


def changes_of(label: str, thing_id: int, seen: int) -> list[dict[str, Any]]:
    """What happened to a thing after its event number `seen`, oldest first."""
    events = events_of(label, thing_id).filter(seq__gt=seen)
    return [
        {"version": e.seq, "at": e.at.isoformat(), "by": e.by, "kind": e.kind, "data": e.data}
        for e in events
    ]


Who = Callable[[Event], str]  # says who acted in an event


def _by_code(events: Iterable[Event]) -> Who:  # noqa: ARG001 (as `naming` has it)
    return lambda event: event.by.get("post") or event.by.get("role") or ""


naming: list[Callable[[Iterable[Event]], Who]] = [_by_code]  # the last one speaks


def told(label: str, thing_id: int, words: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """A thing's events as the timeline component takes them, oldest first.

    Who acted is said by the room that knows posts; it puts itself into `naming`.

    Args:
        label: the thing's name on the trail.
        thing_id: its id.
        words: what each kind of event is called; a kind without words is shown by its name.
    """
    events = list(events_of(label, thing_id))
    who = naming[-1](events)
    return [_shown(event, words or {}, who) for event in events]


def _shown(event: Event, words: Mapping[str, Any], who: Who) -> dict[str, Any]:
    facts = [(name, value) for name, value in event.data.items() if value not in (None, "", [])]
    return {
        "at": event.at,
        "title": words.get(event.kind, event.kind),
        "by": who(event),
        "facts": [
            *((name, canonical(value).decode().strip('"')) for name, value in facts),
            (_("Hash"), bytes(event.hash).hex()),
            (_("Hash before it"), bytes(event.previous).hex()),
        ],
    }


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one field.

    Attributes:
        field: the column's name, or what else the room calls it.
        before, after: as on the trail (codes, ISO dates, numbers); None for nothing.
        event: what it came with.
    """

    field: str
    before: Any
    after: Any
    event: Event


Told = Iterator[tuple[str, Any, Any]]  # field, before, after


def changes_told(
    events: Iterable[Event],
    implied: Callable[[Event, Mapping[str, Any]], Told] | None = None,
    known: Mapping[str, Any] | None = None,
) -> list[Change]:
    """Every change of a field that a thing's events tell of (`trail.actions.changed`), in order.

    Args:
        implied: for events of older versions, which carry no `changed`: what their kind always
            changed, given what is known so far. Neither tells: left out rather than guessed.
        known: fields that begin with another value than nothing.
    """
    known = dict(known or {})
    found = []
    for event in events:
        carried = event.data.get("changed")
        if isinstance(carried, dict):
            rows: Told = ((name, before, after) for name, (before, after) in carried.items())
        else:
            rows = implied(event, known) if implied else iter(())
        for field, before, after in list(rows):
            known[field] = after
            found.append(Change(field, before, after, event))
    return found


def unsealed() -> int:
    """How many events no seal covers yet."""
    seal = last_seal()
    return Event.objects.filter(id__gt=seal.last_event if seal else 0).count()


def as_told(seal: Seal) -> dict[str, Any]:
    """A seal as everybody may have it: a day, how many events, and hashes; nothing of anybody."""
    return {
        "day": seal.day.isoformat(),
        "count": seal.count,
        "root": seal.root_hex,
        "previous": bytes(seal.previous).hex(),
        "hash": seal.hash_hex,
        "sealed_at": seal.sealed_at.isoformat(),
    }


def seals(cursor: str | None = None, size: int = 60) -> Page[Seal]:
    """One page of the seals, newest first."""
    return take(Seal.objects.all(), ["-day"], cursor, size)


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment, whatever others write meanwhile."""
    if connection.in_atomic_block:  # already in somebody's transaction: its moment is ours
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not agree with the trail.

    Attributes:
        code: `event_changed`, `event_missing`, `event_inserted`, `row_changed`, `row_missing`,
            `row_without_event` or `seal_broken`.
        thing: e.g. `ledger.problem/17`; a day for a seal.
        detail: what was found, in English, for a technical reader.
    """

    code: str
    thing: str
    detail: str


@dataclass(slots=True)
class Checked:
    """What a check of the whole trail has looked at and found."""

    events: int = 0
    rows: int = 0
    seals: int = 0


def faults(checked: Checked) -> Iterator[Fault]:
    """Every disagreement between events, rows and seals; counts what it looks at in `checked`.

    Streams: memory does not grow with the trail. Read inside `one_moment` while others write.
    """
    yield from _broken_chains(checked)
    yield from _broken_heads()
    for model in witnessed_models():
        yield from _rows_against_events(model, checked)
    yield from _broken_seals(checked)


def _broken_chains(checked: Checked) -> Iterator[Fault]:
    thing, seq, previous = None, 0, GENESIS
    ordered = Event.objects.order_by("label", "thing_id", "seq")
    for event in ordered.iterator(chunk_size=5000):
        checked.events += 1
        if (event.label, event.thing_id) != thing:
            thing, seq, previous = (event.label, event.thing_id), 0, GENESIS
        name = f"{event.label}/{event.thing_id}"
        if event.seq != seq + 1:
            yield Fault("event_missing", name, f"events {seq + 1}–{event.seq - 1} are gone")
        elif bytes(event.previous) != previous:
            yield Fault("event_inserted", name, f"event {event.seq} does not follow {seq}")
        if bytes(event.hash) != event_hash(bytes(event.previous), event.body()):
            yield Fault("event_changed", name, f"event {event.seq} is not what was written")
        seq, previous = event.seq, bytes(event.hash)


_HEADS = """
SELECT coalesce(h.label, e.label), coalesce(h.thing_id, e.thing_id), h.seq, e.seq
FROM trail_head h FULL JOIN (
    SELECT DISTINCT ON (label, thing_id) label, thing_id, seq, hash FROM trail_event
    ORDER BY label, thing_id, seq DESC
) e ON e.label = h.label AND e.thing_id = h.thing_id
WHERE (h.seq, h.hash) IS DISTINCT FROM (e.seq, e.hash)
ORDER BY 1, 2
"""


def _broken_heads() -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute(_HEADS)
        for label, thing_id, head, newest in cursor:
            name = f"{label}/{thing_id}"
            if (newest or 0) < (head or 0):
                yield Fault("event_missing", name, f"events {(newest or 0) + 1}–{head} are gone")
            elif (newest or 0) > (head or 0):
                yield Fault("event_inserted", name, f"the head of this thing is {head or 'none'}")
            else:
                yield Fault("event_changed", name, f"event {newest} is not the one its head names")


def _rows_against_events(model: type[Witnessed], checked: Checked) -> Iterator[Fault]:
    label = model.trail_label()
    newest = (
        Event.objects.filter(label=label)
        .order_by("thing_id", "-seq")
        .distinct("thing_id")
        .iterator(chunk_size=5000)
    )
    event = next(newest, None)
    for row in model._base_manager.order_by("pk").iterator(chunk_size=5000):
        checked.rows += 1
        while event and event.thing_id < row.pk:
            yield Fault("row_missing", f"{label}/{event.thing_id}", "the row is gone")
            event = next(newest, None)
        name = f"{label}/{row.pk}"
        if event is None or event.thing_id > row.pk:
            yield Fault("row_without_event", name, "the row was put in behind the application")
            continue
        if event.seq != row.version:
            yield Fault("row_changed", name, f"version {row.version}, last event {event.seq}")
        elif bytes(event.row or b"") != row.trail_digest():
            yield Fault("row_changed", name, f"differs from what event {event.seq} recorded")
        event = next(newest, None)
    while event:
        yield Fault("row_missing", f"{label}/{event.thing_id}", "the row is gone")
        event = next(newest, None)


def _broken_seals(checked: Checked) -> Iterator[Fault]:
    previous, last = GENESIS, 0
    for seal in Seal.objects.order_by("day"):
        checked.seals += 1
        hashes = Event.objects.filter(id__gte=last + 1, id__lte=seal.last_event).order_by("id")
        leaves = [bytes(value) for value in hashes.values_list("hash", flat=True).iterator()]
        name = seal.day.isoformat()
        if len(leaves) != seal.count:
            yield Fault("seal_broken", name, f"{seal.count} events sealed, {len(leaves)} found")
        elif merkle_root(leaves) != bytes(seal.root):
            yield Fault("seal_broken", name, "the events are not those that were sealed")
        whole = seal_hash(previous, name, seal.count, bytes(seal.root))
        if bytes(seal.previous) != previous or bytes(seal.hash) != whole:
            yield Fault("seal_broken", name, "the seal itself was changed or one before it is gone")
        previous, last = bytes(seal.hash), seal.last_event
