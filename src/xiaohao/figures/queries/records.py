"""The records behind a figure: they always add up to it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet, Sum

from xiaohao.figures.models import Entry
from xiaohao.figures.queries.lines import segments
from xiaohao.figures.queries.reading import Category, Place, Scope, window, written
from xiaohao.figures.queries.registry import find
from xiaohao.figures.queries.values import children
from xiaohao.figures.rules import EVER, LAST, Kind, as_key
from xiaohao.kernel.paths import AFTER


def entries(metric: str, unit: Place, scope: Scope) -> QuerySet[Entry]:
    """Every change that the figure adds up; of a ratio or quantile, those of its whole."""
    return narrowed(metric, scope).filter(_at([unit], scope.line))


def counted(metric: str, unit: Place, scope: Scope) -> QuerySet[Entry]:
    """The same, whenever they were written."""
    return _narrowed(metric, scope).filter(_at([unit], scope.line))


def narrowed(metric: str, scope: Scope) -> QuerySet[Entry]:
    """Every change of the figure in a scope, wherever it was written."""
    rows = _narrowed(metric, scope)
    return rows.filter(at__lte=scope.asof, written__lte=scope.today) if scope.asof else rows


def _narrowed(metric: str, scope: Scope) -> QuerySet[Entry]:
    declared = find(metric)
    if not declared.adds_up:
        return _narrowed(declared.whole, scope)
    first, last = window(declared, scope)
    base = declared.of if declared.kind is Kind.WINDOW else declared.key
    rows = Entry.objects.filter(metric=base, day__range=(first, last))
    if (bounds := written(declared, scope)) != (EVER, LAST):
        rows = rows.filter(written__range=bounds)  # no month outside is opened
    for name, value in scope.narrows.items():
        rows = rows.filter(**{f"{name}__in" if isinstance(value, list) else name: value})
    return rows


def records(
    metric: str,
    unit: Place,
    *,
    asof: dt.datetime | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    category: Category = None,
    channel: str | None = None,
    **more: Any,
) -> QuerySet[Any, Any]:
    """The things that make up the figure, latest first: `{"thing_id", "amount"}`.

    The amounts add up to the figure; one that is not 1 says how often the thing counted. Of a
    ratio these are the records of its denominator, of a quantile all that it was taken of.

    Raises:
        KeyError: the metric is not declared.
    """
    return netted(metric, unit, Scope(asof, since, category, channel, until, **more))


def netted(
    metric: str,
    unit: Place,
    scope: Scope,
    *,
    own: bool = False,
    took: tuple[int, int] | None = None,
) -> QuerySet[Any, Any]:
    """As `records`, of a scope.

    Args:
        own: only what no unit counts that stands directly below now, or did on the scope's day.
        took: of times, only those of so many days, from the one to the other.

    Raises:
        KeyError: the metric is not declared.
    """
    rows = entries(metric, unit, scope)
    if own:
        rows = rows.exclude(_at(children(unit, scope.asof), scope.line))
    if took and find(find(metric).whole).kind is Kind.SPREAD:
        rows = rows.filter(day__range=[as_key(days) for days in took])
    sums = rows.order_by().values("thing_id").annotate(amount=Sum("amount"))
    return sums.exclude(amount=0).order_by("-thing_id")


def thing_ids(
    metric: str,
    unit: Place,
    *,
    asof: dt.datetime | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    category: Category = None,
    channel: str | None = None,
    **more: Any,
) -> QuerySet[Any, Any]:
    """Ids of the records behind the figure, for `filter(pk__in=…)`.

    Raises:
        KeyError: the metric is not declared.
    """
    scope = Scope(asof, since, category, channel, until, **more)
    return netted(metric, unit, scope).order_by().values("thing_id")


def _at(units: Sequence[Place], line: int | None) -> Q:
    """Changes written under the units, wherever they stood when they were; of a line alone."""
    return under([path for paths in segments(units, line).values() for path in paths])


def under(paths: Sequence[str]) -> Q:
    """Changes written under one of the paths."""
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(path__gte=path, path__lt=path + AFTER)
    return found
