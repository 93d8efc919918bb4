"""What the database itself must do, so that nothing can go past it.

`figures_add` writes changes at the path where each unit stands now. It first takes a shared lock
that a moving unit takes alone: a change is thus either counted at the old place and carried over
by the move, or written at the new one. `figures_follow` carries a moved unit's stock over: for
every unit whose path changed it takes what stands at that very unit from its former superiors and
gives it to its new ones, as ordinary changes that say `transfer`. Flows stay where they happened.

The moment of a move is `xiaohao.now` where the mover has set it in the transaction (a replay),
else the database's clock.
"""

from typing import ClassVar

from django.db import migrations

# The first 15 hexadecimal digits of SHA-256("figures:tree").
LOCK = """
CREATE FUNCTION figures_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT x'7eb17fd89c38ee0'::bigint $$;
"""

FOLDING = """
CREATE FUNCTION figures_folding_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT figures_lock() + 1 $$;
"""

ADD = """
CREATE FUNCTION figures_add(
    moment timestamptz, today date, metrics text[], units bigint[], things bigint[],
    amounts integer[], days date[], categories integer[], channels text[],
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

UNITS_OF = """
CREATE FUNCTION figures_unit(step text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT (strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(step, 1, 1)) - 1) * 1679616
         + (strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(step, 2, 1)) - 1) * 46656
         + (strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(step, 3, 1)) - 1) * 1296
         + (strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(step, 4, 1)) - 1) * 36
         + (strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(step, 5, 1)) - 1)
$$;
"""

HOLD = """
CREATE FUNCTION figures_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(figures_lock());
    RETURN NEW;
END $$;
CREATE TRIGGER figures_hold BEFORE UPDATE OF path ON units_unit
    FOR EACH ROW WHEN (OLD.path <> '' AND OLD.path <> NEW.path) EXECUTE FUNCTION figures_hold();
"""

FOLLOW = """
CREATE FUNCTION figures_follow() RETURNS trigger LANGUAGE plpgsql AS $$
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
                               channel, amount, stock, dated, transfer)
    WITH moved AS (
        SELECT a.id, b.path AS old, a.path AS new
        FROM before b JOIN after a USING (id) WHERE a.path <> b.path
    ), standing AS (
        SELECT m.old, m.new, e.metric, e.thing_id, e.dated, e.category_id, e.channel,
               CASE WHEN e.dated THEN e.day ELSE today END AS day, sum(e.amount) AS amount
        FROM moved m
        JOIN figures_formerpath f ON f.unit_id = m.id
        JOIN figures_entry e ON e.path = f.path
        WHERE e.stock AND NOT e.transfer
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        HAVING sum(e.amount) <> 0
    )
    SELECT s.metric, side.path, figures_unit(right(side.path, 5)), s.thing_id, moment, today,
           s.day, s.category_id, s.channel, side.sign * s.amount, true, s.dated, true
    FROM standing s
    CROSS JOIN LATERAL (VALUES (-1, left(s.old, -5)), (1, left(s.new, -5))) AS side(sign, path)
    WHERE side.path <> '';
    RETURN NULL;
END $$;
CREATE TRIGGER figures_follow AFTER UPDATE ON units_unit
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION figures_follow();
"""

AWAY = """
DROP TRIGGER figures_follow ON units_unit;
DROP TRIGGER figures_hold ON units_unit;
DROP FUNCTION figures_follow();
DROP FUNCTION figures_hold();
DROP FUNCTION figures_unit(text);
DROP FUNCTION figures_add(timestamptz, date, text[], bigint[], bigint[], integer[], date[],
                          integer[], text[], boolean[], boolean[]);
DROP FUNCTION figures_folding_lock();
DROP FUNCTION figures_lock();
"""

# Cells are updated in place: room on each page keeps such updates off the index.
TUNING = """
ALTER TABLE figures_entry ADD CONSTRAINT figures_written_on_its_day
    CHECK (written = (at AT TIME ZONE 'Asia/Shanghai')::date);
ALTER TABLE figures_cell SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE figures_pending SET (autovacuum_vacuum_scale_factor = 0,
                                 autovacuum_vacuum_threshold = 20000,
                                 autovacuum_vacuum_cost_delay = 0);
"""


class Migration(migrations.Migration):
    """Functions and triggers."""

    dependencies: ClassVar = [("figures", "0001_initial"), ("units", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL([LOCK, FOLDING, ADD, UNITS_OF, HOLD, FOLLOW], [AWAY]),
        migrations.RunSQL([TUNING], migrations.RunSQL.noop),
    ]
