"""A message comes in: one transaction with its trail, its contact sealed, its figure counted."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.utils.translation import gettext as _

from xiaohao.figures.actions import Delta, statement
from xiaohao.files.actions import store
from xiaohao.files.models import File
from xiaohao.intake.actions.limiting import admit
from xiaohao.intake.models import Channel, Contact, Kind, Message, Photo
from xiaohao.intake.queries.finding import code_hash, receipt_of, sender_of, standing
from xiaohao.intake.rules import limits
from xiaohao.intake.rules.receipt import Receipt
from xiaohao.intake.rules.sender import Sender
from xiaohao.intake.wording import sentence
from xiaohao.kernel import clock
from xiaohao.kernel.acting import CITIZEN, Actor, Nobody
from xiaohao.kernel.crypto import seal
from xiaohao.kernel.errors import Answer, Refused, Unmet
from xiaohao.kernel.ids import tracking_code
from xiaohao.kernel.rows import insertion, write
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import draft
from xiaohao.units.models import Unit


class Clash(Answer):
    """The same submission came before with another content; that receipt stays as it is."""

    status = 409


@dataclass(frozen=True, slots=True)
class Received:
    """What the sender gets: the message, its receipt, and whether it had come before."""

    message: Message
    receipt: Receipt
    again: bool = False


def receive(  # noqa: PLR0913 (a message has this many sides)
    *,
    text: str,
    channel: str = Channel.WEB,
    title: str = "",
    place: str = "",
    place_unit: Unit | None = None,
    place_code: str = "",
    kind: str = Kind.UNKNOWN,
    sender: Sender | None = None,
    submission: uuid.UUID | None = None,
    received_at: dt.datetime | None = None,
    by: Actor | Nobody = CITIZEN,
) -> Received:
    """Take a message in. Sent twice, it is received once and gives the same receipt.

    Args:
        text, title, place: as typed; cleaned here.
        place_unit, place_code: the unit that the place is, or its code.
        sender: None or empty for an anonymous one.
        submission: the sender's own random number for it; what makes sending twice harmless.

    Raises:
        Refused: everything wrong with it, each with its field.
        Clash: the submission is known, with another content.
    """
    sender = sender or Sender()
    message = Message(
        submission=submission or uuid.uuid4(),
        channel=channel,
        kind=kind,
        title=clean(title),
        text=clean(text),
        place=clean(place),
    )
    check(message, sender)
    found = standing(place_unit.code if place_unit else place_code)
    message.pk, message.place_unit_id, message.home_id = (
        found.message_id,
        found.place_id,
        found.home_id,
    )
    message.received_at = received_at or clock.now()
    message.triage_due = limits.triage_due(message.received_at)
    receipt = Receipt(
        tracking_code(str(message.submission)),
        message.received_at,
        message.title,
        message.place,
        message.text,
    )
    message.code_hash = code_hash(receipt.code)
    try:
        _write(message, receipt, sender, found.home_path, by)
    except IntegrityError:
        return _again(message, sender)
    return Received(message, receipt)


def check(message: Message, sender: Sender) -> None:
    """Refuse what cannot be a message.

    Raises:
        Refused: every fault.
    """
    found = [
        Unmet(fault.code, sentence(fault), fault.field)
        for fault in limits.faults(
            title=message.title,
            text=message.text,
            place=message.place,
            name=sender.name,
            phone=sender.phone,
            email=sender.email,
        )
    ]
    if found:
        raise Refused(found)


def _write(
    message: Message, receipt: Receipt, sender: Sender, path: str, by: Actor | Nobody
) -> None:
    """The row, its event, its figure and its sealed contact, in one statement."""
    data = {"channel": message.channel, "receipt": receipt.hash()}
    event = draft(thing=message, by=by, kind="received", data=data)
    statements = [insertion(message), insertion(event)]
    if sender:
        sealed = seal(sender.pack(), Contact.context_of(message.submission))
        statements.append(insertion(Contact(message_id=message.pk, sealed=sealed)))
    counted = statement([
        Delta(metric="intake.received", path=path, thing_id=message.pk, channel=message.channel)
    ])  # fmt: skip
    write(*statements, *([counted] if counted else []))


def _again(sent: Message, sender: Sender) -> Received:
    """The receipt that the first sending got, when this one is the same."""
    first = Message.objects.filter(submission=sent.submission).first()
    if first is None:
        raise RuntimeError("a message could not be written, and not because it was known")
    same = ("title", "text", "place", "place_unit_id", "channel")
    if any(getattr(first, name) != getattr(sent, name) for name in same) or (
        sender_of(first) != sender
    ):
        text = _(
            "This form was already received with another content, and that receipt stands. Send "
            "the changed text as a new message."
        )
        raise Clash([Unmet("already_sent", text, "submission")])
    return Received(first, receipt_of(first), again=True)


def kept_photos(*, uploads: Iterable["UploadedFile[bytes]"], address: str) -> list[File]:
    """Photos that were brought, each counted against its address, checked and kept.

    Raises:
        Refused: every photo that will not do, by its name.
        Throttled: too many from this address.
    """
    files, trouble = [], []
    for upload in uploads:
        name = upload.name or ""
        try:
            admit(address=address, purpose="photo")
            files.append(store(by=CITIZEN, name=name, content=upload, field="photos"))
        except Refused as said:
            trouble += [Unmet(u.code, f"{name}: {u.message}", u.field) for u in said.unmet]
    if trouble:
        raise PhotosRefused(trouble, files)
    return files


class PhotosRefused(Refused):
    """Some photos will not do; those that will are in `files`."""

    def __init__(self, unmet: Iterable[Unmet], files: Sequence[File]) -> None:
        super().__init__(unmet)
        self.files = files


def attach(*, message: Message, files: Sequence[File]) -> None:
    """Put stored photos to a message; those it has already stay.

    Raises:
        Refused: `too_many_photos`.
    """
    have = set(message.photos.values_list("file_id", flat=True))
    fresh = [file for file in dict.fromkeys(files) if file.pk not in have]
    if len(have) + len(fresh) > limits.PHOTOS:
        text = _("At most %(limit)d photos go with a message.") % {"limit": limits.PHOTOS}
        raise Refused.because("too_many_photos", text, "photos")
    Photo.objects.bulk_create([Photo(message=message, file=file) for file in fresh])
