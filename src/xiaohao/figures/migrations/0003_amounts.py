"""Amounts of 64 bits: sums of money are kept in fen, which 32 bits hold up to 21 million yuan."""

from typing import ClassVar

from django.db import migrations, models

AWAY = """
DROP FUNCTION figures_add(timestamptz, date, text[], bigint[], bigint[], {kind}[], date[],
                          integer[], text[], boolean[], boolean[]);
"""
ADD = """
CREATE FUNCTION figures_add(
    moment timestamptz, today date, metrics text[], units bigint[], things bigint[],
    amounts {kind}[], days date[], categories integer[], channels text[],
    stocks boolean[], dateds boolean[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    put bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(figures_lock());
    INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id,
                               channel, amount, stock, dated, transfer)
    SELECT g.metric, u.path, u.id, g.thing, moment, today, g.day, g.category,
           g.channel, g.amount, g.stock, g.dated, false
    FROM unnest(metrics, units, things, amounts, days, categories, channels, stocks, dateds)
         AS g(metric, unit, thing, amount, day, category, channel, stock, dated)
    JOIN units_unit u ON u.id = g.unit;
    GET DIAGNOSTICS put = ROW_COUNT;
    IF put <> cardinality(metrics) THEN
        RAISE EXCEPTION 'xiaohao: % of % changes of figures name a unit that does not exist',
            cardinality(metrics) - put, cardinality(metrics);
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    """Wider columns, and the function that fills them."""

    dependencies: ClassVar = [("figures", "0002_functions")]
    operations: ClassVar = [
        migrations.AlterField("entry", "amount", models.BigIntegerField()),
        migrations.AlterField("pending", "amount", models.BigIntegerField()),
        migrations.RunSQL(
            [AWAY.format(kind="integer"), ADD.format(kind="bigint")],
            [AWAY.format(kind="bigint"), ADD.format(kind="integer")],
        ),
    ]
