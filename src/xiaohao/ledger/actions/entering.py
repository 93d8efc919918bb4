"""A ledger kept elsewhere comes in: many problems at once, each with its events and figures.

What happens to each is what `register` and `refer` do, no more: an import never speaks for a unit
(`accept`), for a leader (`report`) or for whoever checks. Measures that the sheet names are laid
down with the problem; the unit that accepts it goes on with them or adds others. A deadline is
kept also when it has passed: what was late there is late here.
"""

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from xiaohao.figures.actions import Delta, statement
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.copying import Lines
from xiaohao.kernel.hashing import Outline
from xiaohao.kernel.text import terms
from xiaohao.ledger.models import Channel, Cooperation, Measure, Problem, Referral, Source, State
from xiaohao.ledger.rules import default_deadline
from xiaohao.trail.actions import Alike, Told, Witness, alike, next_ids, put, tell_many
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
    been registered and referred by itself. What is written of some rows is made ready while the
    database is at work on those before them.
    """
    made: list[int] = []
    starts = range(0, len(rows), AT_ONCE)
    with transaction.atomic(), ThreadPoolExecutor(1) as beside:
        waiting: deque[Future[_Block]] = deque()
        for start in starts:
            block = _Block(by, rows[start : start + AT_ONCE])
            waiting.append(beside.submit(copy_context().run, block.ready))
            if len(waiting) > 1:
                made += waiting.popleft().result().write()
                _say(progress, len(made), len(rows))
        while waiting:
            made += waiting.popleft().result().write()
            _say(progress, len(made), len(rows))
    return made


def _say(progress: Callable[[int, int], None] | None, done: int, total: int) -> None:
    if progress:
        progress(done, total)


# Columns in which problems differ when they come in, and further when they are handed on.
_OWN = (
    "id", "title", "text", "category_id", "place", "channel", "source", "urgent", "programme_id",
    "track", "received_at",
)  # fmt: skip
_HANDED = ("unit_id", "deadline")
_STAGED = (*_OWN, *_HANDED, "terms")
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS ledger_listed (
    id bigint, title text, text text, category_id bigint, place text, channel text, source text,
    urgent boolean, programme_id bigint, track text, received_at timestamptz, unit_id bigint,
    deadline date, terms text[]
) ON COMMIT DROP
"""
_HAND = """
UPDATE ledger_problem p SET version = 2, state = 'referred', unit_id = l.unit_id, path = u.path,
    deadline = l.deadline, referred_at = %s, search = array_to_tsvector(l.terms)
FROM ledger_listed l JOIN units_unit u ON u.id = l.unit_id
WHERE p.id = l.id
"""
_FIND = """
UPDATE ledger_problem p SET search = array_to_tsvector(l.terms)
FROM ledger_listed l WHERE p.id = l.id AND l.unit_id IS NULL
"""


@lru_cache(maxsize=1000)
def _due_today(day: dt.date) -> dt.date:
    """Up to when handing on counts as the same day for what came in on this one."""
    return calendar.add(day, 0)


class _Block:
    """Some of the rows: made ready without the database, then written."""

    def __init__(self, by: Actor, rows: Sequence[Listed]) -> None:
        self.by, self.rows, self.now = by, rows, clock.now()
        self.today = clock.local_day(self.now)
        self.ids = next_ids(Problem, len(rows))
        self.handed = [(n, row, row.unit) for n, row in enumerate(rows) if row.unit is not None]
        self.referral_ids = next_ids(Referral, len(self.handed))
        self.helper_ids = next_ids(Cooperation, sum(len(row.helpers) for row in rows))
        self.measure_ids = next_ids(Measure, sum(len(row.measures) for row in rows))
        self.base = Problem(
            year=self.today.year,
            origin_unit_id=by.unit_id,
            origin_path=by.unit_path,
            path=by.unit_path,
            registered_at=self.now,
            registered_post_id=by.post_id,
            registered_account=by.account_id,
            version=1,
        )
        self.insertion = self.inserting()

    def ready(self) -> "_Block":
        """Make everything that will be written, and give itself; touches no database."""
        self.received = [row.received_at or self.now for row in self.rows]
        self.days = [(row.deadline or self.usual(row)) if row.unit else None for row in self.rows]
        self.staged = self.staging()
        self.registered = self.told_registered()
        self.told = self.told_handed(self.registered.hashes)
        self.parts = [self.referrals(), self.helpers(), self.measures()]
        self.counted = statement(self.deltas())
        return self

    def write(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(_STAGE)
            cursor.execute("TRUNCATE ledger_listed")
            put("ledger_listed", _STAGED, self.staged)
            cursor.execute("ANALYZE ledger_listed (id, unit_id)")
            cursor.execute(*self.insertion)
            cursor.execute(_FIND)
            cursor.execute(_HAND, [self.now])
            self.registered.write()
            self.told.write()
            for part in self.parts:
                part.write()
            if self.counted:
                cursor.execute(*self.counted)
        return self.ids

    def usual(self, row: Listed) -> dt.date:
        """The deadline where the sheet names none: soon for what is fixed on the spot."""
        return default_deadline(self.today, urgent=row.urgent or row.track == "spot")

    def own(self, n: int) -> tuple[Any, ...]:
        """The values of `_OWN`."""
        row = self.rows[n]
        return (
            self.ids[n], row.title, row.text, row.category_id, row.place, row.channel, row.source,
            row.urgent, row.programme_id, row.track, self.received[n],
        )  # fmt: skip

    def staging(self) -> list[str]:
        """Lines of `ledger_listed`."""
        form = Lines(_STAGED, {}, _STAGED)
        return [
            form.line(
                *self.own(n),
                row.unit.pk if row.unit else None,
                self.days[n],
                terms(row.title, row.text, row.place),
            )
            for n, row in enumerate(self.rows)
        ]

    def inserting(self) -> tuple[str, list[Any]]:
        """Everything that `register` writes; search terms come with the last change of the row."""
        names, values, given = [], [], []
        for field in Problem._meta.local_concrete_fields:
            if field.name == "search":
                continue
            names.append(f'"{field.column}"')
            if field.attname in _OWN:
                values.append(f'l."{field.column}"')
            else:
                values.append(f"%s::{field.rel_db_type(connection)}")
                given.append(field.get_db_prep_save(getattr(self.base, field.attname), connection))
        into = f"INSERT INTO ledger_problem ({', '.join(names)})"
        taken = f"SELECT {', '.join(values)} FROM ledger_listed l ORDER BY l.id"  # noqa: S608 (names)
        return f"{into} {taken}", given

    def told_registered(self) -> Told:
        digests = Digests(self.base, _OWN)
        outline = Outline({"counted_at": self.by.unit_id}, ("source", "channel"))
        claiming = Outline({"counted_at": self.by.unit_id}, ("source", "channel", "claimed"))
        return tell_many(
            label=Problem.trail_label(),
            by=self.by,
            kind="register",
            at=self.now,
            witnesses=(
                Witness(
                    self.ids[n],
                    1,
                    digests.of(*self.own(n)),
                    claiming.text(row.source, row.channel, row.claimed)
                    if row.claimed
                    else outline.text(row.source, row.channel),
                )
                for n, row in enumerate(self.rows)
            ),
        )

    def told_handed(self, registered: Sequence[bytes]) -> Told:
        self.base.version, self.base.state = 2, State.REFERRED.value
        self.base.referred_at = self.now
        digests = Digests(self.base, (*_OWN, *_HANDED))
        fixed = {
            "from": State.REGISTERED.value,
            "to": State.REFERRED.value,
            "reason": "",
            "first": True,
        }
        outline = Outline(fixed, ("counted_at", "unit", "deadline", "same_day"))
        return tell_many(
            label=Problem.trail_label(),
            by=self.by,
            kind="refer",
            at=self.now,
            witnesses=(
                Witness(
                    self.ids[n],
                    2,
                    digests.of(*self.own(n), unit.pk, self.days[n]),
                    outline.text(unit.pk, unit.code, self.days[n], self.same_day(n)),
                    registered[n],
                )
                for n, _row, unit in self.handed
            ),
        )

    def same_day(self, n: int) -> bool:
        return self.today <= _due_today(clock.local_day(self.received[n]))

    def referrals(self) -> Alike:
        return alike(
            base=Referral(by_unit_id=self.by.unit_id, at=self.now),
            varying=("id", "problem_id", "unit_id", "deadline"),
            rows=[
                (pk, self.ids[n], unit.pk, self.days[n])
                for pk, (n, _row, unit) in zip(self.referral_ids, self.handed, strict=True)
            ],
            by=self.by,
            kind="refer",
            at=self.now,
        )

    def helpers(self) -> Alike:
        keys = iter(self.helper_ids)
        return alike(
            base=Cooperation(since=self.now),
            varying=("id", "problem_id", "unit_id"),
            rows=[
                (next(keys), self.ids[n], unit.pk)
                for n, row in enumerate(self.rows)
                for unit in row.helpers
            ],
            by=self.by,
            kind="help",
            at=self.now,
        )

    def measures(self) -> Alike:
        return alike(
            base=Measure(round=1),
            varying=("id", "problem_id", "text", "owner", "deadline", "days", "after"),
            rows=self.steps(),
            by=self.by,
            kind="register",
            at=self.now,
        )

    def steps(self) -> Iterator[tuple[Any, ...]]:
        """Values of the measures, each with the ids of those that it waits for."""
        keys = iter(self.measure_ids)
        for n, row in enumerate(self.rows):
            own = [next(keys) for _ in row.measures]
            for pk, step in zip(own, row.measures, strict=True):
                after = [own[place] for place in step.after]
                yield pk, self.ids[n], step.text, step.owner, step.deadline, step.days, after

    def deltas(self) -> Iterator[Delta]:
        for n, row in enumerate(self.rows):
            yield self.delta("registered", n, row, self.by.unit_path)
            where = row.unit.path if row.unit else self.by.unit_path
            yield self.delta("open", n, row, where)
            if row.unit:
                yield self.delta("referred", n, row, where)
                yield self.delta("handed", n, row, where)
                yield self.delta("due", n, row, where, self.days[n])
                if self.same_day(n):
                    yield self.delta("referred_same_day", n, row, where)

    def delta(self, name: str, n: int, row: Listed, path: str, day: dt.date | None = None) -> Delta:
        return Delta(
            metric=f"ledger.{name}",
            path=path,
            thing_id=self.ids[n],
            amount=1,
            category_id=row.category_id,
            channel=row.channel,
            source=row.source,
            programme_id=row.programme_id,
            day=day,
        )
