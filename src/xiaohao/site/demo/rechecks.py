"""A round of look-back in the month's plan: laid, drawn from the night's seal, mostly checked.

The month is too short for 30 days, so it is the early round, seven days after closing. One closing
proves false and comes back; the last re-checks are still to be done.
"""

import datetime as dt

from xiaohao.kernel.clock import ZONE
from xiaohao.site.demo.steps import Step

CASE = -1  # no case of its own: what is drawn shows only when it is drawn
WAVE, SIZE = 7, 16
LAID = dt.datetime(2019, 9, 23, 16, 30, tzinfo=ZONE)
DRAWN = dt.datetime(2019, 9, 24, 9, 5, tzinfo=ZONE)
CHECKED = dt.datetime(2019, 9, 25, 9, 40, tzinfo=ZONE)
PAUSE = dt.timedelta(hours=5, minutes=25)
DONE, FALSE = 11, 4  # how many are checked, and which of them is not fixed
LAST_CLOSING = LAID.date() - dt.timedelta(days=WAVE)


def steps(closed: int) -> list[Step]:
    """The round's steps; none when too few were closed by then to draw from.

    Args:
        closed: cases closed by `LAST_CLOSING` that stay closed.
    """
    if closed < SIZE:
        return []
    found = [
        Step(LAID, "lookback", "OFFICE", CASE, args={"do": "lay"}),
        Step(DRAWN, "lookback", "OFFICE", CASE, args={"do": "draw"}),
    ]
    for place in range(DONE):
        day, half = divmod(place, 4)
        at = CHECKED + dt.timedelta(days=day) + half * PAUSE / 3
        found.append(Step(at, "lookback", "OFFICE", CASE, args={"do": "check", "place": place}))
    return found
