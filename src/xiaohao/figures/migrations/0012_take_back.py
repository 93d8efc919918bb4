"""What happened to records that were written down by mistake is counted no more."""

from typing import ClassVar

from django.db import migrations

TAKE_BACK = """
CREATE FUNCTION figures_take_back(
    moment timestamptz, today date, metrics text[], things bigint[], units bigint[], days date[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(figures_lock());
    INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id,
                               channel, source, programme_id, amount, stock, dated, transfer)
    WITH places AS (
        SELECT id AS unit_id, path FROM units_unit WHERE id = ANY(units)
        UNION SELECT unit_id, path FROM figures_formerpath WHERE unit_id = ANY(units)
    )
    SELECT e.metric, e.path, e.unit_id, e.thing_id, moment, today, e.day, e.category_id, e.channel,
           e.source, e.programme_id, -sum(e.amount), false, e.dated, false
    FROM places p JOIN figures_entry e ON e.path = p.path
    WHERE e.metric = ANY(metrics) AND e.written = ANY(days) AND e.thing_id = ANY(things)
      AND NOT e.stock
    GROUP BY e.metric, e.path, e.unit_id, e.thing_id, e.day, e.category_id, e.channel, e.source,
             e.programme_id, e.dated
    HAVING sum(e.amount) <> 0;
END $$;
"""
AWAY = """
DROP FUNCTION figures_take_back(timestamptz, date, text[], bigint[], bigint[], date[]);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("figures", "0011_covering")]

    operations: ClassVar = [migrations.RunSQL(TAKE_BACK, AWAY)]
