"""Taking files in."""

import contextlib
import hashlib
import os
from typing import Protocol

from django.db import IntegrityError, transaction

from xiaohao.files.models import File, place_of
from xiaohao.files.queries import is_intact, judge, refusal
from xiaohao.files.rules.kinds import IMAGES, LARGEST, Kind, Purpose
from xiaohao.files.rules.names import clean_name
from xiaohao.files.rules.pictures import redraw
from xiaohao.files.rules.unfit import Unfit
from xiaohao.kernel import clock
from xiaohao.kernel.home import PRIVATE_FOLDER, write_private
from xiaohao.trail import actions as trail
from xiaohao.trail.actions import By


class Readable(Protocol):
    """An open file, an upload, a stream."""

    def read(self, size: int = ..., /) -> bytes:
        """At most `size` bytes."""
        ...


Content = bytes | Readable


def store(
    *,
    by: By,
    name: str,
    content: Content,
    purpose: str = Purpose.PHOTO,
    field: str | None = None,
) -> File:
    """Keep a file: checked by its content, photos drawn anew without what travelled with them.

    The bytes are on the disk before the row is written, so a row never points at nothing. The
    same bytes under the same name give the row that is there already.

    Args:
        by: whoever sends it.
        name: as the sender called it; cleaned, and given the extension of what it really is.
        content: the bytes, or something to read them from (read once, up to the limit).
        purpose: `photo`, `evidence` or `workbook`.
        field: the input that a refusal belongs to.

    Raises:
        Refused: with the code of what stands in the way (see `queries.SENTENCES`).
    """
    received = _read(content, LARGEST[Purpose(purpose)] + 1)
    kind = judge(received, name, purpose, field)
    source = hashlib.sha256(received).hexdigest()
    named = clean_name(name, kind)
    known = File.objects.filter(
        source_sha256=source, name=named, media_type=kind.media_type
    ).first()
    if known and all(map(is_intact, filter(None, (known.sha256, known.thumbnail_sha256)))):
        return known
    try:
        file = _laid_down(received, kind)
    except Unfit as unfit:
        raise refusal(unfit, field) from unfit
    file.source_sha256, file.name, file.stored_at = source, named, clock.now()
    return known if known and known.sha256 == file.sha256 else _entered(file, by)


def _read(content: Content, most: int) -> bytes:
    if isinstance(content, bytes):
        return content
    return content.read(most)


def _laid_down(received: bytes, kind: Kind) -> File:
    """A row, not yet written, whose bytes are on the disk."""
    file = File(media_type=kind.media_type)
    if kind in IMAGES:
        picture = redraw(received, kind)
        file.width, file.height = picture.width, picture.height
        file.thumbnail_sha256 = _put(picture.thumbnail)
        received = picture.content
    file.size = len(received)
    file.sha256 = _put(received)
    return file


def _entered(file: File, by: By) -> File:
    try:
        with transaction.atomic():
            trail.create(thing=file, by=by, kind="stored", data={"sha256": file.sha256})
    except (
        IntegrityError
    ):  # brought by somebody else at the same moment, or another original drawn alike
        return File.objects.get(sha256=file.sha256, name=file.name)
    return file


def _put(content: bytes) -> str:
    """Lay `content` under its hash, complete and on the disk; gives the hash in hex."""
    sha256 = hashlib.sha256(content).hexdigest()
    place = place_of(sha256)
    place.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    if place.exists():
        if is_intact(sha256):
            return sha256
        place.unlink(missing_ok=True)
    with contextlib.suppress(FileExistsError):
        write_private(place, content)
    _settle(place.parent)
    _settle(place.parent.parent)
    return sha256


def _settle(place: os.PathLike[str]) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
