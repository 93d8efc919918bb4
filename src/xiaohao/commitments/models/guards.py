"""The database's own guards, made from the rules: no path around the application either."""

from collections.abc import Iterable

import pgtrigger

from xiaohao.commitments.rules import (
    NEED_EDGES,
    NEED_LABEL,
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
_STRAYS = """(NEW.problem_id IS NULL) <> (NEW.linked_id IS NULL)
           OR (NEW.problem_id IS DISTINCT FROM OLD.problem_id AND NOT EXISTS (
               WITH RECURSIVE line(id, into_id) AS (
                   SELECT p.id, p.merged_into_id FROM ledger_problem p WHERE p.id = NEW.linked_id
                   UNION SELECT p.id, p.merged_into_id
                   FROM ledger_problem p JOIN line ON p.id = line.into_id)
               SELECT 1 FROM line WHERE line.id = NEW.problem_id))"""
# What was linked once stays: a need's problem for good, an entry's until it is unlinked.
_RELINKED = "OLD.linked_id IS NOT NULL AND NEW.linked_id IS DISTINCT FROM OLD.linked_id"

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
        IF (NEW.kind, NEW.unit_id, NEW.promised, NEW.measure)
           IS DISTINCT FROM (OLD.kind, OLD.unit_id, OLD.promised, OLD.measure)
           OR NEW.round NOT IN (OLD.round, OLD.round + 1) THEN
            RAISE EXCEPTION 'xiaohao: entry % stands as it was entered', OLD.id;
        END IF;
        IF (NEW.linked_id IS NULL AND NEW.problem_id IS NOT NULL)
           OR (NEW.linked_id IS NOT NULL AND ({_STRAYS} OR ({_RELINKED}))) THEN
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
_UNCHECKED = """NOT EXISTS (
    SELECT 1 FROM commitments_check c JOIN units_unit u ON u.id = c.unit_id
    WHERE c.entry_id = NEW.id AND c.round = NEW.round AND c.passed AND c.at >= NEW.reported_at
    AND c.account IS DISTINCT FROM coalesce(NEW.reported_account, -1)
    AND NOT starts_with(u.path, NEW.path))"""


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
        IF NEW.state IN ('reported', 'done') AND {_NO_RESULT} THEN
            RAISE EXCEPTION 'xiaohao: entry % shows no result', NEW.id;
        END IF;
        IF NEW.state = 'reported' AND {_BEFORE_UNSHOWN} THEN
            RAISE EXCEPTION 'xiaohao: entry % does not show what it was like before', NEW.id;
        END IF;
        IF NEW.state = 'reported' AND {_AFTER_UNSHOWN} THEN
            RAISE EXCEPTION 'xiaohao: entry % shows no result of its list', NEW.id;
        END IF;
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


def household_kept() -> pgtrigger.Trigger:
    """A household stays the one it was; what was found there only grows."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF (NEW.round_id, NEW.unit_id, NEW.number) <> (OLD.round_id, OLD.unit_id, OLD.number)
           OR NEW.visits < OLD.visits OR NEW.needs < OLD.needs THEN
            RAISE EXCEPTION 'xiaohao: household % cannot be rewritten', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


def need_moves() -> pgtrigger.Trigger:
    """A need is fixed when the ledger has struck its problem off, and by nothing else."""
    pairs = ", ".join(f"('{a.value}', '{b.value}')" for a, b in sorted(NEED_EDGES))
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'found' OR NEW.problem_id IS NOT NULL THEN
                RAISE EXCEPTION 'xiaohao: a need begins as found';
            END IF;
            RETURN NEW;
        END IF;
        IF (NEW.household_id, NEW.visit_id, NEW.kind, NEW.text)
           <> (OLD.household_id, OLD.visit_id, OLD.kind, OLD.text) THEN
            RAISE EXCEPTION 'xiaohao: need % stands as it was found', OLD.id;
        END IF;
        IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({pairs}) THEN
            RAISE EXCEPTION 'xiaohao: need %: no move from % to %', OLD.id, OLD.state, NEW.state;
        END IF;
        IF ({_RELINKED})
           OR {_STRAYS} THEN
            RAISE EXCEPTION 'xiaohao: need % keeps its problem', OLD.id;
        END IF;
        IF NEW.state <> 'found' AND NEW.problem_id IS NULL THEN
            RAISE EXCEPTION 'xiaohao: need % is on no ledger', OLD.id;
        END IF;
        IF NEW.state = 'fixed' AND OLD.state <> 'fixed' AND NOT EXISTS (
            SELECT 1 FROM ledger_problem p WHERE p.id = NEW.problem_id AND p.state = 'closed') THEN
            RAISE EXCEPTION 'xiaohao: need %: its problem is not struck off', OLD.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def word_heard() -> pgtrigger.Trigger:
    """A household's word is taken down for its own need, and not by the unit it is about."""
    return pgtrigger.Trigger(
        name="heard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        IF NOT EXISTS (
            SELECT 1 FROM ledger_word w JOIN ledger_reporter r ON r.id = w.reporter_id
            WHERE w.id = NEW.word_id AND w.answer <> '' AND r.label = '{NEED_LABEL}'
            AND r.source_id = NEW.need_id) THEN
            RAISE EXCEPTION 'xiaohao: need % has no such word', NEW.need_id;
        END IF;
        IF EXISTS (
            SELECT 1 FROM ledger_word w JOIN ledger_problem p ON p.id = w.problem_id,
                people_post o JOIN units_unit u ON u.id = o.unit_id
            WHERE w.id = NEW.word_id AND o.id = NEW.post_id AND starts_with(u.path, p.path)) THEN
            RAISE EXCEPTION 'xiaohao: need %: its own unit takes no word', NEW.need_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )
