"""What the rules look at: states, and the facts of one problem."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a problem stands."""

    REGISTERED = "registered"
    REFERRED = "referred"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    VERIFIED = "verified"
    AWAITING = "awaiting"
    CLOSED = "closed"
    RETURNED = "returned"
    REOPENED = "reopened"
    ARBITRATION = "arbitration"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


S = State
OPEN = frozenset(State) - {S.CLOSED, S.MERGED, S.WITHDRAWN}
WITH_UNIT = frozenset({S.REFERRED, S.ACCEPTED, S.IN_PROGRESS, S.REOPENED})

# Working days; each office may set its own deadline when it refers.
DAYS_TO_FIX, DAYS_TO_FIX_URGENT = 15, 5
DAYS_TO_ANSWER = 5  # a citizen has this long before silence counts as "no answer"
MOST_EXTENSIONS = 2
MOST_RETURNS = 2  # the last of them goes to arbitration
LONGEST_DEADLINE = 366  # days ahead
AS_FOUND = 0  # the round of photos that show how a problem was found, before any round of fixing
MOST_FILES = 300  # files kept for one problem, whoever sent them
# Moves after which a registration can still be taken back, where its own office made them.
STILL_BEGINNING = ("register", "refer", "recall", "assign", "comment", "correct")
# Moves by which a post puts its hand to a fix: whoever makes one does not check it (`hands.py`).
HANDS = (
    "accept", "plan", "add_measures", "finish_measure", "drop_measure", "amend_measure", "report",
    "spot",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Need:
    """One unmet requirement.

    Attributes:
        code: stable name of the requirement.
        field: the input it belongs to, or None.
        about: words for the sentence, e.g. the measure's text.
    """

    code: str
    field: str | None = None
    about: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasureFact:
    """A measure as the rules see it; `after` holds the ids of the standing ones it waits for."""

    id: int
    text: str
    round: int
    done: bool
    evidence: int
    days: int = 1
    deadline: dt.date | None = None
    done_on: dt.date | None = None
    owner: str = ""
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WordFact:
    """One reporter's word in the present round: asked when, answered what ("" = nothing yet)."""

    asked: bool
    answer_by: dt.date | None
    answer: str


@dataclass(frozen=True, slots=True)
class Hand:
    """A post that has had a hand in the fix of the present round.

    Attributes:
        move: what it did, one of `HANDS` or `register`.
        post: its code.
        unit: id of its unit.
        name: its unit as people call it.
        account: the person, where known.
    """

    move: str
    post: str
    unit: int
    name: str = ""
    account: int | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """How far a problem is from how it was registered.

    Attributes:
        origin_path: of the office that registered it.
        message: whether a citizen's message stands behind it, or ever did.
        acted: whether more happened to it than `STILL_BEGINNING`, or by another office.
        tied: what else of the installation stands on it, in words; empty for nothing.
    """

    origin_path: str
    message: bool
    acted: bool
    tied: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """How a problem stands on the ledger, as far as that may be put right; things by their ids."""

    origin_path: str
    title: str = ""
    category: int | None = None
    place: str = ""
    place_unit: int | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at. Paths are unit paths; a path's prefix lies above it.

    `due` is the day from which measures are scheduled back: the deadline or the programme's final
    date, whichever comes first. `partners` are the paths of the units that co-operate.
    `hands` had a part in the present round's fix, while the problem stands where that matters.
    `checkers` are path and name of the units beside the responsible one that see it and have a post
    that checks; None where nobody asked.
    `arbiter_path` is the unit that decides where the problem belongs, or has decided it.
    `referred_by` is the path of the office that handed it to the unit that has it; it, `begun`
    and `entry` are None where nobody asked.
    """

    state: State
    today: dt.date
    unit_path: str = ""
    origin_path: str = ""
    round: int = 1
    deadline: dt.date | None = None
    due: dt.date | None = None
    returns: int = 0
    final: bool = False
    arbiter_path: str = ""
    extensions: int = 0
    extension_asked: bool = False
    measures: Sequence[MeasureFact] = ()
    verified_by: str | None = None
    words: Sequence[WordFact] = ()
    registrar: tuple[int | None, int | None] = (None, None)
    reported_account: int | None = None
    partners: Sequence[str] = ()
    hands: Sequence[Hand] = ()
    checkers: Sequence[tuple[str, str]] | None = None
    referred_by: str | None = None
    begun: Begun | None = None
    entry: Entry | None = None
