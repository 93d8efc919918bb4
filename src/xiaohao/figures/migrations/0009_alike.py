"""Many things that count alike are counted by one call: what they share is named once."""

from typing import ClassVar

from django.db import migrations

# Put in by metric and place, as the indexes lie: the next change is near the one before it.
ADD = """
CREATE FUNCTION figures_add_alike(
    moment timestamptz, today date, metrics text[], stocks boolean[], dateds boolean[],
    sourceds boolean[], units bigint[], things bigint[], days date[], categories integer[],
    channels text[], sources text[], programmes integer[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    put bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(figures_lock());
    INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id,
                               channel, source, programme_id, amount, stock, dated, transfer)
    SELECT m.metric, u.path, u.id, g.thing, moment, today, CASE WHEN m.dated THEN g.day ELSE today END,
           g.category, g.channel, CASE WHEN m.sourced THEN g.source ELSE '' END,
           CASE WHEN m.sourced THEN g.programme ELSE 0 END, 1, m.stock, m.dated, false
    FROM unnest(units, things, days, categories, channels, sources, programmes)
         AS g(unit, thing, day, category, channel, source, programme)
    JOIN units_unit u ON u.id = g.unit
    CROSS JOIN unnest(metrics, stocks, dateds, sourceds) AS m(metric, stock, dated, sourced)
    ORDER BY m.metric, u.path;
    GET DIAGNOSTICS put = ROW_COUNT;
    IF put <> cardinality(metrics) * cardinality(things) THEN
        RAISE EXCEPTION 'xiaohao: % of % changes of figures name a unit that does not exist',
            cardinality(metrics) * cardinality(things) - put,
            cardinality(metrics) * cardinality(things);
    END IF;
END $$;
"""
AWAY = """
DROP FUNCTION figures_add_alike(timestamptz, date, text[], boolean[], boolean[], boolean[],
    bigint[], bigint[], date[], integer[], text[], text[], integer[]);
"""


class Migration(migrations.Migration):
    """Beside `figures_add`, which stays for actions that count one thing in several ways."""

    dependencies: ClassVar = [("figures", "0008_locks")]
    operations: ClassVar = [migrations.RunSQL(ADD, AWAY)]
