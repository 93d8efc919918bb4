"""Deadlines as people write them: days, months, quarters, spans, holidays, words.

Taken beside what `dates` takes: 2019年9月, 9月底 and 九月底 (their last day), 9月上旬/中旬/下旬
(the 10th, the 20th, the last), 9.13 (a day), 第三季度 and 三季度末, 上半年, 年底 (their last day),
国庆节前 (the day before; of holidays that lie on a fixed day), spans (2019.9.1-2019.9.30,
9月10日至9月30日: their end), and words: 立行立改 and 长期坚持. A day or month without a year is the
one nearest to when the problem came in; a quarter, half a year or a year's end is that of the year
in which it came in.

What may mean two days is not read: 9.1 as a number may have been 9.10, 12.5 in 2012 is a day or a
month.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from xiaohao.exchange.rules import dates
from xiaohao.exchange.rules.cells import Cell, text_of
from xiaohao.exchange.rules.ledger_heads import LONG_TERM, ON_THE_SPOT
from xiaohao.kernel.clock import ZONE

LATEST = dt.date(2099, 12, 31)
LONGEST_TERM = dt.timedelta(days=365)
_SHORT = 60  # characters
_CENTURY, _TWELVE = 100, 12
_SPAN = re.compile(r"\s*(?:至|到|—+|~|～|–)\s*|(?<=[日号\d年月])\s*-+\s*(?=\d{4}[年./-]|\d{1,2}月)")
_AT_LAST = re.compile(r"(以?前|之前|内|止|完成|底前|为止)$")
_MONTH = re.compile(
    r"(?:(?P<year>\d{4}|\d{2})\s*[年./-]\s*)?(?P<month>\d{1,2})\s*月?(?P<part>底|末|上旬|中旬|下旬)?"
)
_NO_YEAR = re.compile(r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?")
_TWO_NUMBERS = re.compile(r"(?P<first>\d{1,2})\s*[./-]\s*(?P<other>\d{1,2})")
_WHICH_YEAR = r"(?:(?P<year>\d{4}|\d{2})\s*年|今年|本年)?\s*度?"
_YEAR = re.compile(r"(?:(?P<year>\d{4})\s*年|今年|本年|(?=年))度?(?:年?[底末终]|内|年内)?")
_PART = re.compile(
    rf"{_WHICH_YEAR}\s*(?:第?\s*(?P<quarter>[1-4一二三四])\s*个?季度?|(?P<half>[上下])半年)\s*[底末]?"
)
_QUARTER = re.compile(r"(?P<year>\d{4})\s*年?\s*Q(?P<quarter>[1-4])", re.IGNORECASE)
_HOLIDAY = re.compile(
    rf"{_WHICH_YEAR}\s*(?:(?P<name>元旦|三八妇女|妇女|植树|五一劳动|劳动|五四青年|青年|六一儿童|儿童|"
    r"七一建党|建党|八一建军|建军|教师|国庆)节?|(?P<short>五一|七一|八一|十一)节?(?=前|之前|以前))"
    r"\s*(?P<before>之前|以前|前夕|前)?(?:完成)?"
)
_HOLIDAYS = {
    "元旦": (1, 1), "妇女": (3, 8), "植树": (3, 12), "劳动": (5, 1), "青年": (5, 4), "儿童": (6, 1),
    "建党": (7, 1), "建军": (8, 1), "教师": (9, 10), "国庆": (10, 1),
    "五一": (5, 1), "七一": (7, 1), "八一": (8, 1), "十一": (10, 1),
}  # fmt: skip
_DAYS = {"上旬": 10, "中旬": 20}
_LEAP = 2000  # a year that has every day


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that was understood: its day, or a word that stands for one."""

    day: dt.date | None = None
    word: str = ""  # "spot" or "long"


def due(cell: Cell, near: dt.date, *, days_first: bool = False) -> Due | None:
    """What a cell says about when it must be done; None for what cannot be read.

    Args:
        cell: as the sheet holds it.
        near: a day near it, for those written without a year.
        days_first: whether slashed days of its column name the day first.
    """
    if not isinstance(cell, str):
        return _on(_number(cell, near) or _moment(cell, near, days_first=days_first))
    known = _due_of if len(cell) <= _SHORT else _due
    return known(cell, near, days_first)


def _due(text: str, near: dt.date, days_first: bool) -> Due | None:  # noqa: FBT001
    said = text_of(text)
    line = "".join(dates.plain(said).split())
    if any(word in line for word in ON_THE_SPOT):
        return Due(word="spot")
    if any(word in line for word in LONG_TERM):
        return Due(word="long")
    return _on(_written(said, near, days_first=days_first))


# A column says the same few days over and over; what is long is no day alone and is not kept.
_due_of = lru_cache(maxsize=4096)(_due)


def _on(day: dt.date | None) -> Due | None:
    return Due(day) if day and dates.EARLIEST <= day <= LATEST else None


def _moment(cell: Cell, near: dt.date, *, days_first: bool) -> dt.date | None:
    found = dates.moment(cell, near, days_first=days_first)
    return found.astimezone(ZONE).date() if found else None


def _number(cell: Cell, near: dt.date) -> dt.date | None:
    """A day that a spreadsheet took for a number: 9.13; not 9.1, which may have been 9.10."""
    if isinstance(cell, bool) or not isinstance(cell, float):
        return None
    text = text_of(cell)
    found = _TWO_NUMBERS.fullmatch(text)
    if found is None or (len(found["other"]) == 1 and found["other"] in "123"):
        return None
    return _single(text, near, days_first=False)


def _written(text: str, near: dt.date, *, days_first: bool) -> dt.date | None:
    line = dates.plain(text).rstrip("。.;；")
    first, *others = [part for part in _SPAN.split(line) if part] or [""]
    if others:
        end = others[-1]
        year = re.match(r"\d{4}", first)
        if year and not re.match(r"\d{4}", end):
            end = f"{year[0]}年{end}"
        return _single(end, near, days_first=days_first)
    return _single(line, near, days_first=days_first)


def _single(line: str, near: dt.date, *, days_first: bool) -> dt.date | None:
    bare = line
    while (cut := _AT_LAST.sub("", bare).strip()) != bare:
        bare = f"{cut}底" if bare.endswith("底前") else cut
    try:
        for said, form, meant in _read_as(line, bare):
            if found := form.fullmatch(said):
                return meant(found, near)
    except ValueError:
        return None
    return _moment(bare, near, days_first=days_first)


Meant = Callable[[re.Match[str], dt.date], dt.date | None]


def _read_as(line: str, bare: str) -> Sequence[tuple[str, re.Pattern[str], Meant]]:
    """What is tried, in its order: what was written, or that without “by” and “done”."""
    return (
        (line, _HOLIDAY, _holiday),
        (line, _YEAR, _year_end),
        (bare, _NO_YEAR, _day),
        (bare, _TWO_NUMBERS, _of_two),
        (bare, _MONTH, _month_end),
        (bare, _PART, _part_end),
        (bare, _QUARTER, _part_end),
        (bare, _YEAR, _year_end),
    )


def _year_end(found: re.Match[str], near: dt.date) -> dt.date:
    return dt.date(_year(found["year"], near), 12, 31)


def _day(found: re.Match[str], near: dt.date) -> dt.date:
    return _nearest(int(found["month"]), int(found["day"]), near)


def _year(written: str | None, near: dt.date) -> int:
    if written is None:
        return near.year
    return int(written) + (2000 if len(written) < len("2019") else 0)


def _of_two(found: re.Match[str], near: dt.date) -> dt.date | None:
    """9.13 is a day, 19.9 a month; what may be both is neither."""
    first, other = int(found["first"]), int(found["other"])
    is_day = first <= _TWELVE and _is_day(_LEAP, first, other)
    is_month = 0 < other <= _TWELVE and (first > _TWELVE or first == near.year % _CENTURY)
    if is_day and is_month:
        return None
    if is_month:
        return _last_of(2000 + first, other)
    return _nearest(first, other, near)


def _month_end(found: re.Match[str], near: dt.date) -> dt.date:
    month = int(found["month"])
    year = _year(found["year"], near) if found["year"] else _nearest(month, 1, near).year
    day = _DAYS.get(found["part"] or "")
    return dt.date(year, month, day) if day else _last_of(year, month)


def _part_end(found: re.Match[str], near: dt.date) -> dt.date:
    """The last day of a quarter, or of half a year."""
    said = found.groupdict()
    if quarter := said["quarter"]:
        month = 3 * (int(quarter) if quarter.isdecimal() else "一二三四".index(quarter) + 1)
    else:
        month = 6 if said["half"] == "上" else 12
    return _last_of(_year(said["year"], near), month)


def _holiday(found: re.Match[str], near: dt.date) -> dt.date:
    """The holiday, or the day before it."""
    said = found["name"] or found["short"]
    month, day = next(at for name, at in _HOLIDAYS.items() if said.endswith(name))
    if month == 1 and not found["year"]:  # what comes in in autumn is due before the next one
        one = _nearest(month, day, near)
    else:
        one = dt.date(_year(found["year"], near), month, day)
    return one - dt.timedelta(days=1) if found["before"] else one


def _last_of(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


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
