"""Problems as a ledger kept elsewhere has them, on their way to this one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from xiaohao.ledger.models import Channel, Source
from xiaohao.units.models import Unit


class Ids(NamedTuple):
    """Numbers drawn for the rows of a bundle."""

    problems: list[int]
    referrals: list[int]
    helpers: list[int]
    measures: list[int]


class Sizes(NamedTuple):
    """How many rows a bundle comes to, in the order of `Ids`."""

    problems: int
    handed: int
    helpers: int
    measures: int


# Made by the hundred thousand: to be frozen would cost more than twice the time to make one.
@dataclass(slots=True, kw_only=True)
class ListedMeasure:
    """A measure as the sheet names it.

    `after` holds the places, from 0, of earlier measures of its problem for which it waits.
    """

    text: str
    owner: str
    deadline: dt.date
    days: int = 1
    after: Sequence[int] = ()


@dataclass(slots=True, kw_only=True)
class Listed:
    """A problem as a ledger kept elsewhere has it; texts are clean, masked and short enough.

    Attributes:
        unit: the responsible one, in the importer's area; None leaves it to be referred.
        deadline: None for the usual one.
        helpers: co-operating units, none of them twice.
        claimed: what the sheet says was done, in its own words: kept, and proves nothing.
    """

    title: str
    text: str
    category_id: int | None = None
    place: str = ""
    channel: str = Channel.OTHER
    source: str = Source.SELF
    urgent: bool = False
    programme_id: int | None = None
    track: str = "ledger"
    received_at: dt.datetime | None = None
    unit: Unit | None = None
    deadline: dt.date | None = None
    helpers: Sequence[Unit] = ()
    measures: Sequence[ListedMeasure] = ()
    claimed: str = ""


class Bundle(Protocol):
    """Some thousands of problems that are written together.

    But for `sizes` it is asked in a thread beside, which must not ask the database.
    """

    @property
    def sizes(self) -> Sizes:
        """What it comes to."""
        ...

    def listed(self) -> Sequence[Listed]:
        """The problems; asks no database."""
        ...

    def besides(self, ids: Sequence[int]) -> Any:
        """What whoever brings them wants made with them, once they are numbered."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """A bundle of nothing but its problems."""

    rows: Sequence[Listed]

    @property
    def sizes(self) -> Sizes:
        """What it comes to."""
        return Sizes(
            len(self.rows),
            sum(row.unit is not None for row in self.rows),
            sum(len(row.helpers) for row in self.rows),
            sum(len(row.measures) for row in self.rows),
        )

    def listed(self) -> Sequence[Listed]:
        """The problems."""
        return self.rows

    def besides(self, _ids: Sequence[int]) -> None:
        """Nothing."""
