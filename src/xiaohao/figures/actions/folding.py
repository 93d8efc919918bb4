"""Folding: pending changes become part of the cells of heavy units."""

from django.db import connection, transaction

from xiaohao.figures.rules import EVER

# How one change becomes cells: with and without detail, of its day and of all days.
GRAINS = """
    SELECT metric, unit_id, grain,
           CASE WHEN detail THEN category_id ELSE 0 END, CASE WHEN detail THEN channel ELSE '' END,
           CASE WHEN detail THEN source ELSE '' END, CASE WHEN detail THEN programme_id ELSE 0 END,
           CASE WHEN daily THEN written ELSE %(ever)s END,
           CASE WHEN daily OR dated THEN day ELSE %(ever)s END,
           sum(amount)
    FROM spread
    CROSS JOIN (VALUES (0, false, false), (1, true, false), (2, false, true), (3, true, true))
         AS g(grain, detail, daily)
    WHERE g.grain BETWEEN coarsest AND finest
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(amount) <> 0
"""
IN_ORDER = "ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9"
INTO = """
    INSERT INTO figures_cell AS c
        (metric, unit_id, grain, category_id, channel, source, programme_id, written, day, value)
"""
# What cells hold of all changes: those that wait are taken off again. Within one snapshot, while
# nobody folds.
FOLDED = """(
    SELECT metric, path, written, day, category_id, channel, source, programme_id, dated, amount
    FROM figures_entry
    UNION ALL
    SELECT metric, path, written, day, category_id, channel, source, programme_id, dated, -amount
    FROM figures_pending
)"""
# One statement, hence one transaction: what leaves the queue is in the cells, or neither happened.
# Cells are written in the order of their key, so that folders running at once cannot deadlock.
_FOLD = f"""
WITH taken AS (
    DELETE FROM figures_pending WHERE entry_id IN (
        SELECT entry_id FROM figures_pending ORDER BY entry_id LIMIT %(most)s
        FOR UPDATE SKIP LOCKED
    ) RETURNING metric, path, written, day, category_id, channel, source, programme_id, dated,
                amount, changes
), summed AS MATERIALIZED (
    SELECT metric, path, written, day, category_id, channel, source, programme_id, dated,
           sum(amount) AS amount
    FROM taken GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(amount) <> 0
), counted AS MATERIALIZED (
    SELECT p.path, p.n, h.unit_id, h.finest
    FROM (SELECT path, sum(changes) AS n FROM taken GROUP BY 1) AS p
    CROSS JOIN LATERAL generate_series(0, length(p.path) / 5 - 1) AS step
    JOIN figures_heavy h ON h.unit_id = figures_unit(substr(p.path, 5 * step + 1, 5))
), spread AS MATERIALIZED (
    SELECT s.metric, n.unit_id, s.written, s.day, s.category_id, s.channel, s.source,
           s.programme_id, s.dated, 0 AS coarsest, n.finest, sum(s.amount) AS amount
    FROM summed s JOIN counted n USING (path)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 HAVING sum(s.amount) <> 0
), grown AS (
    INSERT INTO figures_heavy AS h (unit_id, finest, changes)
    SELECT unit_id, min(finest), sum(n) FROM counted GROUP BY 1 ORDER BY 1
    ON CONFLICT (unit_id) DO UPDATE SET changes = h.changes + excluded.changes
), put AS (
    {INTO} {GRAINS} {IN_ORDER}
    ON CONFLICT (metric, unit_id, grain, category_id, channel, source, programme_id, written, day)
    DO UPDATE SET value = c.value + excluded.value
)
SELECT coalesce(sum(changes), 0) FROM taken
"""  # noqa: S608 (our own words)


def fold(most: int = 50_000) -> int:
    """Move up to `most` rows of pending changes into the cells of heavy units; how many changes.

    Readers see each change exactly once, before, during and after.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SELECT pg_advisory_xact_lock_shared(figures_folding_lock())")
        cursor.execute(_FOLD, {"most": most, "ever": EVER})
        return int(cursor.fetchone()[0])


def fold_all(most: int = 50_000) -> int:
    """Fold until nothing is pending; how many changes were folded."""
    total = 0
    while folded := fold(most):
        total += folded
    return total
