"""The state table of an entry: the one truth, from which the database's guards are made too."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from xiaohao.commitments.rules import checks as c
from xiaohao.commitments.rules.facts import WORKED_ON, Facts, Need, State
from xiaohao.kernel.acting import Actor, Permission


@dataclass(frozen=True, slots=True)
class Move:
    """One edge of the state table.

    Attributes:
        name: what the API calls it.
        origins: states it leaves from.
        to: state it leads to; None when the state stays.
        permission: what the post must grant; None for the system alone.
        needs: the checks, in the order in which people should read them.
        inputs: names of the fields it takes.
        why: the reason this edge exists.
    """

    name: str
    origins: frozenset[State]
    to: State | None
    permission: Permission | None
    needs: tuple[c.Check, ...]
    inputs: tuple[str, ...]
    why: str

    def lands(self, state: State) -> State:
        """The state after this move from `state`."""
        return self.to or state


S, P = State, Permission


def _move(
    name: str,
    origins: Collection[State],
    to: State | None,
    permission: Permission | None,
    needs: Sequence[c.Check],
    inputs: str,
    why: str,
) -> Move:
    return Move(name, frozenset(origins), to, permission, tuple(needs), tuple(inputs.split()), why)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        _move("start", [S.ENTERED], S.UNDER_WAY, P.HANDLE, [c.works, c.plan_where_due],
              "plan files",
              "the unit takes it up, with its plan and what it looks like before"),
        _move("before", WORKED_ON, None, P.HANDLE, [c.works, c.no_problem, c.files_needed],
              "files note",
              "what it was like is shown while it still can be, at the latest before it is done"),
        _move("plan", WORKED_ON, None, P.HANDLE,
              [c.works, c.plan_needed, c.new_version_reason], "plan reason",
              "plans change, and each version stays readable"),
        _move("progress", [S.UNDER_WAY], None, P.HANDLE,
              [c.works, c.note_needed, c.nothing_promised], "note achieved files",
              "what was done stands there with its evidence, not in a report of its own"),
        _move("money", WORKED_ON, None, P.HANDLE, [c.works, c.money_needed, c.money_fits],
              "planned arrived spent reason",
              "planned, arrived and spent are three different sums"),
        _move("report", [S.UNDER_WAY], S.REPORTED, P.REPORT_FIXED,
              [c.works, c.no_problem, c.before_shown, c.result_shown, c.nothing_promised,
               c.achieved_counted],
              "note achieved files",
              "the unit's leader answers for the result, and shows it"),
        _move("pass", [S.REPORTED], S.DONE, P.VERIFY,
              [c.apart, c.no_problem, c.note_needed], "note files",
              "somebody of another unit has looked, and it is there"),
        _move("fail", [S.REPORTED], S.UNDER_WAY, P.VERIFY,
              [c.apart, c.no_problem, c.reason_needed], "reason files",
              "somebody of another unit has looked, and it is not"),
        _move("reopen", [S.DONE], S.UNDER_WAY, P.VERIFY,
              [c.independent, c.no_problem, c.alone, c.reason_needed], "reason",
              "what proves not done comes back"),
        _move("register", WORKED_ON, None, P.REGISTER,
              [c.may_be_problem, c.no_problem], "category urgent",
              "a petition or hazard that is a problem stands on the ledger and follows its gate"),
        _move("link", WORKED_ON, None, P.REGISTER,
              [c.may_be_problem, c.no_problem, c.problem_needed, c.problem_fits], "problem",
              "or it stands there already, with this unit, and is still to be fixed"),
        _move("unlink", WORKED_ON, None, P.REGISTER, [c.problem_linked, c.reason_needed],
              "reason", "a wrong link is undone in the open; the entry goes its own road again"),
        _move("disown", [S.DONE], S.UNDER_WAY, P.REGISTER, [c.problem_linked, c.reason_needed],
              "reason", "what was done by the fix of something else is not done"),
        _move("settle", WORKED_ON, S.DONE, None, [c.problem_closed], "",
              "the ledger has struck its problem off, by the ledger's gate"),
        _move("come_back", [S.DONE], S.UNDER_WAY, None, [c.problem_came_back], "",
              "the ledger has the problem again"),
        _move("follow", [S.ENTERED, S.UNDER_WAY, S.DONE], None, None, [c.problem_needed],
              "problem", "its problem was merged into another, which it follows from then on"),
        _move("extend", WORKED_ON, None, P.GRANT_EXTENSION,
              [c.above, c.reason_needed, c.later_deadline], "deadline reason",
              "more time is given by somebody above, with a reason, a few times"),
        _move("appoint", WORKED_ON, None, P.REGISTER, [c.lead_needed, c.reason_needed],
              "lead reason", "one leader answers; who follows him answers from then on"),
        _move("withdraw", [S.ENTERED], S.WITHDRAWN, P.REGISTER,
              [c.independent, c.no_problem, c.reason_needed], "reason",
              "what was entered by mistake goes before work starts, never after"),
    )
}  # fmt: skip
del S, P


def unmet(name: str, facts: Facts, actor: c.By, given: c.Given) -> list[Need]:
    """Everything that stands in the way of a move; empty when it may be made.

    Raises:
        KeyError: there is no move of that name.
    """
    move = MOVES[name]
    if facts.state not in move.origins:
        return [Need("wrong_state", "move", {"move": name, "state": facts.state.value})]
    if isinstance(actor, Actor):
        if move.permission is None:
            return [Need("system_only")]
        if not actor.may(move.permission):
            return [Need("not_permitted", None, {"permission": move.permission.value})]
    return [need for check in move.needs for need in check(facts, actor, given)]


# With these another round begins, and with it other hands.
ANEW = tuple(
    sorted(n for n, m in MOVES.items() if m.to is State.UNDER_WAY and not m.origins & WORKED_ON)
)


def edges() -> set[tuple[State, State]]:
    """Every change of state that some move makes."""
    return {(o, m.to) for m in MOVES.values() if m.to for o in m.origins if o != m.to}
