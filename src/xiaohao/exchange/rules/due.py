"""Deadlines as people write them: days, months, spans, words.

Taken beside what `dates` takes: 2019年9月 and 9月底 (their last day), 9月上旬/中旬/下旬 (the 10th,
the 20th, the last), spans (2019.9.1-2019.9.30, 9月10日至9月30日: their end), and words: 立行立改
and 长期坚持. A day without a year is the one nearest to when the problem came in.
"""

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from xiaohao.exchange.rules import dates
from xiaohao.exchange.rules.cells import Cell, text_of
from xiaohao.exchange.rules.ledger_heads import LONG_TERM, ON_THE_SPOT
from xiaohao.kernel.clock import ZONE

LATEST = dt.date(2099, 12, 31)
LONGEST_TERM = dt.timedelta(days=365)
_SHORT = 60  # characters
_SPAN = re.compile(r"\s*(?:至|到|—+|~|～|–)\s*|(?<=[日号\d年月])\s*-+\s*(?=\d{4}[年./-]|\d{1,2}月)")
_AT_LAST = re.compile(r"(以?前|之前|内|止|完成|底前|为止)$")
_MONTH = re.compile(
    r"(?:(?P<year>\d{4}|\d{2})\s*[年./-]\s*)?(?P<month>\d{1,2})\s*月?(?P<part>底|末|上旬|中旬|下旬)?"
)
_YEAR = re.compile(r"(?P<year>\d{4})\s*年(?P<part>底|末|内|年底)?")
_NO_YEAR = re.compile(r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?")
_DAYS = {"上旬": 10, "中旬": 20}


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that was understood: its day, or a word that stands for one."""

    day: dt.date | None = None
    word: str = ""  # "spot" or "long"


def due(cell: Cell, near: dt.date) -> Due | None:
    """What a cell says about when it must be done; None for what cannot be read.

    Args:
        cell: as the sheet holds it.
        near: a day near it, for those written without a year.
    """
    if not isinstance(cell, str):
        return _on(_moment(cell, near))
    return _due_of(cell, near) if len(cell) <= _SHORT else _due(cell, near)


def _due(text: str, near: dt.date) -> Due | None:
    line = "".join(unicodedata.normalize("NFKC", text_of(text)).split())
    if any(word in line for word in ON_THE_SPOT):
        return Due(word="spot")
    if any(word in line for word in LONG_TERM):
        return Due(word="long")
    return _on(_written(text_of(text), near))


# A column says the same few days over and over; what is long is no day alone and is not kept.
_due_of = lru_cache(maxsize=4096)(_due)


def _on(day: dt.date | None) -> Due | None:
    return Due(day) if day and dates.EARLIEST <= day <= LATEST else None


def _moment(cell: Cell, near: dt.date) -> dt.date | None:
    found = dates.moment(cell, near)
    return found.astimezone(ZONE).date() if found else None


def _written(text: str, near: dt.date) -> dt.date | None:
    plain = unicodedata.normalize("NFKC", text).strip().rstrip("。.;；")
    first, *others = [part for part in _SPAN.split(plain) if part] or [""]
    if others:
        end = others[-1]
        year = re.match(r"\d{4}", first)
        if year and not re.match(r"\d{4}", end):
            end = f"{year[0]}年{end}"
        return _single(end, near)
    return _single(plain, near)


def _single(plain: str, near: dt.date) -> dt.date | None:
    bare = plain
    while (cut := _AT_LAST.sub("", bare).strip()) != bare:
        bare = f"{cut}底" if bare.endswith("底前") else cut
    try:
        if found := _NO_YEAR.fullmatch(bare):
            return _nearest(int(found["month"]), int(found["day"]), near)
        if found := _MONTH.fullmatch(bare):
            return _month_end(found, near)
        if found := _YEAR.fullmatch(bare):
            return dt.date(int(found["year"]), 12, 31)
    except ValueError:
        return None
    return _moment(bare, near)


def _month_end(found: re.Match[str], near: dt.date) -> dt.date:
    month = int(found["month"])
    if found["year"]:
        year = int(found["year"]) + (2000 if len(found["year"]) < len("2019") else 0)
    else:
        year = _nearest(month, 1, near).year
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, _DAYS.get(found["part"] or "", last))


def _nearest(month: int, day: int, near: dt.date) -> dt.date:
    """The day without a year that lies nearest."""
    around = [
        dt.date(near.year + more, month, day)
        for more in (-1, 0, 1)
        if _is_day(near.year + more, month, day)
    ]
    if not around:
        raise ValueError("there is no such day")
    return min(around, key=lambda one: abs((one - near).days))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True
