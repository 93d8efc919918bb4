"""The database's guards of households: what was found stands, and their word comes first."""

import pgtrigger

from xiaohao.commitments.models.guards import RELINKED, STRAYS
from xiaohao.commitments.rules import NEED_EDGES, NEED_LABEL
from xiaohao.kernel.clock import ZONE
from xiaohao.ledger.models.guards import hand_sql

# The household said that it is solved, and somebody took that down; or it was asked, which the
# trail tells, and its days passed without an answer before the problem was struck off.
_UNHEARD = f"""NOT EXISTS (
                SELECT 1 FROM ledger_problem p
                    JOIN ledger_reporter r ON r.problem_id = p.id AND r.label = '{NEED_LABEL}'
                    JOIN ledger_word w ON w.reporter_id = r.id AND w.round = p.round
                WHERE p.id = NEW.problem_id AND r.source_id = NEW.id AND CASE w.answer
                    WHEN 'solved' THEN EXISTS (
                        SELECT 1 FROM commitments_householdword h
                        WHERE h.word_id = w.id AND h.need_id = NEW.id)
                    WHEN '' THEN w.answer_by < p.closed_on AND EXISTS (
                        SELECT 1 FROM trail_event e
                        WHERE e.label = 'ledger.word' AND e.thing_id = w.id AND e.kind = 'ask'
                        AND (e.at AT TIME ZONE '{ZONE.key}')::date < w.answer_by)
                    ELSE false END)"""  # noqa: S608 (our own words)


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
        IF ({RELINKED})
           OR {STRAYS} THEN
            RAISE EXCEPTION 'xiaohao: need % keeps its problem', OLD.id;
        END IF;
        IF NEW.state <> 'found' AND NEW.problem_id IS NULL THEN
            RAISE EXCEPTION 'xiaohao: need % is on no ledger', OLD.id;
        END IF;
        IF NEW.state = 'fixed' AND OLD.state <> 'fixed' THEN
            IF NOT EXISTS (SELECT 1 FROM ledger_problem p
                           WHERE p.id = NEW.problem_id AND p.state = 'closed') THEN
                RAISE EXCEPTION 'xiaohao: need %: its problem is not struck off', OLD.id;
            END IF;
            IF {_UNHEARD} THEN
                RAISE EXCEPTION 'xiaohao: need %: its household has not had its word', OLD.id;
            END IF;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


_HAND = hand_sql("v", "w.problem_id")


def word_heard() -> pgtrigger.Trigger:
    """A household's word is taken down for its own need, by a unit without a part in the fix."""
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
        IF NOT EXISTS (
            SELECT 1 FROM ledger_word w JOIN ledger_problem p ON p.id = w.problem_id
                JOIN units_unit own ON own.id = p.unit_id,
                (SELECT o.id AS post_id, o.unit_id, NEW.account AS account, u.path
                 FROM people_post o JOIN units_unit u ON u.id = o.unit_id
                 WHERE o.id = NEW.post_id) v
            WHERE w.id = NEW.word_id AND NOT starts_with(v.path, own.path)
            AND v.account IS DISTINCT FROM coalesce(p.reported_account, -1) AND NOT {_HAND}) THEN
            RAISE EXCEPTION 'xiaohao: need %: who had a hand in the fix takes no word',
                NEW.need_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def photo_of_visit() -> pgtrigger.Trigger:
    """A photo comes with its visit, from the post that noted it, and is a photo."""
    return pgtrigger.Trigger(
        name="with_visit",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_visit v, files_file f
            WHERE v.id = NEW.visit_id AND v.at = NEW.at AND v.post_id = NEW.post_id
            AND f.id = NEW.file_id AND f.thumbnail_sha256 <> '') THEN
            RAISE EXCEPTION 'xiaohao: visit % takes no such photo', NEW.visit_id;
        END IF;
        RETURN NEW;
        """,
    )
