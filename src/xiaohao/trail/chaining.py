"""What the database itself holds to: an event is the next of its thing, a head moves by an event.

The trigger on events sees all rows of a statement at once. A few it takes one by one, by plans that
are made once; of many it first makes one chain per thing, by a plan made for them, because a plan
kept from either would be a bad one for the other.
"""

import pgtrigger

FEW = 100  # events of one statement

_ONE_BY_ONE = """
FOR told IN SELECT * FROM fresh ORDER BY label, thing_id, seq LOOP
    IF told.seq = 1 THEN
        INSERT INTO trail_head (label, thing_id, seq, hash, began, latest)
        SELECT told.label, told.thing_id, 1, told.hash, told.at, told.at
        WHERE told.previous = decode(repeat('00', 32), 'hex')
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE trail_head SET seq = told.seq, hash = told.hash,
            began = least(began, told.at), latest = greatest(latest, told.at)
        WHERE label = told.label AND thing_id = told.thing_id
            AND seq = told.seq - 1 AND hash = told.previous;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'xiaohao: event % is not the next of %/%',
            told.seq, told.label, told.thing_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END LOOP;
"""

_MANY = """
EXECUTE $many$
    WITH linked AS (
        SELECT label, thing_id, seq, at, previous, hash, coalesce(
            seq = lag(seq) OVER chain + 1 AND previous = lag(hash) OVER chain, true) AS follows
        FROM fresh WINDOW chain AS (PARTITION BY label, thing_id ORDER BY seq)
    ), chains AS MATERIALIZED (
        SELECT label, thing_id, min(seq) AS first, max(seq) AS last,
            (array_agg(previous ORDER BY seq))[1] AS previous,
            (array_agg(hash ORDER BY seq DESC))[1] AS hash,
            min(at) AS began, max(at) AS latest, bool_and(follows) AS whole
        FROM linked GROUP BY label, thing_id
    ), begun AS (
        INSERT INTO trail_head (label, thing_id, seq, hash, began, latest)
        SELECT label, thing_id, last, hash, began, latest FROM chains
        WHERE whole AND first = 1 AND previous = decode(repeat('00', 32), 'hex')
        ON CONFLICT DO NOTHING RETURNING label, thing_id
    ), moved AS (
        UPDATE trail_head h SET seq = c.last, hash = c.hash,
            began = least(h.began, c.began), latest = greatest(h.latest, c.latest)
        FROM chains c
        WHERE c.whole AND c.first > 1 AND h.label = c.label AND h.thing_id = c.thing_id
            AND h.seq = c.first - 1 AND h.hash = c.previous
        RETURNING h.label, h.thing_id
    )
    SELECT c.first AS seq, c.label, c.thing_id FROM chains c
    WHERE (c.label, c.thing_id) NOT IN (
        SELECT label, thing_id FROM begun UNION ALL SELECT label, thing_id FROM moved)
    LIMIT 1
$many$ INTO told;
IF told.label IS NOT NULL THEN
    RAISE EXCEPTION 'xiaohao: event % or one after it is not the next of %/%',
        told.seq, told.label, told.thing_id USING ERRCODE = 'integrity_constraint_violation';
END IF;
"""


def each_is_next() -> pgtrigger.Trigger:
    """Events are put in as the next of their things, from one on, or not at all; heads follow."""
    return pgtrigger.Trigger(
        name="each_is_next",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="fresh"),  # type: ignore[no-untyped-call]
        declare=[("told", "record")],
        func=f"""
IF (SELECT count(*) FROM fresh) <= {FEW} THEN
{_ONE_BY_ONE}
ELSE
{_MANY}
END IF;
RETURN NULL;
""",  # noqa: S608 (of constants)
    )


def moved_by_events() -> pgtrigger.Trigger:
    """Nobody writes a head: what is written to it comes from the trigger on events."""
    return pgtrigger.Trigger(
        name="moved_by_events",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
        func="RAISE EXCEPTION 'xiaohao: a head moves by an event alone';",
    )
