"""Single figures, ready to show."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from xiaohao.figures.queries.reading import Category, Place, Scope, Value, split, table
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
