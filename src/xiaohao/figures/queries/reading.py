"""Reading figures in one statement, hence of one snapshot: kept cells plus what is not folded.

Now: cells over all days (one row per figure), plus pending changes.
As of a moment: cells of the days before that moment's day, plus pending changes of those days,
plus the changes written on that very day up to the moment.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, NamedTuple, Protocol

from django.db import connection

from xiaohao.figures.models import Grain
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import BROAD, EVER, LAST, Kind, Metric, columns
from xiaohao.kernel import clock

Value = int | Decimal | None
By = Literal["category", "channel", "both"]  # both: day written and day it belongs to
Category = int | Collection[int] | None


class Place(Protocol):
    """A unit, or anything with its id."""

    @property
    def pk(self) -> int:
        """The unit's id."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reading is narrowed to.

    Attributes:
        asof: as it was known at that moment; None reads the present.
        since: flows count from that day on; stocks do not mind.
        category: id of a category, or several; 0 stands for none given.
        channel: word of a channel.
    """

    asof: dt.datetime | None = None
    since: dt.date | None = None
    category: Category = None
    channel: str | None = None

    @property
    def today(self) -> dt.date:
        """The day of the reading, against which windows are laid."""
        return clock.local_day(self.asof) if self.asof else clock.today()

    @property
    def categories(self) -> list[int] | None:
        """The category ids as a list; None for all."""
        if self.category is None or isinstance(self.category, int):
            return None if self.category is None else [self.category]
        return sorted(self.category)


class Row(NamedTuple):
    """One sum that was read."""

    metric: str
    unit_id: int
    key: str
    value: int


def base_keys(metrics: Iterable[str]) -> list[str]:
    """The keys to read for these metrics: ratios stand for their two parts."""
    found: dict[str, None] = {}
    for key in metrics:
        metric = find(key)
        parts = (metric.numerator, metric.denominator) if metric.kind is Kind.RATIO else (key,)
        found.update(dict.fromkeys(parts))
    return list(found)


def window(metric: Metric, today: dt.date, since: dt.date | None) -> tuple[dt.date, dt.date]:
    """First and last day that the metric counts when it is read on `today`."""
    if metric.kind is Kind.WINDOW:
        first, last = metric.window
        return (
            EVER if first is None else today + dt.timedelta(days=first),
            LAST if last is None else today + dt.timedelta(days=last),
        )
    return (since if since and metric.kind is Kind.FLOW else EVER, LAST)


def read(
    metrics: Sequence[str], places: Sequence[Place], scope: Scope, by: By | None = None
) -> list[Row]:
    """Sums of kept metrics and windows at each place, in one statement.

    Args:
        metrics: keys, no ratios among them (see `base_keys`).
        by: split by that; `key` of the rows is then the category's id, the channel, or the day.
    """
    if not metrics or not places:
        return []
    statement, values = _statement(metrics, places, scope, by)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Row(key, unit, part, int(total)) for key, unit, part, total in cursor.fetchall()]


_PARTS: dict[By | None, str] = {
    None: "''",
    "category": "{0}.category_id::text",
    "channel": "{0}.channel",
    "both": "to_char({0}.written, 'YYYY-MM-DD ') || to_char({0}.day, 'YYYY-MM-DD')",
}

_READ = """
WITH asked AS (
    SELECT * FROM unnest(%(keys)s::text[], %(bases)s::text[], %(grains)s::int[],
                         %(firsts)s::date[], %(lasts)s::date[])
             AS a(key, metric, grain, first, last)
), places AS (
    SELECT id::int, path FROM units_unit WHERE id = ANY(%(units)s)
    UNION
    SELECT unit_id, path FROM figures_formerpath WHERE unit_id = ANY(%(units)s)
), wanted AS (
    SELECT id, CASE WHEN max(length(path)) <= %(broad)s * 5 THEN 0 ELSE 1 END AS narrow
    FROM places GROUP BY id
)
SELECT key, unit_id, part, sum(value) FROM (
    SELECT a.key, c.unit_id, {cell_part} AS part, c.value
    FROM asked a CROSS JOIN wanted w
    JOIN figures_cell c ON c.metric = a.metric AND c.unit_id = w.id
                       AND c.grain = greatest(a.grain, a.grain / 2 * 2 + w.narrow)
    WHERE c.day BETWEEN a.first AND a.last {cell_where}
    UNION ALL
    SELECT a.key, p.id, {d_part}, d.amount
    FROM asked a CROSS JOIN places p
    JOIN figures_pending d ON d.metric = a.metric AND d.path >= p.path AND d.path < p.path || '~'
    WHERE d.day BETWEEN a.first AND a.last {pending_where}
    {day}
) AS part_sums
GROUP BY 1, 2, 3
"""
_THAT_DAY = """
    UNION ALL
    SELECT a.key, p.id, {d_part}, d.amount
    FROM asked a CROSS JOIN places p
    JOIN figures_entry d ON d.metric = a.metric AND d.path >= p.path AND d.path < p.path || '~'
    WHERE d.day BETWEEN a.first AND a.last
      AND d.written = %(today)s AND d.at <= %(asof)s {filters}
"""


def _statement(
    metrics: Sequence[str], places: Sequence[Place], scope: Scope, by: By | None
) -> tuple[str, dict[str, Any]]:
    today, categories = scope.today, scope.categories
    detail = by in {"category", "channel"} or categories is not None or scope.channel is not None
    asked = [_asked(find(key), scope, by, detail=detail) for key in metrics]
    filters = " AND {0}.category_id = ANY(%(categories)s)" if categories is not None else ""
    filters += " AND {0}.channel = %(channel)s" if scope.channel is not None else ""
    before = " AND {0}.written < %(today)s" if scope.asof else ""
    part = _PARTS[by]
    day = _THAT_DAY.format(d_part=part.format("d"), filters=filters.format("d"))
    statement = _READ.format(
        cell_part=part.format("c"),
        d_part=part.format("d"),
        cell_where=(before + filters).format("c"),
        pending_where=(before + filters).format("d"),
        day=day if scope.asof else "",
    )
    names = ("keys", "bases", "grains", "firsts", "lasts")
    values = {
        **dict(zip(names, columns(asked, len(names)), strict=True)),
        "broad": BROAD,
        "units": [place.pk for place in places],
        "categories": categories,
        "channel": scope.channel,
        "today": today,
        "asof": scope.asof,
    }
    return statement, values


def _asked(
    metric: Metric, scope: Scope, by: By | None, *, detail: bool
) -> tuple[str, str, int, dt.date, dt.date]:
    first, last = window(metric, scope.today, scope.since)
    if by == "both" and metric.kind is Kind.WINDOW:
        first, last = EVER, LAST
    base = metric.of if metric.kind is Kind.WINDOW else metric.key
    bounded = (first, last) != (EVER, LAST) and metric.kind is Kind.FLOW
    daily = scope.asof is not None or bounded or by == "both"
    grain = (Grain.DAY if daily else Grain.EVER) + (1 if detail else 0)
    return (metric.key, base, int(grain), first, last)


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` to four places; None where there is nothing to take a share of."""
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def put(metrics: Iterable[str], sums: Mapping[str, int]) -> dict[str, Value]:
    """The value of each metric from the sums that were read; what was not read is 0."""
    found: dict[str, Value] = {}
    for key in metrics:
        metric = find(key)
        if metric.kind is Kind.RATIO:
            found[key] = share(sums.get(metric.numerator, 0), sums.get(metric.denominator, 0))
        else:
            found[key] = sums.get(key, 0)
    return found


def table(
    metrics: Sequence[str], places: Sequence[Place], scope: Scope | None = None
) -> dict[int, dict[str, Value]]:
    """Every metric at every place: `{unit id: {metric key: value}}`, in one query."""
    sums: dict[int, dict[str, int]] = {place.pk: {} for place in places}
    for row in read(base_keys(metrics), places, scope or Scope()):
        sums[row.unit_id][row.metric] = row.value
    return {unit: put(metrics, values) for unit, values in sums.items()}


def split(
    metrics: Sequence[str], place: Place, by: By, scope: Scope | None = None
) -> dict[str, dict[str, Value]]:
    """Every metric at one place split by `by`: `{part: {metric key: value}}`, in one query."""
    sums: dict[str, dict[str, int]] = {}
    for row in read(base_keys(metrics), [place], scope or Scope(), by):
        sums.setdefault(row.key, {})[row.metric] = row.value
    return {part: put(metrics, values) for part, values in sorted(sums.items())}
