"""Reading figures in one statement, hence of one snapshot: kept cells plus what is not folded.

Of a heavy unit, now: cells over all days (one row per figure), plus pending changes. As of a
moment: cells of the days before that moment's day, plus pending changes of those days, plus the
changes written on that very day up to the moment. Of any other unit: its few changes themselves.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple, Protocol

from xiaohao.figures.models import Grain
from xiaohao.figures.queries.lines import ALONG, WHOLE
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import EVER, LAST, Kind, Metric, as_days, columns, quantile
from xiaohao.kernel import clock, prepared

Value = int | Decimal | None
# The last is two days: by day written and day it belongs to, as far as it matters between them.
By = Literal["category", "channel", "source", "programme"] | tuple[dt.date, dt.date]
Category = int | Collection[int] | None
Sums = Mapping[str, Mapping[int, int]]  # per metric, per number of days (0: not by days)


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
        since, until: flows count from that day on, up to that day; stocks do not mind.
        category: id of a category, or several; 0 stands for none given.
        channel, source: word of a channel, of a source.
        programme: id of a programme; 0 stands for none.
        line: id of a line: only what is counted at units that bear it, or below such.
    """

    asof: dt.datetime | None = None
    since: dt.date | None = None
    category: Category = None
    channel: str | None = None
    until: dt.date | None = None
    source: str | None = None
    programme: int | None = None
    line: int | None = None

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

    @property
    def narrows(self) -> dict[str, Any]:
        """Which columns of a change must hold what; a list stands for any of them."""
        told = {
            "category_id": self.categories,
            "channel": self.channel,
            "source": self.source,
            "programme_id": self.programme,
        }
        return {name: value for name, value in told.items() if value is not None}


class Row(NamedTuple):
    """One sum that was read; of a spread one for each number of days (`size`, else 0)."""

    metric: str
    unit_id: int
    key: str
    size: int
    value: int


def base_keys(metrics: Iterable[str]) -> list[str]:
    """The keys to read for these metrics: what is derived stands for its parts."""
    return list(dict.fromkeys(base for key in metrics for base in find(key).bases))


def period(scope: Scope) -> tuple[dt.date, dt.date]:
    """First and last day of the scope."""
    return scope.since or EVER, scope.until or LAST


def window(metric: Metric, scope: Scope) -> tuple[dt.date, dt.date]:
    """First and last day of their own that changes of the metric count with in this scope."""
    if metric.kind is Kind.WINDOW:
        first, last = (
            None if bound is None else scope.today + dt.timedelta(days=bound)
            for bound in metric.window
        )
        return first or EVER, last or LAST
    return period(scope) if metric.kind is Kind.FLOW else (EVER, LAST)


def written(metric: Metric, scope: Scope) -> tuple[dt.date, dt.date]:
    """First and last day on which changes that count in this scope can have been written.

    What happened is never written before its day (the database refuses it), but may be written long
    after. A time counts by the day it was written. What stands may stand since ever.
    """
    first, last = period(scope)
    return {Kind.SPREAD: (first, last), Kind.FLOW: (first, LAST)}.get(metric.kind, (EVER, LAST))


def read(
    metrics: Sequence[str], places: Sequence[Place], scope: Scope, by: By | None = None
) -> list[Row]:
    """Sums of kept metrics and windows at each place, in one statement.

    Args:
        metrics: keys, nothing derived among them (see `base_keys`).
        by: split by that; `key` of the rows is then the category's id, the channel, or two days.
    """
    if not metrics or not places:
        return []
    return [
        Row(metrics[n], unit, part, as_days(size) if size else 0, int(total))
        for n, unit, part, size, total in prepared.rows(*_statement(metrics, places, scope, by))
    ]


_PARTS: dict[str | None, str] = {
    None: "''",
    "category": "{0}.category_id::text",
    "channel": "{0}.channel",
    "source": "{0}.source",
    "programme": "{0}.programme_id::text",
}
# What was before the first of those days counts as if it had been on the first.
_DAYS = """to_char(greatest({0}.written, %(from)s), 'YYYY-MM-DD ')
           || to_char(greatest({0}.day, a.floor), 'YYYY-MM-DD')"""

# A change counts for every place whose path its own path begins with. OFFSET keeps the planner to
# one place after the other: it cannot know how few read changes, and would read all there are.
_UNDER = """
    SELECT a.n, p.id, {part} AS part, CASE WHEN a.sized THEN d.day END AS size, d.amount AS value
    FROM (SELECT id, path, finest FROM places p
          WHERE EXISTS (SELECT FROM asked a WHERE {kept}) OFFSET 0) AS p
    CROSS JOIN LATERAL (
        SELECT * FROM {table} d
        WHERE d.path >= p.path AND d.path < p.path || '~'
          AND {metric} = ANY({bases}) {filters}
        OFFSET 0
    ) AS d
    JOIN asked a ON {kept} AND a.metric = d.metric AND d.day BETWEEN a.first AND a.last
                AND d.written BETWEEN a.low AND a.high
"""
# Handed in so that the plan does not depend on which there are: it is kept (`kernel.prepared`), and
# guesses from them took the wrong index.
_KEYS = "ARRAY(SELECT unnest(%({})s::text[]))"
# The few changes that are read of a unit are found by its path alone, in an index that holds all
# that is asked: without `|| ''` the planner skips through each day of each metric. Only of each day
# in detail are the changes of large units read, too.
_NAMED, _ANY_NAME = "d.metric", "(d.metric || '')"
_READ = """
WITH asked AS (
    SELECT * FROM unnest((SELECT %(numbers)s::int[]), (SELECT %(bases)s::text[]),
                         (SELECT %(grains)s::int[]),
                         (SELECT %(firsts)s::date[]), (SELECT %(lasts)s::date[]),
                         (SELECT %(lows)s::date[]), (SELECT %(highs)s::date[]),
                         (SELECT %(sized)s::boolean[]), (SELECT %(floors)s::date[]))
             AS a(n, metric, grain, first, last, low, high, sized, floor)
), {along}, places AS (
    SELECT s.id, s.unit_id, s.path,
           CASE WHEN s.wholly THEN coalesce(h.finest, -1) ELSE -1 END AS finest
    FROM segments s LEFT JOIN figures_heavy h ON h.unit_id = s.unit_id
), celled AS (
    SELECT DISTINCT id, unit_id, finest FROM places WHERE finest >= 0
)
SELECT n, id, part, size, sum(value) FROM (
    SELECT a.n, h.id, c.part, c.size, c.value
    FROM asked a CROSS JOIN celled h
    CROSS JOIN LATERAL (
        SELECT {part} AS part, CASE WHEN a.sized THEN x.day END AS size, sum(value) AS value
        FROM figures_cell x
        WHERE x.metric = a.metric AND x.unit_id = h.unit_id AND x.grain = a.grain
          AND x.day BETWEEN a.first AND a.last AND x.written BETWEEN a.low AND a.high {cells}
        GROUP BY 1, 2
    ) AS c
    WHERE a.grain <= h.finest
    UNION ALL {changes}
) AS sums
GROUP BY 1, 2, 3, 4
"""


# What was written before the days asked for counts in none of them (see `_lows`): the first of them
# beside the metrics that it holds for, so that no month before it is opened, and these alone.
_LATE = " AND {0}.written >= %(low)s"
_BEFORE = " AND {0}.written < %(today)s"
# The day beside the moment, so that no partition of later days is looked at.
_ASOF = " AND {0}.written <= %(today)s AND {0}.at <= %(asof)s"
_THAT_DAY = " AND {0}.written = %(today)s AND {0}.at <= %(asof)s"


def _statement(
    metrics: Sequence[str], places: Sequence[Place], scope: Scope, by: By | None
) -> tuple[str, dict[str, Any]]:
    narrows, past = scope.narrows, scope.asof is not None
    detail = isinstance(by, str) or bool(narrows)
    asked = [_asked(n, find(key), scope, by, detail=detail) for n, key in enumerate(metrics)]
    filters = "".join(
        f" AND {{0}}.{name} = " + (f"ANY(%({name})s)" if isinstance(value, list) else f"%({name})s")
        for name, value in narrows.items()
    )
    many = any(grain == Grain.DAY_DETAIL for _, _, grain, *_ in asked)
    part = _DAYS if isinstance(by, tuple) else _PARTS[by]
    late, ever = _lows(asked)
    changes = " UNION ALL ".join(
        _UNDER.format(
            part=part.format("d"),
            table=table,
            kept=f"{kept} AND a.metric = ANY({keys})",
            bases=keys,
            metric=metric,
            filters=(bounds + low + filters).format("d"),
        )
        for keys, low, any_ in (
            (_KEYS.format("late"), _LATE, late),
            (_KEYS.format("ever"), "", ever),
        )
        if any_
        for table, metric, kept, bounds in _branches(past=past, many=many)
    )
    statement = _READ.format(
        along=WHOLE if scope.line is None else ALONG,
        part=part.format("x"),
        cells=(_BEFORE * past + filters).format("x"),
        changes=changes,
    )
    names = (
        "numbers", "bases", "grains", "firsts", "lasts", "lows", "highs", "sized", "floors"
    )  # fmt: skip
    values = {
        **dict(zip(names, columns(asked, len(names)), strict=True)),
        "units": [place.pk for place in places],
        "late": late,
        "ever": ever,
        "low": scope.since,
        **narrows,
        "line": scope.line,
        "today": scope.today,
        "asof": scope.asof,
        "from": by[0] if isinstance(by, tuple) else None,
    }
    return statement, values


def _branches(*, past: bool, many: bool) -> list[tuple[str, str, str, str]]:
    """Where changes are read beside cells, how they are found, of which places, within what."""
    found = _NAMED if many else _ANY_NAME
    branches = [
        ("figures_pending", _NAMED, "a.grain <= p.finest", _BEFORE * past),
        ("figures_entry", found, "a.grain > p.finest", _ASOF * past),
    ]
    if past:
        branches.append(("figures_entry", _NAMED, "a.grain <= p.finest", _THAT_DAY))
    return branches


def _asked(
    number: int, metric: Metric, scope: Scope, by: By | None, *, detail: bool
) -> tuple[int, str, int, dt.date, dt.date, dt.date, dt.date, bool, dt.date]:
    first, last = window(metric, scope)
    floor = EVER
    sized = metric.kind is Kind.SPREAD
    low, high = written(metric, scope)
    if isinstance(by, tuple):
        first, last, floor = _between(metric, by, (first, last))
    base = metric.of if metric.kind is Kind.WINDOW else metric.key
    bounded = period(scope) != (EVER, LAST) and metric.kind in {Kind.FLOW, Kind.SPREAD}
    daily = scope.asof is not None or bounded or isinstance(by, tuple)
    grain = (Grain.DAY if daily else Grain.EVER) + (1 if detail else 0)
    return (number, base, int(grain), first, last, low, high, sized, floor)


def _lows(asked: Sequence[tuple[Any, ...]]) -> tuple[list[str], list[str]]:
    """Metrics whose changes count only if written on the scope's first day or later; the others."""
    bounded = {base: low > EVER for _, base, _, _, _, low, *_ in asked}
    late = [base for base, is_bounded in bounded.items() if is_bounded]
    return late, [base for base, is_bounded in bounded.items() if not is_bounded]


def _between(
    metric: Metric, days: tuple[dt.date, dt.date], own: tuple[dt.date, dt.date]
) -> tuple[dt.date, dt.date, dt.date]:
    """Which days of their own changes count with on any of `days`; up to which all are alike."""
    if metric.kind is Kind.FLOW:
        return (*own, EVER)
    if metric.kind is not Kind.WINDOW:
        return (*own, LAST)
    first, last = days
    low, high = (None if bound is None else dt.timedelta(days=bound) for bound in metric.window)
    floor = LAST if high is None else first + high
    return (
        EVER if low is None else first + low,
        LAST if high is None else last + high,
        floor if low is None else EVER,
    )


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` to four places; None where there is nothing to take a share of."""
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def put(metrics: Iterable[str], sums: Sums) -> dict[str, Value]:
    """The value of each metric from the sums that were read; what was not read is 0."""
    return {key: _value(find(key), sums) for key in metrics}


def _value(metric: Metric, sums: Sums) -> Value:
    spreads = [sums.get(base, {}) for base in metric.bases]
    if metric.kind is Kind.QUANTILE:
        return quantile(spreads[0], Fraction(str(metric.share)))
    counts = [sum(spread.values()) for spread in spreads]
    return share(*counts) if metric.kind is Kind.RATIO else counts[0]


def table(
    metrics: Sequence[str], places: Sequence[Place], scope: Scope | None = None
) -> dict[int, dict[str, Value]]:
    """Every metric at every place: `{unit id: {metric key: value}}`, in one query."""
    found = spreads(base_keys(metrics), places, scope)
    return {unit: put(metrics, sums) for unit, sums in found.items()}


def spreads(
    metrics: Sequence[str], places: Sequence[Place], scope: Scope | None = None
) -> dict[int, dict[str, dict[int, int]]]:
    """Spreads in full: `{unit id: {key: {days: how many}}}`, in one query; add them up at will.

    Whatever else is kept has one number under 0. What is zero may be missing.

    Raises:
        KeyError: a metric is not declared.
    """
    sums: dict[int, dict[str, dict[int, int]]] = {place.pk: {} for place in places}
    for row in read(metrics, places, scope or Scope()):
        sums[row.unit_id].setdefault(row.metric, {})[row.size] = row.value
    return sums


def split(
    metrics: Sequence[str], place: Place, by: By, scope: Scope | None = None
) -> dict[str, dict[str, Value]]:
    """Every metric at one place split by `by`: `{part: {metric key: value}}`, in one query."""
    sums: dict[str, dict[str, dict[int, int]]] = {}
    for row in read(base_keys(metrics), [place], scope or Scope(), by):
        sums.setdefault(row.key, {}).setdefault(row.metric, {})[row.size] = row.value
    return {part: put(metrics, values) for part, values in sorted(sums.items())}
