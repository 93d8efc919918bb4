"""A need gives its category when it is handed on: chosen, or that of its kind."""

from typing import Any

import pytest

from xiaohao.commitments import actions
from xiaohao.commitments.models import HouseholdNeed, NeedKind
from xiaohao.commitments.rules import CATEGORIES
from xiaohao.commitments.tests import make
from xiaohao.commitments.tests.test_pages import browser, headers
from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Refused
from xiaohao.triage.categories import seeds
from xiaohao.triage.models import Category

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def visited(city: make.City, kind: str, *, refer: bool = False, **more: Any) -> HouseholdNeed:
    need = {"kind": kind, "text": "家里缺这个", **more}
    row = actions.visit(
        household=make.household(city), by=city.handler, day=clock.today(), situation=["alone"],
        needs=[need], refer=refer,
    )  # fmt: skip
    return row.need_rows.get()


def code(need: HouseholdNeed) -> str | None:
    assert need.problem
    return need.problem.category.code if need.problem.category else None


def test_the_table_names_kinds_and_categories_that_there_are() -> None:
    assert set(CATEGORIES) == set(NeedKind.values) - {"supply", "other"}
    assert set(CATEGORIES.values()) <= {seed.code for seed in seeds()}


@pytest.mark.parametrize(("kind", "category"), CATEGORIES.items())
def test_a_kind_gives_its_category(city: make.City, kind: str, category: str) -> None:
    assert code(visited(city, kind, refer=True)) == category
    assert check().differences == 0


def test_another_one_may_be_chosen(city: make.City) -> None:
    assert code(visited(city, "housing", refer=True, category="heating")) == "heating"


def test_what_may_be_anything_is_chosen_each_time(city: make.City) -> None:
    with pytest.raises(Refused) as said:
        visited(city, "supply", refer=True)
    assert [(one.code, one.field) for one in said.value.unmet] == [
        ("need_category_missing", "needs.0.category")
    ]
    assert not HouseholdNeed.objects.exists()
    need = visited(city, "supply")  # found only
    with pytest.raises(Refused) as again:
        actions.refer_need(need=need, by=city.handler)
    assert [one.code for one in again.value.unmet] == ["need_category_missing"]
    with pytest.raises(Refused) as odd:
        actions.refer_need(need=need, by=city.handler, category="nonsense")
    assert [one.code for one in odd.value.unmet] == ["no_such_category"]
    actions.refer_need(need=need, by=city.handler, category="water")
    assert code(need) == "water"


def test_it_stands_on_both_pages(city: make.City) -> None:
    need = visited(city, "minimum")
    client = browser(city.handler)
    page = client.get(f"/visits/households/{need.household_id}/")
    (one,) = page.context["needs"]
    assert one["form"]["category"].value() == Category.objects.get(code="low_income").pk
    water = Category.objects.get(code="water")
    sent = client.post(f"/visits/needs/{need.pk}/refer/", {"category": water.pk})
    assert sent.status_code == 302
    need.refresh_from_db()
    assert need.problem
    assert code(need) == "water"
    for address in (f"/visits/households/{need.household_id}/", "/visits/needs/"):
        assert water.label in client.get(address).content.decode()
    problem = browser(city.office).get(f"/ledger/{need.problem.number}/").content.decode()
    assert water.label in problem
    assert "最低生活保障" in problem or need.get_kind_display() in problem


def test_it_is_chosen_on_the_form_of_the_visit(city: make.City) -> None:
    home, client = make.household(city), browser(city.handler)
    page = f"/visits/households/{home.pk}/visit/"
    sent: dict[str, Any] = {"day": "2019-09-10", "situation": ["alone"], "refer": "on"}
    sent |= {"needs.0.kind": "other", "needs.0.text": "缺路灯"}
    refused = client.post(page, sent)
    assert refused.status_code == 422
    assert "缺路灯" in refused.content.decode()
    assert refused.context["form"]["needs.0.category"].errors
    roads = Category.objects.get(code="roads").pk
    assert client.post(page, {**sent, "needs.0.category": roads}).status_code == 302
    assert code(HouseholdNeed.objects.get()) == "roads"


def test_by_the_api(city: make.City, client: Any) -> None:
    need = visited(city, "other")
    page, who = f"/api/v1/visits/needs/{need.pk}/referral", headers(city.handler)
    refused = client.post(page, {}, "application/json", headers=who)
    assert [one["code"] for one in refused.json()["errors"]] == ["need_category_missing"]
    done = client.post(page, {"category": "roads"}, "application/json", headers=who)
    assert done.json()["category"] == "roads"
