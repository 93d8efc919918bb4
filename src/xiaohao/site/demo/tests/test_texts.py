"""Generated messages are many, different, repeatable, and as long as real ones."""

import random
import re
import statistics
from collections import Counter

import pytest

from xiaohao.site.demo import city as cities
from xiaohao.site.demo.grammar import expand
from xiaohao.site.demo.scenarios import problems, suggestions
from xiaohao.site.demo.tests import divisions
from xiaohao.site.demo.texts import LONGEST, Draft, Writer
from xiaohao.site.demo.topics import TOPICS

# The quartiles that real question boards show, in characters; ours must lie within half to double.
REAL_QUARTILES = (116, 213, 450)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> cities.City:
    return cities.build(divisions.write(tmp_path_factory.mktemp("divisions")))


@pytest.fixture(scope="module")
def drafts(city: cities.City) -> list[Draft]:
    writer = Writer(city, 7)
    return [writer.problem() for _ in range(600)] + [writer.suggestion() for _ in range(60)]


def test_templates_choose_and_fill() -> None:
    said = expand("[甲|甲]有{n:3-3}个{what}", random.Random(1), {"what": "[坑]"}.__getitem__)
    assert said == "甲有3个坑"


def test_a_slot_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        expand("{nothing}", random.Random(1), {"what": "x"}.__getitem__)


def test_there_are_scenarios_over_all_topics() -> None:
    assert len(problems()) >= 60
    assert {scenario.topic for scenario in (*problems(), *suggestions())} == set(TOPICS)
    assert all(scenario.fix for scenario in problems())


def test_every_template_can_be_filled(city: cities.City) -> None:
    writer = Writer(city, 1)
    for scenario in (*problems(), *suggestions()):
        for _ in range(6):
            draft = writer.about(scenario, writer.place_for(scenario))
            assert not set("{}[]|") & set(draft.text + draft.title + "".join(draft.steps)), draft


def test_the_same_seed_writes_the_same(city: cities.City) -> None:
    first, second = Writer(city, 3), Writer(city, 3)
    assert [first.problem() for _ in range(20)] == [second.problem() for _ in range(20)]
    assert Writer(city, 4).problem() != Writer(city, 3).problem()


def test_lengths_are_those_of_real_messages(drafts: list[Draft]) -> None:
    lengths = [len(draft.text) for draft in drafts]
    for ours, real in zip(statistics.quantiles(lengths, n=4), REAL_QUARTILES, strict=True):
        assert real / 2 < ours < real * 2
    assert min(lengths) < 20
    assert 1200 < max(lengths) <= LONGEST


def test_words_do_not_repeat_themselves(drafts: list[Draft]) -> None:
    texts = [draft.text for draft in drafts[:400]]
    runs = [text[i : i + 4] for text in texts for i in range(len(text) - 3)]
    assert len(set(runs)) / len(runs) > 0.3
    assert len({draft.text for draft in drafts}) > 0.99 * len(drafts)


def test_channels_places_and_contacts_differ(drafts: list[Draft]) -> None:
    assert set(Counter(draft.channel for draft in drafts)) == {
        "web",
        "qr",
        "phone",
        "box",
        "hotline",
    }
    assert 0.1 < sum(not draft.contact for draft in drafts) / len(drafts) < 0.5
    assert 0.2 < sum(bool(draft.place) for draft in drafts) / len(drafts) < 0.9
    assert all(draft.contact[3:7] == "0000" for draft in drafts if draft.contact)


def test_a_hot_issue_is_told_in_different_words(city: cities.City) -> None:
    writer = Writer(city, 5)
    scenario = problems()[0]
    told = writer.issue("heating", scenario, writer.place_for(scenario), 12)
    assert len({draft.text for draft in told}) >= 9
    assert {draft.unit for draft in told} == {told[0].unit}


def test_title_text_and_measures_speak_of_one_building(city: cities.City) -> None:
    writer = Writer(city, 11)
    told = 0
    for draft in (writer.problem() for _ in range(1500)):
        for form in (r"\d+号楼\d+门", r"\d+号楼(?!\d+门)", r"\d+栋"):
            named = set(re.findall(form, "\0".join((draft.text, draft.title, *draft.steps))))
            assert len(named) < 2, (named, draft.title, draft.text)
            told += len(named)
    assert told > 50
