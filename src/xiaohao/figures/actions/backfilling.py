"""Giving a metric that is new the changes of what happened before it was declared.

The records and the trail say what it counts (`Metric.recount`), the changes written say what is
counted already; the difference is written, record by record. Asked again after a failure it finds
what is still missing, and nothing else. Whoever writes meanwhile puts record and change into one
transaction, so that a statement sees both or neither.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from xiaohao.figures.queries import kept
from xiaohao.figures.queries.checking import as_named
from xiaohao.figures.rules import EVER, Kind, Metric
from xiaohao.kernel import clock, locks
from xiaohao.kernel.errors import Refused

BATCH = 5_000  # records in one transaction
_LAST = 2**63 - 1
_COUNTED = """
counted(thing_id, unit_id, category_id, channel, day{more}) AS ({rows})
"""
# The last record of the next batch; nothing where no more than a batch is left.
_UPTO = """
WITH {counted}
SELECT thing_id FROM (
    SELECT DISTINCT thing_id FROM counted WHERE thing_id > %(after)s ORDER BY 1
    LIMIT 1 OFFSET %(most)s - 1
) AS last
"""
# `asked` is one row a time that a record counts, `due` how many of these are missing; those that
# were written by an action are the latest, so that the first ones are missing.
# Under whom a unit stood on a day, the highest first.
_ABOVE = """
        WITH RECURSIVE up AS (
            SELECT m.unit_id::bigint AS id, 0 AS height
            UNION ALL
            SELECT CASE WHEN was.unit_id IS NULL THEN u.parent_id ELSE was.parent_id END,
                   up.height + 1
            FROM up JOIN units_unit u ON u.id = up.id
            LEFT JOIN units_placement was ON was.unit_id = up.id AND was.during @> m.happened
        )
        SELECT array_agg(id::int ORDER BY height DESC) AS chain FROM up WHERE id IS NOT NULL
"""
# What happened is counted where the unit stood on that day, if the database knows that path (a
# unit's own former paths are kept); what stands, where it stands now.
_WRITE = """
WITH {counted}, asked AS (
    SELECT thing_id::bigint AS thing_id, unit_id::int AS unit_id,
           coalesce(category_id::text, '0')::int AS category_id,
           channel::text COLLATE "C" AS channel, {source} AS source, {programme} AS programme_id,
           {day} AS day, {at} AS at, {size}::bigint AS n
    FROM counted
    WHERE unit_id IS NOT NULL AND thing_id > %(after)s AND thing_id <= %(upto)s
), wanted AS (
    SELECT thing_id, unit_id, category_id, channel, source, programme_id, day, sum(n) AS n
    FROM asked GROUP BY 1, 2, 3, 4, 5, 6, 7
), written AS (
    SELECT thing_id, unit_id, category_id, channel, source, programme_id,
           {written_day} AS day, sum(amount) AS n
    FROM figures_entry
    WHERE metric = %(metric)s AND NOT transfer AND thing_id > %(after)s AND thing_id <= %(upto)s
    GROUP BY 1, 2, 3, 4, 5, 6, 7
), due AS (
    SELECT thing_id, unit_id, category_id, channel, source, programme_id, day,
           coalesce(w.n, 0) - coalesce(d.n, 0) AS n
    FROM wanted w
    FULL JOIN written d USING (thing_id, unit_id, category_id, channel, source, programme_id, day)
    WHERE coalesce(w.n, 0) <> coalesce(d.n, 0)
), missing AS (
    SELECT d.thing_id, d.unit_id, d.category_id, d.channel, d.source, d.programme_id, d.day, a.at,
           1::bigint AS amount
    FROM due d JOIN (
        SELECT *, row_number() OVER (PARTITION BY thing_id, unit_id, category_id, channel, source,
                                                  programme_id, day ORDER BY at) AS place
        FROM asked
    ) AS a USING (thing_id, unit_id, category_id, channel, source, programme_id, day)
    WHERE NOT %(summed)s AND d.n > 0 AND a.place <= d.n
    UNION ALL
    SELECT d.thing_id, d.unit_id, d.category_id, d.channel, d.source, d.programme_id, d.day,
           CASE WHEN d.n > 0 THEN (SELECT min(a.at) FROM asked a WHERE a.thing_id = d.thing_id
                                   AND a.unit_id = d.unit_id) ELSE %(now)s END, d.n::bigint
    FROM due d WHERE %(summed)s OR d.n < 0
), placed AS (
    SELECT m.unit_id, m.happened, f.path
    FROM (SELECT DISTINCT unit_id, (at AT TIME ZONE 'Asia/Shanghai')::date AS happened FROM missing
          WHERE NOT %(stock)s AND unit_id IN (SELECT unit_id FROM figures_formerpath)) AS m
    CROSS JOIN LATERAL ({above}) AS stood
    JOIN figures_formerpath f ON f.unit_id = m.unit_id AND stood.chain = ARRAY(
        SELECT figures_unit(substr(f.path, 5 * i - 4, 5))
        FROM generate_series(1, length(f.path) / 5) AS i ORDER BY i)
), put AS (
    INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id,
                               channel, source, programme_id, amount, stock, dated, transfer)
    SELECT %(metric)s, coalesce(p.path, u.path), u.id, m.thing_id, m.at,
           (m.at AT TIME ZONE 'Asia/Shanghai')::date,
           CASE WHEN %(dated)s THEN m.day ELSE (m.at AT TIME ZONE 'Asia/Shanghai')::date END,
           m.category_id, m.channel, m.source, m.programme_id, m.amount, %(stock)s, %(dated)s, false
    FROM missing m JOIN units_unit u ON u.id = m.unit_id
    LEFT JOIN placed p ON p.unit_id = m.unit_id
                      AND p.happened = (m.at AT TIME ZONE 'Asia/Shanghai')::date
    ORDER BY m.at, m.thing_id
    RETURNING 1
)
SELECT count(*) FROM put
"""


def backfill(
    *, metric: str, batch: int = BATCH, progress: Callable[[int], None] | None = None
) -> int:
    """Write the changes that a metric lacks, as of when `Metric.history` says; how many.

    What it does not date counts from now on. What happened counts where its unit stood on that day,
    what stands where it stands now.

    Args:
        metric: key of a kept metric.
        batch: records in one transaction.
        progress: called with the number of changes written so far.

    Raises:
        KeyError: it is not declared, or derived.
        Refused: `no_recount`, where nothing says what it counts.
    """
    declared = kept(metric)
    if declared.recount is None:
        text = _("“%(name)s” has no recount from records, so its past is not known.")
        raise Refused.because("no_recount", text % {"name": declared.name}, "metric")
    after, total = -1, 0
    while True:
        upto, written = _batch(declared, after, batch)
        total += written
        if progress:
            progress(total)
        if upto == _LAST:
            return total
        after = upto


def _batch(metric: Metric, after: int, most: int) -> tuple[int, int]:
    """Up to which record a batch went, and how many changes it wrote."""
    counted, values = _counted(metric)
    values |= {"metric": metric.key, "after": after, "most": most, "now": clock.now()}
    with transaction.atomic(), connection.cursor() as cursor:
        locks.hold(f"figures.backfill:{metric.key}")  # two that do the same take turns
        cursor.execute("SELECT pg_advisory_xact_lock_shared(figures_lock())")  # as writers do
        cursor.execute(_UPTO.format(counted=counted), values)
        found = cursor.fetchone()
        values |= {"upto": int(found[0]) if found else _LAST, "ever": EVER}
        values |= {"stock": metric.kind is Kind.STOCK, "dated": metric.keeps_day}
        values["summed"] = metric.summed
        cursor.execute(_WRITE.format(counted=counted, above=_ABOVE, **_sized(metric)), values)
        return values["upto"], int(cursor.fetchone()[0])


def _counted(metric: Metric) -> tuple[str, dict[str, Any]]:
    rows = (metric.history or metric.recount)()  # type: ignore[misc]
    sql, values = as_named(*rows.query.sql_with_params())
    more = ", source, programme_id" if metric.sourced else ""
    more += ", amount" if metric.summed else ""
    more += ", at" if metric.history else ""
    return _COUNTED.format(more=more, rows=sql), values


def _sized(metric: Metric) -> dict[str, str]:
    return {
        "source": 'source::text COLLATE "C"' if metric.sourced else "''",
        "programme": "coalesce(programme_id::text, '0')::int" if metric.sourced else "0",
        "size": "amount" if metric.summed else "1",
        "day": "day::date" if metric.keeps_day else "%(ever)s::date",
        "written_day": "day" if metric.keeps_day else "%(ever)s::date",
        "at": "at" if metric.history else "%(now)s::timestamptz",
    }
