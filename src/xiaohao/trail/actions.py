"""Writing with a trail: a row and its event in one transaction, or neither."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from xiaohao.kernel import clock, locks
from xiaohao.kernel.copying import Lines, whole
from xiaohao.kernel.errors import Refused, Stale, Unmet
from xiaohao.kernel.hashing import Outline, Said, canonical, hexed, sha256
from xiaohao.trail.models import Digests, Event, Seal, Witnessed
from xiaohao.trail.queries import changes_since, head_of, last_seal
from xiaohao.trail.rules import GENESIS, event_hash, merkle_root, seal_hash

W = TypeVar("W", bound=Witnessed)


class By(Protocol):
    """Whoever acts: a person at a post, a citizen, or the system."""

    def on_trail(self) -> dict[str, Any]:
        """How the actor is named on the trail: posts and roles, never a citizen's identity."""
        ...


def create(*, thing: Witnessed, by: By, kind: str, data: Mapping[str, Any] | None = None) -> Event:
    """Insert `thing` with version 1 and its first event."""
    with transaction.atomic():
        thing.version = 1
        thing.save(force_insert=True)
        return _record(thing, by, kind, data)


def draft(*, thing: Witnessed, by: By, kind: str, data: Mapping[str, Any] | None = None) -> Event:
    """The first event of a `thing` whose key is known, both still to be inserted together."""
    thing.version = 1
    event = Event(label=thing.trail_label(), thing_id=thing.pk, seq=1, row=thing.trail_digest())
    _fill(event, GENESIS, kind, clock.now(), by.on_trail(), data or {})
    return event


def create_many(
    *, things: Sequence[W], by: By, kind: str, data: Sequence[Mapping[str, Any]] | None = None
) -> list[W]:
    """Insert new rows of one model, each with version 1 and its first event, in two statements.

    Args:
        data: what the events carry, one for each thing in order; nothing when left out.
    """
    if not things:
        return []
    with transaction.atomic():
        for thing in things:
            thing.version = 1
        rows: list[W] = type(things[0])._base_manager.bulk_create(things)
        label, at, actor = rows[0].trail_label(), clock.now(), by.on_trail()
        events = [
            Event(label=label, thing_id=row.pk, seq=1, row=row.trail_digest()) for row in rows
        ]
        for event, carried in zip(events, data or [{}] * len(rows), strict=True):
            _fill(event, GENESIS, kind, at, actor, carried)
        Event.objects.bulk_create(events)
    return rows


def change(
    *,
    thing: Witnessed,
    by: By,
    kind: str,
    fields: list[str],
    data: Mapping[str, Any] | None = None,
    expected: int | None = None,
) -> Event:
    """Write `fields` of `thing` and the event of it, unless somebody else wrote first.

    Args:
        expected: the version the writer had seen; the one in `thing` when left out.

    Raises:
        Stale: the row stands at another version; carries what happened since.
    """
    seen = thing.version if expected is None else expected
    values = {name: getattr(thing, name) for name in fields}
    model = type(thing)
    with transaction.atomic():
        written = model._base_manager.filter(pk=thing.pk, version=seen).update(
            **values, version=seen + 1
        )
        if not written:
            raise stale(thing, seen)
        thing.version = seen + 1
        return _record(thing, by, kind, data)


# Who acted stands in the event itself; paths follow from units, search terms from texts.
_NOT_TOLD = ("version", "path", "origin_path", "search")
_WHO = ("_account", "_post", "_post_id")


def changed(thing: Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of every field that `values` will change, for `data["changed"]`.

    Things are named as people name them (a unit by its code, a problem by its number), so that
    the trail can be read without the tables of today. Call it before the values are set.
    """
    found = {}
    for name, after in values.items():
        if name in _NOT_TOLD or name.endswith(_WHO):
            continue
        before = getattr(thing, name)
        if before != after:
            found[name] = [_plain(before), _plain(after)]
    return found


def begun(thing: Model, fields: Iterable[str]) -> dict[str, list[Any]]:
    """`{field: [None, value]}` of what a new thing begins with, as far as it has a value."""
    values = {name: getattr(thing, name) for name in fields}
    return {name: [None, _plain(value)] for name, value in values.items() if value}


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return getattr(value, "number", None) or getattr(value, "code", None) or value.pk
    return value


_EVENT = (
    "label", "thing_id", "seq", "kind", "at", "by", "data", "row", "previous", "hash",
)  # fmt: skip


class Told(NamedTuple):
    """Events of one kind of thing that are not written yet.

    Attributes:
        label: of the things.
        lines: of the events, in the order of the things' ids.
        hashes: of each, for the one after it.
    """

    label: str
    lines: list[str]
    hashes: list[bytes]

    def followed(self, later: "Told", places: Iterable[int]) -> "Told":
        """These, and after those in `places` the next event of the same thing."""
        lines = list(self.lines)
        for place, line in zip(places, later.lines, strict=True):
            lines[place] += line
        return Told(self.label, lines, [])


def told_rows(events: Iterable[Told]) -> tuple[str, Sequence[str], bytes]:
    """What `put` takes to set events on the trail: in the transaction of their rows.

    They come in the order of the chains, in which the database looks at them: it need not sort.
    """
    ordered = sorted(events, key=lambda told: told.label)
    return "trail_event", _EVENT, whole(line for told in ordered for line in told.lines)


def tell_many(
    *,
    label: str,
    by: By,
    kind: str,
    at: dt.datetime,
    things: Sequence[int],
    seqs: Sequence[int],
    rows: Sequence[bytes],
    data: Sequence[str],
    previous: Sequence[bytes] | None = None,
) -> Told:
    """The events of rows that the caller writes in bulk; touches no database.

    Args:
        at: when the rows are written.
        things: ids of the rows.
        seqs: the version that each now has.
        rows: the digest of each (`trail.models.Digests`).
        data: what each event carries, as canonical JSON.
        previous: the hash of the event before each; left out for new rows.
    """
    actor = by.on_trail()
    fixed = {"label": label, "kind": kind, "at": at, "by": actor}
    bodies = Outline(fixed, ("thing_id", "seq", "data", "row")).digests(
        things, seqs, Said(data), hexed(rows)
    )
    before = previous or [GENESIS] * len(things)
    hashes = [sha256(one + body) for one, body in zip(before, bodies, strict=True)]
    form = Lines(
        _EVENT,
        fixed | {"by": canonical(actor).decode()},
        ("thing_id", "seq", "data", "row", "previous", "hash"),
    )
    return Told(label, form.lines(things, seqs, data, rows, before, hashes), hashes)


class Alike(NamedTuple):
    """New rows of one model with their first events, not written yet."""

    model: type[Witnessed]
    columns: Sequence[str]
    lines: bytes
    events: Told

    @property
    def rows(self) -> tuple[str, Sequence[str], bytes]:
        """What `put` takes to insert them."""
        return self.model._meta.db_table, self.columns, self.lines


def alike(
    *, base: Witnessed, varying: Mapping[str, Sequence[Any]], by: By, kind: str, at: dt.datetime
) -> Alike:
    """Many rows that differ from `base` in a few columns, each with its first event.

    Touches no database, so that it can be made while the database is at work on something else.

    Args:
        base: a row, not kept itself, with what they have in common.
        varying: by name (`attname`) the columns that differ, `id` among them: the values of all
            rows.
    """
    model = type(base)
    base.version = 1
    fields = model._meta.local_concrete_fields
    fixed = {field.attname: getattr(base, field.attname) for field in fields}
    names, columns = tuple(varying), tuple(varying.values())
    events = tell_many(
        label=model.trail_label(),
        by=by,
        kind=kind,
        at=at,
        things=varying["id"],
        seqs=[1] * len(varying["id"]),
        rows=Digests(base, names).of(*columns) if varying["id"] else [],
        data=["{}"] * len(varying["id"]),
    )
    lines = Lines([field.attname for field in fields], fixed, names).lines(*columns)
    return Alike(model, [str(field.column) for field in fields], whole(lines), events)


def put(table: str, columns: Sequence[str], lines: bytes) -> None:
    """Insert rows by COPY, as `kernel.copying` writes their lines."""
    if not lines:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        copy.write(lines)


_NEXT = """(
    WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)
    SELECT coalesce(array_agg(nextval(s.name)), '{}') FROM s CROSS JOIN generate_series(1, %s)
)"""


def next_ids(counts: Mapping[type[Witnessed], int]) -> list[list[int]]:
    """Ids for new rows, as many as said of each model, in its order; one query for all of them."""
    given = [value for model, n in counts.items() for value in (model._meta.db_table, n)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([_NEXT] * len(counts))}", given)
        return [list(ids) for ids in cursor.fetchone()]


def note(
    *, label: str, thing_id: int, by: By, kind: str, data: Mapping[str, Any] | None = None
) -> Event:
    """An event on something that has no witnessed row (an import, a look at a contact)."""
    with transaction.atomic():
        locks.hold(f"trail:{label}:{thing_id}")
        before = head_of(label, thing_id)
        event = Event(label=label, thing_id=thing_id, seq=before.seq + 1 if before else 1)
        return _append(event, bytes(before.hash) if before else GENESIS, by, kind, data)


def stale(thing: Witnessed, seen: int) -> Stale:
    """The answer to a writer who had seen version `seen` of `thing`."""
    changes = changes_since(thing, seen)
    version = changes[-1]["version"] if changes else seen
    text = _("Somebody else has changed this meanwhile. Look at what changed, then send again.")
    return Stale([Unmet("stale", text, "version")], version, changes)


def _record(thing: Witnessed, by: By, kind: str, data: Mapping[str, Any] | None) -> Event:
    label = thing.trail_label()
    before = head_of(label, thing.pk) if thing.version > 1 else None
    event = Event(label=label, thing_id=thing.pk, seq=thing.version, row=thing.trail_digest())
    return _append(event, bytes(before.hash) if before else GENESIS, by, kind, data)


def _append(
    event: Event, previous: bytes, by: By, kind: str, data: Mapping[str, Any] | None
) -> Event:
    _fill(event, previous, kind, clock.now(), by.on_trail(), data or {})
    event.save(force_insert=True)
    return event


def _fill(
    event: Event,
    previous: bytes,
    kind: str,
    at: dt.datetime,
    by: dict[str, Any],
    data: Mapping[str, Any],
) -> None:
    event.kind, event.at, event.by = kind, at, by
    event.data = json.loads(canonical(dict(data)))
    event.previous = previous
    event.hash = event_hash(previous, event.body())


def seal_day() -> Seal | None:
    """Seal every event that no seal covers yet, under today's date; None when there is none.

    Raises:
        Refused: `already_sealed`, when today has its seal.
    """
    last = _settled_event_id()
    with transaction.atomic():
        locks.hold("seal")
        before = last_seal()
        if before and before.day >= clock.today():
            raise Refused.because("already_sealed", _("Today is sealed already."))
        return _seal(before, before.last_event + 1 if before else 1, last)


def _settled_event_id() -> int:
    """The highest event id below which no transaction is still writing."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Waits for writers in flight, who hold the table from before their id is drawn; those that
        # come later get higher ids. Let go at once: no writer waits while the tree is built.
        cursor.execute("LOCK TABLE trail_event IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT coalesce(max(id), 0) FROM trail_event")
        return int(cursor.fetchone()[0])


def _seal(before: Seal | None, first: int, last: int) -> Seal | None:
    hashes = Event.objects.filter(id__gte=first, id__lte=last).order_by("id")
    leaves = [bytes(value) for value in hashes.values_list("hash", flat=True).iterator()]
    if not leaves:
        return None
    root, previous = merkle_root(leaves), bytes(before.hash) if before else GENESIS
    day = clock.today()
    return Seal.objects.create(
        day=day,
        first_event=first,
        last_event=last,
        count=len(leaves),
        root=root,
        previous=previous,
        hash=seal_hash(previous, day.isoformat(), len(leaves), root),
        sealed_at=clock.now(),
    )
