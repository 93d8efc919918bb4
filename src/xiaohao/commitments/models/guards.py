"""The database's own guards, made from the rules: no path around the application either."""

from collections.abc import Iterable

import pgtrigger

from xiaohao.commitments.rules import (
    ANEW,
    HANDS,
    NEEDS_PLAN,
    SETTLED,
    SHOWN,
    Demand,
    Stage,
    State,
    edges,
)
from xiaohao.ledger.models import OPEN as STILL_OPEN
from xiaohao.ledger.models import State as LedgerState

# Columns that follow from others, written without an event.
_DERIVED = "'{search,path,origin_path,doubled}'::text[]"


# Its problem is the one that was linked, or one that the ledger has merged that into.
STRAYS = """(NEW.problem_id IS NULL) <> (NEW.linked_id IS NULL)
           OR (NEW.problem_id IS DISTINCT FROM OLD.problem_id AND NOT EXISTS (
               WITH RECURSIVE line(id, into_id) AS (
                   SELECT p.id, p.merged_into_id FROM ledger_problem p WHERE p.id = NEW.linked_id
                   UNION SELECT p.id, p.merged_into_id
                   FROM ledger_problem p JOIN line ON p.id = line.into_id)
               SELECT 1 FROM line WHERE line.id = NEW.problem_id))"""
# What was linked once stays: a need's problem for good, an entry's until it is unlinked.
RELINKED = "OLD.linked_id IS NOT NULL AND NEW.linked_id IS DISTINCT FROM OLD.linked_id"

# A link leads to *done* by a fix that is still to come, at the unit that answers, or of what this
# very entry brought onto the ledger. Held until the link is written: nobody closes it meanwhile.
_LINKABLE = f"""SELECT 1 FROM ledger_problem p WHERE p.id = NEW.linked_id
            AND p.state IN ({{open}}) AND CASE WHEN NEW.from_here
                THEN p.state = '{LedgerState.REGISTERED.value}' AND p.unit_id IS NULL
                ELSE p.unit_id IS NOT NULL AND starts_with(p.path, NEW.path) END"""  # noqa: S608 (our own words)
# Whether the problem's closing closes the entry.
_CLOSED = f"""EXISTS (SELECT 1 FROM ledger_problem p WHERE p.id = NEW.problem_id
                 AND p.state = '{LedgerState.CLOSED.value}')"""  # noqa: S608 (the same)
_COUNTS = """(NEW.from_here OR EXISTS (SELECT 1 FROM ledger_problem p
                 WHERE p.id = NEW.problem_id AND starts_with(p.path, NEW.path)))"""


# What an entry was entered as it is: its list says what it shows, its unit who checks it.
_STANDS = """IF (NEW.kind, NEW.unit_id, NEW.promised, NEW.measure)
               IS DISTINCT FROM (OLD.kind, OLD.unit_id, OLD.promised, OLD.measure)
           OR NEW.round NOT IN (OLD.round, OLD.round + 1) THEN
            RAISE EXCEPTION 'xiaohao: entry % stands as it was entered', OLD.id;
        END IF;"""


def _pairs(found: set[tuple[State, State]]) -> str:
    return ", ".join(f"('{a.value}', '{b.value}')" for a, b in sorted(found))


def _words(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def entry_moves() -> pgtrigger.Trigger:
    """Entries begin as entered, change state along the table's edges, and never skip a version.

    What is reported, done or withdrawn stands still until its state changes. A problem is linked
    while it is open and stands with the entry's unit, or as it is registered from the entry. Linked
    it stays, as itself or as what the ledger has merged it into, until it is unlinked.
    """
    linkable = _LINKABLE.format(open=_words(s.value for s in STILL_OPEN))
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> '{State.ENTERED.value}' OR NEW.version <> 1
               OR NEW.problem_id IS NOT NULL THEN
                RAISE EXCEPTION 'xiaohao: an entry of a list begins as entered';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.version = OLD.version THEN
            IF to_jsonb(NEW) - {_DERIVED} <> to_jsonb(OLD) - {_DERIVED} THEN
                RAISE EXCEPTION 'xiaohao: entry % changed without its event', OLD.id;
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.version <> OLD.version + 1 THEN
            RAISE EXCEPTION 'xiaohao: entry % skips a version', OLD.id;
        END IF;
        {_STANDS}
        IF (NEW.linked_id IS NULL AND NEW.problem_id IS NOT NULL)
           OR (NEW.linked_id IS NOT NULL AND ({STRAYS} OR ({RELINKED}))) THEN
            RAISE EXCEPTION 'xiaohao: entry % keeps its problem', OLD.id;
        END IF;
        IF NEW.linked_id IS DISTINCT FROM OLD.linked_id THEN
            IF NEW.state IN ({_words(s.value for s in SETTLED)}) THEN
                RAISE EXCEPTION 'xiaohao: entry % is settled', OLD.id;
            END IF;
            IF NEW.linked_id IS NOT NULL THEN
                PERFORM 1 FROM ({linkable} FOR SHARE) held;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'xiaohao: entry % is linked to no open problem of its unit',
                        OLD.id;
                END IF;
            END IF;
        ELSIF NEW.from_here <> OLD.from_here THEN
            RAISE EXCEPTION 'xiaohao: entry % keeps its problem', OLD.id;
        END IF;
        IF NEW.state = OLD.state THEN
            IF OLD.state IN ({_words(s.value for s in SETTLED)})
               AND NEW.problem_id IS NOT DISTINCT FROM OLD.problem_id THEN
                RAISE EXCEPTION 'xiaohao: entry % is settled', OLD.id;
            END IF;
        ELSIF (OLD.state, NEW.state) NOT IN ({_pairs(edges())}) THEN
            RAISE EXCEPTION 'xiaohao: entry %: no move from % to %',
                OLD.id, OLD.state, NEW.state;
        END IF;
        RETURN NEW;
        """,
    )


_NO_RESULT = f"""NOT EXISTS (
    SELECT 1 FROM commitments_proof f WHERE f.entry_id = NEW.id AND f.round = NEW.round
    AND f.stage = '{Stage.AFTER.value}')"""  # noqa: S608 (our own words)


def _lists(stage: str, *demands: Demand) -> str:
    """The lists that demand one of these at that stage."""
    return _words(kind for kind, one in SHOWN.items() if getattr(one, stage) in demands)


def _unshown(stage: Stage, more: str) -> str:
    """Whether what an entry's list demands at that stage is not on record."""
    return f"""(NEW.kind IN ({_lists(stage, Demand.FILE, Demand.PHOTO)}) AND NOT EXISTS (
            SELECT 1 FROM commitments_proof f JOIN files_file x ON x.id = f.file_id
            WHERE f.entry_id = NEW.id AND f.stage = '{stage.value}' AND {more}
            AND (x.thumbnail_sha256 <> ''
                 OR NEW.kind NOT IN ({_lists(stage, Demand.PHOTO)}))))"""  # noqa: S608 (our own words)


_BEFORE_UNSHOWN = _unshown(Stage.BEFORE, "true")
# One picture does not show a difference.
_AFTER_UNSHOWN = _unshown(
    Stage.AFTER,
    f"""f.round = NEW.round AND NOT EXISTS (
                SELECT 1 FROM commitments_proof b JOIN files_file y ON y.id = b.file_id
                WHERE b.entry_id = NEW.id AND b.stage = '{Stage.BEFORE.value}'
                AND y.sha256 = x.sha256)""",  # noqa: S608 (the same)
)
_SHOWN = f"""IF NEW.state IN ('reported', 'done') AND {_NO_RESULT} THEN
            RAISE EXCEPTION 'xiaohao: entry % shows no result', NEW.id;
        END IF;
        IF NEW.state = 'reported' AND {_BEFORE_UNSHOWN} THEN
            RAISE EXCEPTION 'xiaohao: entry % does not show what it was like before', NEW.id;
        END IF;
        IF NEW.state = 'reported' AND {_AFTER_UNSHOWN} THEN
            RAISE EXCEPTION 'xiaohao: entry % shows no result of its list', NEW.id;
        END IF;"""
# The units are asked where they stand: a path beside an entry is written only for looking up.
_UNCHECKED = """NOT EXISTS (
    SELECT 1 FROM commitments_check c JOIN units_unit u ON u.id = c.unit_id
        JOIN units_unit own ON own.id = NEW.unit_id
    WHERE c.entry_id = NEW.id AND c.round = NEW.round AND c.passed AND c.at >= NEW.reported_at
    AND c.account IS DISTINCT FROM coalesce(NEW.reported_account, -1)
    AND NOT starts_with(u.path, own.path))"""


def entry_proofs() -> pgtrigger.Trigger:
    """The proofs behind the late states; an entry that is a problem has the ledger's gate alone."""
    return pgtrigger.Trigger(
        name="proofs",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(new__state__in=["under_way", "reported", "done"])
        & pgtrigger.Q(new__state__df=pgtrigger.F("old__state")),
        declare=[("closed", "boolean")],
        func=f"""
        IF NEW.kind IN ({_words(k.value for k in NEEDS_PLAN)}) AND NOT EXISTS (
            SELECT 1 FROM commitments_plan p WHERE p.entry_id = NEW.id) THEN
            RAISE EXCEPTION 'xiaohao: entry % has no plan', NEW.id;
        END IF;
        IF NEW.problem_id IS NOT NULL THEN
            closed := {_CLOSED};
            IF NEW.state = 'reported' OR (NEW.state = 'done' AND NOT (closed AND {_COUNTS}))
               OR (OLD.state = 'done' AND closed) THEN
                RAISE EXCEPTION 'xiaohao: entry % follows its problem on the ledger', NEW.id;
            END IF;
            RETURN NEW;
        END IF;
        {_SHOWN}
        IF NEW.state IN ('reported', 'done') AND NEW.promised IS NOT NULL
           AND NEW.achieved IS NULL THEN
            RAISE EXCEPTION 'xiaohao: entry % says nothing of what was promised', NEW.id;
        END IF;
        IF NEW.state = 'done' AND {_UNCHECKED} THEN
            RAISE EXCEPTION 'xiaohao: entry % has no independent check', NEW.id;
        END IF;
        IF NEW.state = 'done' AND (NEW.done_at IS NULL OR NEW.done_on IS NULL) THEN
            RAISE EXCEPTION 'xiaohao: entry % names no day on which it was done', NEW.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


# When each kind of part no longer comes in.
_FROZEN = {"proof": ("done", "withdrawn"), "check": ("entered", "under_way", "done", "withdrawn")}


def parts_frozen(part: str) -> pgtrigger.Trigger:
    """What proves an entry comes in before it is settled; a check while it is reported."""
    return pgtrigger.Trigger(
        name="frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        IF EXISTS (SELECT 1 FROM commitments_entry e WHERE e.id = NEW.entry_id
                   AND e.state IN ({_words(_FROZEN[part])})) THEN
            RAISE EXCEPTION 'xiaohao: entry % takes no {part} now', NEW.entry_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def _hand_sql(entry: str) -> str:
    """Whether the unit, post or person of a new check had a hand in it, as the trail tells."""
    events = f"FROM trail_event e WHERE e.label = 'commitments.entry' AND e.thing_id = {entry}"
    return f"""EXISTS (
            SELECT 1 {events} AND e.kind IN ({_words(HANDS)})
            AND e.seq > coalesce((SELECT max(e.seq) {events} AND e.kind IN ({_words(ANEW)})), 0)
            AND ((e.by ->> 'unit')::bigint = o.unit_id OR e.by ->> 'post' = o.code
                 OR (e.by ->> 'account')::bigint = NEW.account))"""


def check_apart() -> pgtrigger.Trigger:
    """A check is put down to its post's unit, which neither answers for the entry nor worked on it.

    Checks of before this was asked for stand as they were made.
    """
    hand = _hand_sql("NEW.entry_id")
    return pgtrigger.Trigger(
        name="apart",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_entry t JOIN units_unit own ON own.id = t.unit_id,
                people_post o JOIN units_unit u ON u.id = o.unit_id
            WHERE t.id = NEW.entry_id AND o.id = NEW.post_id AND o.unit_id = NEW.unit_id
            AND t.state = 'reported' AND NEW.round = t.round
            AND NOT starts_with(u.path, own.path) AND t.lead_id <> o.id
            AND NEW.account IS DISTINCT FROM coalesce(t.reported_account, -1) AND NOT {hand}) THEN
            RAISE EXCEPTION 'xiaohao: entry %: whoever had a hand in it does not check it',
                NEW.entry_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )
