"""What the rules of an entry look at: its list, its state, and the facts of it."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from xiaohao.commitments.rules.hands import Hand


class Kind(StrEnum):
    """Which list an entry stands on."""

    PROJECT = "project"
    PETITION = "petition"
    HAZARD = "hazard"
    WEAK = "weak"
    VILLAGE = "village"


# What is wrong with somebody or something is a problem, and then the ledger's gate closes it.
MAY_BE_PROBLEM = frozenset({Kind.PETITION, Kind.HAZARD})
# One plan for each of these, before any work starts (一村一策).
NEEDS_PLAN = frozenset({Kind.WEAK, Kind.VILLAGE})
# These say of a unit what it is: it stands on such a list once at a time.
ONCE = frozenset({Kind.WEAK, Kind.VILLAGE})


class State(StrEnum):
    """Where an entry stands."""

    ENTERED = "entered"
    UNDER_WAY = "under_way"
    REPORTED = "reported"
    DONE = "done"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.ENTERED, State.UNDER_WAY, State.REPORTED})
WORKED_ON = frozenset({State.ENTERED, State.UNDER_WAY})
SETTLED = frozenset({State.REPORTED, State.DONE, State.WITHDRAWN})

# The ledger's words for a problem that nobody is to fix any more.
OVER_ON_LEDGER = frozenset({"closed", "merged", "withdrawn"})

MOST_EXTENSIONS = 2
LONGEST_DEADLINE = 3 * 366  # days ahead: projects run longer than problems


class Stage(StrEnum):
    """What a photo or document shows."""

    BEFORE = "before"
    PROGRESS = "progress"
    AFTER = "after"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file as the rules see it.

    Attributes:
        sha256: of its content, as hex: the same picture is the same whatever its name.
        photo: whether it is a picture, judged by its content.
    """

    sha256: str
    photo: bool


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
class Money:
    """Planned, arrived and spent, in yuan."""

    planned: Decimal = Decimal(0)
    arrived: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at.

    Attributes:
        unit_path: path of the responsible unit.
        round: 1, and one more each time a check fails or the entry comes back.
        plans: how many versions of the plan there are.
        before: files that show what it was like, of any round.
        after: files of this round that show the result.
        promised, achieved: quantities; None where none was promised.
        problem: state of the ledger's problem that this is; None when it is none.
        problem_counts: whether that problem's closing closes this: it stands with this unit or one
            below, or was registered from here.
        reported_account: who reported it done.
        origin_path: path of the office that entered it.
        lead: code of the post that answers for it by name.
        hands: who had a hand in the present round.
        other: unit, list and number of another open entry where there may be only one.
    """

    kind: Kind
    state: State
    today: dt.date
    unit_path: str = ""
    round: int = 1
    deadline: dt.date | None = None
    plans: int = 0
    before: Sequence[Piece] = ()
    after: Sequence[Piece] = ()
    promised: Decimal | None = None
    achieved: Decimal | None = None
    money: Money = Money()
    problem: str | None = None
    problem_counts: bool = False
    extensions: int = 0
    reported_account: int | None = None
    origin_path: str = ""
    lead: str = ""
    hands: Sequence[Hand] = ()
    other: Mapping[str, str] = dataclasses.field(default_factory=dict)
