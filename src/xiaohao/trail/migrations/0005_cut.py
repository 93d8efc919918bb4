"""Events are cut by the month in which they were written.

Also: nobody writes to a month but through the table that it is part of, where the triggers stand
that see a whole statement; and a month begins at midnight where the offices are, whatever the
offset from UTC was at that time.
"""

from typing import ClassVar

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# A trigger of a statement fires at the table that the statement names, so this one stands at each
# month and lets everything pass that goes through the whole.
SHUT = """
CREATE FUNCTION months_refuse_direct() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'xiaohao: write to the table that % is a month of', TG_TABLE_NAME;
END $$;
CREATE FUNCTION months_shut(child text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION months_never_emptied()', child);
    EXECUTE format('CREATE TRIGGER through_the_whole BEFORE INSERT ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION months_refuse_direct()', child);
END $$;
"""

# One month as a partition, filled with its rows from a table that was put aside, if one is named.
MONTH = """
DROP FUNCTION months_make(text, date);
CREATE FUNCTION months_make(parent text, month date, aside text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    child text := parent || to_char(month, '_YYYYMM');
    next date := (month + interval '1 month')::date;
    key text;
    kind regtype;
    low text := month;
    high text := next;
BEGIN
    SELECT a.attname, a.atttypid INTO key, kind FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
    WHERE p.partrelid = parent::regclass;
    IF kind <> 'date'::regtype THEN
        low := month::timestamp AT TIME ZONE 'Asia/Shanghai';
        high := next::timestamp AT TIME ZONE 'Asia/Shanghai';
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                   child, parent);
    IF aside IS NOT NULL THEN
        EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE %I >= %L AND %I < %L',
                       child, aside, key, low, key, high);
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   parent, child, low, high);
    PERFORM months_shut(child);
END $$;
"""

# What no month takes; filled like one, but with all that lies in none of the months just made.
REST = """
DROP FUNCTION months_rest(text);
CREATE FUNCTION months_rest(parent text, aside text DEFAULT NULL, made date[] DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    child text := parent || '_rest';
    key text;
    kind regtype;
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', child, parent);
    IF aside IS NOT NULL THEN
        SELECT a.attname, a.atttypid INTO key, kind FROM pg_partitioned_table p
        JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
        WHERE p.partrelid = parent::regclass;
        EXECUTE format(
            'INSERT INTO %I SELECT * FROM %I WHERE date_trunc(''month'', %s)::date <> ALL (%L)',
            child, aside, CASE kind WHEN 'date'::regtype THEN format('%I::timestamp', key)
                          ELSE format('%I AT TIME ZONE ''Asia/Shanghai''', key) END, made);
    END IF;
    PERFORM months_shut(child);
END $$;
"""

# Writers wait from the start, and go on by the months that are then there: one who had already
# chosen the rest for a row whose month is made meanwhile would be refused. Months are made long
# before they are written in, so that this is once a month, at night. Readers wait only while rows
# are taken out of the rest: all of it is put aside and filled in again, so that no guard looks away.
KEEP = """
CREATE OR REPLACE FUNCTION months_keep(parent text, first date, last date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    rest text := parent || '_rest';
    aside text := parent || '_aside';
    missing date[];
    month date;
    there boolean;
BEGIN
    IF months_missing(parent, first, last) = '{}' THEN
        RETURN 0;
    END IF;
    EXECUTE format('LOCK TABLE ONLY %I IN SHARE ROW EXCLUSIVE MODE', parent);
    missing := months_missing(parent, first, last);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', rest) INTO there;
    IF there THEN
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, rest);
        EXECUTE format('ALTER TABLE %I RENAME TO %I', rest, aside);
    END IF;
    FOREACH month IN ARRAY missing LOOP
        PERFORM months_make(parent, month, CASE WHEN there THEN aside END);
    END LOOP;
    IF there THEN
        PERFORM months_rest(parent, aside, missing);
        EXECUTE format('DROP TABLE %I', aside);
    END IF;
    RETURN cardinality(missing);
END $$;
CREATE FUNCTION months_missing(parent text, first date, last date) RETURNS date[]
LANGUAGE sql AS $$
    SELECT coalesce(array_agg(m::date ORDER BY m), '{}') FROM generate_series(
        date_trunc('month', first::timestamp), last::timestamp, interval '1 month') AS m
    WHERE to_regclass(quote_ident(parent || to_char(m, '_YYYYMM'))) IS NULL
$$;
"""

# The months that other rooms have made already.
SHUT_ALL = """
DO $$
DECLARE
    child text;
BEGIN
    FOR child IN
        SELECT c.relname FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid AND c.relkind = 'r'
        JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
        WHERE c.relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('CREATE TRIGGER through_the_whole BEFORE INSERT ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION months_refuse_direct()', child);
    END LOOP;
END $$;
"""

# Unique was (label, thing, seq); that is the heads' to keep now. The months to come are there from
# the first day on, not from the first job.
CUT = [
    "LOCK TABLE trail_event IN ACCESS EXCLUSIVE MODE",
    "DROP INDEX trail_event_chain",
    "SELECT months_cut('trail_event', 'at')",
    "CREATE INDEX trail_event_chain ON trail_event (label, thing_id, seq)",
    """
    SELECT months_keep('trail_event', d, d + 100)
    FROM (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS d) AS today
    """,
]
GUARDS = ("append_only", "never_emptied", "each_is_next")


class Migration(migrations.Migration):
    """The same rows under the same names; `id` alone is unique by its sequence."""

    dependencies: ClassVar = [("trail", "0004_heads")]
    operations: ClassVar = [
        migrations.RunSQL([SHUT, MONTH, REST, KEEP, SHUT_ALL]),
        *(pgtrigger.migrations.RemoveTrigger(model_name="event", name=name) for name in GUARDS),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL([*CUT])],
            [
                migrations.RemoveConstraint("event", "trail_event_chain"),
                migrations.AddIndex(
                    "event",
                    models.Index(fields=["label", "thing_id", "seq"], name="trail_event_chain"),
                ),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="102b783fbe463a9265a633d823ddadb507f06350",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4383b",
                    table="trail_event",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'xiaohao: this table is never emptied';",
                    hash="86c2754ffe3b96164c6ee7d8bfa520080f7fefd3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_c6824",
                    table="trail_event",
                    when="BEFORE",
                ),
            ),
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
    ]
