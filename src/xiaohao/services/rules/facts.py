"""What the rules of a call look at: its state and the facts of it."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ListState(StrEnum):
    """Where a list stands; what is published binds."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


# The only changes of a list's state.
LIST_EDGES = frozenset({
    (ListState.DRAFT, ListState.PUBLISHED), (ListState.PUBLISHED, ListState.CLOSED),
})  # fmt: skip


class Audience(StrEnum):
    """For whom a service is."""

    PEOPLE = "people"
    ENTERPRISES = "enterprises"
    BOTH = "both"


class State(StrEnum):
    """Where a call stands."""

    CALLED = "called"
    TAKEN = "taken"
    DECLINED = "declined"
    DELIVERED = "delivered"
    GRADED = "graded"
    WITHDRAWN = "withdrawn"


WAITING = frozenset({State.CALLED, State.TAKEN})  # the department is to act
OVER = frozenset({State.DECLINED, State.GRADED, State.WITHDRAWN})

GRADES = range(1, 6)  # 5 is best
BAD = 2  # this grade or a lower one is bad, and says in words why
GRADE_DAYS = 5  # working days in which a grade is awaited; then the call counts as not graded
FEW = 5  # a mean of fewer grades than this is not told
LONGEST_PROMISE = 250  # working days: a year


@dataclass(frozen=True, slots=True)
class Need:
    """One unmet requirement.

    Attributes:
        code: stable name of the requirement.
        field: the input it belongs to, or None.
        about: words for the sentence.
    """

    code: str
    field: str | None = None
    about: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at.

    Attributes:
        department_path: of the unit that promised the service.
        caller_id, caller_path: the unit that called.
        due: last day of the promise, counted from the first call; a second round does not move it.
        round: 1, and one more each time the caller says that nothing was delivered.
        delivered_on: day of this round's delivery; None before.
        grade: 1 to 5; None before.
        shown: pieces of evidence of this round.
        problem: whether it stands on the ledger.
    """

    state: State
    today: dt.date
    department_path: str
    caller_id: int
    caller_path: str
    due: dt.date
    round: int = 1
    delivered_on: dt.date | None = None
    grade: int | None = None
    shown: int = 0
    problem: bool = False

    @property
    def late(self) -> bool:
        """Whether the promise was missed: still waited for, or delivered after its day."""
        if self.state in WAITING:
            return self.due < self.today
        return self.delivered_on is not None and self.delivered_on > self.due

    @property
    def bad(self) -> bool:
        """Whether the caller was not served: a bad grade, or nothing was there at first."""
        return self.round > 1 or (self.grade is not None and self.grade <= BAD)
