"""What every generated thing leaves behind: its row, its events, its changes of figures."""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.hashing import canonical
from xiaohao.trail.models import Witnessed
from xiaohao.trail.rules import GENESIS, event_hash

BY = SYSTEM.on_trail()
W = TypeVar("W", bound=Witnessed)


class Change(NamedTuple):
    """One change of a figure, in the order of the table's columns."""

    metric: str
    path: str
    unit_id: int
    thing_id: int
    at: str
    written: str
    day: str
    category_id: int
    channel: str
    amount: int
    stock: bool
    dated: bool
    source: str


@dataclass(slots=True)
class Story(Generic[W]):
    """One thing while it is told.

    Attributes:
        label: how the trail names it.
        row: the thing as it stands at last.
        at: the moment that is told of.
        events: rows of the trail, in the order of `loading.EVENTS`.
        changes: of the figures.
    """

    label: str
    row: W
    at: dt.datetime
    events: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    previous: bytes = GENESIS

    def tell(self, kind: str, data: dict[str, Any], *, last: bool) -> None:
        """Write the event of a move; only the last one holds a digest of the row."""
        self.row.version = len(self.events) + 1
        row = self.row.trail_digest() if last else None
        data = json.loads(canonical(data))
        body = {"label": self.label, "thing_id": self.row.pk, "seq": self.row.version,
                "kind": kind, "at": self.at, "by": BY, "data": data, "row": row}  # fmt: skip
        own = event_hash(self.previous, body)
        self.events.append((self.label, self.row.pk, self.row.version, kind, self.at.isoformat(),
                            data, row, self.previous, own))  # fmt: skip
        self.previous = own

    def count(
        self,
        metric: str,
        where: tuple[int, str],
        channel: str,
        *,
        amount: int = 1,
        category: int = 0,
        source: str = "",
        stock: bool = False,
        day: dt.date | None = None,
    ) -> None:
        """Note one change, at the moment of the move.

        Args:
            where: id and path of the unit at which it counts.
            day: of its own, for what is kept by such a day.
        """
        written = clock.local_day(self.at)
        self.changes.append(
            Change(metric, where[1], where[0], self.row.pk, self.at.isoformat(),
                   written.isoformat(), (day or written).isoformat(), category, channel, amount,
                   stock, day is not None, source)
        )  # fmt: skip
