"""What a metric is, how signed changes are put, and arithmetic on figures; no database."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xiaohao.figures.rules.hiding import SMALL
from xiaohao.kernel.paths import last_id

EVER = dt.date(1, 1, 1)  # stands for "all days together" in a cell
LAST = dt.date(9999, 12, 31)
# A unit with so many changes at and below it has cells kept for it; the changes of a smaller one
# are added up when they are read, which costs less than keeping cells that hold one change each.
HEAVY = 1000
# From how many times as many on it has cells of which grain (see `models.Grain`), too: of all days
# with and without detail, of each day, of each day in detail. Those of a day are many: a unit with
# few changes on each would keep as many cells as changes: at ten million problems the cities' cells
# in detail alone were more than a third of all changes.
_GRAINS = ((1, 1), (2, 4), (3, 400))


def levels(heavy: int = HEAVY) -> list[tuple[int, int]]:
    """Each finest grain, and the number of changes from which on a unit has it."""
    return [(grain, heavy * times) for grain, times in _GRAINS]


def finest(changes: int, heavy: int = HEAVY) -> int:
    """The finest grain of the cells of a unit with so many changes; -1: it has none."""
    return max((grain for grain, least in levels(heavy) if changes >= least), default=-1)


class Kind(StrEnum):
    """How a metric is kept."""

    FLOW = "flow"  # what happened: each time +1; a correction writes the opposite
    STOCK = "stock"  # what stands: +1 when a thing enters, -1 when it leaves
    WINDOW = "window"  # a dated stock, read over days relative to the day of reading
    SPREAD = "spread"  # how long each thing took: a flow kept by its number of days
    RATIO = "ratio"  # one metric over another
    QUANTILE = "quantile"  # so many days within which a share of a spread was done


class Per(StrEnum):
    """What a value is counted in."""

    COUNT = "count"
    SHARE = "share"
    DAYS = "days"  # calendar days
    FEN = "fen"  # hundredths of a yuan; people read yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure, declared once beside the room that owns it.

    Attributes:
        key: `room.what`, e.g. `ledger.closed`; for ratios and windows any short word.
        name, definition: for people, lazily translated. The definition is a full sentence.
        kind: how it is kept.
        noun: what one of it is, for people (“problems”, “messages”); the unit of a count.
        thing: label of the records that make it up, e.g. `ledger.problem`.
        dated: the caller gives each change a day of its own (a due day), and windows read by it.
        numerator, denominator: keys, for a ratio.
        of: key of the dated stock, for a window; of the spread, for a quantile.
        window: first and last day counted, relative to the day of reading; None is no bound.
        share: of a quantile, the share of things done within it, e.g. 0.5 for the median.
        smaller_is_better: how to colour it.
        warn, alarm: yellow and red from there on; where larger is better, below there.
        least: a share or quantile of fewer things than this is not judged by colour, nor published.
        records_url: name of the page that lists its records; takes `figure`, `unit`, `asof`.
        recount: a query of `values_list(thing, unit, category or None, channel, day or None)`, one
            row per one counted, from the records themselves; None for what is derived. The day of a
            spread is its number of days, see `spread.as_key`.
        history: the rows of `recount`, each with the moment at which it came about as one more
            value: of a metric that is declared over records that are there already, `backfill`
            writes them as of then. Without it they count from the day of the backfill on.
        sourced: its changes bear the source and the programme of what they count; the recount then
            gives these two after the day.
        bears: label of the records whose category its things bear, where these are not its things
            themselves, e.g. `ledger.problem`; `borne` then gives of one such record (its id) every
            thing with unit and day at which it may have been counted.
        summed: what is added up is an amount, e.g. of money in fen, not a number of things; the
            recount then gives it as its last value.
        public: may be shown to everybody, small numbers suppressed.
    """

    key: str
    name: Any
    definition: Any
    kind: Kind
    noun: Any = ""
    thing: str = ""
    dated: bool = False
    numerator: str = ""
    denominator: str = ""
    of: str = ""
    window: tuple[int | None, int | None] = (None, None)
    share: float = 0.5
    smaller_is_better: bool = False
    warn: float | None = None
    alarm: float | None = None
    least: int = SMALL
    records_url: str = ""
    recount: Callable[[], Any] | None = None
    history: Callable[[], Any] | None = None
    sourced: bool = False
    bears: str = ""
    borne: Callable[[int], Iterable[tuple[int, int, dt.date]]] | None = None
    summed: bool = False
    public: bool = False

    def __post_init__(self) -> None:
        """Refuse a declaration that cannot be read.

        Raises:
            ValueError: says what is missing.
        """
        if self.kind is Kind.RATIO and not (self.numerator and self.denominator):
            raise ValueError(f"the ratio {self.key} needs a numerator and a denominator")
        if self.kind is Kind.WINDOW and not self.of:
            raise ValueError(f"the window {self.key} needs the dated stock it is read from")
        if self.kind is Kind.QUANTILE and not (self.of and 0 < self.share <= 1):
            raise ValueError(f"the quantile {self.key} needs its spread and a share of it")
        if bool(self.bears) != bool(self.borne):
            raise ValueError(f"{self.key}: says whose category its things bear, and which they are")
        if self.dated and self.kind is not Kind.STOCK:
            raise ValueError(f"{self.key}: only a stock is kept by a day of its own")

    @property
    def per(self) -> Per:
        """What its value is counted in."""
        if self.summed:
            return Per.FEN
        return {Kind.RATIO: Per.SHARE, Kind.QUANTILE: Per.DAYS}.get(self.kind, Per.COUNT)

    @property
    def bases(self) -> tuple[str, ...]:
        """Keys of the figures that are read for it: its own, or those it is derived from."""
        if self.kind is Kind.RATIO:
            return (self.numerator, self.denominator)
        return (self.of,) if self.kind is Kind.QUANTILE else (self.key,)

    @property
    def whole(self) -> str:
        """Key of the figure whose records stand behind it: of a ratio its denominator."""
        return self.bases[-1]

    @property
    def adds_up(self) -> bool:
        """Whether the figures of units below make up that of the unit above."""
        return self.kind not in {Kind.RATIO, Kind.QUANTILE}

    def tone(self, value: float | None, among: int | None = None) -> str:
        """`red`, `amber` or `green` against the thresholds; "" without a value or thresholds.

        Args:
            among: of how many a share or quantile was taken; too few are not judged.
        """
        if value is None or self.warn is None or self.alarm is None:
            return ""
        if among is not None and not self.adds_up and among < self.least:
            return ""
        sign = -1 if self.smaller_is_better else 1
        if sign * value < sign * self.alarm or (sign < 0 and value == self.alarm):
            return "red"
        return "amber" if sign * value < sign * self.warn else "green"

    @property
    def is_kept(self) -> bool:
        """Whether changes are written for it; the others are derived from those that are."""
        return self.kind in {Kind.FLOW, Kind.STOCK, Kind.SPREAD}

    @property
    def keeps_day(self) -> bool:
        """Whether its cells of all days are kept by the changes' own day."""
        return self.dated or self.kind is Kind.SPREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """One signed change of a kept metric.

    Attributes:
        metric: key of the metric.
        path: path of the unit it counts for; all its superiors count it too.
        thing_id: the record that brings it about.
        amount: +1 as a rule; -1 when a thing leaves a stock or a flow is corrected. Of a metric
            that is `summed`, any number of its units, in 64 bits.
        category_id, channel, source, programme_id: dimensions; a stock's -1 must carry those of its
            +1. The last two only where the metric is `sourced`.
        day: the day it belongs to; today when left out. A dated stock's -1 carries that of its +1.
        days: of a spread, how many days it took.
    """

    metric: str
    path: str
    thing_id: int
    amount: int = 1
    category_id: int | None = None
    channel: str = ""
    source: str = ""
    programme_id: int | None = None
    day: dt.date | None = None
    days: int | None = None

    @property
    def unit_id(self) -> int:
        """The unit that the path ends in."""
        return last_id(self.path)


def columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as columns, also when there are none."""
    found = [list(column) for column in zip(*rows, strict=True)]
    return found or [[] for _ in range(width)]
