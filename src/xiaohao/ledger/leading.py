"""The one move that leads a problem on, for each row of a list: offered, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Unmet
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import facts_of_many
from xiaohao.ledger.rules import MOVES, WITH_UNIT, Facts, Need, State, gate_measures, unmet
from xiaohao.ledger.wording import MOVE_NAMES, put
from xiaohao.people.queries import attended

# Moves that lead on towards closing, the furthest first.
LEADING = (
    "close",
    "ask",
    "pass",
    "report",
    "finish_measure",
    "plan",
    "accept",
    "arbitrate",
    "refer",
)
# Who has to move, where the reader's post has no part in it.
_WAITS = {
    State.REGISTERED: gettext_noop("waits for the office"),
    State.RETURNED: gettext_noop("waits for the office"),
    State.ARBITRATION: gettext_noop("waits for the common superior"),
    State.REPORTED: gettext_noop("waits for a check"),
    State.VERIFIED: gettext_noop("waits for the office"),
    State.AWAITING: gettext_noop("waits for the citizen"),
    State.CLOSED: "",
    State.MERGED: "",
    State.WITHDRAWN: "",
}
_WITH_UNIT = gettext_noop("waits for the unit")
_WITH_LEADER = gettext_noop("waits for the unit’s leader")
_NOBODY = gettext_noop("waits for the unit, where nobody is in post")
# What says that it is somebody else's turn, rather than that something is missing.
_NOT_HIS = {
    "not_your_unit",
    "own_unit",
    "helping_unit",
    "hand_in_it",
    "reported_by_same",
    "registered_by_same",
    "not_above",
    "not_the_arbiter",
}


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next with a problem, as one reader sees it.

    Attributes:
        move: the move's name; "" where it is not his turn.
        label: what it is called, or who has to move.
        unmet: what still stands in the way of it; empty when it may be made.
    """

    move: str
    label: str
    unmet: Sequence[Unmet] = ()


def next_steps(problems: Sequence[Problem], actor: Actor) -> dict[int, Next]:
    """The next step of each problem by its id, in nine queries at most whatever their number."""
    if not problems:
        return {}
    facts = facts_of_many(problems)
    steps = {problem.pk: next_step(facts[problem.pk], actor) for problem in problems}
    waits = {
        one.pk: one.unit_id
        for one in problems
        if one.unit_id and not steps[one.pk].move and State(one.state) in WITH_UNIT
    }
    there = attended(waits.values()) if waits else set()
    lies = [key for key, unit in waits.items() if unit not in there]
    return {**steps, **{key: Next("", _(_NOBODY)) for key in lies}}


def next_step(facts: Facts, actor: Actor) -> Next:
    """The furthest leading move that he may make; else the one he could, with what is missing."""
    barred = None
    for name in LEADING:
        move = MOVES[name]
        if facts.state not in move.origins or not (move.permission and actor.may(move.permission)):
            continue
        if name == "finish_measure" and all(measure.done for measure in facts.measures):
            continue
        needs = _standing(name, unmet(name, facts, actor, {}))
        if not needs:
            return Next(name, _(MOVE_NAMES[name]))
        if barred is None and not any(need.code in _NOT_HIS for need in needs):
            barred = Next(name, _(MOVE_NAMES[name]), [put(need) for need in needs])
    waits = _WAITS.get(facts.state, _WITH_UNIT)
    if facts.state is State.IN_PROGRESS and not gate_measures(facts):
        waits = _WITH_LEADER
    return barred or Next("", _(waits) if waits else "")


def _standing(name: str, needs: Sequence[Need]) -> list[Need]:
    """What stands in the way whatever its form will still be given."""
    if name in {"report", "close"}:
        return list(needs)
    inputs = set(MOVES[name].inputs)
    return [n for n in needs if not (n.field and n.field.split(".")[0] in inputs)]
