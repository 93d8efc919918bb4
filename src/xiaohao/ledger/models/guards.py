"""The database's own guards, made from the state table: no path around the application either."""

import pgtrigger

from xiaohao.kernel.clock import ZONE
from xiaohao.ledger.models.entry_guards import ENTERED
from xiaohao.ledger.rules import BEGINNINGS, HANDS, MOVES, STILL_BEGINNING, State, edges


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


# Where the paths stand that follow from the units.
_PATHS = """
    SELECT u.path INTO stands FROM units_unit u WHERE u.id = CASE NEW.state
        WHEN 'arbitration' THEN NEW.arbiter_id ELSE coalesce(NEW.unit_id, NEW.origin_unit_id) END;
    IF NEW.path IS DISTINCT FROM OLD.path AND NEW.path IS DISTINCT FROM stands THEN
        RAISE EXCEPTION 'xiaohao: problem % stands where its unit stands', OLD.id;
    END IF;
    IF NEW.origin_path IS DISTINCT FROM OLD.origin_path AND NEW.origin_path IS DISTINCT FROM (
            SELECT u.path FROM units_unit u WHERE u.id = NEW.origin_unit_id) THEN
        RAISE EXCEPTION 'xiaohao: problem % was registered where its office stands', OLD.id;
    END IF;
"""
# States into which a problem comes with the unit that it has; a fix is not another one's.
_KEEPS_UNIT = ", ".join(
    f"'{state.value}'"
    for state in (State.ACCEPTED, State.IN_PROGRESS, State.VERIFIED, State.AWAITING, State.CLOSED)
)
# Where merging leads. The other one is held, so that no two go into each other at one moment.
_MERGED = """
        IF NEW.state = 'merged' AND OLD.state <> 'merged' THEN
            PERFORM 1 FROM ledger_problem t WHERE t.id = NEW.merged_into_id AND t.id <> NEW.id
                AND t.state NOT IN ('merged', 'closed', 'withdrawn') FOR SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'xiaohao: problem % is merged into one that is open', NEW.id;
            END IF;
        ELSIF (NEW.state = 'merged') <> (NEW.merged_into_id IS NOT NULL)
              OR NEW.state = 'merged' AND NEW.merged_into_id <> OLD.merged_into_id THEN
            RAISE EXCEPTION 'xiaohao: problem %: merged, and into what, are one word', NEW.id;
        END IF;
"""
# What of a problem may change after it was struck off: what follows from other rows, and what was
# entered, with a correction (`entry_guards`).
_STILL_OPEN = ",".join(["version", "search", "path", "origin_path", *ENTERED])


def problem_moves() -> pgtrigger.Trigger:
    """Problems change state along the table's edges, and never skip a version.

    Only columns that the trail leaves out (search, paths) may change under one version, and the
    paths only to where the units stand. What is struck off stays as it is until it is opened again;
    with that, and never otherwise, the next round begins.
    """
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        declare=[("stands", "text")],
        func=f"""
        IF (NEW.path, NEW.origin_path) IS DISTINCT FROM (OLD.path, OLD.origin_path) THEN
            {_PATHS}
        END IF;
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
        IF OLD.state = 'closed' AND NEW.state = 'closed'
           AND to_jsonb(NEW) - '{{{_STILL_OPEN}}}'::text[]
               <> to_jsonb(OLD) - '{{{_STILL_OPEN}}}'::text[] THEN
            RAISE EXCEPTION 'xiaohao: problem % is struck off, and stands as it was', OLD.id;
        END IF;
        IF NEW.round <> OLD.round
           + (NEW.state = 'reopened' AND OLD.state <> 'reopened')::integer THEN
            RAISE EXCEPTION 'xiaohao: problem %: a round begins when it is opened again', OLD.id;
        END IF;
        IF NEW.unit_id IS DISTINCT FROM OLD.unit_id AND (NEW.state IN ({_KEEPS_UNIT})
               OR NEW.state = 'reported' AND OLD.state <> 'registered') THEN
            RAISE EXCEPTION 'xiaohao: problem % keeps its unit', OLD.id;
        END IF;
        {_MERGED}
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
_EVENTS = "FROM trail_event e WHERE e.label = 'ledger.problem' AND e.thing_id"
_DEEDS = ", ".join(f"'{name}'" for name in HANDS)
_ANEW = ", ".join(f"'{name}'" for name, move in sorted(MOVES.items()) if move.to is State.REOPENED)


def hand_sql(check: str, problem: str) -> str:
    """Whether the unit, post or person of the check had a hand in the fix (`rules/hands.py`).

    Read from the trail, which tells who has done what; of what was fixed on the spot, whoever
    registered it had one too.
    """
    return f"""EXISTS (
        SELECT 1 {_EVENTS} = {problem}
          AND (e.kind IN ({_DEEDS}) OR e.kind = 'register' AND EXISTS (
              SELECT 1 {_EVENTS} = {problem} AND e.kind = 'spot'))
          AND e.seq > coalesce((SELECT max(e.seq) {_EVENTS} = {problem}
                                AND e.kind IN ({_ANEW})), 0)
          AND ((e.by ->> 'unit')::bigint = {check}.unit_id
               OR (e.by ->> 'account')::bigint = {check}.account
               OR e.by ->> 'post' = (SELECT o.code FROM people_post o
                                     WHERE o.id = {check}.post_id)))"""  # noqa: S608 (our own words)


# The unit is asked where it stands: a path beside it is written only for looking up.
_OWN = """(SELECT starts_with(u.path, own.path) FROM units_unit u, units_unit own
           WHERE u.id = v.unit_id AND own.id = NEW.unit_id)"""
_CHECKS = f"""FROM ledger_verification v
    WHERE v.problem_id = NEW.id AND v.round = NEW.round AND v.passed
      AND v.at >= NEW.reported_at AND NOT coalesce({_OWN}, true)"""
_UNVERIFIED = f"NOT EXISTS (SELECT 1 {_CHECKS})"
# What was verified before anybody asked for hands is closed as it stands.
_BY_A_HAND = f"""NEW.state = 'verified' AND NOT EXISTS (
    SELECT 1 {_CHECKS} AND NOT {hand_sql("v", "NEW.id")})"""
# The day on which an answer can no longer come, by the database's own clock: a closing that names
# a later day names one that has not come. A minute for clocks that differ.
_DAY = f"((clock_timestamp() + interval '1 minute') AT TIME ZONE '{ZONE.key}')::date"
_WORDS_OUTSTANDING = f"""EXISTS (
    SELECT 1 FROM ledger_reporter r LEFT JOIN ledger_word w
        ON w.reporter_id = r.id AND w.round = NEW.round
    WHERE r.problem_id = NEW.id AND CASE
        WHEN w.answer = '' THEN w.answer_by >= least(NEW.closed_on, {_DAY})
        ELSE r.until IS NULL AND w.answer IS DISTINCT FROM 'solved' END)"""  # noqa: S608 (our own words)


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
        IF NEW.state <> 'reported' AND ({_UNVERIFIED} OR {_BY_A_HAND}) THEN
            RAISE EXCEPTION 'xiaohao: problem %: no independent check', NEW.id;
        END IF;
        IF NEW.state = 'closed' THEN
            IF {_WORDS_OUTSTANDING} THEN
                RAISE EXCEPTION 'xiaohao: problem %: a citizen has not had his word', NEW.id;
            END IF;
            IF NEW.closed_at IS NULL OR NEW.closed_on IS NULL OR NEW.closing = '' THEN
                RAISE EXCEPTION 'xiaohao: problem %: a closing names its day and kind', NEW.id;
            END IF;
            IF NEW.closed_on <> (NEW.closed_at AT TIME ZONE '{ZONE.key}')::date THEN
                RAISE EXCEPTION 'xiaohao: problem %: closed on another day than that', NEW.id;
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


def verification_apart() -> pgtrigger.Trigger:
    """A check is put down to its post's unit, which neither answers for the fix nor made it."""
    own = """(SELECT starts_with(u.path, own.path) FROM units_unit u, units_unit own
              WHERE u.id = NEW.unit_id AND own.id = checked.unit_id)"""
    return pgtrigger.Trigger(
        name="apart",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("checked", "ledger_problem")],
        func=f"""
        IF NEW.unit_id IS DISTINCT FROM (
                SELECT o.unit_id FROM people_post o WHERE o.id = NEW.post_id) THEN
            RAISE EXCEPTION 'xiaohao: a check of problem % names another unit than its post''s',
                NEW.problem_id;
        END IF;
        SELECT * INTO checked FROM ledger_problem p WHERE p.id = NEW.problem_id;
        IF coalesce({own}, true) OR {hand_sql("NEW", "checked.id")} THEN
            RAISE EXCEPTION 'xiaohao: problem %: this unit had a hand in the fix',
                NEW.problem_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def reporter_kept() -> pgtrigger.Trigger:
    """A reporter stays the same person; he can only leave, by a merge or a split.

    Not while he is asked and still has days to answer.
    """
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
        IF (NEW.problem_id, NEW.label, NEW.source_id) <> (OLD.problem_id, OLD.label, OLD.source_id)
           OR OLD.until IS NOT NULL THEN
            RAISE EXCEPTION 'xiaohao: reporter % cannot be rewritten', OLD.id;
        END IF;
        IF NEW.until IS NOT NULL AND EXISTS (
            SELECT 1 FROM ledger_word w JOIN ledger_problem p ON p.id = w.problem_id
            WHERE w.reporter_id = OLD.id AND w.round = p.round AND p.state = 'awaiting'
              AND w.answer = ''
              AND w.answer_by >= least((NEW.until AT TIME ZONE '{ZONE.key}')::date, {_DAY})) THEN
            RAISE EXCEPTION 'xiaohao: reporter % is asked, and his time runs', OLD.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def word_kept() -> pgtrigger.Trigger:
    """A word changes once, when it is answered: nobody moves the day until which he may answer.

    Once given it is never taken back or rewritten.
    """
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF OLD.answer <> '' OR NEW.answer = '' OR NEW.answered_at IS NULL
           OR NEW.answered_at < OLD.asked_at
           OR (NEW.reporter_id, NEW.problem_id, NEW.round, NEW.asked_at, NEW.answer_by)
              <> (OLD.reporter_id, OLD.problem_id, OLD.round, OLD.asked_at, OLD.answer_by) THEN
            RAISE EXCEPTION 'xiaohao: word % stands as it was given', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


def word_asked() -> pgtrigger.Trigger:
    """Somebody is asked before he answers, while the problem awaits him, and has days to do so."""
    return pgtrigger.Trigger(
        name="asked",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        IF NEW.answer <> '' OR NEW.answered_at IS NOT NULL
           OR NEW.answer_by <= (NEW.asked_at AT TIME ZONE '{ZONE.key}')::date
           OR NOT EXISTS (SELECT 1 FROM ledger_problem p JOIN ledger_reporter r
                          ON r.problem_id = p.id WHERE p.id = NEW.problem_id
                          AND r.id = NEW.reporter_id AND r.until IS NULL
                          AND p.round = NEW.round AND p.state = 'awaiting') THEN
            RAISE EXCEPTION 'xiaohao: reporter % is asked and then answers', NEW.reporter_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )
