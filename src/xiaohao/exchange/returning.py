"""Taking a list's workbook back: all its rows or none, by the rooms' own actions."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.exchange.actions import (
    DRAFTS_LIVE,
    LONGEST_NAME,
    MOST_REMARKS_KEPT,
    Progress,
    Report,
    bytes_at,
    import_with,
)
from xiaohao.exchange.asked import Asked, ListReading
from xiaohao.exchange.lists import Listing
from xiaohao.exchange.models import Batch, Draft, Entered
from xiaohao.exchange.returned import understand_list
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Answer, Refused, Unmet
from xiaohao.kernel.text import clean, shorten
from xiaohao.trail import actions as trail

_TELL_EVERY = 50


def import_list(
    *,
    by: Actor,
    source: bytes | Path,
    name: str = "",
    skip_refused: bool = False,
    progress: Progress | None = None,
    draft: Draft | None = None,
) -> Report:
    """Make the records say what a list's workbook says, as far as hands may write there.

    Rows that say what is on record are counted and left; new and changed rows go through the
    actions of their rooms with the sender's gate. One refused row keeps the whole file out, unless
    `skip_refused`. The same file again finds everything as it says.

    Args:
        by: whose post it is sent from.
        source: the bytes, or where they lie.
        name: what the file is called; the path's own name when left out.
        skip_refused: leave refused rows out and take the others.
        progress: called with rows done and rows in all, now and then.
        draft: the upload that it was.

    Raises:
        Refused: the file as a whole cannot be read (see `returned.understand_list`), or a row
            cannot be taken any more; nothing was written then.
    """
    content = source if isinstance(source, bytes) else bytes_at(source)
    if isinstance(source, Path):
        name = name or source.name
    with transaction.atomic():
        # Who sends the same file at the same time waits, and then finds its rows there.
        locks.hold(f"exchange.list:{by.unit_id}")
        reading = understand_list(by, content, name)
        if reading.refused and not (skip_refused and (reading.changed or reading.fresh)):
            return _report(reading, refused=True)
        batch = _batch(by, content, name, reading, draft)
        trail.create(thing=batch, by=by, kind="imported", data={"sha256": batch.sha256})
        _take(by, reading, batch, progress)
    return dataclasses.replace(_report(reading), batch=batch)


def _report(reading: ListReading, *, refused: bool = False) -> Report:
    imported = 0 if refused else len(reading.fresh)
    changed = 0 if refused else len(reading.changed)
    already = reading.same + reading.older + reading.already
    return Report(imported, reading.refused, already, reading.remarks, changed=changed)


def _batch(
    by: Actor, content: bytes, name: str, reading: ListReading, draft: Draft | None
) -> Batch:
    return Batch(
        post_id=by.post_id,
        holds=Draft.Holds.LIST,
        listing=_narrowest(reading).page,
        name=shorten(clean(name), LONGEST_NAME),
        sha256=hashlib.sha256(content).hexdigest(),
        imported=len(reading.fresh),
        changed=len(reading.changed),
        refused=reading.refused,
        already=reading.same + reading.older + reading.already,
        errors=[dataclasses.asdict(one) for one in reading.remarks[:MOST_REMARKS_KEPT]],
        upload=draft.key if draft else None,
        imported_at=clock.now(),
    )


def _narrowest(reading: ListReading) -> Listing:
    """Of the file's lists the one that the fewest roles may read: whoever may, reads all of it."""
    return min((found.listing for found in reading.sheets), key=lambda one: len(one.readers))


def _take(by: Actor, reading: ListReading, batch: Batch, progress: Progress | None) -> None:
    # Rows of one turn stay in the order of the file.
    rows = sorted([*reading.changed, *reading.fresh], key=lambda asked: asked.turn)
    entered = []
    for done, asked in enumerate(rows, 1):
        thing = _taken(asked)
        if asked.mark:
            entered.append(
                Entered(
                    unit_id=by.unit_id,
                    mark=asked.mark,
                    label=thing._meta.label_lower,
                    thing_id=thing.pk,
                    batch=batch,
                    row=asked.row,
                )
            )
        if progress and (done % _TELL_EVERY == 0 or done == len(rows)):
            progress(done, len(rows))
    Entered.objects.bulk_create(entered)


def _taken(asked: Asked) -> Any:
    """Take a row's actions; gives what the last one wrote.

    Raises:
        Refused: what an action says now, with the row before it.
    """
    thing: Any = None
    row = asked.row
    try:
        for act in asked.acts:
            row = act.row or asked.row
            thing = act.take()
    except Answer as answer:
        said = [
            Unmet(one.code, _("Row %(row)s: %(said)s") % {"row": row, "said": one.message})
            for one in answer.unmet
        ]
        raise Refused(said) from answer
    return thing


def upload_list(*, by: Actor, name: str, content: bytes) -> Draft:
    """Keep a list's workbook for a look before it is taken.

    Raises:
        Refused: no sheet of it is one of a list.
    """
    reading = understand_list(by, content, name, "file")
    Draft.objects.filter(made_at__lt=clock.now() - DRAFTS_LIVE).delete()
    draft = Draft(
        post_id=by.post_id,
        account=by.account_id,
        holds=Draft.Holds.LIST,
        name=shorten(clean(name), LONGEST_NAME),
        made_at=clock.now(),
        total=len(reading.changed) + len(reading.fresh),
    )
    draft.keep(content)
    draft.save(force_insert=True)
    return draft


def _bring(*, draft: Draft, by: Actor, progress: Progress) -> Report:
    return import_list(
        by=by,
        source=draft.content(),
        name=draft.name,
        skip_refused=draft.skips,
        progress=progress,
        draft=draft,
    )


import_with(Draft.Holds.LIST, _bring)
