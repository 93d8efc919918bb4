"""Writing changes of figures, in the transaction of what they count."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from django.db import connection, transaction

from xiaohao.figures.queries import kept
from xiaohao.figures.rules import Delta, Kind, Metric, as_key, columns
from xiaohao.kernel import clock
from xiaohao.kernel.copying import array

_WIDTH = 11
_RECAST = "SELECT figures_recast(%s, %s, %s, %s, %s, %s, %s, %s)"
_TAKE_BACK = "SELECT figures_take_back(%s, %s, %s, %s, %s, %s)"
_ADD_ALIKE = "SELECT figures_add_alike(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_ADD = f"SELECT figures_add(%s, %s{', %s' * _WIDTH})"


def add(deltas: Iterable[Delta]) -> None:
    """Write all changes of one action, in its transaction and in one statement.

    The path written is the one at which the unit stands now, also when it has just been moved.

    Raises:
        KeyError: a metric that is not declared, or is not kept (a ratio, a window).
        ValueError: a dated stock without its day, a spread without its number of days, a flow of a
            day to come.
        InternalError: from the database, when a unit does not exist.
    """
    found = statement(deltas)
    if found is None:
        return
    # An action is a transaction already: no savepoint of its own, which would be two more trips.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(*found)


class Under(TypedDict, total=False):
    """What records count under; None for none, left out for what they bear already."""

    programme_id: int | None
    category_id: int | None


def recast(
    *,
    metrics: Collection[str],
    things: Collection[int],
    units: Collection[int],
    days: Collection[dt.date],
    **under: Unpack[Under],
) -> None:
    """Count what has happened to records under another programme or category, from now on.

    Taken back under what it was counted under, and counted under this, at the same place and for
    the same day. Stocks are not touched: they change with what stands.

    Args:
        metrics: flows and spreads; of a programme only such as are sourced.
        things: the records.
        units: where they were counted.
        days: on which they were counted.
        under: the programme, the category, or both.
    """
    now = clock.now()
    borne = [
        under[name] or 0 if name in under else None for name in ("programme_id", "category_id")
    ]
    given: list[Any] = [list(metrics), list(things), list(units), list(days), *borne]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_RECAST, [now, clock.local_day(now), *given])


def take_back(
    *,
    metrics: Collection[str],
    things: Collection[int],
    units: Collection[int],
    days: Collection[dt.date],
) -> None:
    """Count what happened to records no more, from now on: it was written down by mistake.

    Each change that stands is taken back where and for the day it was counted; a reading as of an
    earlier moment still holds it. Stocks are not touched: they change with what stands.

    Args:
        metrics: flows and spreads.
        things: the records.
        units: where they were counted.
        days: on which they were counted.
    """
    now = clock.now()
    given: list[Any] = [list(metrics), list(things), list(units), list(days)]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, [now, clock.local_day(now), *given])


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Things that count alike, column by column: each once, in every one of the metrics.

    Attributes:
        metrics: keys of flows and stocks.
        units: at which each counts; the others as in `Delta`.
        days: of dated stocks; not asked for otherwise.
    """

    metrics: Sequence[str]
    units: Sequence[int]
    things: Sequence[int]
    categories: Sequence[int | None]
    channels: Sequence[str]
    sources: Sequence[str]
    programmes: Sequence[int | None]
    days: Sequence[dt.date] = ()


def alike(given: Alike) -> tuple[str, list[Any]] | None:
    """The statement that counts many things at once, as `add` would; None where there are none.

    Raises:
        KeyError: a metric that is not declared, or is not kept.
        ValueError: a spread, or a dated stock without days.
    """
    metrics = [kept(key) for key in given.metrics]
    if any(metric.kind is Kind.SPREAD for metric in metrics):
        raise ValueError("each change of a spread has a number of days of its own: use add")
    if any(metric.dated for metric in metrics) and len(given.days) != len(given.things):
        raise ValueError("a dated stock is kept by a day of its own; none was given")
    if not given.things:
        return None
    moment = clock.now()
    told: list[Sequence[Any]] = [
        given.metrics,
        [metric.kind is Kind.STOCK for metric in metrics],
        [metric.keeps_day for metric in metrics],
        [metric.sourced for metric in metrics],
        given.units,
        given.things,
        given.days,
        [one or 0 for one in given.categories],
        given.channels,
        given.sources,
        [one or 0 for one in given.programmes],
    ]
    return _ADD_ALIKE, [moment, clock.local_day(moment), *map(array, told)]


def statement(deltas: Iterable[Delta]) -> tuple[str, list[Any]] | None:
    """What `add` runs, for an action that writes everything at once; None without changes.

    Raises:
        KeyError, ValueError: as `add`.
    """
    moment = clock.now()
    today = clock.local_day(moment)
    rows = []
    known: dict[str, Metric] = {}
    for delta in deltas:
        metric = known.get(delta.metric) or known.setdefault(delta.metric, kept(delta.metric))
        if metric.dated and delta.day is None:
            raise ValueError(f"{delta.metric} is kept by a day of its own; none was given")
        if metric.kind is Kind.SPREAD and delta.days is None:
            raise ValueError(f"{delta.metric} is kept by a number of days; none was given")
        if metric.kind is Kind.FLOW and (delta.day or today) > today:
            raise ValueError(f"{delta.metric} counts what happened; its day lies ahead")
        rows.append((
            delta.metric,
            delta.unit_id,
            delta.thing_id,
            delta.amount,
            delta.day or today if delta.days is None else as_key(delta.days),
            delta.category_id or 0,
            delta.channel,
            delta.source if metric.sourced else "",
            (delta.programme_id or 0) if metric.sourced else 0,
            metric.kind is Kind.STOCK,
            metric.keeps_day,
        ))  # fmt: skip
    return (_ADD, [moment, today, *map(array, columns(rows, _WIDTH))]) if rows else None
