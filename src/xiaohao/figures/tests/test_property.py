"""Cells and pending changes equal a plain recount, whatever was written, folded or moved."""

import datetime as dt
import math
from collections import Counter
from statistics import median_low
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.figures import queries
from xiaohao.figures.actions import add, fold, promote
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
from xiaohao.kernel import clock
from xiaohao.units.models import Unit

FIRST = dt.datetime(2019, 9, 10, 8, tzinfo=clock.ZONE)
PLACES, CATEGORIES = st.integers(0, 7), st.integers(0, 3)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("happen"), PLACES, CATEGORIES, st.sampled_from(["", "web"])),
        st.tuples(st.just("enter"), PLACES, CATEGORIES, st.integers(-3, 6)),
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


class World:
    """What really happened, kept in plain lists, beside what the figures say."""

    def __init__(self) -> None:
        root = unit()
        self.units = [root]
        for above in (0, 0, 1, 1, 2, 3, 6):
            self.units.append(unit(self.units[above]))
        self.parent: dict[int, int | None] = {0: None, 1: 0, 2: 0, 3: 1, 4: 1, 5: 2, 6: 3, 7: 6}
        self.now = FIRST
        self.things = 0
        self.flows: list[tuple[list[int], int, str]] = []
        self.lasted: list[tuple[int, list[int], int, int, str]] = []
        self.standing: list[tuple[int, int, int, dt.date]] = []
        self.noted: list[tuple[dt.datetime, dict[tuple[str, int], int | None]]] = []

    def above(self, index: int) -> list[int]:
        above = self.parent[index]
        return [index, *(self.above(above) if above is not None else [])]

    def do(self, step: tuple[Any, ...]) -> None:
        with clock.at(self.now):
            getattr(self, step[0])(*step[1:])
        self.now += dt.timedelta(minutes=7)

    def happen(self, at: int, category: int, channel: str) -> None:
        self.things += 1
        self.flows.append((self.above(at), category, channel))
        add([delta(FLOW, self.units[at], self.things, category_id=category, channel=channel)])

    def last(self, at: int, category: int, days: int) -> None:
        self.things += 1
        self.lasted.append((self.things, self.above(at), category, days, self.units[at].code))
        self._last(self.lasted[-1], at, 1)

    def unlast(self, which: int) -> None:
        """A correction at the unit where it was counted, wherever that stands now."""
        places = {place.code: i for i, place in enumerate(self.units)}
        fixed = [one for one in self.lasted if one[1] == self.above(places[one[4]])]
        if fixed:
            gone = fixed[which % len(fixed)]
            self.lasted.remove(gone)
            self._last(gone, places[gone[4]], -1)

    def _last(self, one: tuple[int, list[int], int, int, str], at: int, sign: int) -> None:
        number, _, category, days, _ = one
        add([delta(TOOK, self.units[at], number, sign, category_id=category, days=days)])

    def enter(self, at: int, category: int, days: int) -> None:
        self.things += 1
        due = clock.today() + dt.timedelta(days=days)
        self.standing.append((self.things, at, category, due))
        self._stock(self.standing[-1], 1)

    def leave(self, which: int) -> None:
        if self.standing:
            self._stock(self.standing.pop(which % len(self.standing)), -1)

    def _stock(self, thing: tuple[int, int, int, dt.date], sign: int) -> None:
        number, at, category, due = thing
        where = self.units[at]
        add([
            delta(STOCK, where, number, sign, category_id=category),
            delta(DUE, where, number, sign, category_id=category, day=due),
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

    def recount(self) -> dict[tuple[str, int], int | None]:
        today = clock.today()
        found: dict[tuple[str, int], int | None] = {}
        for i in self.parent:
            days = sorted(one[3] for one in self.lasted if i in one[1])
            found[HALF, i] = median_low(days) if days else None
            found[MOST, i] = days[math.ceil(len(days) * 9 / 10) - 1] if days else None
        return found | self._counts(today) | {(TOOK, i): self._took(i) for i in self.parent}

    def _took(self, place: int) -> int:
        return sum(place in one[1] for one in self.lasted)

    def _counts(self, today: dt.date) -> dict[tuple[str, int], int | None]:
        found: Counter[tuple[str, int]] = Counter()
        found.update({(metric, i): 0 for metric in (FLOW, STOCK, OVERDUE) for i in self.parent})
        for above, _, _ in self.flows:
            for i in above:
                found[FLOW, i] += 1
        for _, at, _, due in self.standing:
            for i in self.above(at):
                found[STOCK, i] += 1
                found[OVERDUE, i] += due < today
        return dict(found)

    def figures(self, asof: dt.datetime | None = None) -> dict[tuple[str, int], queries.Value]:
        index = {place.pk: i for i, place in enumerate(self.units)}
        keys = [FLOW, STOCK, OVERDUE, TOOK, HALF, MOST]
        read = queries.table(keys, self.units, queries.Scope(asof=asof))
        return {(key, index[pk]): row[key] for pk, row in read.items() for key in row}


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(walk=steps)
def test_figures_equal_a_recount_now_and_at_any_moment(walk: list[tuple[Any, ...]]) -> None:
    declared()
    with transaction.atomic():
        _walk(walk)
        transaction.set_rollback(True)


def _walk(walk: list[tuple[Any, ...]]) -> None:
    world = World()
    for step in walk:
        world.do(step)
    with clock.at(world.now):
        assert world.figures() == world.recount()
        for at, then in world.noted:
            assert world.figures(asof=at) == then
        _records_add_up(world)
        while fold(7):
            assert world.figures() == world.recount()
        for at, then in world.noted:
            assert world.figures(asof=at) == then
        report = queries.check()
        assert report.differences == 0, report.examples


def _records_add_up(world: World) -> None:
    ever = [at for at, _ in world.noted[-1:]] + [None]
    for place in Unit.objects.filter(pk__in=[u.pk for u in world.units]).order_by("pk"):
        for asof in ever:
            for metric in (FLOW, STOCK, OVERDUE, TOOK):
                rows = queries.records(metric, place, asof=asof)
                total = sum(row["amount"] for row in rows)
                assert total == queries.value(metric, place, asof=asof)
        parts = queries.by_category(STOCK, place).values()
        assert sum(int(part or 0) for part in parts) == queries.value(STOCK, place)
