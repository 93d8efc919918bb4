import datetime as dt
import sys
from typing import Any

import pytest
from django.utils import translation

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.triage import actions, queries
from xiaohao.triage.queries import Asked, Grade, Proposal, Source, propose, propose_many
from xiaohao.triage.tests.make import City, category, city, duty, lessons

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


def test_without_history_the_duty_list_proposes_and_says_the_words(town: City) -> None:
    said = propose(
        title="老板拖欠工资",
        text="我们几个农民工干了半年，没签劳动合同，一分工资没拿到",
        place_unit_id=town.street.pk,
    )
    assert said.category
    assert said.category.source == Source.DUTIES
    assert said.category.sure
    assert said.category.value == category("wages").pk
    assert {"拖欠工资", "农民工"} <= {one.word for one in said.category.reasons}
    assert said.unit
    assert said.unit.value == town.east_labour.pk
    assert said.unit.source == Source.DUTIES
    assert said.unit.confidence <= 0.75


def test_one_word_is_a_hint_only(town: City) -> None:
    said = propose(title="", text="请问户口怎么办理", place_unit_id=town.east.pk)
    assert said.category
    assert not said.category.sure


def test_what_nobody_answers_for_has_no_unit(town: City) -> None:
    said = propose(title="", text="公交车班次太少，公交站又远", place_unit_id=town.east.pk)
    assert said.unit is None


def test_a_text_without_known_words_has_no_category(town: City) -> None:
    said = propose(title="", text="嗯嗯嗯", place_unit_id=None)
    assert said.category is None
    assert said.unit is None
    assert said.urgency.value == queries.NORMAL


@pytest.mark.parametrize(
    ("place", "expected"),
    [("street", "east_labour"), ("west", "west_labour"), ("city", "city_labour")],
)
def test_the_place_chooses_between_units_of_one_duty(town: City, place: str, expected: str) -> None:
    said = propose(title="", text="拖欠工资，农民工讨薪无门", place_unit_id=getattr(town, place).pk)
    assert said.unit
    assert said.unit.value == getattr(town, expected).pk


def test_without_a_place_the_highest_unit_is_proposed(town: City) -> None:
    said = propose(title="", text="拖欠工资，农民工讨薪无门")
    assert said.unit
    assert said.unit.value == town.city_labour.pk


def test_a_street_with_the_duty_comes_before_its_district(town: City) -> None:
    duty(town.street, "wages")
    said = propose(title="", text="拖欠工资，农民工讨薪无门", place_unit_id=town.street.pk)
    assert said.unit
    assert said.unit.value == town.street.pk


def test_words_of_a_duty_are_heard_too(town: City) -> None:
    duty(town.east_heating, "heating", "壁挂炉", "换热站")
    said = propose(title="换热站停了", text="壁挂炉也不让装", place_unit_id=town.east.pk)
    assert said.category
    assert said.category.value == category("heating").pk


def test_what_the_office_confirms_outweighs_the_duty_list(town: City) -> None:
    for n in range(12):
        actions.learn(
            label="test.message", thing_id=n, title="", text="拖欠工资",
            category_id=category("wages").pk, unit_id=town.street.pk, place_unit_id=town.street.pk,
        )  # fmt: skip
    said = propose(title="", text="拖欠工资，农民工讨薪无门", place_unit_id=town.street.pk)
    assert said.unit
    assert said.unit.value == town.street.pk
    assert said.unit.source == Source.HABIT
    assert said.unit.confirmed == 12
    elsewhere = propose(title="", text="拖欠工资，农民工讨薪无门", place_unit_id=town.west.pk)
    assert elsewhere.unit
    assert elsewhere.unit.value == town.west_labour.pk


def test_with_a_model_it_knows_more_than_words_and_says_which(town: City) -> None:
    lessons()
    actions.train(by=SYSTEM)
    said = propose(
        title="红旗路立管堵了", text="打压试水没人来，老人冻得睡不着", place_unit_id=town.street.pk
    )
    assert said.category
    assert said.category.source == Source.MODEL
    assert said.category.value == category("heating").pk
    assert said.category.sure
    assert said.category.reasons
    assert said.unit
    assert said.unit.value == town.east_heating.pk
    text = "打压试水没人来，老人冻得睡不着"
    marked = queries.marked(text, "text", [said.category])
    assert "".join(piece.text for piece in marked) == text
    assert any(piece.spoke for piece in marked)


def test_danger_is_urgent_with_its_words(town: City) -> None:
    said = propose(title="", text="楼道里煤气泄漏，快来人", place_unit_id=town.east.pk)
    assert said.urgency.value == queries.URGENT
    assert said.urgency.sure
    assert "煤气泄漏" in said.urgency.reasons[0].word


def test_urgency_is_learnt_from_the_office(town: City) -> None:
    lessons()
    actions.train(by=SYSTEM, kind=queries.Kind.URGENCY)
    said = propose(title="南桥村暖气不热", text="家里只有十三度，老人冻得睡不着，立管堵了")
    assert said.urgency.value == queries.URGENT
    assert said.urgency.source == Source.MODEL
    calm = propose(title="西苑路公交车不准点", text="等了四十分钟，希望增加班次，司机甩站")
    assert calm.urgency.value == queries.NORMAL


def test_lookalikes_are_found_graded_and_never_the_thing_itself(town: City) -> None:
    text = "东里小区门口的路灯三个月没有亮，老人晚上出门摔了两回，打过电话没人来"
    at = clock.now()
    things = [
        actions.Thing("test.message", 1, at, "", text),
        actions.Thing("test.message", 2, at, "", text.replace("没人来", "没有人来修，天天推")),
        actions.Thing("test.message", 3, at, "", "地铁口没有公交车，早高峰要等四十分钟"),
        actions.Thing("test.message", 4, at, "", text.replace("东里小区", "东里8号院")),
    ]
    actions.index_many(things=things)
    found = propose(title="", text=text, exclude=("test.message", 1)).lookalikes
    assert {one.thing_id for one in found} == {2, 4}
    assert {one.grade for one in found} == {Grade.LOOK}
    same = queries.lookalikes(title="", text=text + "。")
    assert same[0].thing_id == 1
    assert same[0].grade == Grade.SAME
    actions.forget(label="test.message", thing_id=1)
    assert 1 not in {one.thing_id for one in queries.lookalikes(title="", text=text)}


def test_lookalikes_of_one_label_and_time_only(town: City) -> None:
    text = "东里小区门口的路灯三个月没有亮，老人晚上出门摔了两回"
    old = clock.now() - dt.timedelta(days=90)
    actions.index(label="a.b", thing_id=1, at=old, title="", text=text)
    assert queries.lookalikes(title="", text=text, labels=["c.d"]) == []
    since = clock.now() - dt.timedelta(days=30)
    assert queries.lookalikes(title="", text=text, since=since) == []
    assert len(queries.lookalikes(title="", text=text, labels=["a.b"])) == 1


def test_a_proposal_survives_a_json_column(town: City) -> None:
    said = propose(title="煤气泄漏", text="拖欠工资，农民工讨薪无门", place_unit_id=town.east.pk)
    assert Proposal.from_json(said.as_json()) == said


def test_many_cost_no_more_model_reading_than_one(town: City) -> None:
    asked = [Asked("拖欠工资", "农民工讨薪无门", town.street.pk)] * 30
    assert len({str(one.unit) for one in propose_many(asked)}) == 1


def test_a_proposal_costs_a_fixed_number_of_queries(
    town: City, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(9):
        propose(title="拖欠工资", text="农民工讨薪无门", place_unit_id=town.street.pk)


def test_labels_follow_the_reader(town: City) -> None:
    with translation.override("en"):
        said = propose(title="", text="拖欠工资，农民工讨薪无门")
        assert said.category
        assert said.category.label == "Wages and labour rights"
        assert queries.why(said.category).startswith("The duty list fits")
    assert category("wages").label == "劳动报酬与权益"


def test_categories_are_found_by_name_alias_and_code() -> None:
    for name in ("就业和社会保障", "劳动和社会保障", "labour", "Work and social security"):
        found = queries.category_named(name)
        assert found
        assert found.code == "labour"
    assert queries.category_named("没有这一类") is None
    assert queries.category_named(" ") is None


def test_words_back_a_doubtful_model(town: City) -> None:
    lessons()
    actions.train(by=SYSTEM)
    text = "我是东里小区的居民，群里天天有人问，去年不是这样，邻居已经搬走了"
    doubtful = propose(title="", text=text).category
    assert doubtful
    assert not doubtful.sure
    backed = propose(title="", text=text + "，供暖和暖气")
    assert backed.category
    assert backed.category.value == category("heating").pk


def test_turns_of_phrase_are_not_searched_by(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["xiaohao.triage.queries.lookalikes"]
    shared = dict.fromkeys(range(10), 400.0)
    monkeypatch.setattr(module, "_common", lambda _tenant, _period: shared)
    assert module.telling(range(16)) == [10, 11, 12, 13, 14, 15, 0, 1]
    assert len(module.telling(range(10))) == module.FEWEST_KEYS
