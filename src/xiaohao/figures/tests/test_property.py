"""Cells and pending changes equal a plain recount, whatever was written, folded or moved."""

import dataclasses
import datetime as dt
import math
from collections import Counter
from collections.abc import Collection
from statistics import median_low
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.figures import queries
from xiaohao.figures.actions import add, fold, promote, recast
from xiaohao.figures.tests.make import (
    DUE,
    FLOW,
    HALF,
    MOST,
    OVERDUE,
    STOCK,
    TOOK,
    declared,
    delta,
    move,
    unit,
)
from xiaohao.kernel import clock, months
from xiaohao.units.models import Line, Unit

FIRST = dt.datetime(2019, 9, 10, 8, tzinfo=clock.ZONE)
PLACES, CATEGORIES = st.integers(0, 7), st.integers(0, 3)
SOURCES, PROGRAMMES = st.sampled_from(["message", "self"]), st.integers(0, 2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("happen"), PLACES, SOURCES, PROGRAMMES, st.integers(0, 40)),
        st.tuples(st.just("enter"), PLACES, CATEGORIES, st.integers(-3, 6), SOURCES, PROGRAMMES),
        st.tuples(st.just("recast"), st.integers(0, 20), PROGRAMMES),
        st.tuples(st.just("recast_lasted"), st.integers(0, 20), st.integers(0, 3)),
        st.tuples(st.just("leave"), st.integers(0, 20)),
        st.tuples(st.just("last"), PLACES, CATEGORIES, st.integers(0, 40)),
        st.tuples(st.just("unlast"), st.integers(0, 20)),
        st.tuples(st.just("move"), st.integers(1, 7), PLACES),
        st.tuples(st.just("fold"), st.integers(1, 20)),
        st.tuples(st.just("grow"), st.integers(1, 5)),
        st.tuples(st.just("wait"), st.integers(1, 30)),
    ),
    min_size=1,
    max_size=40,
)


Key = tuple[str, str, int]  # how it is narrowed, the metric, the place


class Flow(NamedTuple):
    """Something that happened: where, under which superiors, when; on which days it was written."""

    thing: int
    above: list[int]
    place: Unit
    day: dt.date
    days: list[dt.date]
    source: str
    programme: int


class Standing(NamedTuple):
    """Something that stands at a unit."""

    number: int
    at: int
    category: int
    due: dt.date
    source: str
    programme: int


class World:
    """What really happened, kept in plain lists, beside what the figures say."""

    def __init__(self, bearers: Collection[int]) -> None:
        root = unit()
        self.units = [root]
        for above in (0, 0, 1, 1, 2, 3, 6):
            self.units.append(unit(self.units[above]))
        self.parent: dict[int, int | None] = {0: None, 1: 0, 2: 0, 3: 1, 4: 1, 5: 2, 6: 3, 7: 6}
        self.now = FIRST
        self.things = 0
        self.flows: list[Flow] = []
        self.lasted: list[tuple[int, list[int], int, int, str]] = []
        self.written: dict[int, list[dt.date]] = {}  # the days on which a time was written
        self.times: list[tuple[dt.date, list[int], int]] = []  # when a time was told or taken back
        self.standing: list[Standing] = []
        self.noted: list[tuple[dt.datetime, dict[Key, int | None]]] = []
        self.bearers = set(bearers)
        self.line = Line.objects.create(code=f"t{root.pk}", name="line")
        self.line.units.set(self.units[i] for i in bearers)

    def above(self, index: int) -> list[int]:
        above = self.parent[index]
        return [index, *(self.above(above) if above is not None else [])]

    def do(self, step: tuple[Any, ...]) -> None:
        with clock.at(self.now):
            getattr(self, step[0])(*step[1:])
        self.now += dt.timedelta(minutes=7)

    def happen(self, at: int, source: str, programme: int, late: int) -> None:
        """Told so many days after it happened."""
        self.things += 1
        place, today = self.units[at], clock.today()
        day = today - dt.timedelta(days=late)
        self.flows.append(Flow(self.things, self.above(at), place, day, [today], source, programme))
        add([delta(FLOW, place, self.things, source=source, programme_id=programme, day=day)])

    def recast(self, which: int, programme: int) -> None:
        """It counts under another programme from now on, where and for the day it was counted."""
        if self.flows:
            one = self.flows[which % len(self.flows)]
            self.flows.remove(one)
            days = [*one.days, clock.today()]
            self.flows.append(one._replace(programme=programme, days=days))
            recast(metrics=[FLOW], things=[one.thing], units=[one.place.pk], days=days,
                   programme_id=programme)  # fmt: skip

    def last(self, at: int, category: int, days: int) -> None:
        self.things += 1
        self.lasted.append((self.things, self.above(at), category, days, self.units[at].code))
        self._last(self.lasted[-1], at, 1)

    def recast_lasted(self, which: int, category: int) -> None:
        """It counts under another category from now on, where and as long as it was counted."""
        if self.lasted:
            one = self.lasted[which % len(self.lasted)]
            self.lasted.remove(one)
            self.lasted.append((*one[:2], category, *one[3:]))
            days = self.written.setdefault(one[0], [])
            place = next(unit for unit in self.units if unit.code == one[4])
            recast(metrics=[TOOK], things=[one[0]], units=[place.pk],
                   days=[*days, clock.today()], category_id=category)  # fmt: skip
            days.append(clock.today())

    def unlast(self, which: int) -> None:
        """A correction at the unit where it was counted, wherever that stands now."""
        places = {place.code: i for i, place in enumerate(self.units)}
        fixed = [one for one in self.lasted if one[1] == self.above(places[one[4]])]
        if fixed:
            gone = fixed[which % len(fixed)]
            self.lasted.remove(gone)
            self._last(gone, places[gone[4]], -1)

    def _last(self, one: tuple[int, list[int], int, int, str], at: int, sign: int) -> None:
        number, above, category, days, _ = one
        self.written.setdefault(number, []).append(clock.today())
        self.times.append((clock.today(), above, sign))
        add([delta(TOOK, self.units[at], number, sign, category_id=category, days=days)])

    def enter(self, at: int, category: int, days: int, source: str, programme: int) -> None:
        self.things += 1
        due = clock.today() + dt.timedelta(days=days)
        self.standing.append(Standing(self.things, at, category, due, source, programme))
        self._stock(self.standing[-1], 1)

    def leave(self, which: int) -> None:
        if self.standing:
            self._stock(self.standing.pop(which % len(self.standing)), -1)

    def _stock(self, thing: Standing, sign: int) -> None:
        where = self.units[thing.at]
        more = {"category_id": thing.category, "source": thing.source,
                "programme_id": thing.programme}  # fmt: skip
        add([
            delta(STOCK, where, thing.number, sign, **more),
            delta(DUE, where, thing.number, sign, day=thing.due, **more),
        ])  # fmt: skip

    def move(self, which: int, to: int) -> None:
        if which in self.above(to):
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('xiaohao.now', %s, true)", [clock.now().isoformat()])
        move(self.units[which], self.units[to])
        self.parent[which] = to

    def fold(self, most: int) -> None:
        fold(most)

    def grow(self, heavy: int) -> None:
        promote(heavy)

    def wait(self, hours: int) -> None:
        self.noted.append((clock.now(), self.recount()))
        self.now += dt.timedelta(hours=hours)

    def scopes(self, asof: dt.datetime | None = None) -> dict[str, queries.Scope]:
        """The same question, narrowed in several ways."""
        of, more = queries.Scope(asof=asof), dataclasses.replace
        return {
            "all": of,
            "source": more(of, source="self"),
            "programme": more(of, programme=1),
            "both": more(of, source="message", programme=2),
            "line": more(of, line=self.line.pk),
            "line and programme": more(of, line=self.line.pk, programme=1),
        }

    def counts(self, scope: queries.Scope, above: list[int], source: str, programme: int) -> bool:
        return (
            scope.source in {None, source}
            and scope.programme in {None, programme}
            and (scope.line is None or not self.bearers.isdisjoint(above))
        )

    def recount(self) -> dict[Key, int | None]:
        found: dict[Key, int | None] = {}
        for name, scope in self.scopes().items():
            for i in self.parent:
                days = sorted(
                    one[3]
                    for one in self.lasted
                    if i in one[1] and self.counts(scope, one[1], "", 0)
                )
                found[name, HALF, i] = median_low(days) if days else None
                found[name, MOST, i] = days[math.ceil(len(days) * 9 / 10) - 1] if days else None
                found[name, TOOK, i] = len(days)
            found |= self._counts(name, scope, clock.today())
        return found

    def _counts(self, name: str, scope: queries.Scope, today: dt.date) -> dict[Key, int | None]:
        found: Counter[Key] = Counter()
        found.update({(name, key, i): 0 for key in (FLOW, STOCK, OVERDUE) for i in self.parent})
        for one in self.flows:
            for i in one.above if self.counts(scope, one.above, one.source, one.programme) else ():
                found[name, FLOW, i] += 1
        for thing in self.standing:
            above = self.above(thing.at)
            for i in above if self.counts(scope, above, thing.source, thing.programme) else ():
                found[name, STOCK, i] += 1
                found[name, OVERDUE, i] += thing.due < today
        return dict(found)

    def figures(self, asof: dt.datetime | None = None) -> dict[Key, queries.Value]:
        index = {place.pk: i for i, place in enumerate(self.units)}
        keys = [FLOW, STOCK, OVERDUE, TOOK, HALF, MOST]
        return {
            (name, key, index[pk]): row[key]
            for name, scope in self.scopes(asof).items()
            for pk, row in queries.table(keys, self.units, scope).items()
            for key in row
        }

    def between(self, first: dt.date, last: dt.date) -> dict[tuple[str, int], int]:
        """What happened on these days; what stands now, whatever the days."""
        found = Counter({(key, i): 0 for key in (FLOW, TOOK, STOCK) for i in self.parent})
        for one in self.flows:
            found.update((FLOW, i) for i in one.above if first <= one.day <= last)
        for day, above, sign in self.times:
            for i in above if first <= day <= last else ():
                found[TOOK, i] += sign
        for thing in self.standing:
            found.update((STOCK, i) for i in self.above(thing.at))
        return dict(found)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(walk=steps, bearers=st.sets(st.integers(1, 7), max_size=3))
def test_figures_equal_a_recount_now_and_at_any_moment(
    walk: list[tuple[Any, ...]], bearers: set[int]
) -> None:
    declared()
    with transaction.atomic():
        _walk(walk, bearers)
        transaction.set_rollback(True)


def _walk(walk: list[tuple[Any, ...]], bearers: set[int]) -> None:
    months.keep("figures_entry", dt.date(2019, 9, 1), dt.date(2019, 10, 31))
    world = World(bearers)
    for step in walk:
        world.do(step)
    with clock.at(world.now):
        assert world.figures() == world.recount()
        for at, then in world.noted:
            assert world.figures(asof=at) == then
        _days_add_up(world)
        _records_add_up(world)
        while fold(7):
            assert world.figures() == world.recount()
        for at, then in world.noted:
            assert world.figures(asof=at) == then
        report = queries.check()
        assert report.differences == 0, report.examples


def _days_add_up(world: World) -> None:
    """Between any two days, whatever was told late; the records of each figure, too."""
    index = {place.pk: i for i, place in enumerate(world.units)}
    keys = (FLOW, TOOK, STOCK)
    for first, last in ((-50, -20), (-30, 0), (0, 0), (0, 3), (2, 90)):
        days = [FIRST.date() + dt.timedelta(days=number) for number in (first, last)]
        scope = queries.Scope(since=days[0], until=days[1])
        told = queries.table(keys, world.units, scope)
        expected = world.between(*days)
        assert {(key, index[pk]): told[pk][key] for pk in told for key in keys} == expected
        for metric in keys:
            rows = queries.netted(metric, world.units[0], scope)
            assert sum(row["amount"] for row in rows) == expected[metric, 0]


def _records_add_up(world: World) -> None:
    ever = [at for at, _ in world.noted[-1:]] + [None]
    for place in Unit.objects.filter(pk__in=[u.pk for u in world.units]).order_by("pk"):
        for asof in ever:
            for scope in list(world.scopes(asof).values())[:: 5 if asof else 1]:
                keys = (FLOW, STOCK, OVERDUE, TOOK)
                told = queries.table(keys, [place], scope)[place.pk]
                for metric in keys:
                    rows = queries.netted(metric, place, scope)
                    assert sum(row["amount"] for row in rows) == told[metric]
        parts = queries.by_category(STOCK, place).values()
        assert sum(int(part or 0) for part in parts) == queries.value(STOCK, place)
