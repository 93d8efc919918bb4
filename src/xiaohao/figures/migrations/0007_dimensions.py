"""Changes bear the source and the programme of what they count.

Both are part of the detail of cells: no further cells are kept for a change, only finer ones. Cells
are made of the changes, so they are let go here and begin anew, see `actions.promote`; the rooms
that own the records give the changes of before their source and programme.
"""

from typing import ClassVar

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

ADD = """
CREATE FUNCTION figures_add(
    moment timestamptz, today date, metrics text[], units bigint[], things bigint[],
    amounts bigint[], days date[], categories integer[], channels text[],
    {given}stocks boolean[], dateds boolean[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    put bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(figures_lock());
    INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id,
                               channel, {columns}amount, stock, dated, transfer)
    SELECT g.metric, u.path, u.id, g.thing, moment, today, g.day, g.category,
           g.channel, {taken}g.amount, g.stock, g.dated, false
    FROM unnest(metrics, units, things, amounts, days, categories, channels, {passed}
                stocks, dateds)
         AS g(metric, unit, thing, amount, day, category, channel, {named}stock, dated)
    JOIN units_unit u ON u.id = g.unit;
    GET DIAGNOSTICS put = ROW_COUNT;
    IF put <> cardinality(metrics) THEN
        RAISE EXCEPTION 'xiaohao: % of % changes of figures name a unit that does not exist',
            cardinality(metrics) - put, cardinality(metrics);
    END IF;
END $$;
"""
ADD_AWAY = """
DROP FUNCTION figures_add(timestamptz, date, text[], bigint[], bigint[], bigint[], date[],
                          integer[], text[], {kinds}boolean[], boolean[]);
"""
# What stands at a moved unit is taken away and given at its own former and new path: the same for
# every superior, nothing for the unit itself; and what lies under a path adds up by itself, too,
# which is how lines are read.
FOLLOW = """
CREATE OR REPLACE FUNCTION figures_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := coalesce(nullif(current_setting('xiaohao.now', true), '')::timestamptz,
                                   now());
    today date := (moment AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF NOT EXISTS (SELECT FROM before b JOIN after a USING (id) WHERE a.path <> b.path) THEN
        RETURN NULL;
    END IF;
    INSERT INTO figures_formerpath (unit_id, path)
    SELECT b.id, b.path FROM before b JOIN after a USING (id)
    WHERE a.path <> b.path AND b.path <> ''
    ON CONFLICT DO NOTHING;
    INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id,
                               channel, {columns}amount, stock, dated, transfer)
    WITH moved AS (
        SELECT a.id, b.path AS old, a.path AS new
        FROM before b JOIN after a USING (id) WHERE a.path <> b.path
    ), standing AS (
        SELECT m.old, m.new, e.metric, e.thing_id, e.dated, e.category_id, e.channel, {theirs}
               CASE WHEN e.dated THEN e.day ELSE today END AS day, sum(e.amount) AS amount
        FROM moved m
        JOIN figures_formerpath f ON f.unit_id = m.id
        JOIN figures_entry e ON e.path = f.path
        WHERE e.stock AND NOT e.transfer
        GROUP BY {groups}
        HAVING sum(e.amount) <> 0
    )
    SELECT s.metric, side.path, figures_unit(right(side.path, 5)), s.thing_id, moment, today,
           s.day, s.category_id, s.channel, {standing}side.sign * s.amount, true, s.dated, true
    FROM standing s
    CROSS JOIN LATERAL (VALUES (-1, {old}), (1, {new})) AS side(sign, path)
    WHERE side.path <> '';
    RETURN NULL;
END $$;
"""
# What the records' changes of flows say of their programme, when a record changes its programme:
# taken back under the old one and counted under the new, where and for the day they were.
RECAST = """
CREATE FUNCTION figures_recast(
    moment timestamptz, today date, metrics text[], things bigint[], units bigint[], days date[],
    programme integer
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
          AND NOT e.stock AND e.programme_id <> programme
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(e.amount) <> 0
    )
    SELECT c.metric, c.path, c.unit_id, c.thing_id, moment, today, c.day, c.category_id,
           c.channel, c.source, side.programme_id, side.sign * c.amount, false, c.dated, false
    FROM counted c
    CROSS JOIN LATERAL (VALUES (-1, c.programme_id), (1, programme)) AS side(sign, programme_id);
END $$;
"""
RECAST_AWAY = """
DROP FUNCTION figures_recast(timestamptz, date, text[], bigint[], bigint[], date[], integer);
"""
NOW = {
    "given": "sources text[], programmes integer[],\n    ",
    "columns": "source, programme_id,\n                               ",
    "taken": "g.source, g.programme,\n           ",
    "passed": "sources, programmes,",
    "named": "source,\n              programme, ",
    "kinds": "text[], integer[], ",
    "theirs": "e.source, e.programme_id,",
    "groups": "1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "standing": "s.source, s.programme_id, ",
    "old": "s.old",
    "new": "s.new",
}
BEFORE = dict.fromkeys(NOW, "") | {
    "groups": "1, 2, 3, 4, 5, 6, 7, 8",
    "old": "left(s.old, -5)",
    "new": "left(s.new, -5)",
}
CELLS = """
TRUNCATE figures_cell, figures_heavy;
ALTER TABLE figures_cell DROP CONSTRAINT figures_cell_pkey;
ALTER TABLE figures_cell ADD source varchar(16) COLLATE "C" NOT NULL,
                         ADD programme_id integer NOT NULL;
ALTER TABLE figures_cell ADD PRIMARY KEY (metric, unit_id, grain, category_id, channel, source,
                                          programme_id, written, day);
"""
CELLS_AWAY = """
TRUNCATE figures_cell, figures_heavy;
ALTER TABLE figures_cell DROP CONSTRAINT figures_cell_pkey;
ALTER TABLE figures_cell DROP source, DROP programme_id;
ALTER TABLE figures_cell ADD PRIMARY KEY (metric, unit_id, grain, category_id, channel, written,
                                          day);
"""


def _columns(model: str) -> list[migrations.AddField]:
    return [
        migrations.AddField(
            model,
            "source",
            models.CharField(db_collation="C", db_default="", default="", max_length=16),
        ),
        migrations.AddField(model, "programme_id", models.IntegerField(db_default=0, default=0)),
    ]


class Migration(migrations.Migration):
    """Columns, the keys of cells, the functions that write."""

    dependencies: ClassVar = [("figures", "0006_grains")]
    operations: ClassVar = [
        pgtrigger.migrations.RemoveTrigger(model_name="entry", name="queue"),
        *_columns("entry"),
        *_columns("pending"),
        migrations.AddField("frozen", "source", models.CharField(blank=True, max_length=16)),
        migrations.AddField("frozen", "programme", models.CharField(blank=True, max_length=40)),
        migrations.RunSQL(
            [CELLS],
            [CELLS_AWAY],
            [
                migrations.AddField(
                    "cell", "source", models.CharField(db_collation="C", default="", max_length=16)
                ),
                migrations.AddField("cell", "programme_id", models.IntegerField(default=0)),
                migrations.AlterField(
                    "cell",
                    "grain",
                    models.SmallIntegerField(
                        choices=[
                            (0, "all days"),
                            (1, "all days, in detail"),
                            (2, "one day"),
                            (3, "one day, in detail"),
                        ]
                    ),
                ),
                migrations.AlterField(
                    "cell",
                    "pk",
                    models.CompositePrimaryKey(
                        "metric",
                        "unit_id",
                        "grain",
                        "category_id",
                        "channel",
                        "source",
                        "programme_id",
                        "written",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="queue",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    INSERT INTO figures_pending (entry_id, metric, path, written, day,\n                                                 category_id, channel, source, programme_id,\n                                                 amount, dated)\n                    SELECT id, metric, path, written, day, category_id, channel, source,\n                           programme_id, amount, dated\n                    FROM fresh;\n                    RETURN NULL;\n                ",
                    hash="a622c17fd574cd2839fab761ee92134473079770",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_queue_63983",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="figures_entry",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AlterField(
            "heavy",
            "finest",
            models.SmallIntegerField(
                choices=[
                    (0, "all days"),
                    (1, "all days, in detail"),
                    (2, "one day"),
                    (3, "one day, in detail"),
                ],
                default=3,
            ),
        ),
        migrations.RunSQL(
            [ADD_AWAY.format(**BEFORE), ADD.format(**NOW), FOLLOW.format(**NOW), RECAST],
            [RECAST_AWAY, FOLLOW.format(**BEFORE), ADD_AWAY.format(**NOW), ADD.format(**BEFORE)],
        ),
    ]
