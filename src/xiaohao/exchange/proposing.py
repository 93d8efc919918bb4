"""Sheets whose heads nobody knows: how they may be read, and how the office said they are."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from django.utils.translation import gettext as _

from xiaohao.exchange.models import Habit
from xiaohao.exchange.rules.cells import Cells
from xiaohao.exchange.rules.columns import Layout
from xiaohao.exchange.rules.guessing import by_field, letter, proposed
from xiaohao.exchange.rules.ledger_columns import LEFT_OUT
from xiaohao.exchange.rules.ledger_entries import LedgerSheet
from xiaohao.exchange.rules.ledger_heads import FIELDS
from xiaohao.exchange.wording import LEDGER_FIELDS
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.hashing import digest
from xiaohao.units.queries import called


def heads_mark(heads: Sequence[str]) -> str:
    """By what the heads of a sheet are known again."""
    return digest(["heads", *heads]).hex()


def chosen_before(by: Actor, layout: Layout) -> dict[int, str]:
    """What the office said of a sheet that is laid out so; empty for nothing."""
    habit = Habit.objects.filter(
        unit_id=by.unit_id, kind=Habit.Kind.HEADS, about=heads_mark(layout.known_by)
    ).first()
    said = habit.said.get("columns", {}) if habit else {}
    return {int(n): key for n, key in said.items() if key == LEFT_OUT or key in FIELDS}


def proposal(by: Actor, title: str, rows: Sequence[Cells]) -> LedgerSheet | None:
    """The sheet as its content alone lets it be read; None where it tells no problems."""
    layout = proposed(rows, clock.today(), partial(_units, by))
    return LedgerSheet(title, rows, layout) if layout else None


def confirmed(sheet: LedgerSheet, chosen: Mapping[int, str]) -> LedgerSheet:
    """A proposed sheet with the columns that a person has said it has."""
    found = sheet.layout
    if found is None:
        return sheet
    layout = Layout(
        found.head_row,
        by_field(chosen),
        found.heads,
        found.days_first,
        found.guess,
        found.counting,
    )
    return LedgerSheet(sheet.name, sheet.cells, layout)


def unsure(sheets: Sequence[LedgerSheet], field: str | None = None) -> Refused:
    """The refusal of a file that could only be read by a guess; it tells the guess."""
    text = _(
        "Nobody knows the heads of this file. By what stands in the columns it may be read so: "
        "%(columns)s. Nothing comes in by a guess: confirm or correct it on the page “Import a "
        "ledger”, or, on the command line, take it as it stands here with --as-proposed."
    )
    told = "; ".join(filter(None, map(_told, sheets)))
    return Refused.because("columns_unsure", text % {"columns": told}, field)


def _told(sheet: LedgerSheet) -> str:
    guess = sheet.layout.guess if sheet.layout else None
    heads = sheet.layout.heads if sheet.layout else ()
    parts = []
    for n, key in sorted((guess or {}).items()):
        name = letter(n) if heads[n] == letter(n) else f"{letter(n)} “{heads[n]}”"
        parts.append(f"{name} → {LEDGER_FIELDS[key] if key else _('(left out)')}")
    return ", ".join(parts)


def _units(by: Actor, names: Sequence[str]) -> Collection[str]:
    return {name for name in names if called(name, by.unit_path)}
