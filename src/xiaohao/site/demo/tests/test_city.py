"""The demo city keeps its divisions and has the offices it needs."""

from pathlib import Path

import pytest

from xiaohao.kernel.home import Trouble
from xiaohao.site.demo import city as cities
from xiaohao.site.demo.scenarios import problems, suggestions
from xiaohao.site.demo.tests import divisions
from xiaohao.site.demo.topics import TOPICS
from xiaohao.triage.categories import seeds


@pytest.fixture
def city(tmp_path: Path) -> cities.City:
    return cities.build(divisions.write(tmp_path))


def test_parents_come_before_their_children_and_codes_are_unique(city: cities.City) -> None:
    seen: set[str] = set()
    for unit in city.units:
        assert unit.parent is None or unit.parent in seen, unit
        assert unit.code not in seen
        seen.add(unit.code)


def test_places_keep_the_names_that_people_use(city: cities.City) -> None:
    assert {spot.stem for spot in city.towns} >= {"甲甲里", "丁辛里"}
    assert all(spot.name.endswith("村") for spot in city.villages)
    assert cities.stem("荣华里社区居委会") == "荣华里"
    assert cities.stem("西村委会") == "西"


def test_the_lowest_unit_that_can_fix_it_answers_for_it(city: cities.City) -> None:
    town, village = city.towns[0], city.villages[0]
    assert city.responsible("um", town) == "120101-UM"
    assert city.responsible("ag", town) == "12-AG"  # a district without villages has none
    assert city.responsible("ag", village) == "120114-AG"
    assert city.responsible("waterco", town) == "12-WATERCO"
    assert city.responsible("street", village) == village.street_code


def test_every_scenario_has_somebody_who_answers_for_it(city: cities.City) -> None:
    for scenario in (*problems(), *suggestions()):
        if scenario.desk != "university":
            for spot in (city.towns[0], city.villages[0]):
                assert city.responsible(scenario.desk, spot) in city.names, scenario.key


def test_every_topic_is_somebody_s_duty(city: cities.City) -> None:
    duties = cities.duties(city, dict(TOPICS))
    assert {duty.topic for duty in duties} == set(TOPICS)
    assert {duty.unit for duty in duties} <= set(city.names)


def test_missing_divisions_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _self: False)
    with pytest.raises(Trouble, match="make install"):
        cities.divisions()


def test_topics_are_categories_that_a_fresh_installation_has() -> None:
    leaves = {seed.code for seed in seeds() if seed.parent}
    assert set(TOPICS) == leaves
