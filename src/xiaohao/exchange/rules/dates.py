"""Days and times as people write them.

Taken: 2014/8/24 17:05:37 · 2019-09-03 00:00:00 · 2019-09-03T08:00:00Z · 2019.9.13 · 20190913 ·
20190913080537 · 19.9.13 · 2019年9月13日 上午8时30分 · 2019年9月 · 9月13日 (the last one there was)
· 12/31/2016 (month first, unless the column or the day itself says otherwise) · real dates ·
Excel's day numbers · seconds since 1970.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from xiaohao.exchange.rules.cells import Cell, text_of
from xiaohao.kernel.clock import ZONE

EARLIEST = dt.date(1949, 10, 1)
_EXCEL_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 (a wall-clock reading; the zone is put on later)
_EXCEL_DAYS = range(18_172, 73_051)  # 1949-10-01 to 2099-12-31
_EPOCH_SECONDS = range(10**8, 4 * 10**9)
_MILLI = 1000
_TWELVE = 12
_LONGEST = 60  # characters; no time takes more

_TIME = (
    r"(?:[T\s]*(?P<half>上午|下午|中午|晚上|凌晨|早上|am|pm)?\s*"
    r"(?P<hour>\d{1,2})\s*[:时点]\s*(?:(?P<minute>\d{1,2})\s*(?:[:分]\s*(?:(?P<second>\d{1,2})"
    r"(?:\.\d+)?\s*秒?)?)?)?\s*(?P<half2>am|pm)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?)?"
)
_WEEKDAY = re.compile(r"[(\s]*(星期|周|礼拜)[一二三四五六日天][)\s]*")
_FORMS = [
    re.compile(body + _TIME, re.IGNORECASE)
    for body in (
        r"(?P<year>\d{4})\s*[-/.]\s*(?P<month>\d{1,2})\s*[-/.]\s*(?P<day>\d{1,2})",
        r"(?P<year>\d{4}|\d{2})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?",
        r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]",
        r"(?P<first>\d{1,2})\s*[/.-]\s*(?P<other>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})",
        r"(?P<year>\d{2})\s*(?P<mark>[-.])\s*(?P<month>\d{1,2})\s*(?P=mark)\s*(?P<day>\d{1,2})",
    )
]
_FORMS += [
    re.compile(r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*月?"),
    re.compile(
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
        r"(?:\s*(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?"
    ),
]
_YEARLESS, _SLASHED = _FORMS[2:4]
_YEAR_LAST = re.compile(r"[/.／．-]\s*\d{4}")  # what may be slashed, found fast
_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_COUNTED = re.compile(r"[一二三四五六七八九]?十[一二三四五六七八九]?")
_CHINESE = re.compile(r"[〇零一二三四五六七八九十]+(?=[年月日号])")


def day_first(column: Iterable[Cell]) -> bool:
    """Whether slashed dates with the year last (13/9/2019) name the day first in this column.

    Month first when nothing in the column tells, as spreadsheets of American make write them.
    """
    for cell in column:
        if not isinstance(cell, str) or len(cell) > _LONGEST or not _YEAR_LAST.search(cell):
            continue
        found = _SLASHED.fullmatch(plain(cell))
        if found and int(found["first"]) > _TWELVE:
            return True
        if found and int(found["other"]) > _TWELVE:
            return False
    return False


def without_year(cell: Cell) -> tuple[int, int] | None:
    """Month and day of a cell that names a day but no year: 10月31日; None for any other."""
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return None
    found = _YEARLESS.fullmatch(plain(cell))
    return (int(found["month"]), int(found["day"])) if found else None


def moment(cell: Cell, today: dt.date, *, days_first: bool = False) -> dt.datetime | None:
    """The moment that a cell names, aware, in China Standard Time unless it says another zone.

    A day without a time is its midnight; a month its first day; a day without a year the last
    one up to `today`. None for what cannot be read, or lies before 1949.
    """
    if not isinstance(cell, str):
        return _moment(cell, today, days_first)
    return _moment_of(cell, today, days_first) if len(cell) <= _LONGEST else None


def _moment(cell: Cell, today: dt.date, days_first: bool) -> dt.datetime | None:  # noqa: FBT001
    try:
        found = _read(cell, today, days_first)
        if found is not None and found.tzinfo is None:
            found = found.replace(tzinfo=ZONE)
        return found if found is None or found.astimezone(ZONE).date() >= EARLIEST else None
    except (ValueError, OverflowError):
        return None


# A column says the same few days over and over.
_moment_of = lru_cache(maxsize=4096)(_moment)


def _read(cell: Cell, today: dt.date, days_first: bool) -> dt.datetime | None:  # noqa: FBT001
    match cell:
        case dt.datetime():
            return cell
        case dt.date():
            return dt.datetime.combine(cell, dt.time())
        case None | dt.time() | dt.timedelta():
            return None
        case float() | int():  # true and false are numbers too, but of no day
            return _counted(float(cell)) or _written(text_of(cell), today, days_first)
    line = plain(cell)
    if re.fullmatch(r"\d{5}(\.\d+)?|\d{9,10}|\d{13}", line):
        return _counted(float(line))
    return _written(line, today, days_first)


def _written(line: str, today: dt.date, days_first: bool) -> dt.datetime | None:  # noqa: FBT001
    for form in _FORMS:
        found = form.fullmatch(line)
        if found:
            return _built(found.groupdict(), today, days_first)
    return None


def plain(text: str) -> str:
    """A day as written, in narrow characters and Arabic figures, without its day of the week."""
    line = unicodedata.normalize("NFKC", text).strip().strip("'")
    line = _WEEKDAY.sub(" ", line).strip()
    return _CHINESE.sub(_arabic, line)


def _arabic(found: re.Match[str]) -> str:
    text = found[0]
    if _COUNTED.fullmatch(text):
        tens, _, ones = text.partition("十")
        return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))
    return "".join(_DIGITS.get(char, char) for char in text)


def _counted(value: float) -> dt.datetime | None:
    """Excel's days since the end of 1899, or seconds or milliseconds since 1970."""
    if int(value) in _EXCEL_DAYS:
        return _EXCEL_ZERO + dt.timedelta(seconds=round(value * 86400))
    for scale in (1, _MILLI):
        if int(value / scale) in _EPOCH_SECONDS:
            return dt.datetime.fromtimestamp(value / scale, dt.UTC)
    return None


def _built(parts: dict[str, str | None], today: dt.date, days_first: bool) -> dt.datetime:  # noqa: FBT001
    if first := parts.get("first"):
        other = parts["other"] or ""
        if int(first) > _TWELVE or int(other) > _TWELVE:  # no month: whatever the column says
            days_first = int(first) > _TWELVE
        names = ("day", "month") if days_first else ("month", "day")
        parts |= dict(zip(names, (first, other), strict=True))
    month, day = int(parts["month"] or 1), int(parts.get("day") or 1)
    year = _year(parts.get("year"), month, day, today)
    built = dt.datetime(  # noqa: DTZ001 (the zone is put on by `moment`)
        year, month, day, _hour(parts), int(parts.get("minute") or 0), int(parts.get("second") or 0)
    )
    zone = parts.get("zone")
    return built.replace(tzinfo=_zone(zone)) if zone else built


def _year(given: str | None, month: int, day: int, today: dt.date) -> int:
    if given is None:
        past = (month, day) <= (today.month, today.day)
        return today.year if past else today.year - 1
    return int(given) + 2000 if len(given) == len("19") else int(given)


def _hour(parts: dict[str, str | None]) -> int:
    hour = int(parts.get("hour") or 0)
    half = (parts.get("half") or parts.get("half2") or "").lower()
    if half in {"下午", "晚上", "pm"} and hour < _TWELVE:
        return hour + _TWELVE
    return 0 if half in {"am", "凌晨"} and hour == _TWELVE else hour


def _zone(text: str) -> dt.tzinfo:
    if text.lower() == "z":
        return dt.UTC
    sign = -1 if text[0] == "-" else 1
    return dt.timezone(sign * dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
