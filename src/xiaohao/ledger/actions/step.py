"""What every move shares: the problem's own row, its event, and the figures it changes."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from xiaohao.figures.actions import Delta, add
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.paths import ids as unit_ids
from xiaohao.ledger.models import Problem
from xiaohao.ledger.rules import MOST_RETURNS, OPEN, Facts, Given, Move
from xiaohao.trail.actions import change, changed


@dataclass(frozen=True, slots=True)
class Took:
    """One move being taken: all checks passed.

    Attributes:
        given: inputs as objects, see `given.read`.
    """

    problem: Problem
    by: Actor | Nobody
    move: Move
    facts: Facts
    given: Given

    @property
    def account(self) -> int | None:
        """The person who acts, where known."""
        return self.by.account_id if isinstance(self.by, Actor) else None

    @property
    def post(self) -> int | None:
        """The post acted from."""
        return self.by.post_id if isinstance(self.by, Actor) else None


Step = Callable[[Took], None]
Flow = str | tuple[str, int]  # a metric, or a spread with the days it took


@dataclass(frozen=True, slots=True)
class Standing:
    """What the stock figures depend on."""

    path: str
    is_open: bool
    is_closed: bool
    in_arbitration: bool
    deadline: date | None
    category_id: int | None
    channel: str
    source: str
    programme_id: int | None
    is_ping_pong: bool

    @classmethod
    def of(cls, problem: Problem) -> "Standing":
        """How the problem counts as it stands."""
        return cls(
            problem.path,
            problem.state in OPEN,
            problem.state == "closed",
            problem.state == "arbitration",
            problem.deadline,
            problem.category_id,
            problem.channel,
            problem.source,
            problem.programme_id,
            problem.state in OPEN and problem.returns >= MOST_RETURNS,
        )


def write(took: Took, *flows: Flow, data: dict[str, Any] | None = None, **values: Any) -> None:
    """Write `values` to the problem with its event, the state the move leads to, and the figures.

    Args:
        flows: metrics that count this move once, e.g. `ledger.reported`; a spread with its days.
    """
    problem = took.problem
    before = Standing.of(problem)
    values["state"] = took.move.lands(took.facts).value
    told = changed(problem, values)
    for name, value in values.items():
        setattr(problem, name, value)
    change(
        thing=problem,
        by=took.by,
        kind=took.move.name,
        fields=sorted(values),
        data={
            "from": took.facts.state.value,
            "to": values["state"],
            # Where this move counts; the recount of the figures reads it.
            "counted_at": unit_ids(problem.path)[-1],
            "changed": told,
            **(data or {}),
        },
    )
    count(problem, before, flows)


def count(problem: Problem, before: Standing | None, flows: tuple[Flow, ...]) -> None:
    """Write the figures between how the problem counted `before` and how it counts now."""
    after = Standing.of(problem)
    deltas = [_delta(problem, after, flow, 1) for flow in flows if isinstance(flow, str)]
    deltas += [
        dataclasses.replace(_delta(problem, after, flow[0], 1), days=flow[1])
        for flow in flows
        if not isinstance(flow, str)
    ]
    if before != after:
        deltas += _stocks(problem, before, -1) if before else []
        deltas += _stocks(problem, after, 1)
    add(deltas)


def count_at(problem: Problem, metric: str, path: str) -> None:
    """Count a flow at a unit that no longer has the problem."""
    add([_delta(problem, dataclasses.replace(Standing.of(problem), path=path), metric, 1)])


def _stocks(problem: Problem, standing: Standing, sign: int) -> list[Delta]:
    found = []
    if standing.is_open:
        found.append(_delta(problem, standing, "ledger.open", sign))
        if standing.deadline:
            found.append(_delta(problem, standing, "ledger.due", sign, standing.deadline))
    if standing.in_arbitration:
        found.append(_delta(problem, standing, "ledger.in_arbitration", sign))
    if standing.is_ping_pong:
        found.append(_delta(problem, standing, "ledger.ping_pong", sign))
    if standing.is_closed:
        found.append(_delta(problem, standing, "ledger.done", sign))
    return found


def _delta(
    problem: Problem, standing: Standing, metric: str, amount: int, day: date | None = None
) -> Delta:
    return Delta(
        metric=metric,
        path=standing.path,
        thing_id=problem.pk,
        amount=amount,
        category_id=standing.category_id,
        channel=standing.channel,
        source=standing.source,
        programme_id=standing.programme_id,
        day=day,
    )
