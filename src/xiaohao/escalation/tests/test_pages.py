"""The pages: a root is claimed, a call made and answered; nothing typed is lost."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from xiaohao.escalation import actions
from xiaohao.escalation.models import Call, Root
from xiaohao.escalation.tests.make import called, pointed
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.tests import make
from xiaohao.people.tests import make as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def test_a_root_is_claimed_from_its_page(city: make.City) -> None:
    root = pointed(city)
    browser = people.logged_in(people.holder(city.east, Role.OFFICE))
    page = reverse("escalation_root", args=[root.pk])
    assert root.title in browser.get(page).content.decode()
    do = reverse("escalation_root_do", args=[root.pk, "claim"])
    wrong = browser.post(do, {"version": root.version, "unit": "没有的单位", "text": "打的字"})
    assert wrong.status_code == 422
    assert "打的字" in wrong.content.decode()
    assert browser.post(do, {"version": root.version}).status_code == 302
    root.refresh_from_db()
    assert root.problem
    late = reverse("escalation_root_do", args=[root.pk, "decline"])
    assert browser.post(late, {"version": 1, "reason": "不是我们的"}).status_code == 409
    assert Root.objects.get().decision == "claimed"
    case = root.links.get().problem
    shown = browser.get(reverse("ledger_problem", args=[case.number])).content.decode()
    assert root.problem.number in shown


def test_a_call_is_made_and_answered_from_its_pages(city: make.City) -> None:
    row = called(city).call.problem
    browser = people.logged_in(people.holder(city.street, Role.HANDLER))
    new = reverse("escalation_call_new", args=[row.number])
    given = {
        "unit_0": city.west.code,
        "reason": "现场会商",
        "place": "社区门口",
        "hours": "1",
        "on_site_by": "2019-09-10T08:00",
    }
    early = browser.post(new, given)
    assert early.status_code == 422
    assert "现场会商" in early.content.decode()
    assert browser.post(new, given | {"on_site_by": "2019-09-10T15:00"}).status_code == 302
    summons = Call.objects.latest("id").summonses.get()
    other = people.logged_in(people.holder(city.west, Role.HANDLER))
    do = reverse("escalation_summons", args=[summons.pk, "answer"])
    assert other.post(do, {"version": 1, "comes": "0", "words": ""}).status_code == 422
    assert other.post(do, {"version": 1, "comes": "1", "words": ""}).status_code == 302
    summons.refresh_from_db()
    assert summons.comes


def test_whoever_has_one_case_of_a_root_does_not_read_his_neighbours(city: make.City) -> None:
    root = pointed(city)
    own = root.links.get().problem
    beside = make.unit("120102", city.east, "township")
    other = make.problem(city, title="邻街的事")
    ledger.move(problem=other, move="refer", by=city.operator, unit=beside)
    actions.add_case(root=root, by=city.district, problem=other)
    page, program = reverse("escalation_root", args=[root.pk]), f"/api/v1/roots/{root.pk}"
    below, above = (people.holder(at, Role.OFFICE) for at in (city.street, city.east))
    for held, sees in ((below, False), (above, True)):
        browser = people.logged_in(held)
        shown = browser.get(page).content.decode()
        assert own.number in shown
        for secret in (other.number, other.title, beside.name):
            assert (secret in shown) is sees
        said = browser.get(program, **people.with_token(held.post)).json()
        assert own.number in said["cases"]
        assert (other.number in said["cases"]) is sees
        assert said["others"] == (0 if sees else 1)


def test_the_changes_of_a_root_and_a_call_are_told_to_who_may_see_them(city: make.City) -> None:
    root, call = pointed(city), called(city).call
    held, other = people.holder(city.east, Role.OFFICE), people.holder(city.west, Role.OFFICE)
    browser, outside = people.logged_in(held), people.logged_in(other)
    pages = [
        (f"/roots/{root.pk}/", f"/api/v1/roots/{root.pk}/history", "reason"),
        (f"/joint-calls/{call.pk}/", f"/api/v1/joint-calls/{call.pk}/history", "place"),
    ]
    for page, program, field in pages:
        assert f"{page}changes/" in browser.get(page).content.decode()
        shown = browser.get(f"{page}changes/")
        assert shown.status_code == 200
        assert outside.get(f"{page}changes/").status_code == 404
        rows = browser.get(f"{program}?field={field}", **people.with_token(held.post)).json()
        assert [one["field"] for one in rows] == [field]
        assert rows[0]["before"] is None
        assert rows[0]["after"] in shown.content.decode()
        lost = outside.get(program, **people.with_token(other.post))
        assert lost.status_code == 404


def test_who_decides_sees_which_unit_was_named_and_finds_it_in_his_form(city: make.City) -> None:
    department = make.unit("12-D", city.city)
    row = make.walk(city, make.problem(city), "accepted")
    ledger.move(
        problem=row, move="point_above", by=city.handler, above=department, reason="标准在市里"
    )
    actions.gather()
    root = Root.objects.get()
    assert root.unit == city.city
    browser = people.logged_in(people.holder(city.city, Role.OFFICE))
    place = reverse("escalation_root", args=[root.pk])
    page = browser.get(place)
    assert page.context["named"] == [(department, 1)]
    assert page.context["claim"].initial["unit"] == department.code
    assert f'value="{department.name}"' in page.content.decode()
    form = {"version": root.version, "unit": department.name}
    do = reverse("escalation_root_do", args=[root.pk, "claim"])
    asked = browser.post(do, form)  # nobody is in post there: it is asked before, not told after
    assert (asked.status_code, Root.objects.get(pk=root.pk).decision) == (422, "open")
    done = browser.post(do, {**form, "despite": "on", "title": "全市的油烟"})
    assert done.status_code == 302
    root.refresh_from_db()
    assert root.problem
    assert (root.problem.unit, root.problem.title) == (department, "全市的油烟")
    below = people.logged_in(people.holder(city.street, Role.LEADER)).get(place)
    assert department.name in below.content.decode()
