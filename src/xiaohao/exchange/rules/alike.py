"""Whether a cell says what stands on record, and what a hand has typed in it."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from xiaohao.exchange.rules import dates
from xiaohao.exchange.rules.cells import Cell, text_of
from xiaohao.kernel.clock import ZONE
from xiaohao.kernel.text import clean

NUMBERS = frozenset({"number", "amount"})
_SUM = re.compile(r"[¥￥]?\s*(\d[\d,，]*(?:\.\d+)?)\s*(万)?\s*(?:元|圆)?")
# How a cell begins that a spreadsheet would run; Chinese ones take the wide signs for the narrow.
RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_MINUTE = dt.timedelta(minutes=1)


def alike(form: str, kept: Any, cell: Cell, today: dt.date) -> bool:
    """Whether a cell says what the list would write there.

    Numbers are compared by value, days and moments (to the minute) whatever way they are written,
    texts letter by letter without blanks around them.

    Args:
        form: of the column, see `workbook.FORMS`.
        kept: what its column gives for the record.
    """
    if kept is None or kept == "":
        return not as_text(cell)
    match kept:
        case dt.datetime():
            found = dates.moment(cell, today)
            return found is not None and abs(found - kept) < _MINUTE
        case dt.date():
            return as_day(cell, today, kept) == kept
        case int() | float() | Decimal() if form in NUMBERS:
            number = as_number(cell)
            return number is not None and number == Decimal(str(kept))
    return clean(str(kept)) == as_text(cell)


def as_text(cell: Cell) -> str:
    """A cell's text letter by letter: `_x0041_` is what stands there, not an escaped “A”.

    Workbooks of our own are read with their escapes undone already.
    """
    return clean(cell) if isinstance(cell, str) else text_of(cell)


def as_day(
    cell: Cell, today: dt.date, kept: dt.date | None = None, *, ahead: bool = False
) -> dt.date | None:
    """The day that a cell names; None for what cannot be read.

    Without a year it is the one nearest to the day on record; where there is none, the next one
    from today on for what lies `ahead`, such as a deadline, else the last one there was.
    """
    named = dates.without_year(cell)
    if named and (kept or ahead):
        years = range((kept or today).year - 1, (kept or today).year + 5)  # to the next leap year
        days = [day for year in years if (day := _day(year, *named))]
        if kept:
            return min(days, key=lambda day: abs(day - kept), default=None)
        return next((day for day in days if day >= today), None)
    found = dates.moment(cell, today)
    return found.astimezone(ZONE).date() if found else None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:  # 29 February
        return None


def as_number(cell: Cell) -> Decimal | None:
    """The number in a cell, as a spreadsheet shows it (15 digits) or as people write it (1.5万)."""
    match cell:
        case bool() | None:
            return None
        case int() | float():
            return Decimal(f"{cell:.15g}")
    found = _SUM.fullmatch(text_of(cell))
    if found is None:
        return None
    number = Decimal(found[1].replace(",", "").replace("，", ""))
    return number * 10_000 if found[2] else number


def typed(
    form: str, cell: Cell, today: dt.date, kept: object = None, *, ahead: bool = False
) -> str:
    """What was typed, as the rooms' actions take it: ISO days, plain numbers, cleaned texts.

    Args:
        kept: what stands on record.
        ahead: whether a day here lies ahead, as `as_day`.
    """
    if form == "day":
        day = as_day(cell, today, kept if isinstance(kept, dt.date) else None, ahead=ahead)
        return day.isoformat() if day else as_text(cell)
    if form in NUMBERS and isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{Decimal(f'{cell:.15g}'):f}"
    return as_text(cell)


def kept_text(text: str) -> str:
    """A text in comma-separated lines; one that a spreadsheet would run has a mark before it."""
    return f"'{text}" if text.lstrip(" \u3000").startswith(RUNS) else text


def unquoted(text: str) -> str:
    """A text without the mark that `kept_text` puts before what a spreadsheet would run."""
    bare = text[1:]
    return bare if text.startswith("'") and kept_text(bare) == text else text
