"""Bringing a ledger in: all of it or nothing, in one transaction, row by row accounted for."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import overload

from django.db import transaction

from xiaohao.exchange.actions import (
    DRAFTS_LIVE,
    LONGEST_NAME,
    MOST_REMARKS_KEPT,
    Progress,
    Report,
    bytes_at,
    import_with,
)
from xiaohao.exchange.models import Batch, Draft, Habit, Line
from xiaohao.exchange.understanding import (
    NO_UNIT,
    Coming,
    heads_mark,
    understand,
)
from xiaohao.kernel import clock
from xiaohao.kernel.access import require
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.copying import Lines
from xiaohao.kernel.memory import unwatched
from xiaohao.kernel.text import clean, shorten
from xiaohao.ledger.actions import Listed, register_many
from xiaohao.trail import actions as trail
from xiaohao.units.queries import matches

_LONGEST_HABIT = 200
_LINE = ("unit_id", "key", "mark", "problem_id", "batch_id", "row")


def import_ledger(
    *,
    by: Actor,
    source: bytes | Path,
    name: str = "",
    skip_refused: bool = False,
    progress: Progress | None = None,
    draft: Draft | None = None,
) -> Report:
    """Put the problems of a workbook on the ledger, open and handed to their units.

    What the sheet calls done comes in open like the rest, with its claim beside it: no fix, no
    closing. One refused row keeps the whole file out, unless `skip_refused`. Rows that are there
    already add nothing; where one says something else now, that is told.

    Args:
        by: whose post it is imported from; its area is where units are looked for.
        source: the bytes, or where they lie.
        name: what the file is called; the path's own name when left out.
        skip_refused: leave refused rows out and take the others.
        progress: called with problems done and problems in all.
        draft: the upload that it was.

    Raises:
        Forbidden: the post does not grant IMPORT and REGISTER.
        Refused: the file as a whole cannot be read (see `understanding.understand`).
    """
    require(by, Permission.IMPORT)
    require(by, Permission.REGISTER)
    content = source if isinstance(source, bytes) else bytes_at(source)
    if isinstance(source, Path):
        name = name or source.name
    with unwatched():
        return _brought(by, content, name, skip_refused, progress, draft)


def _brought(
    by: Actor,
    content: bytes,
    name: str,
    skip_refused: bool,  # noqa: FBT001 (as it was said above)
    progress: Progress | None,
    draft: Draft | None,
) -> Report:
    reading = understand(by, content, name)
    if reading.refused and not skip_refused:
        return Report(0, reading.refused, reading.already, reading.remarks, claimed=0)
    report = Report(
        len(reading.fresh),
        reading.refused,
        reading.already,
        reading.remarks,
        claimed=reading.claimed,
    )
    fresh = reading.fresh
    reading.sheets = []  # the cells are not needed any more
    return _written(by, content, name, report, fresh, progress, draft)


def _written(
    by: Actor,
    content: bytes,
    name: str,
    report: Report,
    fresh: Sequence[Coming],
    progress: Progress | None,
    draft: Draft | None,
) -> Report:
    batch = Batch(
        post_id=by.post_id,
        holds=Draft.Holds.LEDGER,
        name=shorten(clean(name), LONGEST_NAME),
        sha256=hashlib.sha256(content).hexdigest(),
        imported=report.imported,
        refused=report.refused,
        already=report.already,
        claimed=report.claimed or 0,
        errors=[dataclasses.asdict(error) for error in report.errors[:MOST_REMARKS_KEPT]],
        upload=draft.key if draft else None,
        imported_at=clock.now(),
    )
    with transaction.atomic():
        ids = register_many(by=by, rows=_Rows(fresh), progress=progress)
        trail.create(thing=batch, by=by, kind="imported", data={"sha256": batch.sha256})
        _remember(by, batch, fresh, ids)
    return dataclasses.replace(report, batch=batch)


class _Rows(Sequence[Listed]):
    """The problems that come in, each made when it is asked for, beside the database's work."""

    def __init__(self, fresh: Sequence[Coming]) -> None:
        self.fresh = fresh

    def __len__(self) -> int:
        return len(self.fresh)

    @overload
    def __getitem__(self, which: int) -> Listed: ...
    @overload
    def __getitem__(self, which: slice) -> Sequence[Listed]: ...
    def __getitem__(self, which: int | slice) -> Listed | Sequence[Listed]:
        if isinstance(which, int):
            return self.fresh[which].listed
        some = self.fresh[which]
        for one in some:
            one.entry.mark  # noqa: B018 (found now, asked for at the end)
        return [one.listed for one in some]


def _remember(by: Actor, batch: Batch, fresh: Sequence[Coming], ids: Sequence[int]) -> None:
    """Each row with its problem, so that it adds nothing when it comes again."""
    entries = [one.entry for one in fresh]
    common = {"unit_id": by.unit_id, "batch_id": batch.pk}
    lines = Lines(_LINE, common, ("key", "mark", "problem_id", "row")).lines(
        [one.key for one in entries],
        [one.mark for one in entries],
        ids,
        [one.row for one in entries],
    )
    trail.put(Line._meta.db_table, _LINE, lines)


def upload_ledger(*, by: Actor, name: str, content: bytes) -> Draft:
    """Keep a ledger's file for a look before it is imported.

    Raises:
        Refused: it cannot be read as a ledger.
    """
    require(by, Permission.IMPORT)
    reading = understand(by, content, name, "file")
    Draft.objects.filter(made_at__lt=clock.now() - DRAFTS_LIVE).delete()
    draft = Draft(
        post_id=by.post_id,
        account=by.account_id,
        holds=Draft.Holds.LEDGER,
        name=shorten(clean(name), LONGEST_NAME),
        made_at=clock.now(),
        total=len(reading.fresh),
    )
    draft.keep(content)
    draft.save(force_insert=True)
    return draft


def learn_columns(*, by: Actor, heads: Sequence[str], columns: Mapping[int, str]) -> None:
    """Remember for the office what the columns under these heads hold."""
    said = {"columns": {str(n): key for n, key in columns.items()}}
    Habit.objects.update_or_create(
        unit_id=by.unit_id,
        kind=Habit.Kind.HEADS,
        about=heads_mark(heads),
        defaults={"said": said},
    )


def learn_units(*, by: Actor, names: Mapping[str, str]) -> None:
    """Remember for the office which unit each name means.

    Args:
        names: for each name in a sheet the unit's code or its full name, or `NO_UNIT` to leave it
            open; what no unit in the office's area is called is left out.
    """
    meant = matches((said for said in names.values() if said != NO_UNIT), by.unit_path)
    for name, said in names.items():
        match = meant.get(said)
        code = match.unit.code if match and match.is_sure and match.unit else ""
        if said == NO_UNIT or code:
            Habit.objects.update_or_create(
                unit_id=by.unit_id,
                kind=Habit.Kind.UNIT,
                about=name[:_LONGEST_HABIT],
                defaults={"said": {"code": code or NO_UNIT}},
            )


def forget_columns(*, by: Actor, heads: Sequence[str]) -> None:
    """Take back what was said of sheets with these heads."""
    mark = heads_mark(heads)
    Habit.objects.filter(unit_id=by.unit_id, kind=Habit.Kind.HEADS, about=mark).delete()


def skip(*, draft: Draft, skips: bool) -> None:
    """Say whether refused rows are left out of an upload."""
    Draft.objects.filter(pk=draft.pk).update(skips=skips)


def _bring(*, draft: Draft, by: Actor, progress: Progress) -> Report:
    return import_ledger(
        by=by,
        source=draft.content(),
        name=draft.name,
        skip_refused=draft.skips,
        progress=progress,
        draft=draft,
    )


import_with(Draft.Holds.LEDGER, _bring)
