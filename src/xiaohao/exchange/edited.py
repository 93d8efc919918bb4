"""Rows of the ledger's own workbook that come back: what in them differs from the records.

A problem on the ledger is never changed by its sheet. What differs is told cell by cell, so that
nobody takes a row that he has edited for one that was taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import override

from xiaohao.exchange.ledger_sheet import COLUMNS, measures
from xiaohao.exchange.queries import Remark
from xiaohao.exchange.rules import cells
from xiaohao.exchange.rules.alike import alike
from xiaohao.exchange.rules.cells import Cell
from xiaohao.exchange.rules.ledger_entries import Entry, LedgerSheet
from xiaohao.exchange.wording import SENTENCES
from xiaohao.exchange.workbook import Column, fitted
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.text import shorten
from xiaohao.ledger.models import Problem, State

OWN = "XH-"
_SHOWN = 60


def is_ours(sheet: LedgerSheet) -> bool:
    """Whether a sheet is the ledger's own workbook, which has a column of its own kind."""
    return sheet.layout is not None and "measure_days" in sheet.layout.columns


def known(
    by: Actor, sheet: LedgerSheet, entries: Sequence[Entry], newest: int
) -> dict[str, Problem]:
    """The problems on record that rows name by their own number, by that number.

    In our own workbook a number stands for its problem also where the text was edited, as long as
    title or moment of receipt are still its own; in any other sheet only together with the text.

    Args:
        newest: the last problem that stood when the file was opened.
    """
    named = {Problem.id_of(one.number): one for one in entries if one.number.startswith(OWN)}
    keys = [pk for pk in named if pk is not None and pk <= newest]
    if not keys:
        return {}
    rows = Problem.objects.visible_to(by).filter(pk__in=keys).order_by("pk")
    if is_ours(sheet):
        rows = rows.defer("search").select_related("unit", "category", "programme")
        rows = rows.prefetch_related("measures", "cooperations__unit")
    else:
        rows = rows.only("year", "title", "text", "state")
    pairs = ((problem, named[problem.pk]) for problem in rows)
    return {one.number: problem for problem, one in pairs if _is_same(sheet, problem, one)}


def _is_same(sheet: LedgerSheet, problem: Problem, entry: Entry) -> bool:
    if problem.number != entry.number:
        return False
    if problem.text == entry.text:
        return True
    if not is_ours(sheet):
        return False
    received = alike("moment", problem.received_at, entry.received_at, clock.today())
    return received or problem.title == entry.title


def remarks(sheet: LedgerSheet, entry: Entry, problem: Problem, where: str) -> Iterator[Remark]:
    """Every cell of a row that says something else than the record, and where that is changed."""
    if problem.state == State.WITHDRAWN:
        head = sheet.layout.head_of("number") if sheet.layout else ""
        yield Remark(entry.row, head, "row_withdrawn", problem.number, where)
    if not is_ours(sheet) or sheet.layout is None:
        return
    language, places = _written_in(tuple(sheet.layout.heads))
    with override(language):
        told = list(_differing(sheet, entry, problem, places))
    for row, place, stands in told:
        said = {"value": stands or "—", "number": problem.number}
        text = str(SENTENCES["row_differs"] % said)
        head = sheet.layout.heads[place]
        yield Remark(row, head, "row_differs", problem.number, where, text)


@dataclass(frozen=True, slots=True)
class _Part:
    """A measure on record beside the row that shows it; either may be missing."""

    row: int
    measure: Any


def _differing(
    sheet: LedgerSheet, entry: Entry, problem: Problem, places: Mapping[int, int]
) -> Iterator[tuple[int, int, str]]:
    standing, rows = measures(problem), [step.row for step in entry.steps]
    last = max([entry.row, *rows])
    parts = [
        _Part(
            rows[n] if n < len(rows) else last,
            standing[n] if n < len(standing) else None,
        )
        for n in range(max(len(rows), len(standing)))
    ]
    for n, place in places.items():
        column = COLUMNS[n]
        if not column.below:
            kept = column.value(problem)
            if not _says(column, kept, _cell(sheet, entry.row, place)):
                yield entry.row, place, _shown(kept)
            continue
        for m, part in enumerate(parts):
            kept = column.value(part.measure) if part.measure else None
            cell = _cell(sheet, part.row, place) if m < len(rows) else None
            if not _says(column, kept, cell):
                yield part.row, place, _shown(kept)


def _says(column: Column, kept: Any, cell: Cell) -> bool:
    value = fitted(kept) if isinstance(kept, str) else kept
    return alike(column.form, value, cell, clock.today())


def _cell(sheet: LedgerSheet, row: int, place: int) -> Cell:
    line = sheet.cells[row - 1]
    return line[place] if place < len(line) else None


def _shown(kept: Any) -> str:
    if hasattr(kept, "astimezone"):
        return f"{kept.astimezone(clock.ZONE):%Y-%m-%d %H:%M}"
    return "" if kept is None else shorten(str(kept), _SHOWN)


@lru_cache(maxsize=16)
def _written_in(heads: tuple[str, ...]) -> tuple[str, Mapping[int, int]]:
    """In which language the workbook was made, and where in it each of the ledger's columns is."""
    found: list[tuple[str, dict[int, int]]] = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            names = {cells.head(str(column.head)): n for n, column in enumerate(COLUMNS)}
        places = {
            names[bare]: at for at, one in enumerate(heads) if (bare := cells.head(one)) in names
        }
        found.append((language, places))
    return max(found, key=lambda one: len(one[1]))
