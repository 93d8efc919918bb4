"""The database's own guards, made from the state table: no path around the application either."""

import pgtrigger

from xiaohao.ledger.rules import BEGINNINGS, MOVES, STILL_BEGINNING, State, edges


def _edges_sql() -> str:
    pairs = ", ".join(f"('{a.value}', '{b.value}')" for a, b in sorted(edges()))
    return f"(OLD.state, NEW.state) NOT IN ({pairs})"


def problem_begins() -> pgtrigger.Trigger:
    """Problems begin as the table says; what is handed on names unit, deadline and moment.

    Asked of each row without a call, and after it stands: a COPY goes in page by page.
    """
    begun = ", ".join(f"({version}, '{state.value}')" for version, state in BEGINNINGS.items())
    return pgtrigger.Trigger(
        name="begins",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Condition(
            f"((NEW.version, NEW.state) NOT IN ({begun}) OR NEW.state = '{State.REFERRED.value}' "
            "AND (NEW.unit_id IS NULL OR NEW.deadline IS NULL OR NEW.referred_at IS NULL))"
        ),
        func="RAISE EXCEPTION 'xiaohao: problem % does not begin as it may', NEW.id;",
    )


_BEGINNING = ", ".join(f"'{kind}'" for kind in STILL_BEGINNING)
# What stands in the way of taking a registration back, from the rows and the trail itself.
_MORE_THAN_BEGUN = f"""(
    NOT EXISTS (SELECT 1 FROM ledger_withdrawal w WHERE w.problem_id = NEW.id)
    OR EXISTS (SELECT 1 FROM ledger_reporter r WHERE r.problem_id = NEW.id)
    OR EXISTS (SELECT 1 FROM ledger_problem m WHERE m.merged_into_id = NEW.id)
    OR EXISTS (SELECT 1 FROM ledger_upload u
               WHERE u.problem_id = NEW.id AND u.unit_id <> NEW.origin_unit_id)
    OR EXISTS (SELECT 1 FROM trail_event e
               WHERE e.label = 'ledger.problem' AND e.thing_id = NEW.id AND e.seq <= OLD.version
                 AND (e.kind NOT IN ({_BEGINNING})
                      OR (e.by ->> 'unit')::bigint IS DISTINCT FROM NEW.origin_unit_id))
)"""  # noqa: S608 (our own words)


def problem_moves() -> pgtrigger.Trigger:
    """Problems change state along the table's edges, and never skip a version.

    Only columns that the trail leaves out (search, paths) may change under one version.
    """
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
        IF NEW.version = OLD.version THEN
            IF to_jsonb(NEW) - '{{search,path,origin_path}}'::text[]
               <> to_jsonb(OLD) - '{{search,path,origin_path}}'::text[] THEN
                RAISE EXCEPTION 'xiaohao: problem % changed without its event', OLD.id;
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.version <> OLD.version + 1 THEN
            RAISE EXCEPTION 'xiaohao: problem % skips a version', OLD.id;
        END IF;
        IF NEW.state <> OLD.state AND {_edges_sql()} THEN
            RAISE EXCEPTION 'xiaohao: problem %: no move from % to %',
                OLD.id, OLD.state, NEW.state;
        END IF;
        IF NEW.state = 'merged' AND OLD.state <> 'merged' THEN
            -- Held, so that no two go into each other at one moment.
            PERFORM 1 FROM ledger_problem t WHERE t.id = NEW.merged_into_id AND t.id <> NEW.id
                AND t.state NOT IN ('merged', 'closed', 'withdrawn') FOR SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'xiaohao: problem % is merged into one that is open', NEW.id;
            END IF;
        ELSIF (NEW.state = 'merged') <> (NEW.merged_into_id IS NOT NULL)
              OR NEW.state = 'merged' AND NEW.merged_into_id <> OLD.merged_into_id THEN
            RAISE EXCEPTION 'xiaohao: problem %: merged, and into what, are one word', NEW.id;
        END IF;
        IF NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn' AND {_MORE_THAN_BEGUN} THEN
            RAISE EXCEPTION 'xiaohao: the registration of problem % stands', NEW.id;
        END IF;
        IF NEW.state = 'arbitration' AND NEW.arbiter_id IS NULL THEN
            RAISE EXCEPTION 'xiaohao: problem %: arbitration names its arbiter', OLD.id;
        END IF;
        IF OLD.state = 'arbitration' AND NEW.state <> OLD.state AND NOT NEW.final
           OR OLD.final AND (NOT NEW.final OR NEW.arbiter_id IS DISTINCT FROM OLD.arbiter_id)
           OR OLD.final AND OLD.state = 'referred' AND NEW.state = 'registered' THEN
            RAISE EXCEPTION 'xiaohao: problem %: the word of the arbiter is final', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


_MEASURES_UNPROVEN = """(
    NOT EXISTS (SELECT 1 FROM ledger_measure m WHERE m.problem_id = NEW.id
                AND m.round = NEW.round AND m.dropped_at IS NULL)
    OR EXISTS (SELECT 1 FROM ledger_measure m WHERE m.problem_id = NEW.id
               AND m.dropped_at IS NULL AND (m.done_at IS NULL OR NOT EXISTS (
                   SELECT 1 FROM ledger_evidence e WHERE e.measure_id = m.id)))
)"""
_UNVERIFIED = """NOT EXISTS (
    SELECT 1 FROM ledger_verification v JOIN units_unit u ON u.id = v.unit_id
    WHERE v.problem_id = NEW.id AND v.round = NEW.round AND v.passed
      AND v.at >= NEW.reported_at AND NOT starts_with(u.path, NEW.path))"""
_WORDS_OUTSTANDING = """EXISTS (
    SELECT 1 FROM ledger_reporter r WHERE r.problem_id = NEW.id AND r.until IS NULL
    AND NOT EXISTS (SELECT 1 FROM ledger_word w WHERE w.reporter_id = r.id
        AND w.round = NEW.round AND (w.answer = 'solved'
            OR (w.answer = '' AND w.answer_by < NEW.closed_on))))"""


def problem_proofs() -> pgtrigger.Trigger:
    """The proofs behind the late states: evidence, an independent check, the citizens' words."""
    return pgtrigger.Trigger(
        name="proofs",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(new__state__in=["reported", "verified", "awaiting", "closed"])
        & pgtrigger.Q(new__state__df=pgtrigger.F("old__state")),
        declare=[],
        func=f"""
        IF {_MEASURES_UNPROVEN} THEN
            RAISE EXCEPTION 'xiaohao: problem %: a measure lacks its proof', NEW.id;
        END IF;
        IF NEW.state <> 'reported' AND {_UNVERIFIED} THEN
            RAISE EXCEPTION 'xiaohao: problem %: no independent check', NEW.id;
        END IF;
        IF NEW.state = 'closed' THEN
            IF {_WORDS_OUTSTANDING} THEN
                RAISE EXCEPTION 'xiaohao: problem %: a citizen has not had his word', NEW.id;
            END IF;
            IF NEW.closed_at IS NULL OR NEW.closed_on IS NULL OR NEW.closing = '' THEN
                RAISE EXCEPTION 'xiaohao: problem %: a closing names its day and kind', NEW.id;
            END IF;
            IF NEW.closed_account = NEW.registered_account OR (
                (NEW.closed_account IS NULL OR NEW.registered_account IS NULL)
                AND NEW.closed_post_id = NEW.registered_post_id) THEN
                RAISE EXCEPTION 'xiaohao: problem %: registered and closed by one hand', NEW.id;
            END IF;
        END IF;
        RETURN NEW;
        """,
    )


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


def measures_frozen() -> pgtrigger.Trigger:
    """Measures change only while the problem is being worked on.

    What is struck out stays so. What was laid down becomes another only where the table lets it be
    amended: before and after, the measure is neither done nor struck out. What it waits for then
    stands in its own problem, and no measure comes to wait for itself; the problem is held, so
    that no two amendments make a circle between them.
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


def reporter_kept() -> pgtrigger.Trigger:
    """A reporter stays the same person; he can only leave, by a merge or a split."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF (NEW.problem_id, NEW.label, NEW.source_id) <> (OLD.problem_id, OLD.label, OLD.source_id)
           OR OLD.until IS NOT NULL THEN
            RAISE EXCEPTION 'xiaohao: reporter % cannot be rewritten', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


def word_kept() -> pgtrigger.Trigger:
    """A word once given is never taken back or rewritten."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF OLD.answer <> '' OR (NEW.reporter_id, NEW.problem_id, NEW.round)
           <> (OLD.reporter_id, OLD.problem_id, OLD.round) THEN
            RAISE EXCEPTION 'xiaohao: word % stands as it was given', OLD.id;
        END IF;
        RETURN NEW;
        """,
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
