"""“The unit itself” says what its list of records holds, wherever units have moved."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.figures import queries
from xiaohao.figures.actions import add, fold
from xiaohao.figures.tests.make import FLOW, STOCK, declared, delta, move, unit
from xiaohao.kernel import clock
from xiaohao.units.models import Line, Unit

pytestmark = pytest.mark.django_db
DAY = dt.datetime(2019, 9, 10, 8, tzinfo=clock.ZONE)
PLACES = st.integers(0, 6)
# Mostly moves: what is left over parts from what is listed only where some have led back and forth.
STEPS = st.lists(
    st.tuples(st.just("happen"), PLACES) | st.tuples(st.integers(2, 6), PLACES),
    min_size=4,
    max_size=24,
)


def tree() -> list[Unit]:
    """A root with two below it, and two below each of these."""
    declared()
    root = unit()
    units = [root, unit(root), unit(root)]
    return [*units, *(unit(above) for above in (units[1], units[1], units[2], units[2]))]


def own(place: Unit, metric: str = FLOW, scope: queries.Scope | None = None) -> tuple[int, int]:
    """What is said of the unit itself, and how much its records hold."""
    scope = scope or queries.Scope()
    asked = queries.Asked(Unit.objects.get(pk=place.pk), scope, scope.asof or clock.now(), {})
    rest = [int(part.value or 0) for part in asked.parts(metric, "child") if not part.key]
    rows = queries.netted(metric, asked.unit, scope, own=True)
    return sum(rest), sum(row["amount"] for row in rows)


def test_a_unit_that_moved_in_takes_nothing_from_its_new_superior(weight: str) -> None:
    with clock.at(DAY):
        _root, east, west, moved, *_ = tree()
        add([delta(FLOW, moved, 1), delta(FLOW, moved, 2), delta(STOCK, moved, 1)])
        add([delta(FLOW, west, 3)])
        move(moved, west)
        for place in (moved, west):
            place.refresh_from_db()
        add([delta(FLOW, moved, 4)])
        assert own(west) == (1, 1)  # what happened in the east is in the moved unit's row alone
        assert own(east) == (2, 2)
        assert [own(place, STOCK) for place in (east, west)] == [(0, 0), (0, 0)]
        asked = queries.Asked(west, queries.Scope(), clock.now(), {})
        assert asked.apart([FLOW, STOCK]) == {FLOW: 2}
        assert [queries.crossed(place) for place in (east, west, _root)] == [True, True, False]
        while fold(1):
            assert own(west) == (1, 1)


def test_a_unit_that_moved_up_is_counted_once(weight: str) -> None:
    """Both the one it left and itself show what happened before; the whole counts it once."""
    with clock.at(DAY):
        root, east, _west, moved, *_ = tree()
        add([delta(FLOW, moved, 1), delta(FLOW, east, 2), delta(FLOW, root, 3)])
        move(moved, root)
        assert own(root) == (1, 1)
        assert own(east) == (2, 2)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, bearers=st.sets(PLACES, max_size=2))
def test_what_is_left_over_has_its_records(steps: list[tuple[Any, int]], bearers: set[int]) -> None:
    with transaction.atomic():
        _walk(steps, bearers)
        transaction.set_rollback(True)


def _walk(steps: list[tuple[Any, int]], bearers: set[int]) -> None:
    units = tree()
    line = Line.objects.create(code=f"t{units[0].pk}", name="line")
    line.units.set(units[n] for n in bearers)
    moment = DAY
    for thing, (what, at) in enumerate(steps):
        moment += dt.timedelta(hours=1)
        with clock.at(moment):
            place = Unit.objects.get(pk=units[at].pk)
            if what == "happen":
                add([delta(FLOW, place, thing), delta(STOCK, place, thing)])
            elif units[what].pk not in _above(place):
                move(units[what], place)
    with clock.at(moment + dt.timedelta(hours=1)):
        for scope in (queries.Scope(), queries.Scope(line=line.pk), queries.Scope(asof=moment)):
            for place in units:
                for metric in (FLOW, STOCK):
                    told, listed = own(place, metric, scope)
                    assert told == listed, (place.name, metric, scope)


def _above(place: Unit) -> list[int]:
    """The place and all above it, by their ids."""
    row, found = place, [place.pk]
    while row.parent is not None:
        row = row.parent
        found.append(row.pk)
    return found
