"""The figures of calls: what stands, before and after a change."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from xiaohao.figures.actions import Delta, add
from xiaohao.services.models import Call, State
from xiaohao.services.rules import WAITING

CONTENT = 4  # a grade from here on is that of somebody satisfied


@dataclass(frozen=True, slots=True)
class Standing:
    """What a call's figures depend on."""

    state: str
    due: dt.date
    delivered_on: dt.date | None
    grade_by: dt.date | None
    grade: int | None
    round: int

    @classmethod
    def of(cls, call: Call) -> "Standing":
        """How the call counts as it stands."""
        return cls(
            str(call.state), call.due, call.delivered_on, call.grade_by, call.grade, call.round
        )


def count(call: Call, before: Standing | None) -> None:
    """Write the figures between how the call counted `before` and how it counts now."""
    old = _counted(before) if before else {}
    new = _counted(Standing.of(call))
    channel, path = call.service.list.channel, call.department.path
    deltas = []
    for key in {**old, **new}:
        metric, day = key
        change = new.get(key, 0) - old.get(key, 0)
        if change:
            deltas.append(
                Delta(
                    metric=f"services.{metric}",
                    path=path,
                    thing_id=call.pk,
                    amount=change,
                    channel=channel,
                    day=day,
                )
            )
    add(deltas)


def _counted(at: Standing) -> Mapping[tuple[str, dt.date | None], int]:
    """Each figure that the call counts in; dated ones by their day."""
    if at.state == State.WITHDRAWN:
        return {}
    found: dict[tuple[str, dt.date | None], int] = {("calls", None): 1}
    if at.state in WAITING:
        found["waiting", at.due] = 1
    if at.state == State.DECLINED:
        found["declined", None] = 1
    if at.delivered_on is not None:
        found["delivered", None] = 1
        if at.delivered_on <= at.due:
            found["in_time", None] = 1
    if at.state == State.DELIVERED:
        found["to_grade", at.grade_by] = 1
    if at.state == State.GRADED:
        found["graded", None] = 1
        if (at.grade or 0) >= CONTENT:
            found["satisfied", None] = 1
    if at.round > 1:
        found["failed", None] = 1
    return found
