"""One problem's way through the ledger, drawn at random. No database.

Times are minutes; what they count from is up to the caller. Shares and times are invented, chosen
so that every state, every move on the straight road, returns, failed checks and more time occur.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

HOUR, DAY = 60, 24 * 60
RETURNED, EXTENDED, FAILED = 0.08, 0.06, 0.07  # shares of problems


@dataclass(frozen=True, slots=True)
class Step:
    """One move.

    Attributes:
        kind: name of the move.
        after: minutes since the move before.
        state: where it leads.
        data: what the event carries beside what follows from the move.
    """

    kind: str
    after: int
    state: str
    data: dict[str, Any] = field(default_factory=dict)


def road(chance: random.Random) -> Iterator[Step]:
    """The moves of one problem after it was registered, to its end; the caller stops when it will.

    `refer` and `return` may come twice; the last step closes it.
    """

    def some(low: int, high: int) -> int:
        return int(chance.triangular(low, high, low))

    yield Step("refer", some(10, 3 * DAY), "referred")
    if chance.random() < RETURNED:
        yield Step("return", some(HOUR, 3 * DAY), "returned")
        yield Step("refer", some(HOUR, 2 * DAY), "referred")
    yield Step("accept", some(HOUR, 2 * DAY), "accepted")
    yield Step("plan", some(HOUR, 4 * DAY), "in_progress")
    if chance.random() < EXTENDED:
        yield Step("ask_extension", some(DAY, 5 * DAY), "in_progress")
        yield Step("grant_extension", some(HOUR, DAY), "in_progress")
    yield Step("report", some(DAY, 45 * DAY), "reported")
    first = True
    if chance.random() < FAILED:
        yield Step("fail", some(HOUR, 5 * DAY), "in_progress", {"first": True, "failed": []})
        yield Step("report", some(DAY, 20 * DAY), "reported")
        first = False
    yield Step("pass", some(HOUR, 6 * DAY), "verified", {"first": first})
    yield Step("close", some(HOUR, 3 * DAY), "closed", {"closing": "no_reporter"})
