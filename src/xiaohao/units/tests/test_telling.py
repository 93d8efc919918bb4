"""Every unit of an area has a name by which a sheet finds it again, and no other."""

import pytest

from xiaohao.kernel.acting import SYSTEM
from xiaohao.units import actions
from xiaohao.units.queries import TellingNames, matches
from xiaohao.units.tests.make import unit

pytestmark = pytest.mark.django_db


def test_a_bare_name_is_enough_where_nobody_else_bears_it() -> None:
    city = unit(name="河州市")
    east, west = unit(city, name="河东区"), unit(city, name="河西区")
    first, twin = unit(east, name="海滨街道"), unit(west, name="海滨街道")
    telling = TellingNames(city.path)
    telling.look_up([first, twin, east, None])
    assert [telling.of(one) for one in (first, twin, east, None)] == [
        "河东区海滨街道", "河西区海滨街道", "河东区", "",
    ]  # fmt: skip
    found = matches(map(telling.of, (first, twin, east)), city.path)
    for one in (first, twin, east):
        match = found[telling.of(one)]
        assert (match.is_sure, match.unit) == (True, one)
    within = TellingNames(east.path)
    within.look_up([first, twin])
    assert (within.of(first), within.of(twin)) == ("海滨街道", "河西区海滨街道")
    closed = actions.close(unit=twin, by=SYSTEM)
    later = TellingNames(city.path)
    later.look_up([first, closed])
    assert (later.of(first), later.of(closed)) == ("海滨街道", "河西区海滨街道")
