"""The database's guards of what belongs to a problem on its road: who has it, what is laid down."""

import pgtrigger

from xiaohao.ledger.rules import MOVES


def _of_many(name: str, func: str) -> pgtrigger.Trigger:
    """A guard that looks at all new rows of a statement at once.

    What it asks of other tables it asks row by row, by their keys: its plan is made once for one
    row and for ten thousand.
    """
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="fresh"),  # type: ignore[no-untyped-call]
        declare=[("wrong", "bigint")],
        func=func,
    )


def referral_by_arbiter() -> pgtrigger.Trigger:
    """Where an arbiter has decided, no other unit refers."""
    return _of_many(
        "arbiter",
        """
        SELECT r.problem_id INTO wrong FROM fresh r
        WHERE (SELECT p.final AND p.arbiter_id IS NOT NULL
                   AND p.arbiter_id IS DISTINCT FROM r.by_unit_id
               FROM ledger_problem p WHERE p.id = r.problem_id) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'xiaohao: only the arbiter refers problem %', wrong;
        END IF;
        RETURN NULL;
        """,
    )


def referral_returned() -> pgtrigger.Trigger:
    """Who gives a problem back names who can fix it, or says why that is not known."""
    return pgtrigger.Trigger(
        name="returned",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            "OLD.returned_at IS NULL AND NEW.returned_at IS NOT NULL "
            "AND NEW.better_unit_id IS NULL AND coalesce(NEW.owner_unknown, '') = ''"
        ),
        func="RAISE EXCEPTION 'xiaohao: referral % comes back without a better owner', OLD.id;",
    )


def referral_recalled() -> pgtrigger.Trigger:
    """What is taken back was neither accepted nor returned, and stays taken back.

    The problem is written first: it stands with the office again.
    """
    return pgtrigger.Trigger(
        name="recalled",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.recalled_at IS NOT NULL OR NEW.recalled_at IS NOT NULL"),
        func=f"""
        IF OLD.recalled_at IS NOT NULL OR NEW.accepted_at IS NOT NULL
           OR NEW.returned_at IS NOT NULL OR NOT EXISTS (
               SELECT 1 FROM ledger_problem p WHERE p.id = NEW.problem_id
               AND p.state = '{MOVES["recall"].to}' AND p.unit_id IS NULL) THEN
            RAISE EXCEPTION 'xiaohao: referral % is taken back once, before it is accepted',
                OLD.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def _states_sql(move: str) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(MOVES[move].origins))


_SETTLED = "p.state IN ('reported', 'verified', 'awaiting', 'closed', 'merged', 'withdrawn')"


# What a measure waits for that still stands and is not done; what was struck out hands on its own.
_WAITED_FOR = """
            WITH RECURSIVE before(id) AS (
                SELECT unnest(NEW.after)
                UNION
                SELECT unnest(o.after) FROM before b JOIN ledger_measure o ON o.id = b.id
                WHERE o.dropped_at IS NOT NULL
            ) SELECT 1 FROM before b JOIN ledger_measure o ON o.id = b.id
              WHERE o.done_at IS NULL AND o.dropped_at IS NULL"""


def measures_frozen() -> pgtrigger.Trigger:
    """Measures change only while the problem is being worked on.

    What is struck out stays so. What waits for another is not done before it. What was laid down
    becomes another only where the table lets it be amended: before and after, the measure is
    neither done nor struck out. What it waits for then stands in its own problem, and no measure
    comes to wait for itself; the problem is held, so that no two amendments make a circle between
    them.
    """
    return pgtrigger.Trigger(
        name="frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
        IF EXISTS (SELECT 1 FROM ledger_problem p WHERE p.id = NEW.problem_id AND {_SETTLED}) THEN
            RAISE EXCEPTION 'xiaohao: the measures of problem % are settled', NEW.problem_id;
        END IF;
        IF (NEW.problem_id, NEW.round) <> (OLD.problem_id, OLD.round) THEN
            RAISE EXCEPTION 'xiaohao: measure % keeps its problem and round', OLD.id;
        END IF;
        IF OLD.dropped_at IS NOT NULL THEN
            RAISE EXCEPTION 'xiaohao: measure % is struck out for good', OLD.id;
        END IF;
        IF OLD.done_at IS NULL AND NEW.done_at IS NOT NULL AND EXISTS ({_WAITED_FOR}) THEN
            RAISE EXCEPTION 'xiaohao: measure % waits for one that is not done', OLD.id;
        END IF;
        IF (NEW.text, NEW.owner, NEW.deadline, NEW.days, NEW.after)
           IS NOT DISTINCT FROM (OLD.text, OLD.owner, OLD.deadline, OLD.days, OLD.after) THEN
            RETURN NEW;
        END IF;
        IF OLD.done_at IS NOT NULL OR NEW.done_at IS NOT NULL OR NEW.dropped_at IS NOT NULL THEN
            RAISE EXCEPTION 'xiaohao: measure % is done or struck out, and stands as it was',
                OLD.id;
        END IF;
        PERFORM 1 FROM ledger_problem p WHERE p.id = NEW.problem_id
            AND p.state IN ({_states_sql("amend_measure")}) FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'xiaohao: problem %: no measure is amended now', NEW.problem_id;
        END IF;
        IF NEW.after = OLD.after THEN
            RETURN NEW;
        END IF;
        IF EXISTS (SELECT 1 FROM unnest(NEW.after) AS a(id) WHERE NOT EXISTS (
                SELECT 1 FROM ledger_measure o WHERE o.id = a.id
                AND o.problem_id = NEW.problem_id
                AND (o.dropped_at IS NULL OR a.id = ANY (OLD.after)))) THEN
            RAISE EXCEPTION 'xiaohao: measure % waits only for those of its own problem', OLD.id;
        END IF;
        IF EXISTS (
            WITH RECURSIVE before(id) AS (
                SELECT unnest(NEW.after)
                UNION
                SELECT unnest(o.after) FROM before b JOIN ledger_measure o ON o.id = b.id
                WHERE o.id <> NEW.id
            ) SELECT 1 FROM before WHERE id = NEW.id) THEN
            RAISE EXCEPTION 'xiaohao: measure % would wait for itself', OLD.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def measures_laid_down() -> pgtrigger.Trigger:
    """Measures are laid down while the problem is worked on, each waiting for earlier ones only.

    What a measure waits for stands in the same problem and was laid down before it: no circle.
    """
    return _of_many(
        "laid_down",
        f"""
        SELECT m.problem_id INTO wrong FROM fresh m
        WHERE (SELECT {_SETTLED} FROM ledger_problem p WHERE p.id = m.problem_id) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'xiaohao: the measures of problem % are settled', wrong;
        END IF;
        SELECT m.id INTO wrong FROM fresh m CROSS JOIN LATERAL unnest(m.after) AS a(id)
        WHERE NOT coalesce((SELECT o.problem_id = m.problem_id AND o.id < m.id
                            FROM ledger_measure o WHERE o.id = a.id), false) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'xiaohao: a measure waits only for earlier ones of its own problem';
        END IF;
        RETURN NULL;
        """,  # noqa: S608 (our own words)
    )


def cooperation_kept() -> pgtrigger.Trigger:
    """A co-operation ends once and is never rewritten."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF (NEW.problem_id, NEW.unit_id, NEW.since) <> (OLD.problem_id, OLD.unit_id, OLD.since)
           OR OLD.until IS NOT NULL THEN
            RAISE EXCEPTION 'xiaohao: co-operation % cannot be rewritten', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


def found_first() -> pgtrigger.Trigger:
    """A programme's plan follows its list of problems, and its versions follow each other."""
    return pgtrigger.Trigger(
        name="found_first",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
        IF NOT EXISTS (SELECT 1 FROM ledger_problem p WHERE p.programme_id = NEW.programme_id
                       AND p.state <> 'withdrawn') THEN
            RAISE EXCEPTION 'xiaohao: find first, then fix: programme % has no problem',
                NEW.programme_id;
        END IF;
        IF NEW.number <> 1 + (SELECT count(*) FROM ledger_plan p
                              WHERE p.programme_id = NEW.programme_id) THEN
            RAISE EXCEPTION 'xiaohao: plan % of programme % is out of turn',
                NEW.number, NEW.programme_id;
        END IF;
        RETURN NEW;
        """,
    )
