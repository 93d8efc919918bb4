"""The records behind a figure: they always add up to it."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet, Sum

from xiaohao.figures.models import Entry, FormerPath
from xiaohao.figures.queries.reading import Category, Place, Scope, period, window
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import Kind
from xiaohao.kernel.paths import AFTER
from xiaohao.units.models import Unit


def entries(metric: str, unit: Place, scope: Scope) -> QuerySet[Entry]:
    """Every change that the figure adds up; of a ratio or quantile, those of its whole."""
    rows = counted(metric, unit, scope)
    return rows.filter(at__lte=scope.asof, written__lte=scope.today) if scope.asof else rows


def counted(metric: str, unit: Place, scope: Scope) -> QuerySet[Entry]:
    """The same, whenever they were written."""
    declared = find(metric)
    if not declared.adds_up:
        return counted(declared.whole, unit, scope)
    first, last = window(declared, scope)
    base = declared.of if declared.kind is Kind.WINDOW else declared.key
    rows = Entry.objects.filter(metric=base, day__range=(first, last)).filter(_under(unit))
    if declared.kind is Kind.SPREAD:
        rows = rows.filter(written__range=period(scope))
    if scope.categories is not None:
        rows = rows.filter(category_id__in=scope.categories)
    if scope.channel is not None:
        rows = rows.filter(channel=scope.channel)
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
) -> QuerySet[Any, Any]:
    """The things that make up the figure, latest first: `{"thing_id", "amount"}`.

    The amounts add up to the figure; one that is not 1 says how often the thing counted. Of a
    ratio these are the records of its denominator, of a quantile all that it was taken of.

    Raises:
        KeyError: the metric is not declared.
    """
    rows = entries(metric, unit, Scope(asof, since, category, channel, until))
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
) -> QuerySet[Any, Any]:
    """Ids of the records behind the figure, for `filter(pk__in=…)`.

    Raises:
        KeyError: the metric is not declared.
    """
    found = records(
        metric, unit, asof=asof, since=since, until=until, category=category, channel=channel
    ).order_by()
    return found.values("thing_id")


def _under(unit: Place) -> Q:
    """Changes written under the unit, wherever it stood when they were."""
    former = FormerPath.objects.filter(unit_id=unit.pk).order_by()
    paths = Unit.objects.filter(pk=unit.pk).order_by().values_list("path")
    found = Q(pk__in=[])
    for (path,) in paths.union(former.values_list("path")):
        found |= Q(path__gte=path, path__lt=path + AFTER)
    return found
