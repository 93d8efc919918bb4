"""Figures day by day."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from xiaohao.figures.queries.reading import Place, Row, Scope, Value, base_keys, put, read
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import Kind, Metric


class Point(NamedTuple):
    """The figure of one day: a flow's sum of that day, anything else as it stood at its end."""

    day: dt.date
    value: Value


def courses(
    metrics: Sequence[str],
    unit: Place,
    *,
    first: dt.date,
    last: dt.date,
    asof: dt.datetime | None = None,
    within: Scope | None = None,
) -> dict[str, list[Point]]:
    """Several figures day by day from `first` to `last`, in one query.

    A flow counts by the day it belongs to, what is derived from flows likewise; a stock and a
    window are read as they stood at the end of each day. With `asof`, as all that was known at
    that moment; with `within`, of what that scope is narrowed to, whatever its days.

    Raises:
        KeyError: a metric is not declared.
    """
    days = [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]
    keys = base_keys(metrics)
    rows: dict[str, list[Row]] = {key: [] for key in keys}
    scope = dataclasses.replace(within or Scope(), asof=asof, since=first, until=None)
    for row in read(keys, [unit], scope, (first, last)):
        rows[row.metric].append(row)
    daily = {key: _course(find(key), rows[key], days) for key in keys}
    values = [put(metrics, {key: daily[key][i] for key in keys}) for i in range(len(days))]
    return {
        key: [Point(day, value[key]) for day, value in zip(days, values, strict=True)]
        for key in metrics
    }


def series(
    metric: str,
    unit: Place,
    *,
    first: dt.date,
    last: dt.date,
    asof: dt.datetime | None = None,
    within: Scope | None = None,
) -> list[Point]:
    """One figure day by day, see `courses`."""
    return courses([metric], unit, first=first, last=last, asof=asof, within=within)[metric]


def _course(metric: Metric, rows: Sequence[Row], days: Sequence[dt.date]) -> list[dict[int, int]]:
    """Per day what the rows add up to, for each number of days by which a spread is kept."""
    sizes = {row.size for row in rows}
    parts = {
        size: _added(metric, [row for row in rows if row.size == size], days) for size in sizes
    }
    return [{size: part[i] for size, part in parts.items()} for i in range(len(days))]


def _added(metric: Metric, rows: Sequence[Row], days: Sequence[dt.date]) -> list[int]:
    """Per day what the rows add up to; each row counts from one day on, up to another."""
    changes = [0] * (len(days) + 1)
    for row in rows:
        start, end = (
            (day - days[0]).days
            for day in _span(metric, *map(dt.date.fromisoformat, row.key.split()))
        )
        start, end = max(start, 0), min(end, len(days) - 1)
        if start <= end:
            changes[start] += row.value
            changes[end + 1] -= row.value
    return list(accumulate(changes[:-1]))


def _span(metric: Metric, written: dt.date, day: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day on which a change counts.

    A window counts it on those days from which the change's day lies within the window.
    """
    if metric.kind is Kind.FLOW:
        return day, day
    if metric.kind is Kind.SPREAD:
        return written, written
    if metric.kind is Kind.STOCK:
        return written, dt.date.max
    low, high = metric.window
    first = written if high is None else max(written, day - dt.timedelta(days=high))
    return first, dt.date.max if low is None else day - dt.timedelta(days=low)
