"""Registering by hand: what is chosen from, and what stands on the ledger already."""

from collections.abc import Iterator

import pytest
from django.test import Client

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions
from xiaohao.ledger.alike import alike
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.people.tests import make as people
from xiaohao.trail.queries import Checked, events_of, faults
from xiaohao.triage.models import Category
from xiaohao.triage.queries import category_groups

pytestmark = pytest.mark.django_db
TITLE = "某路口路灯不亮"
TEXT = "某路与某街交叉口东侧三盏路灯从八月起一直不亮，夜里行人和骑车的人都看不清路面。"
AGAIN = "某路与某街交叉口东侧的三盏路灯从八月起一直不亮，夜里行人和骑车的人看不清路面，很危险。"


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


@pytest.fixture
def browser(city: make.City) -> Client:
    return people.logged_in(people.holder(city.city, Role.OFFICE))


def typed(**more: str) -> dict[str, str]:
    return {"title": TITLE, "text": AGAIN, "source": "inspection", **more}


def registered(city: make.City, **more: object) -> Problem:
    values = {"by": city.office, "title": TITLE, "text": TEXT, "place_unit": city.east} | more
    return actions.register(**values)  # type: ignore[arg-type]


def test_categories_stand_below_the_one_they_belong_to() -> None:
    heat = Category.objects.create(code="heat", name="供热")
    cold = Category.objects.create(code="heat-cold", name="不热", parent=heat)
    flats = Category.objects.create(code="heat-cold-flat", name="住宅", parent=cold)
    groups = dict(category_groups())
    assert groups["供热"] == [(heat.pk, "供热"), (cold.pk, "不热"), (flats.pk, "不热 › 住宅")]


def test_a_source_is_chosen_and_the_last_one_offered_first(
    city: make.City, browser: Client
) -> None:
    heat = Category.objects.create(code="heat", name="供热")
    page = browser.get("/ledger/new/").content.decode()
    assert '<option value="" selected>请选择来源</option>' in page
    assert '<optgroup label="供热">' in page
    nothing = browser.post("/ledger/new/", typed(source=""))
    assert nothing.status_code == 422
    assert Problem.objects.count() == 0
    sent = browser.post("/ledger/new/", typed(category=str(heat.pk)))
    assert sent.status_code == 302
    assert Problem.objects.get().category == heat
    page = browser.get("/ledger/new/").content.decode()
    assert '<option value="" selected>' in page
    last = page.index('<optgroup label="上次所选">')
    assert last < page.index('value="inspection"') < page.index('value="interview"')


def test_what_reads_alike_is_shown_before_anything_is_saved(
    city: make.City, browser: Client
) -> None:
    known = registered(city)
    shown = browser.post("/ledger/new/", typed(place_unit=city.east.code))
    assert shown.status_code == 200
    page = shown.content.decode()
    assert known.number in page
    assert AGAIN in page
    assert Problem.objects.count() == 1
    sent = browser.post("/ledger/new/", typed(place_unit=city.east.code, other="1"))
    assert sent.status_code == 302
    assert Problem.objects.count() == 2


def test_the_same_one_is_added_to_what_is_known(city: make.City, browser: Client) -> None:
    known = registered(city)
    sent = browser.post("/ledger/new/", typed(same=known.number))
    assert sent.status_code == 302
    assert sent["Location"].endswith(f"/ledger/{known.number}/")
    assert Problem.objects.count() == 1
    event = events_of(known.trail_label(), known.pk).last()
    assert event is not None
    assert event.kind == "comment"
    assert AGAIN in event.data["note"]
    assert not list(faults(Checked()))
    elsewhere = people.logged_in(people.holder(city.west, Role.OFFICE))
    assert elsewhere.post("/ledger/new/", typed(same=known.number)).status_code in {404, 422}
    assert events_of(known.trail_label(), known.pk).last() == event


def test_only_what_is_open_near_and_in_sight_is_offered(city: make.City) -> None:
    heat = Category.objects.create(code="heat", name="供热")
    light = Category.objects.create(code="light", name="照明")
    known = registered(city, category=light)
    asked = {"title": TITLE, "text": AGAIN, "category": None, "place": None}

    def found(by: object = city.office, **more: object) -> list[int]:
        return [one.problem.pk for one in alike(by, **asked | more)]  # type: ignore[arg-type]

    assert found() == [known.pk]
    assert found(place=city.east, category=light) == [known.pk]
    assert found(place=city.street) == [known.pk]
    assert found(place=city.west) == []
    assert found(category=heat) == []
    assert found(text="小区停车位不足，晚上回家没有地方停车", title="停车难") == []
    assert found(make.actor("WEST", city.west, Role.OFFICE)) == []
    other = registered(city, title="另一件", text="完全不同的事情：河道里有垃圾，没有人清理。")
    actions.move(problem=known, move="merge", by=city.office, into=other.number)
    assert found() == []
