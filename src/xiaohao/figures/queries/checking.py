"""Recounting figures from what they stand for, and naming every difference.

Three questions, each one statement:

1. Do the changes as written agree with the records? (each metric's own recount)
2. Do the kept cells of heavy units agree with the changes folded, at every grain?
3. Do stocks stand where the tree stands now, in all superiors of each unit?
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from xiaohao.figures.models import Entry
from xiaohao.figures.queries.registry import registry
from xiaohao.figures.rules import EVER, Kind, Metric
from xiaohao.kernel.paths import ids
from xiaohao.units.models import Unit

SHOWN = 20  # differences of one question that are named one by one


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two ways of counting disagree.

    Attributes:
        metric, unit_id: where.
        against: `records`, `cells` or `tree`.
        what: dimensions of the place, e.g. `day 2019-09-13`.
        kept: what is kept.
        counted: what the recount finds.
    """

    metric: str
    unit_id: int
    against: str
    what: str
    kept: int
    counted: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a recount found.

    Attributes:
        checked: places compared.
        differences: how many of them disagree.
        examples: the first few differences of each question.
        unchecked: metrics that declare no recount from records.
    """

    checked: int
    differences: int
    examples: Sequence[Difference]
    unchecked: Sequence[str]


def check(sample: int | None = None, only: str = "") -> Report:
    """Recount everything (`sample` None), or what stands at and under some units drawn at random.

    One snapshot per question: it may run while others write.

    Args:
        only: key of a metric; the others, and the cells, are left out.
    """
    units = None if sample is None else _drawn(sample)
    checked = differences = 0
    examples: list[Difference] = []
    for number, wrong, shown in _questions(units, only):
        checked += number
        differences += wrong
        examples.extend(shown)
    unchecked = [metric.key for metric in registry() if metric.is_kept and metric.recount is None]
    return Report(checked, differences, examples, unchecked)


Found = tuple[int, int, list[Difference]]


def _questions(units: list[int] | None, only: str) -> Iterator[Found]:
    for metric in registry():
        if metric.is_kept and metric.recount is not None and only in {"", metric.key}:
            yield _records(metric, metric.recount(), units)
            if metric.kind is Kind.STOCK:
                yield _tree(metric, metric.recount(), units)
    if not only:
        yield _cells(units)


def _drawn(sample: int) -> list[int]:
    """Ids of units with figures, drawn at random, and of the unit right above each."""
    last = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    found: set[int] = set()
    for _ in range(sample):
        at = random.randint(0, last)  # noqa: S311 (a sample, not a secret)
        paths = Entry.objects.filter(id__gte=at).order_by("id").values_list("path", flat=True)
        for path in paths[:1]:
            found.update(ids(path)[-2:])
    return sorted(found)


_COMPARE = """
SELECT count(*), count(*) FILTER (WHERE kept <> counted),
       coalesce(json_agg(json_build_array(metric, unit_id, what, kept, counted))
                FILTER (WHERE kept <> counted AND place <= %(shown)s), '[]')
FROM (
    SELECT *, row_number() OVER (PARTITION BY kept <> counted ORDER BY metric, unit_id, what)
                  AS place
    FROM ({both}) AS both_sides
) AS numbered
"""


def _compare(both: str, values: dict[str, Any], against: str) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE.format(both=both), {**values, "shown": SHOWN})
        checked, wrong, rows = cursor.fetchone()
    found = [
        Difference(metric, unit, against, what, int(kept), int(counted))
        for metric, unit, what, kept, counted in rows
    ]
    return int(checked), int(wrong), found


def as_named(sql: str, params: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """A query with positional parameters as one with named ones."""
    names = {f"r{i}": value for i, value in enumerate(params)}
    return sql.replace("%%", "\0") % tuple(f"%({name})s" for name in names), names


_RECORDS = """
WITH counted(thing_id, unit_id, category_id, channel, day{more}) AS ({recount}),
sums AS (
    SELECT unit_id::int AS unit_id, coalesce(category_id::text, '0')::int AS category_id,
           channel::text COLLATE "C" AS channel, {source} AS source, {programme} AS programme_id,
           {day} AS day, {size} AS n
    FROM counted WHERE {where} GROUP BY 1, 2, 3, 4, 5, 6
), written AS (
    SELECT unit_id, category_id, channel, source, programme_id, {day} AS day, sum(amount) AS n
    FROM figures_entry WHERE metric = %(metric)s AND NOT transfer AND {where}
    GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT %(metric)s AS metric, unit_id, concat_ws(' ', 'category', category_id, 'channel', channel,
       'source', source, 'programme', programme_id, 'day', nullif(day, %(ever)s)) AS what,
       coalesce(w.n, 0) AS kept, coalesce(s.n, 0) AS counted
FROM sums s FULL JOIN written w
     USING (unit_id, category_id, channel, source, programme_id, day)
"""


def _sized(metric: Metric) -> dict[str, str]:
    """How a recount is added up: rows counted, or the amounts in their last column."""
    more = ", source, programme_id" if metric.sourced else ""
    return {
        "more": more + (", amount" if metric.summed else ""),
        "size": "sum(amount)" if metric.summed else "count(*)",
    }


def _records(metric: Metric, rows: Any, units: list[int] | None) -> Found:
    recount, names = as_named(*rows.query.sql_with_params())
    both = _RECORDS.format(
        recount=recount,
        day="day::date" if metric.keeps_day else "%(ever)s::date",
        where="true" if units is None else "unit_id = ANY(%(units)s)",
        source='source::text COLLATE "C"' if metric.sourced else "''",
        programme="coalesce(programme_id::text, '0')::int" if metric.sourced else "0",
        **_sized(metric),
    )
    values = {**names, "metric": metric.key, "units": units, "ever": EVER}
    return _compare(both, values, "records")


_TREE = """
WITH counted(thing_id, unit_id, category_id, channel, day{more}) AS ({recount}),
own AS (
    SELECT u.path, {size} AS n FROM counted c JOIN units_unit u ON u.id = c.unit_id GROUP BY 1
),
sums AS (
    SELECT figures_unit(substr(o.path, 5 * step + 1, 5)) AS unit_id, sum(o.n) AS n
    FROM own o CROSS JOIN LATERAL generate_series(0, length(o.path) / 5 - 1) AS step GROUP BY 1
), kept AS (
    SELECT figures_unit(substr(e.path, 5 * step + 1, 5)) AS unit_id, sum(e.n) AS n
    FROM (SELECT path, sum(amount) AS n FROM figures_entry WHERE metric = %(metric)s
          GROUP BY 1) AS e
    CROSS JOIN LATERAL generate_series(0, length(e.path) / 5 - 1) AS step GROUP BY 1
)
SELECT %(metric)s AS metric, unit_id, '' AS what,
       coalesce(k.n, 0) AS kept, coalesce(s.n, 0) AS counted
FROM sums s FULL JOIN kept k USING (unit_id) WHERE {where}
"""


def _tree(metric: Metric, rows: Any, units: list[int] | None) -> Found:
    recount, names = as_named(*rows.query.sql_with_params())
    where = "true" if units is None else "unit_id = ANY(%(units)s)"
    both = _TREE.format(recount=recount, where=where, **_sized(metric))
    return _compare(both, {**names, "metric": metric.key, "units": units}, "tree")


_CELLS = """
WITH spread AS (
    SELECT metric, figures_unit(substr(path, 5 * step + 1, 5)) AS unit_id,
           category_id, channel, source, programme_id, written, day, dated, amount
    FROM (SELECT metric, path, category_id, channel, source, programme_id, written, day, dated,
                 sum(amount) AS amount
          FROM (
              SELECT metric, path, category_id, channel, source, programme_id, written, day, dated,
                     amount
              FROM figures_entry {among}
              UNION ALL
              SELECT metric, path, category_id, channel, source, programme_id, written, day, dated,
                     -amount
              FROM figures_pending
          ) AS folded GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) AS by_path
    CROSS JOIN LATERAL generate_series(0, length(path) / 5 - 1) AS step
), sums AS (
    SELECT metric, unit_id, grain,
           CASE WHEN detail THEN category_id ELSE 0 END AS category_id,
           CASE WHEN detail THEN channel ELSE '' END AS channel,
           CASE WHEN detail THEN source ELSE '' END AS source,
           CASE WHEN detail THEN programme_id ELSE 0 END AS programme_id,
           CASE WHEN daily THEN written ELSE %(ever)s END AS written,
           CASE WHEN daily OR dated THEN day ELSE %(ever)s END AS day,
           sum(amount) AS n
    FROM spread JOIN figures_heavy USING (unit_id)
    CROSS JOIN (VALUES (0, false, false), (1, true, false), (2, false, true), (3, true, true))
         AS g(grain, detail, daily)
    WHERE {where} AND grain <= finest GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), kept AS (SELECT * FROM figures_cell WHERE {where})
SELECT metric, unit_id, concat_ws(' ', 'grain', grain, 'category', category_id, 'channel', channel,
       'source', source, 'programme', programme_id, 'written', written, 'day', day) AS what,
       coalesce(c.value, 0) AS kept, coalesce(s.n, 0) AS counted
FROM sums s FULL JOIN kept c
     USING (metric, unit_id, grain, category_id, channel, source, programme_id, written, day)
"""
_AMONG = """
WHERE EXISTS (
    SELECT FROM (SELECT path FROM units_unit WHERE id = ANY(%(units)s)
                 UNION SELECT path FROM figures_formerpath WHERE unit_id = ANY(%(units)s)) AS p
    WHERE figures_entry.path >= p.path AND figures_entry.path < p.path || '~')
"""


def _cells(units: list[int] | None) -> Found:
    where = "true" if units is None else "unit_id = ANY(%(units)s)"
    both = _CELLS.format(where=where, among="" if units is None else _AMONG)
    return _compare(both, {"units": units, "ever": EVER}, "cells")


def named(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """Differences with the codes of their units, for output."""
    codes = dict(
        Unit.objects.filter(pk__in={one.unit_id for one in found})
        .order_by()
        .values_list("pk", "code")
    )
    return [
        {
            "metric": one.metric,
            "unit": codes.get(one.unit_id, str(one.unit_id)),
            "against": one.against,
            "what": one.what.strip(),
            "kept": one.kept,
            "counted": one.counted,
        }
        for one in found
    ]
