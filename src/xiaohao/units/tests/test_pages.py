"""The register by page and by API: found, walked down, changed, and refused with what was typed."""

import pytest
from django.test import Client

from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.people.tests import make as people
from xiaohao.units import actions, queries
from xiaohao.units.models import Unit
from xiaohao.units.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> dict[str, Unit]:
    return make.city()


@pytest.fixture
def admin(tree: dict[str, Unit]) -> Client:
    return people.logged_in(people.holder(tree["west"], Role.ADMINISTRATOR))


@pytest.fixture
def handler(tree: dict[str, Unit]) -> Client:
    return people.logged_in(people.holder(tree["river"], Role.HANDLER))


def test_the_register_is_searched_and_walked_down(handler: Client, tree: dict[str, Unit]) -> None:
    assert "河州市" in handler.get("/units/").content.decode()
    found = handler.get("/units/?q=hpc").content.decode()
    assert "和平村" in found
    assert "河州市 › 河东区 › 北塘街道" in found
    assert "empty" in handler.get("/units/?q=nowhere").content.decode()
    page = handler.get("/units/410002/").content.decode()
    for shown in ("河西区", "/units/410002001/", "/units/4100/", "410002"):
        assert shown in page
    assert "/units/410002/rename/" not in page
    assert handler.get("/units/9999/").status_code == 404


def test_a_unit_shows_where_it_stood_and_what_is_counted(
    admin: Client, tree: dict[str, Unit]
) -> None:
    actions.set_head_count(by=SYSTEM, unit=tree["zhihe"], measure="members", value=1234)
    Unit.objects.filter(pk=tree["river"].pk).update(founded_on="2001-01-01")
    actions.rename(by=SYSTEM, unit=tree["river"], name="梅河街道")
    actions.move(by=SYSTEM, unit=tree["river"], parent=tree["east"])
    actions.move(by=SYSTEM, unit=tree["river"], parent=tree["west"])
    page = admin.get("/units/410002001/").content.decode()
    for shown in ("梅江街道", "梅河街道", "1,234", "/units/410002001/move/", "2001"):
        assert shown in page


def test_an_administrator_changes_the_tree_by_page(admin: Client, tree: dict[str, Unit]) -> None:
    form = admin.get("/units/410002/found/").content.decode()
    assert 'name="code"' in form
    typed = {
        "expected": queries.standing(tree["west"]), "code": "410002003", "name": "新城街道",
        "level": "township", "kind": "region", "founded_on": "2019-01-01",
    }  # fmt: skip
    assert admin.post("/units/410002/found/", typed).status_code == 302
    new = Unit.objects.get(code="410002003")
    assert new.parent == tree["west"]
    moved = {"expected": 1, "parent": "新城街道", "day": "2026-01-01"}
    answer = admin.post("/units/410002001001/move/", moved | {"expected": 1})
    assert answer.status_code == 422  # it has stood there only since today
    assert "before_last_change" in {one.code for one in answer.context["unmet"]}
    assert "before_last_change" not in answer.content.decode(), "codes are for programs"
    assert "新城街道" in answer.content.decode()
    Unit.objects.update(founded_on=None)
    assert admin.post("/units/410002001001/move/", moved).status_code == 302
    assert Unit.objects.get(code="410002001001").parent == new
    for deed, more in (
        ("rename", {"name": "致和花园社区", "day": "2026-02-01"}),
        ("change", {"kind": "other", "sectors": ["community", "rural"]}),
        ("count", {"measure": "members", "value": "31", "day": "2026-01-01"}),
        ("close", {"day": "2026-03-01"}),
    ):
        unit = Unit.objects.get(code="410002001001")
        answer = admin.post(
            f"/units/410002001001/{deed}/", {"expected": queries.standing(unit)} | more
        )
        assert answer.status_code == 302, (deed, answer.content.decode())
    unit = Unit.objects.get(code="410002001001")
    assert (unit.name, unit.kind, unit.sectors) == ("致和花园社区", "other", ["community", "rural"])
    assert unit.closed_on is not None
    page = admin.get("/units/410002/").content.decode()
    assert "/units/410002/close/" not in page  # one's own unit


def test_the_second_of_two_is_told_and_loses_nothing(admin: Client, tree: dict[str, Unit]) -> None:
    seen = queries.standing(tree["river"])
    actions.change(by=SYSTEM, unit=tree["river"], kind="other", sectors=["community"])
    today = tree["river"].founded_on
    typed = {"expected": seen, "name": "我的新名街道", "short_name": "", "day": today}
    answer = admin.post("/units/410002001/rename/", typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我的新名街道" in page
    assert f'name="expected" value="{seen + 1}"' in page
    assert Unit.objects.get(code="410002001").name == "梅江街道"
    again = admin.post("/units/410002001/rename/", typed | {"expected": seen + 1})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("address", "typed", "code"),
    [
        ("/units/410002001/move/", {"parent": "北塘街道", "day": "2026-01-01"}, "no_such_unit"),
        ("/units/410002001/move/", {"parent": "不存在", "day": "2026-01-01"}, "no_such_unit"),
        ("/units/410002/move/", {"parent": "梅江街道", "day": "2026-01-01"}, "no_such_unit"),
        ("/units/410002/close/", {"day": "2026-01-01"}, "no_such_unit"),
    ],
)
def test_what_lies_outside_is_not_reached(
    admin: Client, tree: dict[str, Unit], address: str, typed: dict[str, str], code: str
) -> None:
    answer = admin.post(address, {"expected": 1} | typed)
    assert answer.status_code in {404, 422}
    assert code in {one.code for one in answer.context["unmet"]}
    assert code not in answer.content.decode()
    assert Unit.objects.get(code="410002").closed_on is None


def test_pickers_offer_units_with_their_superiors(handler: Client, tree: dict[str, Unit]) -> None:
    options = handler.get("/units/pick/?q=梅江").content.decode()
    assert 'data-value="410002001"' in options
    assert "河州市 › 河西区" in options
    own = handler.get("/units/pick/own/?q=街道").content.decode()
    assert 'data-value="410002001"' in own
    assert "410001001" not in own
    answer = handler.get("/units/pick/?q=meijiang", headers={"Accept": "application/json"})
    assert answer.json()["items"][0]["value"] == "410002001"
    assert "option" in handler.get("/units/pick/").content.decode()


def test_strangers_pick_places_only(client: Client, tree: dict[str, Unit]) -> None:
    assert 'data-value="410002001"' in client.get("/units/places/?q=梅江").content.decode()
    assert "D001" not in client.get("/units/places/?q=城管").content.decode()
    actions.close(by=SYSTEM, unit=tree["south"])
    assert "410002002" not in client.get("/units/places/?q=南园").content.decode()
    assert client.get("/units/pick/?q=梅江").status_code == 302


def test_the_tree_by_api(client: Client, tree: dict[str, Unit]) -> None:
    header = people.with_token(people.post(tree["river"], Role.HANDLER))
    actions.set_head_count(by=SYSTEM, unit=tree["zhihe"], measure="members", value=7)
    unit = client.get("/api/v1/units/410002001", **header).json()
    assert (unit["name"], unit["level"], unit["kind"]) == ("梅江街道", "township", "region")
    assert unit["superiors"] == ["4100", "410002"]
    assert unit["head_counts"] == {"members": 7}
    below = client.get("/api/v1/units/410002/children", **header).json()
    assert [one["code"] for one in below["items"]] == ["410002001", "410002002"]
    assert below["next"] is None
    found = client.get("/api/v1/units?q=北塘", **header).json()
    assert [one["code"] for one in found["items"]] == ["410001001"]
    roots = client.get("/api/v1/units", **header).json()
    assert [one["code"] for one in roots["items"]] == ["4100"]
    missing = client.get("/api/v1/units/none", **header)
    assert missing.status_code == 404
    assert missing.json()["errors"][0]["code"] == "no_such_unit"
    assert client.get("/api/v1/units?q=" + "x" * 300, **header).status_code == 422
    assert client.get("/api/v1/units/4100/children?cursor=zzz", **header).status_code == 422


def test_children_come_in_pages(client: Client, tree: dict[str, Unit]) -> None:
    for number in range(120):
        make.unit(tree["south"], code=f"S{number:03}")
    header = people.with_token(people.post(tree["river"], Role.HANDLER))
    first = client.get("/api/v1/units/410002002/children", **header).json()
    second = client.get(f"/api/v1/units/410002002/children?cursor={first['next']}", **header).json()
    codes = [one["code"] for one in first["items"] + second["items"]]
    assert codes == [f"S{number:03}" for number in range(120)]
    assert second["next"] is None
