import pytest

from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale
from xiaohao.trail.models import Event
from xiaohao.triage import actions, queries
from xiaohao.triage.models import Category, Duty
from xiaohao.triage.tests.make import actor, category, city, duty

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_has_two_levels_in_both_languages() -> None:
    rows = queries.category_tree()
    assert len(rows) == len(queries.seeds()) == Category.objects.count()
    assert 9 <= sum(1 for _, depth in rows if depth == 0) <= 15
    assert {depth for _, depth in rows} == {0, 1}
    assert all(row.name and row.name_en for row, _ in rows)
    assert all(row.words for row, depth in rows if depth)


def test_a_workbook_of_three_levels_is_added_without_renaming_anything() -> None:
    rows = [
        ["城乡建设", "安全生产", "事故处理"],
        ["城乡建设", "安全生产", "安全隐患"],
        ["劳动和社会保障", "社会保险", ""],
        ["", "", ""],
        ["城乡建设", "安全生产", "事故处理"],
    ]
    loaded = actions.import_categories(rows=rows, by=SYSTEM)
    assert (loaded.made, loaded.already) == (3, 2)
    deepest = Category.objects.get(name="事故处理")
    assert deepest.parent
    assert deepest.parent.parent == category("urban")
    assert Event.objects.filter(label="triage.categories").count() == 1
    again = actions.import_categories(rows=rows, by=SYSTEM)
    assert (again.made, again.already) == (0, 4)


def test_faulty_rows_are_named_and_nothing_goes_in() -> None:
    before = Category.objects.count()
    with pytest.raises(Refused) as refusal:
        actions.import_categories(
            rows=[["新类"], ["甲", "", "丙"], ["长" * 81], ["一", "二", "三", "四"]], by=SYSTEM
        )
    assert [(one.code, one.field) for one in refusal.value.unmet] == [
        ("gap", "row 2"),
        ("name_too_long", "row 3"),
        ("too_deep", "row 4"),
    ]
    assert Category.objects.count() == before


def test_duties_are_set_changed_and_dropped_on_the_trail() -> None:
    town = city()
    made = duty(town.street, "dogs", "遛狗", "遛狗", " ", "ＷＩＦＩ")
    assert made.words == ["遛狗", "wifi"]
    again = actions.set_duty(
        unit=town.street, category=category("dogs"), words=["狗咬"], by=town.office
    )
    assert (again.pk, again.version) == (made.pk, 2)
    actions.drop_duty(duty=again, by=town.office)
    assert not queries.duties_of(town.street).exists()
    kinds = Event.objects.filter(label="triage.duty", thing_id=made.pk).order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == ["set", "set", "dropped"]
    with pytest.raises(NotFound):
        actions.drop_duty(duty=again, by=town.office)


def test_two_people_on_one_duty() -> None:
    town = city()
    made = duty(town.street, "dogs", "遛狗")
    actions.set_duty(unit=town.street, category=category("dogs"), words=["狗咬"], by=town.office)
    with pytest.raises(Stale) as told:
        actions.set_duty(
            unit=town.street, category=category("dogs"), words=["狗叫"], by=town.office,
            expected=made.version,
        )  # fmt: skip
    assert told.value.changes[-1]["data"]["words"] == ["狗咬"]
    assert Duty.objects.get(pk=made.pk).words == ["狗咬"]


def test_duties_only_within_ones_own_area_and_with_the_permission() -> None:
    town = city()
    eastern = actor("EAST", town.east)
    with pytest.raises(NotFound):
        actions.set_duty(unit=town.west, category=category("dogs"), by=eastern)
    handler = actor("HANDLER", town.city, Role.HANDLER)
    with pytest.raises(Forbidden):
        actions.set_duty(unit=town.west, category=category("dogs"), by=handler)
    assert [row.pk for row in queries.duty_units(eastern)] == [
        town.east_labour.pk,
        town.east_heating.pk,
    ]


def test_words_are_limited() -> None:
    town = city()
    with pytest.raises(Refused) as refusal:
        duty(town.street, "dogs", *[f"词{i}" for i in range(61)])
    assert refusal.value.unmet[0].code == "too_many_words"
    with pytest.raises(Refused) as refusal:
        duty(town.street, "dogs", "很" * 21)
    assert refusal.value.unmet[0].code == "word_too_long"
