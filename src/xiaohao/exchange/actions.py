"""Bringing files in: one transaction for each file, row by row accounted for."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from xiaohao.exchange.models import Batch, Draft
from xiaohao.exchange.queries import Remark, read
from xiaohao.exchange.rules.messages import Entry
from xiaohao.files.queries import LARGEST, Purpose
from xiaohao.intake.actions import Row, receive_batch
from xiaohao.intake.models import LABEL as MESSAGE
from xiaohao.kernel import clock
from xiaohao.kernel.access import require
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, Refused
from xiaohao.kernel.text import clean, shorten
from xiaohao.people.models import Post
from xiaohao.people.queries import actor_at
from xiaohao.trail import actions as trail
from xiaohao.triage.actions import Confirmed, learn_many
from xiaohao.triage.queries import category_named

AT_ONCE = 500
MOST_REMARKS_KEPT = 2000
LONGEST_NAME = 200
DRAFTS_LIVE = timedelta(days=1)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file.

    Attributes:
        imported, refused, already: rows; together every row that held anything.
        errors: why rows were refused and sheets left out.
        batch: the record of it; None when nothing was written.
        claimed: of a ledger: rows that the sheet calls done; they came in open.
        changed: of a list: records that its rows changed.
        repeated: of a ledger: the rows, as the file counts them, that repeat one further up; they
            are among those `already` there.
    """

    imported: int
    refused: int
    already: int
    errors: Sequence[Remark]
    batch: Batch | None = None
    claimed: int | None = None
    changed: int | None = None
    repeated: Sequence[str] | None = None

    def as_data(self) -> dict[str, Any]:
        """The report as scripts get it."""
        repeated = None if self.repeated is None else len(self.repeated)
        more = {"claimed_done": self.claimed, "changed": self.changed, "repeated": repeated}
        return {name: count for name, count in more.items() if count is not None} | {
            "imported": self.imported,
            "refused": self.refused,
            "already": self.already,
            "errors": [
                {"row": e.row, "column": e.column, "code": e.code, "message": e.message}
                for e in self.errors
            ],
        }


def import_messages(
    *,
    by: Actor,
    source: bytes | Path,
    name: str = "",
    progress: Progress | None = None,
    strict: bool = False,
    draft: UUID | None = None,
) -> Report:
    """Take in the messages of a file; each good row becomes a message that waits for triage.

    Refused rows are listed and leave the others alone, unless `strict`: then one bad row keeps
    the whole file out, as it does on the page until somebody says to leave it out. Rows that are
    there already are counted, never doubled. A label in the sheet is kept as what the office
    confirmed earlier, a reply as history: it closes nothing.

    Args:
        by: whose post it is imported from.
        source: the bytes, or where they lie.
        name: what the file is called; the path's own name when left out.
        progress: called with rows done and rows in all, now and then.
        strict: all or nothing.
        draft: the key of the upload that it was.

    Raises:
        Forbidden: the post does not grant IMPORT.
        Refused: the file as a whole cannot be read (see `queries.read`).
    """
    require(by, Permission.IMPORT)
    content = source if isinstance(source, bytes) else bytes_at(source)
    if isinstance(source, Path):
        name = name or source.name
    reading = read(content, name)
    if strict and reading.refused:
        return Report(0, reading.refused, 0, reading.remarks)
    named = shorten(clean(name), LONGEST_NAME)
    with transaction.atomic():
        fresh = _received(by, reading.entries, named, progress)
        unknown = _learnt(fresh)
        already = len(reading.entries) - len(fresh) + reading.repeated
        report = Report(len(fresh), reading.refused, already, [*reading.remarks, *unknown])
        batch = Batch(
            post_id=by.post_id,
            name=named,
            sha256=hashlib.sha256(content).hexdigest(),
            imported=report.imported,
            refused=report.refused,
            already=report.already,
            errors=[dataclasses.asdict(error) for error in report.errors[:MOST_REMARKS_KEPT]],
            upload=draft,
            imported_at=clock.now(),
        )
        trail.create(thing=batch, by=by, kind="imported", data={"sha256": batch.sha256})
    return dataclasses.replace(report, batch=batch)


def bytes_at(path: Path) -> bytes:
    """The bytes of a file; of one that is too large, enough to see that it is."""
    with path.open("rb") as file:
        return file.read(LARGEST[Purpose.WORKBOOK] + 1)


def _received(
    by: Actor, entries: Sequence[Entry], name: str, progress: Progress | None
) -> list[tuple[int, Entry]]:
    """Hand the rows on; gives those that were new, each with the id of its message."""
    fresh: list[tuple[int, Entry]] = []
    for start in range(0, len(entries), AT_ONCE):
        some = entries[start : start + AT_ONCE]
        received = receive_batch(by=by, rows=[_row(entry) for entry in some], source=name)
        told = zip(received, some, strict=True)
        fresh += [(one.message_id, entry) for one, entry in told if not one.already]
        if progress:
            progress(min(start + AT_ONCE, len(entries)), len(entries))
    return fresh


def _learnt(fresh: Sequence[tuple[int, Entry]]) -> list[Remark]:
    """Learn the labels that came with new rows; says which of them are not known here."""
    labels = dict.fromkeys(entry.category for _, entry in fresh if entry.category)
    known = {label: category_named(label) for label in labels}
    learn_many(
        confirmed=[
            Confirmed(
                label=MESSAGE,
                thing_id=message,
                title=entry.title,
                text=entry.text,
                category_id=category.pk,
                at=entry.received_at,
            )
            for message, entry in fresh
            if (category := known.get(entry.category))
        ]
    )
    return [Remark(None, "", "category_unknown", label) for label in labels if not known[label]]


def _row(entry: Entry) -> Row:
    return Row(
        text=entry.text,
        external_no=entry.number,
        user=entry.user,
        contact=entry.contact,
        title=entry.title,
        received_at=entry.received_at,
        category_label=entry.category,
        kind=entry.kind,
        channel=entry.channel,
        place=entry.place,
        reply=entry.reply,
        replied_at=entry.replied_at,
        fingerprint=entry.fingerprint,
    )


def upload(*, by: Actor, name: str, content: bytes) -> Draft:
    """Keep a file for a look before it is imported; drafts of yesterday go away.

    Raises:
        Refused: it cannot be read as messages.
    """
    require(by, Permission.IMPORT)
    reading = read(content, name, "file")
    now = clock.now()
    Draft.objects.filter(made_at__lt=now - DRAFTS_LIVE).delete()
    draft = Draft(
        post_id=by.post_id,
        account=by.account_id,
        name=shorten(clean(name), LONGEST_NAME),
        made_at=now,
        total=len(reading.entries),
    )
    draft.keep(content)
    draft.save(force_insert=True)
    return draft


def give_up(*, draft: Draft) -> None:
    """Throw an uploaded file away, unless it is just being imported."""
    Draft.objects.filter(pk=draft.pk).exclude(state=Draft.State.RUNNING).delete()


def begin(*, draft: Draft) -> bool:
    """Mark a draft as being imported; False when somebody has done so already."""
    waiting = Draft.objects.filter(pk=draft.pk).exclude(state=Draft.State.RUNNING)
    return bool(waiting.update(state=Draft.State.RUNNING, done=0, fault=""))


def finish(*, key: str) -> Batch | None:
    """Import a draft that `begin` has marked, then throw its bytes away.

    It comes in in the name of whoever uploaded it, as his post stands now.

    None when it failed; the draft then says why and can be tried again. Done again after it was
    done, it does nothing.
    """
    draft = Draft.objects.filter(pk=key).first()
    if draft is None:
        return Batch.objects.filter(upload=key).first()
    post = Post.objects.select_related("unit").get(pk=draft.post_id)
    by = actor_at(post, draft.account)
    if by is None:
        _failed(key, _("Whoever asked for this no longer holds the post."))
        return None
    try:
        with _told(draft) as progress, transaction.atomic():
            report = _brought(draft, by, progress)
            draft.delete()
    except Answer as answer:
        _failed(key, "\n".join(str(unmet.message) for unmet in answer.unmet))
        return None
    except Exception:
        _failed(key, _("Something went wrong on our side; nothing was imported. Try again."))
        raise
    return report.batch


def _brought(draft: Draft, by: Actor, progress: Progress) -> Report:
    """Bring it in; raises `Refused` where rows keep it out, so that it stays to be looked at."""
    report = _BRING[Draft.Holds(draft.holds)](draft=draft, by=by, progress=progress)
    if report.batch is None and report.refused:
        raise Refused.because("rows_refused", _("Rows cannot be taken; see below why."))
    return report


def _bring_messages(*, draft: Draft, by: Actor, progress: Progress) -> Report:
    return import_messages(
        by=by,
        source=draft.content(),
        name=draft.name,
        progress=progress,
        strict=not draft.skips,
        draft=draft.key,
    )


_BRING: dict[Draft.Holds, Callable[..., Report]] = {Draft.Holds.MESSAGES: _bring_messages}


def import_with(holds: Draft.Holds, bring: Callable[..., Report]) -> None:
    """Say what brings an upload of a kind in; `finish` asks for it."""
    _BRING[holds] = bring


def _failed(key: str, fault: str) -> None:
    Draft.objects.filter(pk=key).update(state=Draft.State.FAILED, fault=fault)


@contextmanager
def _told(draft: Draft) -> Iterator[Progress]:
    """Write progress past the transaction, by a connection of its own, so that others see it."""
    apart = connection.copy()

    def tell(done: int, total: int) -> None:
        with apart.cursor() as cursor:
            cursor.execute(
                "UPDATE exchange_draft SET done = %s, total = %s WHERE key = %s",
                [done, total, draft.pk],
            )

    try:
        yield tell
    finally:
        apart.close()
