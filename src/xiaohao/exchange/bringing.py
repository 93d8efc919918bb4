"""Bringing a ledger in: all of it or nothing, in one transaction, row by row accounted for."""

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

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
from xiaohao.exchange.coming import LINE, Coming, Sheaf, line_form
from xiaohao.exchange.models import Batch, Draft, Habit, Line
from xiaohao.exchange.proposing import heads_mark, unsure
from xiaohao.exchange.understanding import (
    NO_UNIT,
    LedgerReading,
    Understanding,
    understand,
)
from xiaohao.kernel import clock, locks
from xiaohao.kernel.access import require
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.beside import Begin, beside
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.memory import unwatched
from xiaohao.kernel.roomy import widen
from xiaohao.kernel.text import clean, shorten
from xiaohao.ledger.actions import register_bundles
from xiaohao.trail import actions as trail
from xiaohao.units.queries import matches, stay_in_use

_LONGEST_HABIT = 200


def import_ledger(
    *,
    by: Actor,
    source: bytes | Path,
    name: str = "",
    skip_refused: bool = False,
    as_proposed: bool = False,
    progress: Progress | None = None,
    draft: Draft | None = None,
) -> Report:
    """Put the problems of a workbook on the ledger, open and handed to their units.

    What the sheet calls done comes in open like the rest, with its claim beside it: no fix, no
    closing. One refused row keeps the whole file out, unless `skip_refused`. Rows that are there
    already add nothing; where one says something else now, that is told. Rows are written while
    those below them are being understood: a row that is refused far down takes it all back, and
    the numbers that were drawn until then are not given again.

    Args:
        by: whose post it is imported from; its area is where units are looked for.
        source: the bytes, or where they lie.
        name: what the file is called; the path's own name when left out.
        skip_refused: leave refused rows out and take the others.
        as_proposed: where nobody knows the heads, take the columns for what their content lets
            them be, and remember it for the office. Never so by itself.
        progress: called with problems done and problems in all.
        draft: the upload that it was.

    Raises:
        Forbidden: the post does not grant IMPORT and REGISTER.
        Refused: the file as a whole cannot be read (see `understanding.understand`), or
            `columns_unsure`: it could only be read by a guess, which is told.
    """
    require(by, Permission.IMPORT)
    require(by, Permission.REGISTER)
    content = source if isinstance(source, bytes) else bytes_at(source)
    if isinstance(source, Path):
        name = name or source.name
    widen()
    with unwatched(), beside() as begin:
        coming = _understood(by, content, name, as_proposed=as_proposed)
        batch = Batch(
            pk=trail.next_ids({Batch: 1})[0][0],
            post_id=by.post_id,
            holds=Draft.Holds.LEDGER,
            name=shorten(clean(name), LONGEST_NAME),
            sha256=hashlib.sha256(content).hexdigest(),
            upload=draft.key if draft else None,
            imported_at=clock.now(),
        )
        try:
            passing = _Passing(by, coming, batch, skips=skip_refused)
            return passing.written(begin, progress)
        except _KeptOutError:
            reading = coming.reading
            told = (0, reading.refused, reading.already, reading.remarks)
            return Report(*told, claimed=0, repeated=reading.repeated)


class _KeptOutError(Exception):
    """A refused row keeps the file out: what was written meanwhile goes again."""


def _record(by: Actor, batch: Batch, report: Report) -> None:
    batch.imported, batch.refused = report.imported, report.refused
    batch.already, batch.claimed = report.already, report.claimed or 0
    batch.errors = [dataclasses.asdict(error) for error in report.errors[:MOST_REMARKS_KEPT]]
    trail.create(thing=batch, by=by, kind="imported", data={"sha256": batch.sha256})


class _Passing:
    """Rows on their way from the sheet to the ledger, written while the rest is understood."""

    def __init__(self, by: Actor, coming: Understanding, batch: Batch, *, skips: bool) -> None:
        self.by, self.coming, self.batch, self.skips = by, coming, batch, skips
        self.claimed = 0  # how many of them the sheet calls done
        self.held: set[int] = set()  # units that stay in use until all is written, by id

    def written(self, begin: Begin, progress: Progress | None) -> Report:
        """Write all of them; raises `_KeptOutError` when something keeps the file out."""
        by, reading, done = self.by, self.coming.reading, 0
        with transaction.atomic():
            # Two copies of a file at one time would each find that none of it is there.
            locks.hold(f"exchange:ledger:{by.unit_id}")
            for ids, lines in register_bundles(by=by, bundles=self.sheaves(begin), begin=begin):
                self.free()
                trail.put(Line._meta.db_table, LINE, lines)
                done += len(ids)
                if progress:
                    progress(done, self.coming.rows)
            if reading.refused and not self.skips:
                raise _KeptOutError
            told = (done, reading.refused, reading.already, reading.remarks)
            report = Report(*told, self.batch, claimed=self.claimed, repeated=reading.repeated)
            _record(by, self.batch, report)
        return report

    def free(self) -> None:
        """Let go of rows whose problems were withdrawn: they come in anew, in this transaction."""
        if self.coming.freed:
            Line.objects.filter(pk__in=self.coming.freed).update(freed=True)
            self.coming.freed.clear()

    def hold(self, some: Sequence[Coming]) -> None:
        """Let no unit that these rows name be closed or merged away before they are written.

        Raises:
            Refused: `unit_closed`, for one that was closed since the file was understood.
        """
        named = [unit for one in some for unit in (one.unit, *one.helpers) if unit]
        fresh = {unit.pk: unit for unit in named if unit.pk not in self.held}
        if not fresh:
            return
        self.held |= stay_in_use(fresh)
        if gone := [unit.shown for pk, unit in fresh.items() if pk not in self.held]:
            text = _(
                "Closed while the file was being read: %(units)s. Nothing came in. Say on the "
                "preview which unit is meant now, or send the file again."
            )
            raise Refused.because("unit_closed", text % {"units": "、".join(gone)})

    def sheaves(self, begin: Begin) -> Iterator[Sheaf]:
        """What is to be written.

        After a refused row that keeps the file out nothing more is; the rest is still understood,
        so that all that is wrong is told at once.
        """
        lines = line_form(self.by.unit_id, self.batch.pk)
        for some in self.coming.blocks(begin):
            if some and (self.skips or not self.coming.reading.is_in_the_way):
                self.hold(some)
                self.claimed += sum(one.entry.done for one in some)
                yield Sheaf(lines, some)


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


def _understood(by: Actor, content: bytes, name: str, *, as_proposed: bool) -> Understanding:
    """The file, never by a guess that nobody confirmed; raises as `import_ledger`."""
    coming = Understanding(by, content, name)
    if not coming.reading.proposed:
        return coming
    if not as_proposed:
        raise unsure(coming.reading.proposed)
    take_proposed(by=by, reading=coming.reading)
    return Understanding(by, content, name)


def take_proposed(*, by: Actor, reading: LedgerReading) -> None:
    """Remember for the office that the sheets hold what they were proposed to hold."""
    for sheet in reading.proposed:
        if sheet.layout and sheet.layout.guess:
            learn_columns(by=by, heads=sheet.layout.known_by, columns=sheet.layout.guess)


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
