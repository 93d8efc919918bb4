"""Units are found by whatever part of their name people know."""

import pytest
from django.db.models import Q

from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Refused
from xiaohao.units import actions, names, queries
from xiaohao.units.models import Kind, Unit
from xiaohao.units.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> dict[str, Unit]:
    return make.city()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("梅江", "410002001"),  # two characters
        ("梅江街道", "410002001"),
        ("梅江街道办事处", "410002001"),
        ("meijiang", "410002001"),
        ("mei jiang", "410002001"),
        ("Mei'Jiang", "410002001"),
        ("MJJD", "410002001"),
        ("mjj", "410002001"),
        ("410002001", "410002001"),
        ("4100020010", "410002001001"),
        ("致和社区居委会", "410002001001"),
        ("致和社区居民委员会", "410002001001"),
        ("致和", "410002001001"),
        ("zhihe", "410002001001"),
        ("城管", "D001"),
        ("市城管委", "D001"),
        ("城市管理委员会", "D001"),
        ("scgw", "D001"),
        ("D001", "D001"),
        ("河西 梅江", "410002001"),
        ("hexi mj", "410002001"),
        ("河州市 北塘", "410001001"),
        ("河", "4100"),
    ],
)
def test_found_as_typed(tree: dict[str, Unit], typed: str, first: str) -> None:
    assert queries.search(typed)[0].code == first


@pytest.mark.parametrize(
    "typed", ["", "   ", "'", "\\", "& | !", "河东 梅江", "江梅", "😀", "'; --"]
)
def test_not_found_without_a_fault(tree: dict[str, Unit], typed: str) -> None:
    assert queries.search(typed) == []


def test_exact_names_and_higher_levels_come_first(tree: dict[str, Unit]) -> None:
    make.unit(tree["river"], name="河西区社区居委会", code="V1")
    make.unit(tree["river"], name="河西社区居委会", code="V2")
    assert [u.code for u in queries.search("河西区")][:2] == ["410002", "V1"]
    assert [u.code for u in queries.search("河西社区")] == ["V2"]


def test_characters_mean_themselves_and_not_what_sounds_alike(tree: dict[str, Unit]) -> None:
    make.unit(tree["east"], name="湄江街道", code="M3")
    assert [u.code for u in queries.search("梅江街道")] == ["410002001"]
    assert {u.code for u in queries.search("meijiangjiedao")} == {"410002001", "M3"}


def test_search_keeps_to_a_subtree_a_kind_and_what_is_open(tree: dict[str, Unit]) -> None:
    assert [u.code for u in queries.search("街道", within=tree["east"].path)] == ["410001001"]
    assert queries.search("城管", among=Q(kind=Kind.REGION)) == []
    actions.close(by=SYSTEM, unit=tree["south"])
    assert queries.search("南园") == []
    assert [u.code for u in queries.search("南园", closed=True)] == ["410002002"]


def test_twins_are_told_apart_by_their_superiors(tree: dict[str, Unit]) -> None:
    twins = [tree["zhihe"], make.unit(tree["north"], name="致和社区居委会", code="V9")]
    assert list(queries.labels(twins).values()) == [
        "河州市 › 河西区 › 梅江街道",
        "河州市 › 河东区 › 北塘街道",
    ]
    assert queries.shown_path(twins[1]) == "河州市 › 河东区 › 北塘街道 › 致和社区"


def test_a_name_typed_without_the_list_names_one_unit_or_none(tree: dict[str, Unit]) -> None:
    assert queries.named("410002001").code == "410002001"
    assert queries.named(" 梅江街道 ").code == "410002001"
    make.unit(tree["east"], name="梅江街道", code="M2")
    with pytest.raises(Refused) as refused:
        queries.named("梅江街道")
    assert refused.value.unmet[0].code == "unit_unclear"
    with pytest.raises(Refused) as refused:
        queries.named("不存在街道")
    assert refused.value.unmet[0].code == "no_such_unit"


def test_search_costs_the_same_number_of_queries(
    tree: dict[str, Unit], django_assert_num_queries: object
) -> None:
    for number in range(30):
        make.unit(tree["river"], name=f"和平社区{number}", code=f"H{number}")
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(queries.search("和平", limit=20)) == 20


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("新疆维吾尔自治区", "新疆"),
        ("天津市", ""),
        ("多福巷社区居委会", "多福巷社区"),
        ("王庄村民委员会", "王庄村"),
        ("王庄村委会", "王庄村"),
        ("王庄村村民委员会", "王庄村"),
        ("路集社区村民委员会", "路集社区"),
        ("梅江街道办事处", "梅江街道"),
        ("城市管理委员会", ""),
        ("村委会", ""),
        ("", ""),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert names.short(name) == short


def test_names_are_read_as_phrases() -> None:
    assert names.sound("重庆市") == ("chong qing shi", "cqs")
    assert names.sound("绿园区").pinyin == "lv yuan qu"
    assert names.sound("A3区") == ("a3 qu", "aq")
    assert names.sound("😀") == ("", "")


def test_the_own_district_comes_before_all_others(tree: dict[str, Unit]) -> None:
    far = [u.code for u in queries.search("街道")]
    near = [u.code for u in queries.search("街道", near=tree["west"].path)]
    assert set(near) == set(far)
    inside = [code for code in near if code.startswith(tree["west"].code)]
    assert inside
    assert near[: len(inside)] == inside
    assert queries.around(Unit.objects.get(code=near[0]).path) == tree["west"].path
