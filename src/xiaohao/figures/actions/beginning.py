"""Beginning: the cells of all units at once, where none are kept yet; after a load."""

from typing import Any

from django.db import connection, transaction

from xiaohao.figures.actions.folding import FOLDED, GRAINS, IN_ORDER, INTO
from xiaohao.figures.models import Heavy
from xiaohao.figures.rules import EVER, levels

# Each level of the tree costs one pass over the changes, which may be made by several processes,
# instead of one look into an index for every unit and change. A unit that stood at another level
# once would be met by two passes: it begins by itself, afterwards.
_SIZES = """
INSERT INTO figures_heavy (unit_id, finest, changes)
SELECT u.id, (SELECT max(grain) FROM unnest(%(grains)s::int[], %(leasts)s::bigint[])
              AS of(grain, least) WHERE sum(e.n) >= least), sum(e.n)
FROM (SELECT path, count(*) AS n FROM figures_entry GROUP BY path) AS e
CROSS JOIN LATERAL generate_series(5, length(e.path), 5) AS long
JOIN units_unit u ON u.path = left(e.path, long)
WHERE NOT EXISTS (SELECT FROM figures_formerpath f
                  WHERE f.unit_id = u.id AND length(f.path) <> length(u.path))
GROUP BY u.id HAVING sum(e.n) >= %(heavy)s
"""
_LONG = """
SELECT DISTINCT length(u.path) FROM units_unit u JOIN figures_heavy h ON h.unit_id = u.id ORDER BY 1
"""
# Of all days in detail, and of each day as fine as the unit's cells are; a `day` that no cell tells
# apart is gone.
_SPREAD = f"""
CREATE TEMPORARY TABLE figures_rising ON COMMIT DROP AS
SELECT e.metric, p.unit_id, g.coarsest, CASE WHEN g.daily THEN p.finest ELSE 1 END AS finest,
       CASE WHEN g.daily THEN e.written ELSE %(ever)s END AS written,
       CASE WHEN g.daily OR e.dated THEN e.day ELSE %(ever)s END AS day,
       CASE WHEN g.daily AND p.finest = 2 THEN 0 ELSE e.category_id END AS category_id,
       CASE WHEN g.daily AND p.finest = 2 THEN '' ELSE e.channel END AS channel,
       CASE WHEN g.daily AND p.finest = 2 THEN '' ELSE e.source END AS source,
       CASE WHEN g.daily AND p.finest = 2 THEN 0 ELSE e.programme_id END AS programme_id,
       true AS dated, sum(e.amount) AS amount
FROM {FOLDED} e
JOIN (SELECT h.unit_id, h.finest, u.path FROM figures_heavy h JOIN units_unit u ON u.id = h.unit_id
      WHERE length(u.path) = %(long)s
      UNION
      SELECT h.unit_id, h.finest, f.path FROM figures_heavy h JOIN figures_formerpath f
          USING (unit_id) WHERE length(f.path) = %(long)s) AS p ON p.path = left(e.path, %(long)s)
JOIN (VALUES (0, false), (2, true)) AS g(coarsest, daily) ON g.coarsest <= p.finest
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(e.amount) <> 0
"""  # noqa: S608 (our own words)
# A key is looked up for each row, and its place is at hand only if all rows come in its order:
# they are gathered first.
_GATHER = """
CREATE TEMPORARY TABLE figures_begun ON COMMIT DROP AS
SELECT metric, unit_id, grain, category_id, channel, source, programme_id, written, day, value
FROM figures_cell WITH NO DATA
"""
_RISE = f"""
WITH spread AS (SELECT * FROM figures_rising WHERE (coarsest, finest) <> (2, 2))
INSERT INTO figures_begun {GRAINS}
"""  # noqa: S608 (our own words)
# These are most, and cells already.
_AS_THEY_ARE = """
INSERT INTO figures_begun
SELECT metric, unit_id, 2, category_id, channel, source, programme_id, written, day, amount
FROM figures_rising WHERE (coarsest, finest) = (2, 2)
"""
_BEGIN = f"{INTO} SELECT * FROM figures_begun {IN_ORDER}"  # noqa: S608 (our own words)


def begin(heavy: int) -> int:
    """Keep cells for all units with so many changes; how many. No unit may have some already."""
    grains, leasts = zip(*levels(heavy), strict=True)
    given: dict[str, Any] = {"heavy": heavy, "grains": list(grains), "leasts": list(leasts)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        # Nothing tells the planner how many paths begin alike: it would sort all there is to join.
        cursor.execute("SET LOCAL enable_mergejoin = off")
        cursor.execute("SELECT pg_advisory_xact_lock(figures_folding_lock())")
        if Heavy.objects.exists():  # somebody else was first
            return 0
        cursor.execute(_SIZES, given)
        begun = int(cursor.rowcount)
        cursor.execute(_GATHER)
        cursor.execute(_LONG)
        for (long,) in cursor.fetchall():
            cursor.execute(_SPREAD, {"long": long, "ever": EVER})
            cursor.execute("ANALYZE figures_rising")
            cursor.execute(_RISE, {"ever": EVER})
            cursor.execute(_AS_THEY_ARE)
            cursor.execute("DROP TABLE figures_rising")
        cursor.execute(_BEGIN)
        cursor.execute("DROP TABLE figures_begun")  # the transaction may be another's, and go on
        return begun
