"""Problems that come in together, made ready to be written: no database is asked here.

A block of some thousands becomes the lines of every table that it touches and the statements that
count it, in a thread beside the one that writes.
"""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from xiaohao.figures import actions as counting
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.copying import Fields, Lines, fields, whole
from xiaohao.kernel.hashing import Outline, Said, said
from xiaohao.kernel.text import vector
from xiaohao.ledger.actions.listing import Bundle, Ids, Listed
from xiaohao.ledger.models import Cooperation, Measure, Problem, Referral, State
from xiaohao.ledger.rules import default_deadline
from xiaohao.trail.actions import Alike, Told, alike, put, tell_many, told_rows
from xiaohao.trail.models import Digests

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


class Ready(NamedTuple):
    """A bundle that can be written.

    Attributes:
        ids: of its problems, in order.
        rows: for each table its name, its columns, and lines for them.
        counted: statements with what they are given.
        besides: what its sender had made with it.
    """

    ids: list[int]
    rows: list[tuple[str, Sequence[str], bytes]]
    counted: list[tuple[str, list[Any]]]
    besides: Any

    def write(self) -> None:
        """Write it, in the transaction of whoever asks."""
        for rows in self.rows:
            put(*rows)
        with connection.cursor() as cursor:
            cursor.execute(_FOLLOW, [self.ids])
            for statement in self.counted:
                cursor.execute(*statement)


def ready(by: Actor, bundle: Bundle, ids: Ids) -> Ready:
    """Make everything that will be written of a bundle; touches no database."""
    return _Readying(by, bundle.listed(), ids).ready(bundle.besides(ids.problems))


class _Readying:
    """Rows and their numbers, on their way to lines.

    A problem that is handed on at once is written once, as it stands then; both of its events are.
    """

    def __init__(self, by: Actor, rows: Sequence[Listed], ids: Ids) -> None:
        self.by, self.rows, self.now = by, rows, clock.now()
        self.ids, self.referral_ids, self.helper_ids, self.measure_ids = ids
        self.today = clock.local_day(self.now)
        self.handed = [(n, row.unit) for n, row in enumerate(rows) if row.unit is not None]
        self.days = [rows[n].deadline or self.usual(rows[n]) for n, _unit in self.handed]
        self.received = [row.received_at or self.now for row in rows]
        self.own = self.columns()
        self.told = {name: said(column) for name, column in self.own.items()}

    def ready(self, besides: Any) -> Ready:
        registered = self.told_registered()
        parts = [self.referrals(), self.helpers(), self.measures()]
        handed = self.told_handed(registered.hashes)
        events = [registered.followed(handed, [n for n, _unit in self.handed])]
        events += [part.events for part in parts]
        problems = (Problem._meta.db_table, _COLUMNS, whole(self.problems()))
        rows = [problems, *(part.rows for part in parts), told_rows(events)]
        counted = [one for given in self.counts() if (one := counting.alike(given))]
        return Ready(self.ids, rows, counted, besides)

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
