"""A unit registers what it found itself: at itself or below, never sideways, with photos."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions
from xiaohao.ledger.models import AS_FOUND, Evidence, Problem
from xiaohao.ledger.queries import find, offers
from xiaohao.ledger.tests import make
from xiaohao.people.tests import make as people
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
TYPED: dict[str, Any] = {
    "title": "便民窗口缺指引",
    "text": "街道便民窗口没有办事指引",
    "source": "self",
}


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


@pytest.fixture
def browser(city: make.City) -> Client:
    return people.logged_in(people.holder(city.street, Role.HANDLER))


def a_photo(red: int = 20) -> Any:
    stream = make.picture(red)
    stream.name = "before.jpg"
    return stream


def test_a_township_registers_what_it_found_and_the_office_above_hands_it_on(
    city: make.City, browser: Client
) -> None:
    page = browser.get("/ledger/new/").content.decode()
    assert 'value="self"' in page
    assert 'value="residents"' in page
    assert 'value="meeting"' not in page
    assert 'href="/ledger/new/"' in browser.get("/ledger/").content.decode()
    sent = browser.post("/ledger/new/", {**TYPED, "photos": [a_photo()]})
    assert sent.status_code == 302
    row = Problem.objects.get()
    assert (row.source, row.path, row.origin_path) == ("self", city.street.path, city.street.path)
    assert row.place_unit == city.street
    assert not [o for o in offers(row, city.handler) if o.move.name == "refer"]
    make.walk(city, find(city.operator, row.number), "closed")
    assert not list(faults(Checked()))


def test_photos_show_how_it_was_found_and_prove_no_fix(city: make.City, browser: Client) -> None:
    browser.post("/ledger/new/", {**TYPED, "photos": [a_photo(), a_photo(90)]})
    row = Problem.objects.get()
    assert set(Evidence.objects.values_list("round", flat=True)) == {AS_FOUND}
    assert not Evidence.objects.exclude(measure=None).exists()
    page = browser.get(f"/ledger/{row.number}/").content.decode()
    assert "发现时的样子" in page
    assert "核验材料" not in page
    office = people.logged_in(people.holder(city.east, Role.OFFICE))
    one = Evidence.objects.earliest("id")
    shown = office.get(f"/ledger/{row.number}/evidence/{one.pk}/")
    assert shown.status_code == 200
    assert shown.getvalue()


def test_nothing_is_registered_sideways(city: make.City, browser: Client) -> None:
    sent = browser.post("/ledger/new/", {**TYPED, "place_unit": city.west.code})
    assert sent.status_code == 422
    assert "不在您单位范围内" in sent.content.decode()
    assert TYPED["text"] in sent.content.decode()
    assert browser.post("/ledger/new/", {**TYPED, "source": "meeting"}).status_code == 422
    with pytest.raises(Refused) as refused:
        actions.register_found(by=city.handler, title="路灯", text="不亮", source="research")
    assert refused.value.unmet[0].code == "source_not_own"
    assert not Problem.objects.exists()
    village = make.unit("12010101", city.street, "village")
    assert browser.post("/ledger/new/", {**TYPED, "place_unit": village.code}).status_code == 302


def test_handling_widens_nothing_else(browser: Client) -> None:
    assert browser.get("/ledger/spot/").status_code == 404
    assert browser.get("/import/").status_code == 404
    reader = people.logged_in(people.holder(make.unit("13", None, "city"), Role.AUDITOR))
    assert reader.get("/ledger/new/").status_code == 404


def test_a_program_registers_with_photos(city: make.City) -> None:
    key = people.token(people.post(city.street, Role.HANDLER))
    client = Client(headers={"Authorization": f"Bearer {key}"})
    sent = client.post("/api/v1/problems-with-photos", {**TYPED, "photos": [a_photo()]})
    assert sent.status_code == 201, sent.content
    assert Evidence.objects.get().round == AS_FOUND
    refused = client.post("/api/v1/problems", {**TYPED, "place_unit": "1202"}, "application/json")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "area_not_own"
    reader = people.token(people.post(city.street, Role.AUDITOR))
    client = Client(headers={"Authorization": f"Bearer {reader}"})
    assert client.post("/api/v1/problems", TYPED, "application/json").status_code == 403


def test_a_broken_photo_leaves_nothing_behind(city: make.City, browser: Client) -> None:
    bad = a_photo()
    bad.truncate(60)
    sent = browser.post("/ledger/new/", {**TYPED, "photos": [bad]})
    assert sent.status_code == 422
    assert not Problem.objects.exists()
    many = [(f"{n}.jpg", make.picture(n)) for n in range(actions.MOST_PHOTOS + 1)]
    with pytest.raises(Refused) as refused:
        actions.register_found(by=city.handler, photos=many, **TYPED)
    assert refused.value.unmet[0].code == "too_many_photos"


def test_a_problem_has_no_end_of_files(city: make.City, monkeypatch: pytest.MonkeyPatch) -> None:
    row = make.walk(city, make.problem(city), "in_progress")
    monkeypatch.setattr("xiaohao.ledger.actions.uploading.MOST_FILES", 1)
    actions.upload(problem=row, by=city.handler, name="a.jpg", stream=make.picture())
    with pytest.raises(Refused, match="1"):
        actions.upload(problem=row, by=city.handler, name="b.jpg", stream=make.picture(9))


def test_what_residents_decided_stands_on_the_ledger_like_any_other_problem(
    city: make.City, browser: Client
) -> None:
    sent = browser.post("/ledger/new/", {**TYPED, "source": "residents"})
    assert sent.status_code == 302
    row = Problem.objects.get(source="residents")
    assert "居民议事" in browser.get(f"/ledger/{row.number}/").content.decode()
    listed = browser.get("/ledger/?source=residents").content.decode()
    assert row.number in listed
    make.walk(city, find(city.operator, row.number), "closed")  # with its gate, as any other
