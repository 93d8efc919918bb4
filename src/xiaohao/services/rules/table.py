"""The state table of a call: the one truth, from which the database's guards are made too."""

from collections.abc import Sequence
from dataclasses import dataclass

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.services.rules import checks as c
from xiaohao.services.rules.facts import Facts, Need, State


@dataclass(frozen=True, slots=True)
class Move:
    """One edge of the state table.

    Attributes:
        name: what the API calls it.
        origins: states it leaves from.
        to: state it leads to; None when the state stays.
        permissions: any one of them must be granted by the post.
        needs: the checks, in the order in which people should read them.
        inputs: names of the fields it takes.
        why: the reason this edge exists.
    """

    name: str
    origins: frozenset[State]
    to: State | None
    permissions: frozenset[Permission]
    needs: tuple[c.Check, ...]
    inputs: tuple[str, ...]
    why: str

    def lands(self, state: State) -> State:
        """The state after this move from `state`."""
        return self.to or state

    def open_to(self, actor: Actor) -> bool:
        """Whether the actor's post grants what it takes."""
        return any(actor.may(permission) for permission in self.permissions)


S = State
# Who works on the matters of a unit, whether or not its post handles problems.
SPEAKING = frozenset({Permission.HANDLE, Permission.REGISTER})
WORKING = frozenset({Permission.HANDLE})


def _move(
    name: str,
    origins: Sequence[State],
    to: State | None,
    permissions: frozenset[Permission],
    needs: Sequence[c.Check],
    inputs: str,
    why: str,
) -> Move:
    return Move(name, frozenset(origins), to, permissions, tuple(needs), tuple(inputs.split()), why)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        _move("take", [S.CALLED], S.TAKEN, WORKING, [c.by_department], "",
              "the department says that it is coming"),
        _move("decline", [S.CALLED], S.DECLINED, WORKING,
              [c.by_department, c.first_round, c.reason_needed], "reason",
              "who promised and does not come says why, and the level above reads it"),
        _move("deliver", [S.TAKEN], S.DELIVERED, WORKING,
              [c.by_department, c.note_needed, c.evidence_needed], "note files",
              "what was delivered is shown"),
        _move("grade", [S.DELIVERED], S.GRADED, SPEAKING,
              [c.by_caller, c.not_department, c.grade_needed], "grade words",
              "whoever called says what it was worth, nobody else"),
        _move("not_delivered", [S.DELIVERED], S.CALLED, SPEAKING,
              [c.by_caller, c.not_department, c.words_needed], "words",
              "what was not there is not delivered, whatever was shown: the call stands again"),
        _move("withdraw", [S.CALLED], S.WITHDRAWN, SPEAKING,
              [c.by_caller, c.first_round, c.reason_needed], "reason",
              "a call made by mistake goes before work starts, never after"),
        _move("register", [S.CALLED, S.TAKEN, S.DELIVERED, S.GRADED], None, SPEAKING,
              [c.for_caller, c.not_department, c.no_problem, c.failed], "note",
              "a promise that was not kept is a problem like any other; the call goes on"),
    )
}  # fmt: skip
del S


def unmet(name: str, facts: Facts, actor: c.By, given: c.Given) -> list[Need]:
    """Everything that stands in the way of a move; empty when it may be made.

    Raises:
        KeyError: there is no move of that name.
    """
    move = MOVES[name]
    if facts.state not in move.origins:
        return [Need("wrong_state", "move", {"move": name, "state": facts.state.value})]
    if not isinstance(actor, Actor) or not move.open_to(actor):
        return [Need("not_permitted")]
    return [need for check in move.needs for need in check(facts, actor, given)]


def edges() -> set[tuple[State, State]]:
    """Every change of state that some move makes."""
    return {(o, m.to) for m in MOVES.values() if m.to for o in m.origins if o != m.to}
