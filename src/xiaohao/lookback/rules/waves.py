"""When closed problems are looked at again, and what a re-check may say."""

import datetime as dt
from enum import StrEnum

# Days after closing. 30 and 90 are those of the rule; 7 is for campaigns shorter than that.
WAVES = (7, 30, 90)
BY_RULE = (30, 90)  # those for which rounds are laid by themselves
SHARE, FEWEST_DRAWN, MOST_DRAWN = 20, 30, 300
DAYS_TO_CHECK = 10  # working days for one re-check
LARGEST = 5000  # re-checks in one round: more than that nobody carries out on site
RELAPSE_DAYS = 180


class Result(StrEnum):
    """What a re-check found."""

    FIXED = "fixed"
    NOT_FIXED = "not_fixed"
    CAME_BACK = "came_back"  # it was reopened before anybody went to look


def usual_size(count: int) -> int:
    """How many are drawn where nobody says how many: one in twenty, from 30 to 300.

    Never more than there are. With 30 and no failure the interval is still 0 to 11 % (Wilson,
    95 %); with 300 it is 12 points wide at the most, and more visits would tell little more.
    """
    return min(count, max(FEWEST_DRAWN, min(MOST_DRAWN, -(-count // SHARE))))


def ripe_through(today: dt.date, wave: int) -> dt.date:
    """The last day whose closings are `wave` days old on `today`."""
    return today - dt.timedelta(days=wave)
