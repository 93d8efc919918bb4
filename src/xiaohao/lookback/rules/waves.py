"""When closed problems are looked at again, and what a re-check may say."""

import datetime as dt
from enum import StrEnum

# Days after closing. 30 and 90 are those of the rule; 7 is for campaigns shorter than that.
WAVES = (7, 30, 90)
DAYS_TO_CHECK = 10  # working days for one re-check
LARGEST = 5000  # re-checks in one round: more than that nobody carries out on site
RELAPSE_DAYS = 180


class Result(StrEnum):
    """What a re-check found."""

    FIXED = "fixed"
    NOT_FIXED = "not_fixed"
    CAME_BACK = "came_back"  # it was reopened before anybody went to look


def ripe_through(today: dt.date, wave: int) -> dt.date:
    """The last day whose closings are `wave` days old on `today`."""
    return today - dt.timedelta(days=wave)
