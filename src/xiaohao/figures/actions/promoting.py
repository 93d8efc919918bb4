"""Promoting: cells begin to be kept, or finer ones, for units that have grown heavy."""

from typing import Any

from django.db import connection, transaction

from xiaohao.figures.actions import beginning
from xiaohao.figures.actions.folding import FOLDED, GRAINS, IN_ORDER, INTO
from xiaohao.figures.models import Heavy
from xiaohao.figures.rules import EVER, HEAVY, finest, levels

# Units without cells right below one that has them (or below none), grown heavy.
_GROWN = """
WITH candidates AS MATERIALIZED (
    SELECT u.id, u.path FROM units_unit u
    LEFT JOIN figures_heavy h ON h.unit_id = u.id
    LEFT JOIN figures_heavy above ON above.unit_id = u.parent_id
    WHERE h.unit_id IS NULL AND (u.parent_id IS NULL OR above.unit_id IS NOT NULL)
)
SELECT c.id FROM candidates c
WHERE (SELECT count(*) FROM (SELECT FROM figures_entry e
                             WHERE e.path >= c.path AND e.path < c.path || '~'
                             ORDER BY e.path LIMIT %(heavy)s) AS enough) >= %(heavy)s
ORDER BY c.id
"""  # in the order of the index, else the planner reads the table for so wide a range
_FINER = """
SELECT unit_id, finest FROM figures_heavy WHERE finest < %(finest)s AND changes >= %(most)s
ORDER BY unit_id
"""
_SIZE = """
SELECT count(*) FROM units_unit u JOIN figures_entry e
    ON e.path >= u.path AND e.path < u.path || '~'
WHERE u.id = %s
"""
_PROMOTE = f"""
WITH fresh AS (
    INSERT INTO figures_heavy AS h (unit_id, finest, changes)
    VALUES (%(unit)s, %(finest)s, %(size)s)
    ON CONFLICT (unit_id) DO UPDATE SET finest = excluded.finest WHERE h.finest = %(before)s
    RETURNING unit_id
), places AS (
    SELECT f.unit_id, u.path FROM fresh f JOIN units_unit u ON u.id = f.unit_id
    UNION
    SELECT f.unit_id, p.path FROM fresh f JOIN figures_formerpath p USING (unit_id)
), spread AS (
    SELECT e.metric, p.unit_id, e.written, e.day, e.category_id, e.channel, e.source,
           e.programme_id, e.dated, %(before)s + 1 AS coarsest, %(finest)s AS finest,
           sum(e.amount) AS amount
    FROM places p JOIN {FOLDED} e ON e.path >= p.path AND e.path < p.path || '~'
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(e.amount) <> 0
)
{INTO} {GRAINS} {IN_ORDER}
"""  # noqa: S608 (our own words)


def promote(heavy: int = HEAVY) -> int:
    """Keep cells from now on, or finer ones, for units that have grown heavy; how many did.

    With `heavy` changes at and below it a unit has cells of all days, with more also of each day
    (`rules.finest`). They begin with all that is folded already, in one transaction, while nobody
    folds. Where no unit has cells yet (after a load), all begin at once.
    """
    promoted = 0 if Heavy.objects.exists() else beginning.begin(heavy)
    while grown := _rows(_GROWN, {"heavy": heavy}):
        for (unit,) in grown:
            size = _rows(_SIZE, [unit])[0][0]
            _promote(unit, size, finest(max(size, heavy), heavy), before=-1)
        promoted += len(grown)
    for grain, most in reversed(levels(heavy)):
        for unit, before in _rows(_FINER, {"finest": grain, "most": most}):
            _promote(unit, most, grain, before)
            promoted += 1
    return promoted


def _promote(unit: int, size: int, grain: int, before: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(figures_folding_lock())")
        cursor.execute(
            _PROMOTE,
            {"unit": unit, "size": size, "finest": grain, "before": before, "ever": EVER},
        )


def _rows(statement: str, values: Any) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[int, ...]] = cursor.fetchall()
        return rows
