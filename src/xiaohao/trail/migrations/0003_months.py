"""Tables that only grow are cut by the month in which rows are written.

`months_cut` makes a partitioned table of a plain one, rows and all. `months_keep` makes the months
from one day to another. What is written in a month that nobody has made goes into the partition
`…_rest`, so that no write is ever refused for it; `months_keep` takes such rows into their month
when it makes it, row by row as they are. Days and months are those of the offices.
"""

from typing import ClassVar

from django.db import migrations

NEVER_EMPTIED = """
CREATE FUNCTION months_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'xiaohao: this table is never emptied';
END $$;
"""

# One month as a partition. Not while rows of it lie in the rest: the caller sees to that.
MONTH = """
CREATE FUNCTION months_make(parent text, month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    child text := parent || to_char(month, '_YYYYMM');
    kind regtype := (SELECT a.atttypid FROM pg_partitioned_table p
                     JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
                     WHERE p.partrelid = parent::regclass);
    midnight text := CASE kind WHEN 'date'::regtype THEN '' ELSE ' 00:00:00+08' END;
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                   child, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   parent, child, month || midnight,
                   (month + interval '1 month')::date || midnight);
    EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION months_never_emptied()', child);
END $$;
"""

REST = """
CREATE FUNCTION months_rest(parent text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', parent || '_rest', parent);
    EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION months_never_emptied()', parent || '_rest');
END $$;
"""

# Rows are taken out of the rest by putting the whole of it aside and filling them in again, so
# that no guard need look away. Statement triggers of the parent do not fire: nothing is counted
# twice. Where the rest is empty nobody who writes to a month that exists waits.
KEEP = """
CREATE FUNCTION months_keep(parent text, first date, last date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    rest text := parent || '_rest';
    aside text := parent || '_aside';
    key text := (SELECT a.attname FROM pg_partitioned_table p
                 JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
                 WHERE p.partrelid = parent::regclass);
    day text := CASE (SELECT atttypid FROM pg_attribute
                      WHERE attrelid = parent::regclass AND attname = key)
                WHEN 'date'::regtype THEN format('%I', key)
                ELSE format('(%I AT TIME ZONE ''Asia/Shanghai'')::date', key) END;
    missing date[] := ARRAY(
        SELECT m::date FROM generate_series(date_trunc('month', first::timestamp),
                                            last::timestamp, interval '1 month') AS m
        WHERE to_regclass(quote_ident(parent || to_char(m, '_YYYYMM'))) IS NULL);
    there boolean;
    month date;
BEGIN
    IF cardinality(missing) = 0 THEN
        RETURN 0;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', rest) INTO there;
    IF NOT there THEN
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', rest);
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', rest) INTO there;
        IF there THEN
            RAISE EXCEPTION 'xiaohao: somebody wrote meanwhile; try again'
                USING ERRCODE = 'serialization_failure';
        END IF;
        FOREACH month IN ARRAY missing LOOP
            PERFORM months_make(parent, month);
        END LOOP;
        RETURN cardinality(missing);
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, rest);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', rest, aside);
    FOREACH month IN ARRAY missing LOOP
        PERFORM months_make(parent, month);
        EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE date_trunc(''month'', %s::timestamp) = %L',
                       parent || to_char(month, '_YYYYMM'), aside, day, month);
    END LOOP;
    PERFORM months_rest(parent);
    EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE date_trunc(''month'', %s::timestamp)::date <> ALL (%L)',
                   parent || '_rest', aside, day, missing);
    EXECUTE format('DROP TABLE %I', aside);
    RETURN cardinality(missing);
END $$;
"""

# The key of what was plain, its other indexes and its checks come along; its triggers are the
# caller's to install again.
CUT = """
CREATE FUNCTION months_cut(plain text, key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    before text := plain || '_plain';
    serial text := plain || '_id_seq';
    day text := CASE (SELECT atttypid FROM pg_attribute
                      WHERE attrelid = plain::regclass AND attname = key)
                WHEN 'date'::regtype THEN format('%I', key)
                ELSE format('(%I AT TIME ZONE ''Asia/Shanghai'')::date', key) END;
    indexes text[] := ARRAY(
        SELECT pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = plain::regclass AND NOT indisunique ORDER BY indexrelid);
    made text;
    low date;
    high date;
    used bigint;
BEGIN
    EXECUTE format('ALTER TABLE %I RENAME TO %I', plain, before);
    EXECUTE format('ALTER SEQUENCE %I RENAME TO %I', serial, before || '_id_seq');
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                   'INCLUDING IDENTITY) PARTITION BY RANGE (%I)', plain, before, key);
    PERFORM months_rest(plain);
    EXECUTE format('SELECT min(%1$s), max(%1$s) FROM %2$I', day, before) INTO low, high;
    IF low IS NOT NULL THEN
        PERFORM months_keep(plain, low, high);
    END IF;
    EXECUTE format('INSERT INTO %I SELECT * FROM %I', plain, before);
    EXECUTE format('SELECT last_value FROM %I WHERE is_called', before || '_id_seq') INTO used;
    IF used IS NOT NULL THEN
        PERFORM setval(quote_ident(serial), used);
    END IF;
    EXECUTE format('DROP TABLE %I', before);
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id, %I)', plain, key);
    FOREACH made IN ARRAY indexes LOOP
        EXECUTE made;
    END LOOP;
END $$;
"""

IN_REST = """
CREATE FUNCTION months_in_rest(parent text, OUT first date, OUT last date) LANGUAGE plpgsql AS $$
DECLARE
    key text := (SELECT a.attname FROM pg_partitioned_table p
                 JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
                 WHERE p.partrelid = parent::regclass);
    day text := CASE (SELECT atttypid FROM pg_attribute
                      WHERE attrelid = parent::regclass AND attname = key)
                WHEN 'date'::regtype THEN format('%I', key)
                ELSE format('(%I AT TIME ZONE ''Asia/Shanghai'')::date', key) END;
BEGIN
    EXECUTE format('SELECT min(%1$s), max(%1$s) FROM %2$I', day, parent || '_rest')
        INTO first, last;
END $$;
"""


class Migration(migrations.Migration):
    """Functions only; each room cuts its own tables with them."""

    dependencies: ClassVar = [("trail", "0002_never_ignore")]
    operations: ClassVar = [
        migrations.RunSQL(
            [NEVER_EMPTIED, MONTH, REST, KEEP, IN_REST, CUT],
            """
            DROP FUNCTION months_cut(text, text);
            DROP FUNCTION months_in_rest(text);
            DROP FUNCTION months_keep(text, date, date);
            DROP FUNCTION months_rest(text);
            DROP FUNCTION months_make(text, date);
            DROP FUNCTION months_never_emptied();
            """,
        ),
    ]
