"""A row for each thing says which event is its newest; the next is held to it by the database."""

from typing import ClassVar

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# Nobody may write events between the filling and the guard. Heads are updated in place: with room
# on the page no index is touched for it.
FILL = """
INSERT INTO trail_head (label, thing_id, seq, hash, began, latest)
SELECT DISTINCT ON (label, thing_id) label, thing_id, seq, hash,
    min(at) OVER (PARTITION BY label, thing_id), max(at) OVER (PARTITION BY label, thing_id)
FROM trail_event ORDER BY label, thing_id, seq DESC
"""


class Migration(migrations.Migration):
    """Fill the heads from the events that are there, then shut them."""

    dependencies: ClassVar = [("trail", "0003_months")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Head",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "label",
                        "thing_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("label", models.CharField(max_length=40)),
                ("thing_id", models.BigIntegerField()),
                ("seq", models.PositiveIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                ("began", models.DateTimeField()),
                ("latest", models.DateTimeField()),
            ],
            options={
                "verbose_name": "head",
                "ordering": ["label", "thing_id"],
            },
        ),
        migrations.RunSQL(
            [
                "LOCK TABLE trail_event IN SHARE ROW EXCLUSIVE MODE",
                "ALTER TABLE trail_head SET (fillfactor = 80)",
                FILL,
            ],
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="each_is_next",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE told record;",
                    func="\nIF (SELECT count(*) FROM fresh) <= 100 THEN\n\nFOR told IN SELECT * FROM fresh ORDER BY label, thing_id, seq LOOP\n    IF told.seq = 1 THEN\n        INSERT INTO trail_head (label, thing_id, seq, hash, began, latest)\n        SELECT told.label, told.thing_id, 1, told.hash, told.at, told.at\n        WHERE told.previous = decode(repeat('00', 32), 'hex')\n        ON CONFLICT DO NOTHING;\n    ELSE\n        UPDATE trail_head SET seq = told.seq, hash = told.hash,\n            began = least(began, told.at), latest = greatest(latest, told.at)\n        WHERE label = told.label AND thing_id = told.thing_id\n            AND seq = told.seq - 1 AND hash = told.previous;\n    END IF;\n    IF NOT FOUND THEN\n        RAISE EXCEPTION 'xiaohao: event % is not the next of %/%',\n            told.seq, told.label, told.thing_id USING ERRCODE = 'integrity_constraint_violation';\n    END IF;\nEND LOOP;\n\nELSE\n\nEXECUTE $many$\n    WITH linked AS (\n        SELECT label, thing_id, seq, at, previous, hash, coalesce(\n            seq = lag(seq) OVER chain + 1 AND previous = lag(hash) OVER chain, true) AS follows\n        FROM fresh WINDOW chain AS (PARTITION BY label, thing_id ORDER BY seq)\n    ), chains AS MATERIALIZED (\n        SELECT label, thing_id, min(seq) AS first, max(seq) AS last,\n            (array_agg(previous ORDER BY seq))[1] AS previous,\n            (array_agg(hash ORDER BY seq DESC))[1] AS hash,\n            min(at) AS began, max(at) AS latest, bool_and(follows) AS whole\n        FROM linked GROUP BY label, thing_id\n    ), begun AS (\n        INSERT INTO trail_head (label, thing_id, seq, hash, began, latest)\n        SELECT label, thing_id, last, hash, began, latest FROM chains\n        WHERE whole AND first = 1 AND previous = decode(repeat('00', 32), 'hex')\n        ON CONFLICT DO NOTHING RETURNING label, thing_id\n    ), moved AS (\n        UPDATE trail_head h SET seq = c.last, hash = c.hash,\n            began = least(h.began, c.began), latest = greatest(h.latest, c.latest)\n        FROM chains c\n        WHERE c.whole AND c.first > 1 AND h.label = c.label AND h.thing_id = c.thing_id\n            AND h.seq = c.first - 1 AND h.hash = c.previous\n        RETURNING h.label, h.thing_id\n    )\n    SELECT c.first AS seq, c.label, c.thing_id FROM chains c\n    WHERE (c.label, c.thing_id) NOT IN (\n        SELECT label, thing_id FROM begun UNION ALL SELECT label, thing_id FROM moved)\n    LIMIT 1\n$many$ INTO told;\nIF told.label IS NOT NULL THEN\n    RAISE EXCEPTION 'xiaohao: event % or one after it is not the next of %/%',\n        told.seq, told.label, told.thing_id USING ERRCODE = 'integrity_constraint_violation';\nEND IF;\n\nEND IF;\nRETURN NULL;\n",
                    hash="d7a0d47b2de03596721cfd676190f2e67f916329",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_each_is_next_5583b",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="trail_event",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="head",
            trigger=pgtrigger.compiler.Trigger(
                name="moved_by_events",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0)",
                    func="RAISE EXCEPTION 'xiaohao: a head moves by an event alone';",
                    hash="2ee9c4655de55fcbda1305bde8e255d9ef20ceba",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_moved_by_events_240ff",
                    table="trail_head",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="head",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="a673f949bb66d3c64e5a9420be4358c11b2dbe32",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_31004",
                    table="trail_head",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="head",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'xiaohao: this table is never emptied';",
                    hash="247c9956b62c286c5a7625a6a9d05a0445dd373e",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_5216e",
                    table="trail_head",
                    when="BEFORE",
                ),
            ),
        ),
    ]
