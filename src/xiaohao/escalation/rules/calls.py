"""The clocks of a joint call: what stands at any moment follows from the times alone."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_HOURS: Final = 72  # to answer in
MOST_DEPARTMENTS: Final = 20  # called at once


class Standing(StrEnum):
    """How a called department stands."""

    WAITING = "waiting"  # its time to answer runs
    SILENT = "silent"  # the time to answer is over without a word: its superior's matter
    DECLINED = "declined"  # it says it cannot come
    COMING = "coming"  # it has answered; its time to be on site runs
    ABSENT = "absent"  # not on site at the time set
    ARRIVED = "arrived"  # on site; to be graded
    GRADED = "graded"
    WITHDRAWN = "withdrawn"  # the caller took the call back


@dataclass(frozen=True, slots=True)
class Clock:
    """The times of one department in one call; None for what has not happened."""

    answer_by: dt.datetime
    on_site_by: dt.datetime
    answered_at: dt.datetime | None = None
    comes: bool | None = None
    arrived_at: dt.datetime | None = None
    graded_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None

    @property
    def answered_in_time(self) -> bool:
        """Whether a word came before the time was over."""
        return self.answered_at is not None and self.answered_at <= self.answer_by

    @property
    def on_site_in_time(self) -> bool:
        """Whether it was there when it had to be."""
        return self.arrived_at is not None and self.arrived_at <= self.on_site_by


def standing(clock: Clock, now: dt.datetime) -> Standing:
    """How it stands at `now`; no job has to have run."""
    steps = (
        (clock.graded_at is not None, Standing.GRADED),
        (clock.arrived_at is not None, Standing.ARRIVED),
        (clock.withdrawn_at is not None, Standing.WITHDRAWN),
        (clock.comes is False, Standing.DECLINED),
        (now > clock.on_site_by, Standing.ABSENT),
        (clock.answered_at is not None, Standing.COMING),
        (now > clock.answer_by, Standing.SILENT),
    )
    return next((stands for holds, stands in steps if holds), Standing.WAITING)
