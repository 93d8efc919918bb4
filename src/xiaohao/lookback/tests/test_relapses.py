"""What counts as the same place again, and of which closings that can be said."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaohao.figures import actions as keeping
from xiaohao.figures import queries as figures
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.actions import finishing, step
from xiaohao.ledger.models import Problem
from xiaohao.ledger.models.places import bare as bare_in_database
from xiaohao.ledger.rules.places import bare
from xiaohao.ledger.tests.make import DAY, City, city, problem, unit, walk
from xiaohao.lookback import actions
from xiaohao.lookback.models import Relapse
from xiaohao.lookback.tests.make import LATER
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


def places(town: City) -> dict[str, Unit | None]:
    village = unit("120101001", town.street, "village")
    return {"street": town.street, "west": town.west, "village": village, "": None}


def relapses(town: City, before: tuple[str, str], after: tuple[str, str]) -> int:
    """How many relapses are found of a closing at one place and a problem at another."""
    at, category = places(town), Category.objects.order_by("code")[0]
    for (words, area), day, closes in ((before, DAY, True), (after, LATER, False)):
        with clock.at(day):
            row = problem(town, category=category, place=words, place_unit=at[area])
            if closes:
                walk(town, row, "closed")
    with clock.at(LATER):
        return actions.find_relapses()


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (("幸福里 3 号", ""), ("幸福里3号。", ""), 1),
        (("幸福里3号", "street"), ("幸福里３号", "village"), 1),  # one area lies in the other
        (("幸福里3号", "street"), ("幸福里3号", "west"), 0),  # the same words, another district
        (("幸福里3号", "west"), ("幸福里3号", ""), 1),  # without an area: the city that has it
        (("", "village"), ("", "village"), 1),
        (("幸福里3号", "village"), ("", "village"), 1),
        (("幸福里3号", "village"), ("幸福里4号", "village"), 0),  # both say where: not there
        (("幸福里3号", "village"), ("单位120101001", "village"), 1),  # the area's name says nothing
        (("", "street"), ("", "street"), 0),  # a street is no place
        (("单位120101", "street"), ("单位120101", "street"), 0),
        (("不详", ""), ("不详", ""), 0),
        (("", ""), ("", ""), 0),
    ],
)
def test_what_is_the_same_place(
    town: City, before: tuple[str, str], after: tuple[str, str], found: int
) -> None:
    assert relapses(town, before, after) == found
    assert Relapse.objects.count() == found
    assert figures.value("lookback.relapses", town.city) == found
    with clock.at(LATER):
        assert figures.check().differences == 0


def test_the_rate_is_of_the_closings_that_could_relapse(town: City) -> None:
    at, category = places(town), Category.objects.order_by("code")[0]
    rows: list[dict[str, Any]] = [
        {"category": category, "place": "幸福里3号"},
        {"category": category, "place_unit": at["village"]},
        {"category": category, "place_unit": at["street"]},
        {"category": category, "place": "不详"},
        {"place": "幸福里3号"},
    ]
    with clock.at(DAY):
        made = [walk(town, problem(town, **row), "closed") for row in rows]
        assert [row.is_placed for row in made] == [True, True, False, False, False]
        assert list(Problem.objects.placed().order_by("pk")) == made[:2]
        assert figures.value("ledger.closed", town.city) == 5
        assert figures.value("ledger.closed_placed", town.city) == 2
    with clock.at(LATER):
        problem(town, category=category, place="幸福里3号")
        assert actions.find_relapses() == 1
        assert figures.value("lookback.relapse_rate", town.city) == 0.5
        assert figures.check().differences == 0


def test_closings_of_an_older_version_are_counted_by_a_backfill(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their events do not tell whether they had a place: it is asked of the problem."""
    category = Category.objects.order_by("code")[0]
    wrote = step.write

    def as_before(took: Any, *flows: Any, data: Any, **values: Any) -> None:
        data.pop("placed")
        wrote(took, *(f for f in flows if f != "ledger.closed_placed"), data=data, **values)

    with clock.at(DAY):
        rows = [problem(town, category=category, place=place) for place in ("幸福里3号", "不详")]
        for row in rows:
            walk(town, row, "verified")
        monkeypatch.setattr(finishing, "write", as_before)
        for row in rows:
            walk(town, row, "closed")
        assert figures.value("ledger.closed_placed", town.city) == 0
        assert keeping.backfill(metric="ledger.closed_placed") == 1
        assert figures.value("ledger.closed_placed", town.city) == 1
        assert figures.check().differences == 0


letters = st.text("幸福里3３ａＡb 　,，。（(-—·“”/\n", max_size=12)


@settings(max_examples=60, deadline=None)
@given(letters)
def test_the_database_reads_a_place_as_the_rules_do(words: str) -> None:
    row = Unit.objects.first() or unit("12")
    Unit.objects.filter(pk=row.pk).update(name=words)
    found = Unit.objects.annotate(words=bare_in_database("name")).get(pk=row.pk)
    assert found.words == bare(words)  # type: ignore[attr-defined]


def test_the_pages_say_the_rule_and_what_cannot_be_recognised(town: City) -> None:
    category = Category.objects.order_by("code")[0]
    with clock.at(DAY):
        walk(town, problem(town, category=category, place="幸福里3号"), "closed")
        walk(town, problem(town), "closed")
        browser = logged_in(holder(town.city, Role.OFFICE))
        for page in ("/lookback/relapses/", "/lookback/estimates/"):
            text = browser.get(page).content.decode()
            assert "共有 2 次销号" in text, page
            assert "其余 1 次认不出" in text, page
