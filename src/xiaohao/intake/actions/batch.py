"""Many messages out of a sheet: the same records as one by one, in a few statements."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from xiaohao.figures.actions import Delta, add
from xiaohao.intake.models import Channel, Contact, Message
from xiaohao.intake.queries.finding import code_hash, homes, receipt_of
from xiaohao.intake.rules import limits
from xiaohao.intake.rules.rows import Row, channel_of, is_nobody, kind_of
from xiaohao.intake.rules.sender import Sender
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.crypto import seal
from xiaohao.trail.actions import create_many
from xiaohao.units.models import Unit


@dataclass(frozen=True, slots=True)
class RowReceived:
    """What became of a row: its message, and whether that had come before."""

    message_id: int
    already: bool


def receive_batch(*, by: Actor | Nobody, rows: Sequence[Row], source: str) -> list[RowReceived]:
    """Take rows in as messages that wait for triage; one answer for each row, in order.

    A row whose fingerprint is known is not taken in again, nor twice in one batch. Statements do
    not grow with the rows. Two imports at once wait for each other.

    Args:
        source: name of the sheet, for the trail.

    Raises:
        Refused: `board_closed`, when there is no office that would read them.
    """
    with transaction.atomic():
        locks.hold("intake.import")
        known = _known(rows)
        fresh: dict[bytes, Message] = {}
        slots: list[Message | int] = []
        for row, message in zip(rows, _drafts(rows, source), strict=True):
            slot: Message | int = known.get(row.fingerprint) or message
            if isinstance(slot, Message) and row.fingerprint:
                slot = fresh.setdefault(row.fingerprint, message)
            slots.append(slot)
        _write(by, _once(slots), {id(m): r for r, m in zip(rows, slots, strict=True)}, source)
    return list(_answers(slots))


def _known(rows: Sequence[Row]) -> dict[bytes, int]:
    prints = [row.fingerprint for row in rows if row.fingerprint]
    found = Message.objects.filter(fingerprint__in=prints).order_by("pk")
    return {bytes(mark or b""): pk for mark, pk in found.values_list("fingerprint", "pk")}


def _once(slots: Iterable[Message | int]) -> list[Message]:
    return list({id(slot): slot for slot in slots if isinstance(slot, Message)}.values())


def _answers(slots: Sequence[Message | int]) -> Iterable[RowReceived]:
    seen: set[int] = set()
    for slot in slots:
        if isinstance(slot, int):
            yield RowReceived(slot, already=True)
        else:
            yield RowReceived(slot.pk, already=slot.pk in seen)
            seen.add(slot.pk)


def _drafts(rows: Sequence[Row], source: str) -> Iterable[Message]:
    """A message for every row, not yet written."""
    places = _places(rows)
    paths = homes(unit for unit in places.values() if unit)
    for row in rows:
        unit = places.get(row.place)
        home = paths[unit.pk if unit else None]
        yield _draft(row, unit, home, source)


def _places(rows: Sequence[Row]) -> dict[str, Unit | None]:
    """Units by name, where a name means one unit only."""
    names = {row.place for row in rows if row.place}
    found: dict[str, Unit | None] = {}
    for unit in Unit.objects.active().filter(name__in=names).order_by("pk"):
        found[unit.name] = None if unit.name in found else unit
    return found


def _draft(row: Row, unit: Unit | None, home: Unit, source: str) -> Message:
    received_at = row.received_at or clock.now()
    message = Message(
        submission=uuid.uuid4(),
        channel=channel_of(row.channel, Channel.OTHER),
        kind=kind_of(row.kind),
        title=row.title[:200],
        text=row.text,
        place=row.place[:200],
        place_unit=unit,
        home=home,
        received_at=received_at,
        triage_due=limits.triage_due(clock.now()),  # nobody could triage it before it came here
        reply=row.reply,
        replied_at=row.replied_at,
        source=source[:200],
        external_no=row.external_no[:64],
        labels=_labels(row),
        fingerprint=row.fingerprint or None,
    )
    message.code_hash = code_hash(message.code)
    return message


def _labels(row: Row) -> dict[str, str]:
    written = {"category": row.category_label, "kind": row.kind, "channel": row.channel}
    return {name: word for name, word in written.items() if word}


def _write(by: Actor | Nobody, messages: list[Message], rows: dict[int, Row], source: str) -> None:
    data = [
        {
            "channel": m.channel,
            "receipt": receipt_of(m).hash(),
            "source": source,
            "external_no": m.external_no,
        }
        for m in messages
    ]
    create_many(things=messages, by=by, kind="received", data=data)
    add(
        Delta(
            metric="intake.received",
            path=m.home.path,
            thing_id=m.pk,
            channel=m.channel,
            day=_arrived(m),
        )
        for m in messages
    )
    Contact.objects.bulk_create(
        Contact(message=m, sealed=seal(sender.pack(), Contact.context_of(m.submission)))
        for m in messages
        if (sender := _sender(rows[id(m)]))
    )


def _arrived(message: Message) -> dt.date:
    """The day for which it counts as received: its own, told later; never one to come."""
    return min(clock.local_day(message.received_at), clock.today())


def _sender(row: Row) -> Sender:
    name = "" if is_nobody(row.user) else row.user
    contact = "" if is_nobody(row.contact) else row.contact
    if "@" in contact:
        return Sender(name=name, email=contact)
    return Sender(name=name, phone=contact)
