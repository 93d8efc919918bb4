"""What happened to records counts under another category too, when they change theirs."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

_BEFORE = import_module("xiaohao.figures.migrations.0007_dimensions")

# As before, with a category beside the programme; null leaves what is borne as it is.
RECAST = """
CREATE FUNCTION figures_recast(
    moment timestamptz, today date, metrics text[], things bigint[], units bigint[], days date[],
    programme integer, category integer
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(figures_lock());
    INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id,
                               channel, source, programme_id, amount, stock, dated, transfer)
    WITH places AS (
        SELECT id AS unit_id, path FROM units_unit WHERE id = ANY(units)
        UNION SELECT unit_id, path FROM figures_formerpath WHERE unit_id = ANY(units)
    ), counted AS (
        SELECT e.metric, e.path, e.unit_id, e.thing_id, e.day, e.category_id, e.channel, e.source,
               e.programme_id, e.dated, sum(e.amount) AS amount
        FROM places p JOIN figures_entry e ON e.path = p.path
        WHERE e.metric = ANY(metrics) AND e.written = ANY(days) AND e.thing_id = ANY(things)
          AND NOT e.stock AND (coalesce(programme, e.programme_id), coalesce(category, e.category_id))
                              <> (e.programme_id, e.category_id)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(e.amount) <> 0
    )
    SELECT c.metric, c.path, c.unit_id, c.thing_id, moment, today, c.day, side.category_id,
           c.channel, c.source, side.programme_id, side.sign * c.amount, false, c.dated, false
    FROM counted c
    CROSS JOIN LATERAL (VALUES
        (-1, c.programme_id, c.category_id),
        (1, coalesce(programme, c.programme_id), coalesce(category, c.category_id))
    ) AS side(sign, programme_id, category_id);
END $$;
"""
AWAY = """
DROP FUNCTION figures_recast(
    timestamptz, date, text[], bigint[], bigint[], date[], integer, integer);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("figures", "0013_alike_wait_together")]

    operations: ClassVar = [
        migrations.RunSQL(_BEFORE.RECAST_AWAY, _BEFORE.RECAST),
        migrations.RunSQL(RECAST, AWAY),
    ]
