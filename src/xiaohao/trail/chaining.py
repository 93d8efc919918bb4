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

# Sorted once: both windows lie in the order of the chains, and the last row of each sums it up.
_MANY = """
EXECUTE $many$
    WITH linked AS (
        SELECT label, thing_id, seq, at, previous, hash, coalesce(
            seq = lag(seq) OVER chain + 1 AND previous = lag(hash) OVER chain, true) AS follows,
            lead(seq) OVER chain IS NULL AS ends
        FROM fresh WINDOW chain AS (PARTITION BY label, thing_id ORDER BY seq)
    ), so_far AS (
        SELECT label, thing_id, seq AS last, hash, ends, first_value(seq) OVER chain AS first,
            first_value(previous) OVER chain AS previous, min(at) OVER chain AS began,
            max(at) OVER chain AS latest, bool_and(follows) OVER chain AS whole
        FROM linked
        WINDOW chain AS (PARTITION BY label, thing_id ORDER BY seq ROWS UNBOUNDED PRECEDING)
    ), chains AS MATERIALIZED (
        SELECT * FROM so_far WHERE ends
    ), begun AS (
        INSERT INTO trail_head (label, thing_id, seq, hash, began, latest)
        SELECT label, thing_id, last, hash, began, latest FROM chains
        WHERE whole AND first = 1 AND previous = decode(repeat('00', 32), 'hex')
        RETURNING 1
    ), moved AS (
        UPDATE trail_head h SET seq = c.last, hash = c.hash,
            began = least(h.began, c.began), latest = greatest(h.latest, c.latest)
        FROM chains c
        WHERE c.whole AND c.first > 1 AND h.label = c.label AND h.thing_id = c.thing_id
            AND h.seq = c.first - 1 AND h.hash = c.previous
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM chains)
        - (SELECT count(*) FROM begun) - (SELECT count(*) FROM moved)
$many$ INTO lacking;
IF lacking > 0 THEN
    SELECT f.seq, f.label, f.thing_id INTO told FROM fresh f
    WHERE NOT EXISTS (
        SELECT FROM trail_head h
        WHERE h.label = f.label AND h.thing_id = f.thing_id AND h.seq >= f.seq)
    ORDER BY f.label, f.thing_id, f.seq LIMIT 1;
    RAISE EXCEPTION 'xiaohao: event % or one beside it is not the next of %/%',
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
        declare=[("told", "record"), ("lacking", "bigint")],
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
