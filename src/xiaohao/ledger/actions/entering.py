"""A ledger kept elsewhere comes in: many problems at once, each with its events and figures.

What happens to each is what `register` and `refer` do, no more: an import never speaks for a unit
(`accept`), for a leader (`report`) or for whoever checks. Measures that the sheet names are laid
down with the problem; the unit that accepts it goes on with them or adds others. A deadline is
kept also when it has passed: what was late there is late here.
"""

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from django.db import connection, transaction

from xiaohao.figures import actions as counting
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.beside import beside
from xiaohao.kernel.copying import Fields, Lines, fields, whole
from xiaohao.kernel.hashing import Outline, Said, said
from xiaohao.kernel.text import vector
from xiaohao.ledger.models import Channel, Cooperation, Measure, Problem, Referral, Source, State
from xiaohao.ledger.rules import default_deadline
from xiaohao.trail.actions import Alike, Told, alike, next_ids, put, tell, tell_many
from xiaohao.trail.models import Digests
from xiaohao.units.models import Unit

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMeasure:
    """A measure as the sheet names it.

    `after` holds the places, from 0, of earlier measures of its problem for which it waits.
    """

    text: str
    owner: str
    deadline: dt.date
    days: int = 1
    after: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
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


def register_many(
    *, by: Actor, rows: Sequence[Listed], progress: Callable[[int, int], None] | None = None
) -> list[int]:
    """Put many problems on the ledger and hand them on; gives their ids in order.

    One transaction, few statements: the trail verifies and the figures recount as if each had
    been registered and referred by itself.

    Args:
        by: whose office registers them.
        rows: taken slice by slice, in a thread of its own that must not ask the database.
        progress: called with problems done and problems in all.
    """
    made: list[int] = []
    starts = range(0, len(rows), AT_ONCE)
    blocks = (partial(_slice, rows, start) for start in starts)
    with transaction.atomic():
        for ids in register_blocks(by=by, blocks=blocks):
            made += ids
            if progress:
                progress(len(made), len(rows))
    return made


def register_blocks(
    *, by: Actor, blocks: Iterable[Callable[[], Sequence[Listed]]]
) -> Iterator[list[int]]:
    """Put problems on the ledger block by block, each made while others are written.

    For whoever holds a transaction, in which all of it stands or falls.

    Args:
        by: whose office registers them.
        blocks: each gives some thousands of problems. They are asked for in this thread, two
            ahead of what is written; called in one of its own, that must not ask the database.

    Yields:
        The ids of a block that was written, in order.
    """
    taken: deque[Future[_Block]] = deque()
    ready: deque[Future[_Block]] = deque()
    with beside() as begin:
        for block in chain(blocks, (None, None)):  # two more rounds for the two on their way
            if block is not None:
                taken.append(begin(partial(_taken, by, block)))
            if taken and (block is None or len(taken) > 1):
                numbered = taken.popleft().result()
                numbered.number()
                ready.append(begin(numbered.ready))
            if ready and (block is None or len(ready) > 1):
                yield ready.popleft().result().write()
        while ready:
            yield ready.popleft().result().write()


def _slice(rows: Sequence[Listed], start: int) -> Sequence[Listed]:
    return rows[start : start + AT_ONCE]


def _taken(by: Actor, block: Callable[[], Sequence[Listed]]) -> "_Block":
    return _Block(by, block())


# Columns in which problems differ when they come in, and further when they are handed on.
_OWN = (
    "id", "title", "text", "category_id", "place", "channel", "source", "urgent", "programme_id",
    "track", "received_at",
)  # fmt: skip
_HANDED = ("unit_id", "deadline")
_ATTRIBUTES = [field.attname for field in Problem._meta.local_concrete_fields]
_COLUMNS = [str(field.column) for field in Problem._meta.local_concrete_fields]
# A unit may have moved since the sheet was read: what is on its way does not follow by itself.
_FOLLOW = """
UPDATE ledger_problem p SET path = u.path FROM units_unit u
WHERE p.id = ANY(%s) AND u.id = p.unit_id AND p.path <> u.path
"""


@lru_cache(maxsize=1000)
def _due_today(day: dt.date) -> dt.date:
    """Up to when handing on counts as the same day for what came in on this one."""
    return calendar.add(day, 0)


class _Block:
    """Some of the rows: numbered, made ready without the database, then written.

    A problem that is handed on at once is written once, as it stands then; both of its events are.
    """

    def __init__(self, by: Actor, rows: Sequence[Listed]) -> None:
        self.by, self.rows, self.now = by, rows, clock.now()
        self.today = clock.local_day(self.now)
        self.handed = [(n, row.unit) for n, row in enumerate(rows) if row.unit is not None]
        self.days = [rows[n].deadline or self.usual(rows[n]) for n, _unit in self.handed]

    def number(self) -> None:
        """Draw the ids of all that will be written."""
        rows = self.rows
        self.ids, self.referral_ids, self.helper_ids, self.measure_ids = next_ids(
            {
                Problem: len(rows),
                Referral: len(self.handed),
                Cooperation: sum(len(row.helpers) for row in rows),
                Measure: sum(len(row.measures) for row in rows),
            }
        )

    def ready(self) -> "_Block":
        """Make everything that will be written, and give itself; touches no database."""
        self.received = [row.received_at or self.now for row in self.rows]
        self.own = self.columns()
        self.told = {name: said(column) for name, column in self.own.items()}
        self.lines = whole(self.problems())
        registered = self.told_registered()
        self.parts = [self.referrals(), self.helpers(), self.measures()]
        self.events = [registered, self.told_handed(registered.hashes)]
        self.events += [part.events for part in self.parts]
        self.counted = [one for given in self.counts() if (one := counting.alike(given))]
        return self

    def write(self) -> list[int]:
        put(Problem._meta.db_table, _COLUMNS, self.lines)
        for part in self.parts:
            part.write()
        tell(self.events)
        with connection.cursor() as cursor:
            cursor.execute(_FOLLOW, [self.ids])
            for statement in self.counted:
                cursor.execute(*statement)
        return self.ids

    def usual(self, row: Listed) -> dt.date:
        """The deadline where the sheet names none: soon for what is fixed on the spot."""
        return default_deadline(self.today, urgent=row.urgent or row.track == "spot")

    def columns(self) -> dict[str, list[Any]]:
        """The values of `_OWN`, column by column."""
        found = {name: [getattr(row, name) for row in self.rows] for name in _OWN[1:-1]}
        return {"id": self.ids, **found, "received_at": self.received}

    def base(self, version: int) -> Problem:
        """What all problems have in common at a version."""
        given: dict[str, Any] = {"state": State.REGISTERED.value}
        if version > 1:
            given = {"state": State.REFERRED.value, "referred_at": self.now}
        return Problem(
            year=self.today.year,
            origin_unit_id=self.by.unit_id,
            origin_path=self.by.unit_path,
            path=self.by.unit_path,
            registered_at=self.now,
            registered_post_id=self.by.post_id,
            registered_account=self.by.account_id,
            version=version,
            **given,
        )

    def problems(self) -> list[str]:
        """Lines of the problems: those handed on as they then are, the others as registered."""
        search = [vector(row.title, row.text, row.place) for row in self.rows]
        written = {name: fields(column) for name, column in self.own.items()}
        written["search"] = fields(search)
        places = [n for n, _unit in self.handed]
        handed = {name: Fields([column[n] for n in places]) for name, column in written.items()}
        handed["unit_id"] = fields([unit.pk for _n, unit in self.handed])
        handed["path"] = fields([unit.path for _n, unit in self.handed])
        handed["deadline"] = fields(self.days)
        left = [n for n, row in enumerate(self.rows) if row.unit is None]
        waiting = {name: Fields([column[n] for n in left]) for name, column in written.items()}
        return self.lines_of(2, handed) + self.lines_of(1, waiting)

    def lines_of(self, version: int, varying: dict[str, Fields]) -> list[str]:
        base = self.base(version)
        fixed = {name: getattr(base, name) for name in _ATTRIBUTES if name not in varying}
        return Lines(_ATTRIBUTES, fixed, tuple(varying)).lines(*varying.values())

    def told_registered(self) -> Told:
        common, names = {"counted_at": self.by.unit_id}, ("source", "channel")
        told = [self.told[name] for name in names]
        data = Outline(common, names).texts(*told)
        claiming = [n for n, row in enumerate(self.rows) if row.claimed]
        claims = Outline(common, (*names, "claimed")).texts(
            *(Said([column[n] for n in claiming]) for column in told),
            [self.rows[n].claimed for n in claiming],
        )
        for n, text in zip(claiming, claims, strict=True):
            data[n] = text
        return tell_many(
            label=Problem.trail_label(),
            by=self.by,
            kind="register",
            at=self.now,
            things=self.ids,
            seqs=[1] * len(self.ids),
            rows=Digests(self.base(1), _OWN).of(*self.told.values()),
            data=data,
        )

    def told_handed(self, registered: Sequence[bytes]) -> Told:
        places = [n for n, _unit in self.handed]
        units = said([unit.pk for _n, unit in self.handed])
        days = said(self.days)
        fixed = {
            "from": State.REGISTERED.value,
            "to": State.REFERRED.value,
            "reason": "",
            "first": True,
        }
        outline = Outline(fixed, ("counted_at", "unit", "deadline", "same_day"))
        own = [Said([column[n] for n in places]) for column in self.told.values()]
        return tell_many(
            label=Problem.trail_label(),
            by=self.by,
            kind="refer",
            at=self.now,
            things=[self.ids[n] for n in places],
            seqs=[2] * len(places),
            rows=Digests(self.base(2), (*_OWN, *_HANDED)).of(*own, units, days),
            data=outline.texts(
                units,
                [unit.code for _n, unit in self.handed],
                days,
                [self.same_day(n) for n in places],
            ),
            previous=[registered[n] for n in places],
        )

    def same_day(self, n: int) -> bool:
        return self.today <= _due_today(clock.local_day(self.received[n]))

    def referrals(self) -> Alike:
        return alike(
            base=Referral(by_unit_id=self.by.unit_id, at=self.now),
            varying={
                "id": self.referral_ids,
                "problem_id": [self.ids[n] for n, _unit in self.handed],
                "unit_id": [unit.pk for _n, unit in self.handed],
                "deadline": self.days,
            },
            by=self.by,
            kind="refer",
            at=self.now,
        )

    def helpers(self) -> Alike:
        helping = [(n, unit.pk) for n, row in enumerate(self.rows) for unit in row.helpers]
        return alike(
            base=Cooperation(since=self.now),
            varying={
                "id": self.helper_ids,
                "problem_id": [self.ids[n] for n, _unit in helping],
                "unit_id": [unit for _n, unit in helping],
            },
            by=self.by,
            kind="help",
            at=self.now,
        )

    def measures(self) -> Alike:
        steps = [(n, step) for n, row in enumerate(self.rows) for step in row.measures]
        varying: dict[str, list[Any]] = {
            name: [getattr(step, name) for _n, step in steps]
            for name in ("text", "owner", "deadline", "days")
        }
        return alike(
            base=Measure(round=1),
            varying={
                "id": self.measure_ids,
                "problem_id": [self.ids[n] for n, _step in steps],
                "after": self.waiting(),
                **varying,
            },
            by=self.by,
            kind="register",
            at=self.now,
        )

    def waiting(self) -> list[list[int]]:
        """For each measure the ids of those that it waits for."""
        found, first = [], 0
        for row in self.rows:
            own = self.measure_ids[first : first + len(row.measures)]
            found += [[own[place] for place in step.after] for step in row.measures]
            first += len(own)
        return found

    def counts(self) -> list[counting.Alike]:
        """Where and how they count: as `register` and `refer` count one."""
        everywhere = range(len(self.rows))
        places = [n for n, _unit in self.handed]
        waiting = [n for n, row in enumerate(self.rows) if row.unit is None]
        soon = [n for n in places if self.same_day(n)]
        return [
            self.count(["registered"], everywhere, at_home=True),
            self.count(["open"], waiting, at_home=True),
            self.count(["open", "referred", "handed", "due"], places, self.days),
            self.count(["referred_same_day"], soon),
        ]

    def count(
        self,
        metrics: Sequence[str],
        places: Sequence[int],
        days: Sequence[dt.date] = (),
        *,
        at_home: bool = False,
    ) -> counting.Alike:
        """The problems in these places, each at its unit; at home, where they are registered."""
        rows = [self.rows[n] for n in places]
        return counting.Alike(
            metrics=[f"ledger.{name}" for name in metrics],
            units=[self.by.unit_id if at_home or not row.unit else row.unit.pk for row in rows],
            things=[self.ids[n] for n in places],
            categories=[row.category_id for row in rows],
            channels=[row.channel for row in rows],
            sources=[row.source for row in rows],
            programmes=[row.programme_id for row in rows],
            days=days,
        )
