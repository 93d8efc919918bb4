"""Two rounds of look-back in the month's plan: laid, drawn from a public source, mostly checked.

The month is too short for 30 days, so both are of the early age, seven days after closing. The
first is checked to its end, which makes its secret public; of the second some re-checks are still
to be done. Together they are enough to tell a rate for the whole, for the largest subjects and for
the largest district, and too few for all the others. What proves false comes back.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xiaohao.kernel.clock import ZONE
from xiaohao.site.demo.steps import Step

CASE = -1  # no case of its own: what is drawn shows only when it is drawn
WAVE = 7
MORNING, HALF_DAY = dt.time(9, 40), 6  # re-checks in half a day, by all checkers together
BETWEEN = dt.timedelta(minutes=25)
NOON = dt.timedelta(hours=4, minutes=20)  # from the first re-check of a morning to that after noon


@dataclass(frozen=True, slots=True)
class Planned:
    """A round as it is planned.

    Attributes:
        laid, drawn: aware moments.
        size: how many are drawn.
        source, value: the public source of chance, named beforehand, and what it gave.
        days: on which re-checks are done.
        done: how many of them are done by the reference day.
        false: which of those, counted from 0, are not fixed.
    """

    laid: dt.datetime
    drawn: dt.datetime
    size: int
    source: str
    value: str
    days: tuple[dt.date, ...]
    done: int
    false: tuple[int, ...]

    @property
    def last_closing(self) -> dt.date:
        """The last day whose closings are old enough."""
        return self.laid.date() - dt.timedelta(days=WAVE)

    def moment(self, place: int) -> dt.datetime:
        """When the re-check at that place is done: so many a half day, one after the other."""
        half, nth = divmod(place, HALF_DAY)
        day, afternoon = divmod(half, 2)
        start = dt.datetime.combine(self.days[day], MORNING, ZONE)
        return start + afternoon * NOON + nth * BETWEEN


ROUNDS = (
    Planned(
        laid=dt.datetime(2019, 9, 23, 16, 30, tzinfo=ZONE),
        drawn=dt.datetime(2019, 9, 24, 16, 10, tzinfo=ZONE),
        size=36,
        source="上证综合指数2019年9月24日收盘点位",
        value="2985.34",
        days=(dt.date(2019, 9, 25), dt.date(2019, 9, 26), dt.date(2019, 9, 27)),
        done=36,
        false=(4, 21),
    ),
    Planned(
        laid=dt.datetime(2019, 9, 27, 9, 10, tzinfo=ZONE),
        drawn=dt.datetime(2019, 9, 27, 16, 15, tzinfo=ZONE),
        size=28,
        source="上证综合指数2019年9月27日收盘点位",
        value="2932.17",
        days=(dt.date(2019, 9, 29), dt.date(2019, 9, 30)),
        done=22,
        false=(9,),
    ),
)


def steps(standing: Callable[[dt.date], int]) -> list[Step]:
    """The steps of every round for which there are enough closings to draw from.

    Args:
        standing: how many cases are closed by the end of a day and stay so.
    """
    found: list[Step] = []
    before = 0
    for number, one in enumerate(ROUNDS):
        until = standing(one.last_closing)
        if until - before >= one.size:
            found += _round(number, one)
            before = until
    return found


def false(steps: Iterable[Step]) -> int:
    """How many closings these steps find false."""
    return sum(bool(step.args.get("false")) for step in steps if step.what == "lookback")


def _round(number: int, one: Planned) -> list[Step]:
    lay, draw = {"do": "lay", "round": number}, {"do": "draw", "round": number}
    found = [
        Step(one.laid, "lookback", "OFFICE", CASE, args=lay),
        Step(one.drawn, "lookback", "OFFICE", CASE, args=draw),
    ]
    for place in range(one.done):
        args = {"do": "check", "round": number, "place": place, "false": place in one.false}
        found.append(Step(one.moment(place), "lookback", "OFFICE", CASE, args=args))
    return found
