"""What hands write in a programme's lists and in that of calls: moves of problems, and grades."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from xiaohao.escalation import actions as escalation
from xiaohao.escalation.models import Call, Grade
from xiaohao.exchange.lists.back import WHY, Act, Desk, Hand, Part, Typed, chosen, cleared
from xiaohao.kernel.errors import Unmet
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem, State
from xiaohao.ledger.queries import drives

_BETWEEN = re.compile(r"[\s,，、;；]+")
_UNPLANNED = frozenset({State.ACCEPTED, State.REOPENED})
NUMBER = "measure"
SAID = ("text", "owner", "days", "after", "deadline")  # of a measure, by its own names


def _move(
    desk: Desk, problem: Problem, name: str, columns: Sequence[str], inputs: Typed, **more: Any
) -> Act:
    call: dict[str, Any] = {"problem": problem, "move": name, "by": desk.actor, **inputs}
    return Act(
        columns,
        partial(actions.against_move, **call),
        partial(actions.move, **call),
        {"reason": WHY},
        **more,
    )


def _assigned(desk: Desk, entry: drives.Entry, typed: Typed) -> Sequence[Act]:
    """Which leader answers for a problem, and which units help: as its page assigns them."""
    inputs: dict[str, Any] = {}
    if "lead" in typed:
        inputs["lead"] = desk.post(typed["lead"]) if cleared(typed["lead"]) else ""
    if "partners" in typed:
        helping = {desk.naming.names.of(unit): unit for unit in entry.helpers}
        names = [one.strip() for one in cleared(typed["partners"]).split("\n") if one.strip()]
        inputs["partners"] = [helping.get(name) or desk.unit(name) for name in names]
    return [_move(desk, desk.same(entry.problem), "assign", [*inputs], inputs)]


def _measured(desk: Desk, entry: drives.Entry, parts: Sequence[Part]) -> Sequence[Act]:
    """Measures amended, each by its own reason, and then those that a hand has added."""
    problem = desk.same(entry.problem)
    keys = {str(lane.number): lane.measure.pk for lane in entry.lanes}
    acts = [_amended(desk, problem, part, keys) for part in parts if part.thing is not None]
    added = [part for part in parts if part.thing is None]
    return [*acts, _laid_down(desk, problem, entry, added)] if added else acts


def _amended(desk: Desk, problem: Problem, part: Part, keys: Mapping[str, int]) -> Act:
    inputs = {name: part.typed[name] for name in SAID if name in part.typed}
    columns = [*inputs]
    if "after" in inputs:
        named = _numbers(inputs["after"])
        inputs["after"] = [keys.get(one, 0) for one in named] or ""
    inputs |= {"measure": part.thing.measure.pk, "reason": part.typed[WHY]}
    return _move(desk, problem, "amend_measure", columns, inputs, row=part.row)


def _numbers(typed: str) -> list[str]:
    return [one for one in _BETWEEN.split(cleared(typed).strip()) if one]


def _laid_down(desk: Desk, problem: Problem, entry: drives.Entry, added: Sequence[Part]) -> Act:
    """The first measures of a problem that was accepted, or further ones of one under way.

    The sheet counts all measures that stand, the action those of the present round.
    """
    stand = [lane for lane in entry.lanes if lane.measure.round == problem.round]
    places = {str(lane.number): str(n) for n, lane in enumerate(stand, 1)}
    first = len(entry.lanes) + 1
    places |= {str(first + n): str(len(stand) + 1 + n) for n in range(len(added))}
    measures = [
        {
            **{name: part.typed.get(name, "") for name in SAID},
            "after": [places.get(one, f"{one}?") for one in _numbers(part.typed.get("after", ""))],
        }
        for part in added
    ]
    name = "plan" if problem.state in _UNPLANNED else "add_measures"
    rows = [part.row for part in added]
    columns = (*SAID, NUMBER)
    act = _move(desk, problem, name, columns, {"measures": measures}, row=rows[0], rows=rows)
    return Act(
        columns, partial(_counted, added, first, act), act.take, act.fields, act.row, act.rows
    )


def _counted(added: Sequence[Part], first: int, act: Act) -> list[Unmet]:
    """What stands against new measures; first of all numbers that go on from no others."""
    text = _("A new measure here is number %(number)s. Write that, or leave the cell empty.")
    wrong = [
        Unmet("bad_number", text % {"number": first + n}, f"measures.{n}.{NUMBER}")
        for n, part in enumerate(added)
        if part.typed.get(NUMBER) not in {None, str(first + n)}
    ]
    return wrong or list(act.against())


def _graded(desk: Desk, call: Call, parts: Sequence[Part]) -> Sequence[Act]:
    """What the caller thinks of the departments that it called."""
    del call
    return [_grade(desk, part) for part in parts]


def _grade(desk: Desk, part: Part) -> Act:
    summons = part.thing
    typed = part.typed.get("grade", summons.grade)
    given = {
        "summons": summons,
        "by": desk.actor,
        "grade": chosen(typed, dict(Grade.choices)),
        "words": part.typed.get("words", summons.grade_words),
    }
    return Act(
        ("grade", "words"),
        partial(escalation.against_grade, **given),
        partial(escalation.grade, **given),
        row=part.row,
    )


RESPONSIBILITY = Hand(("lead", "partners"), _assigned)
RECTIFICATION = Hand(SAID, parted=_measured, new_part=(*SAID, NUMBER))
CALL = Hand(("grade", "words"), parted=_graded)
