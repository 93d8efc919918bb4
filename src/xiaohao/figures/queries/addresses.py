"""Addresses of figures and of the records behind them; moments as addresses name them."""

import datetime as dt
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from xiaohao.figures.queries.registry import find
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.places import place


def read_asof(typed: str) -> dt.datetime | None:
    """A moment as an address names it: ISO form, or a day, which stands for its end.

    None for nothing, and for a day that has not ended yet: that is the present.

    Raises:
        Refused: `bad_time`, `in_future`, `before_all`.
    """
    if not typed:
        return None
    now = clock.now()
    try:
        if day := parse_date(typed):
            end = clock.start_of(day + dt.timedelta(days=1)) - dt.timedelta(microseconds=1)
            return _past(end, now) if day != clock.today() else None
        moment = parse_datetime(typed.replace(" ", "+"))
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        text = _("Write the time as 2019-09-30 or 2019-09-30T18:00:00+08:00.")
        raise Refused.because("bad_time", text, "asof")
    return _past(moment if moment.tzinfo else moment.replace(tzinfo=clock.ZONE), now)


def _past(moment: dt.datetime, now: dt.datetime) -> dt.datetime:
    if moment > now:
        text = _("This moment has not come yet. Choose an earlier one, or leave it empty for now.")
        raise Refused.because("in_future", text, "asof")
    if moment < clock.FIRST:
        text = _("Nothing stands here from before %(year)s. Choose a later moment.")
        raise Refused.because("before_all", text % {"year": clock.FIRST.year}, "asof")
    return moment


def address(metric: str, unit_code: str, **more: object) -> str:
    """Address of the page of a figure: definition, course, splits.

    Args:
        more: further words of the address, e.g. `asof`; empty ones are left out.
    """
    return _with(reverse("figures_figure", args=[metric]), unit=unit_code, **more)


def records_address(metric: str, unit_code: str, **more: object) -> str:
    """Address of the list of records that make up a figure; of its own page where there is none."""
    declared = find(metric)
    page = place(declared.records_url) if declared.records_url else ""
    if not page:
        return address(metric, unit_code, **more)
    return _with(page, figure=metric, unit=unit_code, **more)


def _with(page: str, **words: object) -> str:
    kept = {
        name: value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)
        for name, value in words.items()
        if value not in {None, ""}
    }
    return f"{page}?{urlencode(kept)}" if kept else page
