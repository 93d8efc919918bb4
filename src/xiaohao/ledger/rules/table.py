"""The state table of a problem: the one truth, from which the database's guards are made too."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xiaohao.kernel import calendar
from xiaohao.kernel.acting import Actor, Nobody, Permission
from xiaohao.ledger.rules import checks as c
from xiaohao.ledger.rules.correcting import CORRECTED_IN
from xiaohao.ledger.rules.facts import (
    DAYS_TO_FIX,
    DAYS_TO_FIX_URGENT,
    OPEN,
    WITH_UNIT,
    Facts,
    Need,
    State,
    WordFact,
)


@dataclass(frozen=True, slots=True)
class Move:
    """One edge of the state table.

    Attributes:
        name: what the API calls it.
        origins: states it leaves from.
        to: state it leads to; None when the state stays.
        permission: what the post must grant; None for the citizen alone.
        needs: the checks, in the order in which people should read them.
        inputs: names of the fields it takes, required ones first.
        why: the reason this edge exists.
        turns: when this holds, the move leads to `other` instead.
    """

    name: str
    origins: frozenset[State]
    to: State | None
    permission: Permission | None
    needs: tuple[c.Check, ...]
    inputs: tuple[str, ...]
    why: str
    turns: Callable[[Facts], bool] | None = None
    other: State | None = None

    def lands(self, facts: Facts) -> State:
        """The state after this move of a problem that stands so."""
        if self.turns is not None and self.other is not None and self.turns(facts):
            return self.other
        return self.to or facts.state

    @property
    def ends(self) -> list[State]:
        """Every state it may lead to; none when the state stays."""
        return [state for state in (self.to, self.other) if state]


S, P = State, Permission


def _move(
    name: str,
    origins: Sequence[State],
    to: State | None,
    permission: Permission | None,
    needs: Sequence[c.Check],
    inputs: str,
    why: str,
    turns: tuple[Callable[[Facts], bool], State] | None = None,
) -> Move:
    given = tuple(inputs.split())
    return Move(name, frozenset(origins), to, permission, tuple(needs), given, why, *(turns or ()))


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        _move("refer", [S.REGISTERED, S.RETURNED, S.REOPENED], S.REFERRED, P.REFER,
              [c.independent, c.word_stands, c.unit_needed, c.deadline_needed],
              "unit deadline reason category",
              "to the lowest unit that can really fix it, with a clock on it"),
        _move("spot", [S.REGISTERED], S.REPORTED, P.REGISTER,
              [c.unit_needed, c.done_given, c.evidence_needed, c.spot_checkable],
              "unit done owner files note",
              "what was put right where it was found still shows its evidence and is checked"),
        _move("accept", [S.REFERRED], S.ACCEPTED, P.HANDLE, [c.works], "",
              "the unit says: this is ours"),
        _move("return", [S.REFERRED, S.ACCEPTED], S.RETURNED, P.HANDLE,
              [c.handles, c.reason_needed, c.owner_named, c.may_return],
              "reason better_unit owner_unknown",
              "a wrong referral comes back with a reason and the name of who can fix it, or why "
              "that is not known; after the second a superior decides",
              (c.is_last_return, S.ARBITRATION)),
        _move("arbitrate", [S.ARBITRATION], S.REFERRED, P.REFER,
              [c.arbiter, c.unit_needed, c.reason_needed, c.deadline_needed],
              "unit reason deadline",
              "the common superior says whose it is, and that is the last word"),
        _move("recall", [S.REFERRED], S.REGISTERED, P.REFER,
              [c.not_off_oneself, c.referred_here, c.may_recall, c.reason_needed], "reason",
              "who handed it to the wrong unit puts that right himself, as long as the unit has "
              "not accepted it"),
        _move("plan", [S.ACCEPTED, S.REOPENED], S.IN_PROGRESS, P.HANDLE,
              [c.works, c.measures_planned], "measures",
              "measures with owner and deadline before any work is called a fix"),
        _move("add_measures", [S.IN_PROGRESS], None, P.HANDLE, [c.works, c.measures_given],
              "measures", "plans grow"),
        _move("finish_measure", [S.IN_PROGRESS], None, P.HANDLE,
              [c.works, c.one_open, c.open_measure, c.in_its_turn, c.evidence_needed],
              "measure files note",
              "a measure is done when its evidence is there, after those that it waits for"),
        _move("drop_measure", [S.IN_PROGRESS], None, P.HANDLE,
              [c.works, c.one_open, c.open_measure, c.reason_needed, c.not_last],
              "measure reason",
              "a measure that turned out wrong is struck out with a reason, never the last one"),
        _move("amend_measure", [S.ACCEPTED, S.IN_PROGRESS], None, P.HANDLE,
              [c.works, c.one_open, c.open_measure, c.reason_needed, c.amendment_needed],
              "measure reason text owner days after deadline",
              "what is not done yet may be put right, with a reason, and what it was stays told"),
        _move("report", [S.IN_PROGRESS], S.REPORTED, P.REPORT_FIXED, [c.works, c.measures_proven],
              "note", "the unit's leader answers for the fix"),
        _move("pass", [S.REPORTED], S.VERIFIED, P.VERIFY, [c.apart, c.note_needed], "note files",
              "somebody of another unit has looked and it is fixed"),
        _move("fail", [S.REPORTED], S.IN_PROGRESS, P.VERIFY,
              [c.apart, c.reason_needed, c.failed_measures],
              "reason failed",
              "somebody of another unit has looked and it is not fixed"),
        _move("ask", [S.VERIFIED], S.AWAITING, P.CLOSE, [c.independent, c.has_reporters], "",
              "every reporter is told and asked"),
        _move("close", [S.VERIFIED, S.AWAITING], S.CLOSED, P.CLOSE,
              [c.independent, c.not_registrar, c.gate_whole], "note",
              "no fix, no closing: evidence, independent check, the citizen's word"),
        _move("not_solved", [S.AWAITING, S.CLOSED], S.REOPENED, None, [], "",
              "the citizen's “not solved” outweighs everybody's “done”"),
        _move("reopen", [S.VERIFIED, S.AWAITING, S.CLOSED], S.REOPENED, P.VERIFY,
              [c.independent, c.reason_needed], "reason",
              "what proves not fixed comes back, and counts"),
        _move("merge", [S.REGISTERED, S.REFERRED, S.ACCEPTED, S.IN_PROGRESS, S.RETURNED,
                        S.REOPENED], S.MERGED, P.MERGE, [c.independent, c.target_needed], "into",
              "one thing, one problem, many reporters"),
        _move("withdraw", [S.REGISTERED, S.REFERRED], S.WITHDRAWN, P.REGISTER,
              [c.registered_here, c.only_begun, c.reason_needed], "reason",
              "what was registered by mistake is taken back in the open, and fixes nothing"),
        _move("split", [S.MERGED], S.REGISTERED, P.MERGE,
              [c.independent, c.reason_needed], "reason",
              "a wrong merge is taken back"),
        _move("ask_extension", sorted(WITH_UNIT), None, P.HANDLE,
              [c.handles, c.reason_needed, c.extension_needed], "deadline reason",
              "more time is asked for openly"),
        _move("grant_extension", sorted(WITH_UNIT), None, P.GRANT_EXTENSION,
              [c.above, c.extension_open], "note", "more time is given by somebody above"),
        _move("decline_extension", sorted(WITH_UNIT), None, P.GRANT_EXTENSION,
              [c.above, c.extension_open, c.reason_needed], "reason", "or not"),
        _move("point_above", sorted(WITH_UNIT), None, P.HANDLE,
              [c.handles, c.above_needed, c.reason_needed], "above reason",
              "what is felt below may have its root above: the unit says so, and goes on with it"),
        _move("fixed_above", sorted(WITH_UNIT), S.REPORTED, None,
              [c.system_only, c.root_proven], "root",
              "a proven fix above sends each case below to its own check, and closes none",
              (c.has_open_measures, S.IN_PROGRESS)),
        _move("assign", sorted(OPEN), None, P.REFER, [c.something_assigned, c.partners_others],
              "programme lead partners",
              "which drive it belongs to, which leader answers for it, which units help"),
        _move("correct", sorted(CORRECTED_IN), None, P.REGISTER,
              [c.entered_here, c.reason_needed, c.correction_needed],
              "reason title category place place_unit urgent note",
              "what was entered wrongly is put right in the open; what was said stays as it was"),
        _move("comment", sorted(OPEN), None, P.SEE_LEDGER, [c.note_needed], "note",
              "what is said about a problem stands with it"),
    )
}  # fmt: skip
del S, P


# How a problem may stand when it is first written, by its version: registered; or, where many come
# in at once, registered and handed on already, with both events on the trail.
BEGINNINGS = {1: State.REGISTERED, 2: State.REFERRED}


def unmet(name: str, facts: Facts, actor: Actor | Nobody, given: c.Given) -> list[Need]:
    """Everything that stands in the way of a move; empty when it may be made.

    Raises:
        KeyError: there is no move of that name.
    """
    move = MOVES[name]
    if facts.state not in move.origins:
        return [Need("wrong_state", "move", {"move": name, "state": facts.state.value})]
    if move.permission is None:
        if isinstance(actor, Actor):
            return [Need("system_only" if c.system_only in move.needs else "citizen_only")]
    elif isinstance(actor, Actor) and not actor.may(move.permission):
        return [Need("not_permitted", None, {"permission": move.permission.value})]
    return [need for check in move.needs for need in check(facts, actor, given)]


def edges() -> set[tuple[State, State]]:
    """Every change of state that some move makes."""
    return {(o, to) for m in MOVES.values() for to in m.ends for o in m.origins if o != to}


def default_deadline(today: dt.date, *, urgent: bool) -> dt.date:
    """The deadline when the office names none, in working days from `today`."""
    return calendar.add(today, DAYS_TO_FIX_URGENT if urgent else DAYS_TO_FIX)


def closing(words: Sequence[WordFact]) -> str:
    """How a closing counts: `solved` when all said so, `no_answer` when one stayed silent."""
    if not words:
        return "no_reporter"
    return "solved" if all(word.answer == "solved" for word in words) else "no_answer"
