"""Problems in every standing in which a move may be offered, each made by moves alone."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from xiaohao.kernel import clock
from xiaohao.ledger import actions
from xiaohao.ledger.actions import Listed, ListedMeasure, register_many
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_changes import planned

ROAD = ["registered", "referred", "accepted", "in_progress", "reported", "verified", "closed"]


def _at(stop: str, reporters: int = 0) -> Callable[[make.City], Problem]:
    def build(city: make.City) -> Problem:
        made = Problem.objects.count()
        who = [("intake.message", 100 * made + n) for n in range(reporters)]
        return make.walk(city, make.problem(city, reporters=who), stop)

    return build


def _moved(
    start: Callable[[make.City], Problem], name: str, who: str, **given: Any
) -> Callable[[make.City], Problem]:
    """The problem after one more move."""

    def build(city: make.City) -> Problem:
        row = start(city)
        return actions.move(problem=row, move=name, by=getattr(city, who), **given)

    return build


def _from_a_sheet(city: make.City) -> Problem:
    """Accepted, with a plan that came in with it."""
    day = clock.today() + dt.timedelta(days=9)
    measures = [ListedMeasure(text=f"措施{n}", owner="科室", deadline=day) for n in range(2)]
    row = Listed(
        title="井盖缺失", text="井盖缺失", unit=city.street, deadline=day, measures=measures
    )
    [key] = register_many(by=city.office, rows=[row])
    return make.walk(city, Problem.objects.get(pk=key), "accepted")


def _all_done(city: make.City) -> Problem:
    row = make.walk(city, make.problem(city), "in_progress")
    make.one_step(city, row)
    return row


def _merged(city: make.City) -> Problem:
    other, row = make.problem(city), make.problem(city)
    return actions.move(problem=row, move="merge", by=city.office, into=other)


def _parted(city: make.City) -> Problem:
    """Taken out of a merge, and with the unit again: its measures are not done yet."""
    other, row = make.problem(city), planned(city)
    actions.move(problem=row, move="merge", by=city.office, into=other)
    actions.move(problem=row, move="split", by=city.office, reason="不是一件事")
    return make.walk(city, row, "accepted")


def _twice_returned(city: make.City) -> Problem:
    row = make.problem(city)
    for _ in range(2):
        make.walk(city, row, "referred")
        actions.move(
            problem=row,
            move="return",
            by=city.handler,
            reason="不归我们",
            owner_unknown="不清楚归谁管",
        )
    return row


def _asked_for_time(city: make.City) -> Problem:
    row = make.walk(city, make.problem(city), "in_progress")
    later = (row.deadline or clock.today()) + dt.timedelta(days=3)
    given: dict[str, Any] = {"reason": "材料未到", "deadline": later}
    return actions.move(problem=row, move="ask_extension", by=city.handler, **given)


STANDINGS: dict[str, Callable[[make.City], Problem]] = {
    **{stop: _at(stop) for stop in ROAD},
    "accepted with a plan": _from_a_sheet,
    "accepted again": _parted,
    "two measures": planned,
    "all measures done": _all_done,
    "more time asked": _asked_for_time,
    "returned": _moved(
        _at("referred"), "return", "handler", reason="不归我们", owner_unknown="不清楚归谁管"
    ),
    "arbitration": _twice_returned,
    "verified, reported by one": _at("verified", 1),
    "awaiting": _at("awaiting", 1),
    "reopened": _moved(_at("closed"), "reopen", "verifier", reason="灯又不亮了"),
    "merged": _merged,
    "withdrawn": _moved(_at("registered"), "withdraw", "office", reason="登记有误"),
}
