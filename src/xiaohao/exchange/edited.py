"""Rows with a number of the ledger's own that come back: what in them differs from the records.

A problem on the ledger is never changed by its sheet. What differs is told cell by cell, so that
nobody takes a row that he has edited for one that was taken. What a sheet does not carry is not
compared: the ledger's own workbook, a list as it was shown and another office's sheet alike.
"""

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils.translation import override

from xiaohao.exchange.ledger_sheet import COLUMNS, helpers, measures
from xiaohao.exchange.queries import Remark
from xiaohao.exchange.rules import cells
from xiaohao.exchange.rules.alike import alike, as_text, unquoted
from xiaohao.exchange.rules.cells import Cell
from xiaohao.exchange.rules.ledger_entries import Entry, LedgerSheet
from xiaohao.exchange.wording import SENTENCES
from xiaohao.exchange.workbook import fitted
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.text import shorten
from xiaohao.ledger.models import Problem, State
from xiaohao.ledger.queries import on_record
from xiaohao.units.models import Unit
from xiaohao.units.queries import is_within, matches

if TYPE_CHECKING:
    from xiaohao.ledger.queries import OnRecord

_SHOWN, _LOOKED_AT = 60, 200
_ALIKE = 0.6  # share of characters in common from which a text is the same one, reworded


def is_ours(sheet: LedgerSheet) -> bool:
    """Whether a sheet is the ledger's own workbook, which has a column of its own kind."""
    return sheet.layout is not None and "measure_days" in sheet.layout.columns


class Known:
    """The problems on record of which rows say by number that they are them.

    Args:
        newest: the last problem that stood when the file was opened.
    """

    def __init__(
        self, by: Actor, sheet: LedgerSheet, entries: Sequence[Entry], newest: int
    ) -> None:
        self.by, self.sheet = by, sheet
        named = {one.number: Problem.id_of(one.number) for one in entries if one.is_own}
        keys = {pk for pk in named.values() if pk is not None and pk <= newest}
        self.record: OnRecord | None = None
        self.by_number: dict[str, Problem] = {}
        if not keys:
            return
        self.record = on_record(by, keys)
        parts = ("measures", "cooperations__unit") if is_ours(sheet) else ("cooperations__unit",)
        prefetch_related_objects(self.record.problems, *parts)
        found = {problem.pk: problem for problem in self.record.problems}
        for number, pk in named.items():
            problem = found.get(pk) if pk is not None else None
            if problem is not None and _year(number) == problem.year:
                self.by_number[number] = problem

    def is_same(self, entry: Entry, problem: Problem) -> bool:
        """Whether anything in a row says that it is about the problem whose number it bears.

        A sheet that was used as a form for another problem says in every cell something else.
        """
        layout = self.sheet.layout
        columns = layout.columns if layout else {}
        places = [n for key in ("title", "text") for n in columns.get(key, ())]
        said = [as_text(_cell(self.sheet, entry.row, n)) for n in places]
        said = [part for one in said if one for part in (one, unquoted(one))]
        kept = [problem.title, fitted(problem.text)]
        if not said or any(one in kept for one in said):
            return True
        times = [_cell(self.sheet, entry.row, n) for n in columns.get("received", ())]
        if any(alike("moment", problem.received_at, one, clock.today()) for one in times):
            return True
        return any(_likeness(one, other) >= _ALIKE for one in said for other in kept)

    def remarks(self, entry: Entry, problem: Problem, where: str) -> Iterator[Remark]:
        """Every cell of a row that says something else than the record, and where that is changed.

        Args:
            where: the sheet's name, where there are several.
        """
        layout = self.sheet.layout
        if layout is None or self.record is None:
            return
        if problem.state == State.WITHDRAWN:
            head = layout.head_of("number")
            yield Remark(entry.row, head, "row_withdrawn", problem.number, where)
        language, places = self._written_in
        with override(language):
            told = [
                (row, place, stands)
                for column, place in places
                for row, stands in self._differing(entry, problem, column, place)
            ]
        for row, place, stands in told:
            said = {"value": stands or "—", "number": problem.number}
            text = str(SENTENCES["row_differs"] % said)
            yield Remark(row, layout.heads[place], "row_differs", problem.number, where, text)

    @cached_property
    def _written_in(self) -> tuple[str, list[tuple["_Column", int]]]:
        heads = self.sheet.layout.heads if self.sheet.layout else ()
        columns = _columns(self.record, is_ours(self.sheet)) if self.record else ()
        return _written_in(heads, columns)

    def _differing(
        self, entry: Entry, problem: Problem, column: "_Column", place: int
    ) -> Iterator[tuple[int, str]]:
        """Each row of a problem in which the column differs, and what stands on record."""
        if column.below:
            yield from self._of_measures(entry, problem, column, place)
            return
        kept, cell = column.value(problem), _cell(self.sheet, entry.row, place)
        units = helpers(problem) if column.form == "units" else [problem.unit]
        if not self._says(column.form, kept, cell, units):
            yield entry.row, _shown(kept)

    def _of_measures(
        self, entry: Entry, problem: Problem, column: "_Column", place: int
    ) -> Iterator[tuple[int, str]]:
        """The same of a column about measures; the sheet or the record may have more of them."""
        standing, rows = measures(problem), [step.row for step in entry.steps]
        last = max([entry.row, *rows])
        for m in range(max(len(standing), len(rows))):
            kept = column.value(standing[m]) if m < len(standing) else None
            row = rows[m] if m < len(rows) else last
            cell = _cell(self.sheet, row, place) if m < len(rows) else None
            if not self._says(column.form, kept, cell, ()):
                yield row, _shown(kept)

    def _says(self, form: str, kept: Any, cell: Cell, units: Sequence[Unit | None]) -> bool:
        value = fitted(kept) if isinstance(kept, str) else kept
        if alike(form, value, cell, clock.today()):
            return True
        if form in {"unit", "units"}:
            said = as_text(cell).split("\n") if as_text(cell) else []
            meant = [unit for unit in units if unit]
            return len(said) == len(meant) and all(map(self._names, said, meant))
        return isinstance(cell, str) and alike(form, value, unquoted(cell), clock.today())

    def _names(self, said: str, unit: Unit) -> bool:
        """Whether a name, however it is written, is the unit's; of several bearers it is one."""
        if said in {unit.name, unit.short_name, unit.code}:
            return True
        within = self.by.unit_path if is_within(unit.path, self.by.unit_path) else ""
        match = matches([said], within)[said]
        sure = [match.unit] if match.is_sure and match.unit else []
        return any(one.pk == unit.pk for one in (*sure, *match.others))


def _year(number: str) -> int:
    return int(number.replace("－", "-").split("-")[1])


def _likeness(one: str, other: str) -> float:
    """Ratcliff and Obershelp's share of characters in common, of their beginnings."""
    return difflib.SequenceMatcher(None, one[:_LOOKED_AT], other[:_LOOKED_AT]).ratio()


def _cell(sheet: LedgerSheet, row: int, place: int) -> Cell:
    line = sheet.cells[row - 1]
    return line[place] if place < len(line) else None


def _shown(kept: Any) -> str:
    if hasattr(kept, "astimezone"):
        return f"{kept.astimezone(clock.ZONE):%Y-%m-%d %H:%M}"
    return "" if kept is None else shorten(str(kept), _SHOWN)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of ours that a sheet may carry, as `workbook.Column`."""

    head: Any
    form: str
    value: Callable[[Any], Any]
    below: bool = False


def _columns(record: "OnRecord", ours: bool) -> list[_Column]:  # noqa: FBT001 (of two kinds)
    """Those of the whole workbook; else those of lists, and what other sheets may call so."""
    whole = [_Column(one.head, one.form, one.value, one.below) for one in COLUMNS]
    if ours:
        return whole
    lists = [_Column(one.head, one.form, one.value) for one in record.columns]
    return [*lists, *(one for one in whole if not one.below)]


def _written_in(
    heads: Sequence[str], columns: Sequence[_Column]
) -> tuple[str, list[tuple[_Column, int]]]:
    """In which language a sheet was made, and where in it each of our columns is."""
    found: list[tuple[str, list[tuple[_Column, int]]]] = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            names: dict[str, _Column] = {}
            for column in columns:
                names.setdefault(cells.head(str(column.head)), column)
        bare = [cells.head(one) for one in heads]
        found.append((language, [(names[one], n) for n, one in enumerate(bare) if one in names]))
    return max(found, key=lambda one: len(one[1]))
