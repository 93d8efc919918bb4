"""Short forms of names, as people write them, by one rule and in the whole country's units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Refused
from xiaohao.units import actions, brevity, queries
from xiaohao.units.models import Kind, Unit
from xiaohao.units.tests import make

HOUSING = "东丽区住房和城乡建设委员会"
PLACES = ["东丽区", "天津市"]


@pytest.mark.parametrize(
    ("typed", "name", "places", "far"),
    [
        ("住建委", HOUSING, PLACES, 0),
        ("住建委", "住房和建设委员会", PLACES, 0),
        ("区住建委", HOUSING, PLACES, 1),
        ("东丽住建委", HOUSING, PLACES, 0),
        ("东丽区住建委", HOUSING, PLACES, 0),
        ("东丽住建委", "住房和建设委员会", PLACES, 1),
        ("东丽区住建委", "住房和建设委员会", PLACES, 1),
        ("天津住建委", HOUSING, PLACES, 2),
        ("市住建委", HOUSING, PLACES, None),
        ("西青住建委", HOUSING, PLACES, None),
        ("市住建委", "天津市住房和城乡建设委员会", ["天津市"], 1),
        ("市监局", "市场监督管理局", PLACES, 0),
        ("市监局", "东丽区市场监督管理局", PLACES, 0),
        ("人社局", "东丽区人力资源和社会保障局", PLACES, 0),
        ("卫健委", "天津市卫生健康委员会", ["天津市"], 0),
        ("开发区管委会", "天津经济技术开发区管理委员会", ["天津市"], 0),
        ("开发区管委会", "管理委员会", ["经济技术开发区", "天津市"], 1),
        ("建委", HOUSING, PLACES, None),  # begins in the middle
        ("住建", HOUSING, PLACES, None),  # does not say what sort of organisation
        ("委住建", HOUSING, PLACES, None),  # out of order
        (HOUSING, HOUSING, PLACES, None),  # no short form of itself
        ("", HOUSING, PLACES, None),
        ("委", HOUSING, [], None),
    ],
)
def test_a_short_form_is_read(typed: str, name: str, places: list[str], far: int | None) -> None:
    assert brevity.distance(typed, name, places) == far


_NAMES = st.text(st.sampled_from("住房和城乡建设委员会市场监督管理局区"), min_size=4, max_size=14)


@given(name=_NAMES, data=st.data())
def test_characters_left_out_in_the_middle_are_a_short_form(name: str, data: st.DataObject) -> None:
    kept = sorted(data.draw(st.sets(st.integers(1, len(name) - 2), max_size=len(name) - 3)))
    typed = name[0] + "".join(name[at] for at in kept) + name[-1]
    assert brevity.shortens(typed, name)
    assert brevity.distance(typed, name, []) == brevity.OWN


@given(typed=_NAMES, name=_NAMES)
def test_a_short_form_holds_no_other_characters(typed: str, name: str) -> None:
    if brevity.distance(typed, name, []) is not None:
        assert set(typed) <= set(name)
        assert len(typed) < len(name)


@pytest.fixture
def tree() -> dict[str, Unit]:
    town = make.city()
    for place, key in (("河东区", "east"), ("河西区", "west")):
        code = f"{key}-housing"
        housing = f"{place}住房和城乡建设委员会"
        town[code] = make.department(town[key], name=housing, code=code)
    market = "市场监督管理局"
    town["market"] = make.department(town["west"], name=market, code="market")
    town["zone"] = make.unit(town["city"], name="河州经济技术开发区管理委员会", code="zone",
                             level="county", kind=Kind.OTHER)  # fmt: skip
    return town


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("河东住建委", "east-housing"),
        ("河西区住建委", "west-housing"),
        ("市监局", "market"),
        ("区市监局", "market"),
        ("河西市监局", "market"),
        ("开发区管委会", "zone"),
        ("城管委", "D001"),
        ("河州城管委", "D001"),
    ],
)
def test_the_only_one_is_taken_wherever_a_unit_is_named(
    tree: dict[str, Unit], typed: str, code: str
) -> None:
    assert queries.search(typed)[0].code == code
    assert queries.named(typed).code == code
    called = queries.called(typed)
    assert called is not None
    assert called.code == code
    match = queries.matches([typed], "")[typed]
    assert match.unit is not None
    assert (match.unit.code, match.is_sure) == (code, True)


@pytest.mark.django_db
def test_several_are_offered_and_none_is_taken(tree: dict[str, Unit]) -> None:
    for typed in ("住建委", "区住建委"):
        both = {unit.code for unit in queries.search(typed)}
        assert both == {"east-housing", "west-housing"}
        assert queries.called(typed) is None
        match = queries.matches([typed], "")[typed]
        assert not match.is_sure
        assert {match.unit, *match.others} == {tree["east-housing"], tree["west-housing"]}
        with pytest.raises(Refused) as refused:
            queries.named(typed)
        (unmet,) = refused.value.unmet
        assert unmet.code == "unit_unclear"
        assert "河东区住房和城乡建设委员会" in str(unmet.message)
    assert queries.named("住建委", within=tree["east"].path).code == "east-housing"
    assert queries.called("市住建委") is None


@pytest.mark.django_db
def test_a_closed_unit_and_one_out_of_sight_are_not_meant(tree: dict[str, Unit]) -> None:
    assert queries.called("市监局", within=tree["east"].path) is None
    actions.close(by=SYSTEM, unit=tree["market"])
    assert queries.called("市监局") is None


@pytest.mark.django_db
def test_where_too_many_come_in_question_nobody_is_the_only_one(
    tree: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaohao.units.abbreviated.MOST", 1)
    assert queries.called("市监局") is None


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["市监局", "河西市监局", "没有这样的局", "ab", "局", "'；--"])
def test_it_asks_a_fixed_number_of_questions(
    tree: dict[str, Unit], typed: str, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        queries.search(typed)
