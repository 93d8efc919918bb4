"""Writing changes of figures, and folding them into cells."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from xiaohao.figures.queries import kept
from xiaohao.figures.rules import BROAD, EVER, Delta, Kind, columns
from xiaohao.kernel import clock

__all__ = ["Delta", "add", "fold", "fold_all", "statement"]

_ADD = "SELECT figures_add(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_WIDTH = 9


def add(deltas: Iterable[Delta]) -> None:
    """Write all changes of one action, in its transaction and in one statement.

    The path written is the one at which the unit stands now, also when it has just been moved.

    Raises:
        KeyError: a metric that is not declared, or is not kept (a ratio, a window).
        ValueError: a dated stock without its day.
        InternalError: from the database, when a unit does not exist.
    """
    found = statement(deltas)
    if found is None:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*found)


def statement(deltas: Iterable[Delta]) -> tuple[str, list[Any]] | None:
    """What `add` runs, for an action that writes everything at once; None without changes.

    Raises:
        KeyError, ValueError: as `add`.
    """
    moment = clock.now()
    today = clock.local_day(moment)
    rows = []
    for delta in deltas:
        metric = kept(delta.metric)
        if metric.dated and delta.day is None:
            raise ValueError(f"{delta.metric} is kept by a day of its own; none was given")
        rows.append((
            delta.metric,
            delta.unit_id,
            delta.thing_id,
            delta.amount,
            delta.day or today,
            delta.category_id or 0,
            delta.channel,
            metric.kind is Kind.STOCK,
            metric.dated,
        ))  # fmt: skip
    return (_ADD, [moment, today, *columns(rows, _WIDTH)]) if rows else None


# One statement, hence one transaction: what leaves the queue is in the cells, or neither happened.
# Cells are written in the order of their key, so that folders running at once cannot deadlock.
_FOLD = """
WITH taken AS (
    DELETE FROM figures_pending WHERE entry_id IN (
        SELECT entry_id FROM figures_pending ORDER BY entry_id LIMIT %(most)s
        FOR UPDATE SKIP LOCKED
    ) RETURNING metric, path, written, day, category_id, channel, amount, dated
), summed AS MATERIALIZED (
    SELECT metric, path, written, day, category_id, channel, dated, sum(amount) AS amount
    FROM taken GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(amount) <> 0
), spread AS MATERIALIZED (
    SELECT s.metric, figures_unit(substr(s.path, 5 * step + 1, 5)) AS unit_id, step < %(broad)s
           AS broad, s.written, s.day, s.category_id, s.channel, s.dated, sum(s.amount) AS amount
    FROM summed s CROSS JOIN LATERAL generate_series(0, length(s.path) / 5 - 1) AS step
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(s.amount) <> 0
), put AS (
    INSERT INTO figures_cell AS c
        (metric, unit_id, grain, category_id, channel, written, day, value)
    SELECT metric, unit_id, grain,
           CASE WHEN detail THEN category_id ELSE 0 END, CASE WHEN detail THEN channel ELSE '' END,
           CASE WHEN daily THEN written ELSE %(ever)s END,
           CASE WHEN daily OR dated THEN day ELSE %(ever)s END,
           sum(amount)
    FROM spread
    JOIN (VALUES (0, false, false), (1, true, false), (2, false, true), (3, true, true))
         AS g(grain, detail, daily) ON g.detail OR broad
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(amount) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (metric, unit_id, grain, category_id, channel, written, day)
    DO UPDATE SET value = c.value + excluded.value
)
SELECT count(*) FROM taken
"""


def fold(most: int = 50_000) -> int:
    """Move up to `most` pending changes into the cells of their units and all above; how many.

    Readers see each change exactly once, before, during and after.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(
            _FOLD,
            {"most": most, "ever": EVER, "broad": BROAD},
        )
        return int(cursor.fetchone()[0])


def fold_all(most: int = 50_000) -> int:
    """Fold until nothing is pending; how many changes were folded."""
    total = 0
    while folded := fold(most):
        total += folded
    return total
