"""Dates, deadlines and numbers as people read them; plain functions, no request, no database.

Source of the working days: `kernel.calendar` (the official calendar).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy, pgettext

from xiaohao.kernel import calendar, clock

Day = dt.date | dt.datetime
DASH = "—"
SOON = 2  # working days within which a deadline is shown as near
# What every form says of a text that is too long, instead of Django's words.
TOO_LONG = ngettext_lazy(
    "This is too long: it has %(show_value)d characters, and at most %(limit_value)d character "
    "fits. Shorten it.",
    "This is too long: it has %(show_value)d characters, and at most %(limit_value)d characters "
    "fit. Shorten it.",
    "limit_value",
)


def local(value: Day) -> dt.date:
    """The day in China Standard Time that a date or an aware moment stands for."""
    return clock.local_day(value) if isinstance(value, dt.datetime) else value


def _weekday(day: dt.date) -> str:
    return (
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    )[day.weekday()]


def _month(day: dt.date) -> str:
    return (
        pgettext("month", "Jan"),
        pgettext("month", "Feb"),
        pgettext("month", "Mar"),
        pgettext("month", "Apr"),
        pgettext("month", "May"),
        pgettext("month", "Jun"),
        pgettext("month", "Jul"),
        pgettext("month", "Aug"),
        pgettext("month", "Sep"),
        pgettext("month", "Oct"),
        pgettext("month", "Nov"),
        pgettext("month", "Dec"),
    )[day.month - 1]


def day_text(value: Day, today: dt.date | None = None, *, year: bool = False) -> str:
    """`13 Sep (Fri)`; in Chinese `9月13日 (周五)`; with the year when asked or not this one."""
    day = local(value)
    words = {"day": day.day, "month": _month(day), "weekday": _weekday(day), "year": day.year}
    if not year and day.year == (today or clock.today()).year:
        return _("%(day)s %(month)s (%(weekday)s)") % words
    return _("%(day)s %(month)s %(year)s (%(weekday)s)") % words


def moment_text(value: dt.datetime, today: dt.date | None = None, *, year: bool = False) -> str:
    """The day as in `day_text`, with hour and minute in China Standard Time."""
    return f"{day_text(value, today, year=year)} {value.astimezone(clock.ZONE):%H:%M}"


def exact_text(value: Day) -> str:
    """To the second, for titles: `2019-09-13 10:02:07` (China Standard Time), or the bare date."""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(clock.ZONE):%Y-%m-%d %H:%M:%S}"
    return value.isoformat()


def machine_text(value: Day) -> str:
    """For the `datetime` attribute: ISO 8601, with the offset when it is a moment."""
    if isinstance(value, dt.datetime):
        return value.astimezone(clock.ZONE).isoformat(timespec="seconds")
    return value.isoformat()


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words, with the tone and icon that go with it."""

    words: str
    tone: str
    icon: str


def due(deadline: Day | None, today: dt.date | None = None, done: Day | None = None) -> Due:
    """What is left until `deadline` (or by how much it was missed), in working days.

    Args:
        deadline: the last day, or the last moment; None when none is set.
        today: the day to count from; the clock's, unless given.
        done: when the work was finished, for things that no longer run.
    """
    if deadline is None:
        return Due(_("No deadline"), "grey", "clock-pause")
    last = local(deadline)
    if done is not None:
        return _kept(last, local(done))
    start = today or clock.today()
    if isinstance(deadline, dt.datetime) and last == start:
        return _by_the_hour(deadline)
    return _late(last, start) if start > last else _left(last, start)


def _kept(last: dt.date, done: dt.date) -> Due:
    if done <= last:
        return Due(_("Done in time"), "green", "circle-check")
    days = calendar.between(last, done)
    words = ngettext("Done %(days)s working day late", "Done %(days)s working days late", days)
    return Due(words % {"days": max(days, 1)}, "red", "clock-exclamation")


def _late(last: dt.date, today: dt.date) -> Due:
    days = calendar.between(last, today)
    if days == 0:
        return Due(_("Just overdue"), "red", "clock-exclamation")
    words = ngettext("%(days)s working day overdue", "%(days)s working days overdue", days)
    return Due(words % {"days": days}, "red", "clock-exclamation")


def _left(last: dt.date, today: dt.date) -> Due:
    days = calendar.between(today, last)
    if days == 0:
        return Due(_("Due today"), "amber", "hourglass")
    words = ngettext("%(days)s working day left", "%(days)s working days left", days)
    tone = "amber" if days <= SOON else "grey"
    return Due(words % {"days": days}, tone, "hourglass" if days <= SOON else "clock")


def _by_the_hour(deadline: dt.datetime) -> Due:
    minutes = int((deadline - clock.now()).total_seconds() // 60)
    if minutes < 0:
        return Due(_("Overdue today"), "red", "clock-exclamation")
    if minutes < 60:  # noqa: PLR2004 (an hour)
        left = max(minutes, 1)
        words = ngettext("%(count)s minute left", "%(count)s minutes left", left)
        return Due(words % {"count": left}, "amber", "hourglass")
    hours = minutes // 60
    words = ngettext("%(count)s hour left", "%(count)s hours left", hours)
    return Due(words % {"count": hours}, "amber", "hourglass")


def working_days(days: int) -> str:
    """A duration: `3 working days`."""
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}


def number_text(value: float | Decimal | str | None, digits: int | None = None) -> str:
    """Grouped by thousands; a dash when there is nothing to state; words pass as they are.

    Without `digits`, whole numbers have none and others one.
    """
    if value is None or value == "":
        return DASH
    if isinstance(value, str):
        return value
    if digits is None:
        digits = 0 if value == int(value) else 1
    return f"{value:,.{digits}f}"


def percent_text(share: float | Decimal | None, digits: int = 0) -> str:
    """A share between 0 and 1 as a percentage; a dash when there is no base to divide by.

    Never rounds up to 100 % or down to 0 % what is not: 0.997 reads 99 %, 0.002 reads 1 %.
    """
    if share is None:
        return DASH
    step = Decimal(1).scaleb(-digits)
    value = (Decimal(str(share)) * 100).quantize(step)
    if share < 1:
        value = min(value, 100 - step)
    if share > 0:
        value = max(value, step)
    return f"{value:.{digits}f}%"
