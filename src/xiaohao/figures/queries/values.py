"""Single figures, ready to show."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from xiaohao.figures.queries.reading import (
    Category,
    Place,
    Scope,
    Value,
    base_keys,
    before,
    put,
    read,
    split,
    table,
)
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import Kind
from xiaohao.kernel import clock
from xiaohao.units.models import Placement, Unit


def value(
    metric: str,
    unit: Place,
    *,
    asof: dt.datetime | None = None,
    since: dt.date | None = None,
    category: Category = None,
    channel: str | None = None,
) -> Value:
    """The figure at `unit` and everything below it: an int, a share, or None (nothing to share).

    Args:
        metric: key of any declared metric.
        asof: as known at that moment; now when left out.
        since: a flow counts from that day on.

    Raises:
        KeyError: the metric is not declared.
    """
    return table([metric], [unit], Scope(asof, since, category, channel))[unit.pk][metric]


class Child(NamedTuple):
    """A unit directly below, and its figure."""

    unit: Unit
    value: Value


def children(unit: Place, asof: dt.datetime | None = None) -> list[Unit]:
    """The units directly below `unit`, by code; as of a moment, on that day's tree."""
    if asof is None:
        return list(Unit.objects.filter(parent_id=unit.pk).active().order_by("code"))
    day = clock.local_day(asof)
    then = Placement.objects.filter(unit=OuterRef("pk"), during__contains=day)
    stands = Q(parent_id=unit.pk) & ~Exists(then)
    stood = Exists(then.filter(parent_id=unit.pk))
    founded = Q(founded_on=None) | Q(founded_on__lte=day)
    lasted = Q(closed_on=None) | Q(closed_on__gt=day)
    return list(Unit.objects.filter(stands | stood).filter(founded, lasted).order_by("code"))


def by_child(
    metric: str,
    unit: Place,
    *,
    asof: dt.datetime | None = None,
    since: dt.date | None = None,
    category: Category = None,
    channel: str | None = None,
) -> list[Child]:
    """The figure of every unit directly below, in two queries."""
    below = children(unit, asof)
    figures = table([metric], below, Scope(asof, since, category, channel))
    return [Child(child, figures[child.pk][metric]) for child in below]


def by_category(
    metric: str,
    unit: Place,
    *,
    asof: dt.datetime | None = None,
    since: dt.date | None = None,
    channel: str | None = None,
) -> dict[int | None, Value]:
    """The figure per category id; None stands for “no category given”."""
    parts = split([metric], unit, "category", Scope(asof, since, None, channel))
    return {int(key) or None: values[metric] for key, values in parts.items()}


def by_channel(
    metric: str,
    unit: Place,
    *,
    asof: dt.datetime | None = None,
    since: dt.date | None = None,
    category: Category = None,
) -> dict[str, Value]:
    """The figure per channel."""
    parts = split([metric], unit, "channel", Scope(asof, since, category))
    return {key: values[metric] for key, values in parts.items()}


class Point(NamedTuple):
    """The figure of one day: a flow's sum of that day, anything else as it stood at its end."""

    day: dt.date
    value: Value


def series(metric: str, unit: Place, *, first: dt.date, last: dt.date) -> list[Point]:
    """The figure day by day, in at most two queries.

    A flow counts by the day it belongs to, a ratio of flows likewise; a stock and a window are
    read as they stood at the end of each day.

    Raises:
        KeyError: the metric is not declared.
    """
    days = [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]
    keys = base_keys([metric])
    if any(find(key).kind is Kind.WINDOW for key in keys):
        return _windows(metric, unit, days)
    stocks = [key for key in keys if find(key).kind is Kind.STOCK]
    daily = split(keys, unit, "written" if stocks else "day", _days(first))
    sums: dict[str, int] = {}
    if stocks:
        start = table(stocks, [unit], before(Scope(), first))[unit.pk]
        sums = {key: int(start[key] or 0) for key in stocks}
    points = []
    for day in days:
        today = daily.get(day.isoformat(), {})
        now = {key: sums.get(key, 0) + int(today.get(key) or 0) for key in keys}
        sums = {key: now[key] for key in stocks}
        points.append(Point(day, put([metric], now)[metric]))
    return points


def _days(first: dt.date) -> Scope:
    return Scope(since=first)


def _windows(metric: str, unit: Place, days: Sequence[dt.date]) -> list[Point]:
    """One reading per day: a window looks at every due day anew."""
    points = []
    for day in days:
        asof = min(clock.start_of(day + dt.timedelta(days=1)), clock.now())
        rows = read([metric], [unit], Scope(asof=asof - dt.timedelta(microseconds=1)))
        points.append(Point(day, sum(row.value for row in rows)))
    return points
