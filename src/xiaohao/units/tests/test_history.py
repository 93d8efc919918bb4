"""Whatever is moved and renamed at random, each day's tree is read as it was on that day."""

import datetime as dt
import random

import pytest

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Refused
from xiaohao.units import actions, queries
from xiaohao.units.models import Unit
from xiaohao.units.tests import make
from xiaohao.units.tests.test_tree import paths_follow_parents

pytestmark = pytest.mark.django_db
START = dt.date(2019, 1, 1)
DAYS, UNITS = 40, 9


@pytest.mark.parametrize("seed", range(4))
def test_history_stays_as_it_was(seed: int) -> None:
    chance = random.Random(seed)
    with clock.at(clock.start_of(START)):
        top = make.unit(level="province", code="TOP")
        units = [make.unit(top, level="group", code=f"G{n}") for n in range(UNITS)]
    parents = {one.code: "TOP" for one in units}
    called = {one.code: one.name for one in units}
    heads = {one.code: chance.randrange(1, 100) for one in units}
    with clock.at(clock.start_of(START)):
        for one in units:
            value = heads[one.code]
            actions.set_head_count(by=SYSTEM, unit=one, measure="members", value=value, day=START)
    past = {}
    for offset in range(DAYS):
        day = START + dt.timedelta(days=offset)
        with clock.at(clock.start_of(day)):
            for _ in range(chance.randrange(3)):
                change(chance, parents, called)
        past[day] = (dict(parents), dict(called))
    assert paths_follow_parents()
    for day in chance.sample(sorted(past), 12):
        stood, named = past[day]
        for unit in Unit.objects.exclude(code="TOP"):
            told = [(place.code, place.name) for place in queries.tree_asof(unit, day)]
            assert told == [("TOP", top.name), *line(unit.code, stood, named)]
            below = [code for code in parents if unit.code in dict(line(code, stood, named))]
            counted = queries.head_counts(unit, day)
            assert counted[0].value == sum(heads[code] for code in below)


def line(code: str, parents: dict[str, str], called: dict[str, str]) -> list[tuple[str, str]]:
    """A unit's superiors below the top, and itself, by the test's own books."""
    found: list[tuple[str, str]] = []
    while code != "TOP":
        found.insert(0, (code, called[code]))
        code = parents[code]
    return found


def change(chance: random.Random, parents: dict[str, str], called: dict[str, str]) -> None:
    """One move or renaming, if the tree allows it."""
    code, other = chance.choice(sorted(parents)), chance.choice([*sorted(parents), "TOP"])
    unit = Unit.objects.get(code=code)
    if chance.random() < 0.3:
        called[code] = f"新名{chance.randrange(1000)}"
        actions.rename(by=SYSTEM, unit=unit, name=called[code])
        return
    target = Unit.objects.get(code=other)
    if target.path.startswith(unit.path) or parents[code] == other:
        with pytest.raises(Refused, match=r"cycle|already_there"):
            actions.move(by=SYSTEM, unit=unit, parent=target)
        return
    actions.move(by=SYSTEM, unit=unit, parent=target)
    parents[code] = other
