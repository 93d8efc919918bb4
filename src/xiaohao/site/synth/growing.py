"""A generated problem as rows: itself, its events, the changes of the figures. No database."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from xiaohao.figures.rules import as_key
from xiaohao.kernel import calendar, clock
from xiaohao.ledger.models import Problem
from xiaohao.ledger.rules import OPEN, default_deadline
from xiaohao.site.synth.histories import Step, road
from xiaohao.site.synth.telling import Story

LABEL = "ledger.problem"
TITLES = (
    "路灯不亮",
    "下水堵塞",
    "道路坑洼",
    "乱停车",
    "垃圾未清",
    "噪音扰民",
    "违章搭建",
    "井盖缺失",
)
CHANNELS = ("web", "phone", "hotline", "other")
SOURCES = ("inspection", "research", "self", "outside")


_FLOWS = {
    "return": ("ledger.returned",),
    "accept": ("ledger.accepted",),
    "report": ("ledger.reported",),
    "grant_extension": ("ledger.extended",),
    "fail": ("ledger.failed", "ledger.checked_first"),
    "pass": ("ledger.verified",),
    "close": ("ledger.closed", "ledger.closed_without_reporter"),
}


class Place(NamedTuple):
    """A unit that handles problems, and the office that registers them."""

    unit: int
    path: str
    office: int
    office_path: str


@lru_cache(maxsize=2048)
def _due(day: dt.date) -> dt.date:
    return default_deadline(day, urgent=False)


@lru_cache(maxsize=2048)
def _working(day: dt.date) -> dt.date:
    return calendar.add(day, 0)


class Standing(NamedTuple):
    """What the stocks depend on."""

    where: tuple[int, str]
    is_open: bool
    is_closed: bool
    deadline: dt.date | None


@dataclass(slots=True)
class Grown:
    """One problem while it is told."""

    place: Place
    story: Story[Problem]

    @property
    def row(self) -> Problem:
        """The problem as it stands at last."""
        return self.story.row

    @property
    def at(self) -> dt.datetime:
        """The moment that is told of."""
        return self.story.at

    @property
    def here(self) -> tuple[int, str]:
        """Unit and path at which it counts."""
        if self.row.unit_id:
            return self.place.unit, self.place.path
        return self.place.office, self.place.office_path

    def count(
        self,
        metric: str,
        amount: int = 1,
        *,
        stock: bool = False,
        day: dt.date | None = None,
        where: tuple[int, str] | None = None,
    ) -> None:
        """Note one change, at the moment of the move."""
        row = self.row
        self.story.count(metric, where or self.here, row.channel, amount=amount, stock=stock,
                         day=day, category=row.category_id or 0, source=row.source)  # fmt: skip

    def standing(self) -> Standing:
        """How the stocks count it as it stands."""
        row = self.row
        return Standing(self.here, row.state in OPEN, row.state == "closed", row.deadline)

    def stand(self, sign: int, at: Standing) -> None:
        """Note that the stocks begin to count it so, or cease to."""
        if at.is_open:
            self.count("ledger.open", sign, stock=True, where=at.where)
            if at.deadline:
                self.count("ledger.due", sign, stock=True, day=at.deadline, where=at.where)
        if at.is_closed:
            self.count("ledger.done", sign, stock=True, where=at.where)


def grow(
    number: int,
    place: Place,
    categories: Sequence[int],
    received: dt.datetime,
    now: dt.datetime,
    chance: random.Random,
) -> Story[Problem]:
    """A problem that came in at `received`, as far as it has come by `now`."""
    row = Problem(
        pk=number,
        year=received.year,
        title=chance.choice(TITLES),
        text="生成的问题，用于测量",
        category_id=chance.choice(categories) if categories else None,
        channel=chance.choice(CHANNELS),
        source=chance.choice(SOURCES),
        origin_unit_id=place.office,
        origin_path=place.office_path,
        path=place.office_path,
        received_at=received,
        registered_at=received,
    )
    grown = Grown(place, Story(LABEL, row, received))
    steps = _until(received, now, chance)
    grown.story.tell("register", {"source": row.source, "channel": row.channel,
                            "counted_at": place.office}, last=not steps)  # fmt: skip
    grown.count("ledger.registered")
    grown.stand(1, grown.standing())
    for i, (at, step) in enumerate(steps):
        grown.story.at = at
        _take(grown, step, last=i == len(steps) - 1)
    return grown.story


def _until(
    received: dt.datetime, now: dt.datetime, chance: random.Random
) -> list[tuple[dt.datetime, Step]]:
    found, at = [], received
    for step in road(chance):
        at += dt.timedelta(minutes=step.after)
        if at > now:
            break
        found.append((at, step))
    return found


def _take(grown: Grown, step: Step, *, last: bool) -> None:
    """One move: the stocks before, the row, the event, the flows, the stocks after."""
    row, before = grown.row, grown.row.state
    data = {"from": before, "to": step.state, **step.data}
    standing, where = grown.standing(), grown.here
    flows = _change(grown, step, data)
    row.state = step.state
    data["counted_at"] = where[0] if step.kind == "return" else grown.here[0]
    grown.story.tell(step.kind, data, last=last)
    for metric in flows:
        grown.count(metric, where=where if step.kind == "return" else None)
    if step.kind == "close":
        days = (clock.local_day(grown.at) - clock.local_day(row.received_at)).days
        grown.count("ledger.days_to_fix", day=as_key(days))
    if standing != grown.standing():
        grown.stand(-1, standing)
        grown.stand(1, grown.standing())


def _change(grown: Grown, step: Step, data: dict[str, Any]) -> list[str]:
    """What the move changes in the row; the flows it counts in."""
    row, today = grown.row, clock.local_day(grown.at)
    flows = list(_FLOWS.get(step.kind, ()))
    match step.kind:
        case "refer":
            flows = _hand(grown, data, today)
        case "return":
            row.unit_id, row.path, row.deadline = None, row.origin_path, None
            row.returns += 1
        case "report":
            row.reported_at = grown.at
        case "grant_extension":
            row.extensions += 1
            row.deadline = (row.deadline or today) + dt.timedelta(days=10)
        case "pass":
            row.verified_at = grown.at
            flows += ["ledger.checked_first", "ledger.verified_first"] if data["first"] else []
        case "close":
            row.closed_at, row.closed_on, row.closing = grown.at, today, "no_reporter"
    return flows


def _hand(grown: Grown, data: dict[str, Any], today: dt.date) -> list[str]:
    row, first = grown.row, grown.row.referred_at is None
    same_day = first and today <= _working(clock.local_day(row.received_at))
    row.unit_id, row.path, row.deadline = grown.place.unit, grown.place.path, _due(today)
    row.referred_at = row.referred_at or grown.at
    data |= {"first": first, "same_day": same_day, "deadline": row.deadline}
    return [
        "ledger.handed",
        *(["ledger.referred"] if first else []),
        *(["ledger.referred_same_day"] if same_day else []),
    ]
