"""Rounds that are laid by themselves, and how many they draw."""

import datetime as dt

import pytest

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.tests.make import actor, city
from xiaohao.lookback import actions, rules
from xiaohao.lookback.tests.make import LATER, NEXT, NIGHT, closed
from xiaohao.trail.actions import seal_day


@pytest.mark.django_db
def test_rounds_are_laid_by_themselves_once_at_the_highest_office() -> None:
    at = city()
    actor("OFFICE-EAST", at.east, Role.OFFICE)
    closed(at, 4)
    closed(at, 3, days=7)
    with clock.at(LATER):
        (first,) = actions.lay_due()
        assert actions.lay_due() == []
    assert (first.unit, first.wave, first.count, first.post) == (at.city, 30, 4, None)
    with clock.at(NIGHT):
        seal_day()
    with clock.at(NEXT):
        assert actions.draw_due() == [first]
    with clock.at(LATER + dt.timedelta(days=7)):
        (second,) = actions.lay_due()
    assert (second.wave, second.count) == (30, 3)
    with clock.at(LATER + dt.timedelta(days=67)):
        (old,) = actions.lay_due()
    assert (old.wave, old.count) == (90, 7)


@pytest.mark.parametrize(
    ("count", "size"), [(1, 1), (30, 30), (600, 30), (601, 31), (6000, 300), (10**7, 300)]
)
def test_one_in_twenty_is_drawn_within_bounds(count: int, size: int) -> None:
    assert rules.usual_size(count) == size
