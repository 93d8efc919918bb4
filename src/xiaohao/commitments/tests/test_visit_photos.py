"""Photos of a visit: sent in with it, seen by who may see the household, never added afterwards."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from xiaohao.commitments import actions
from xiaohao.commitments.models import HouseholdUpload, Visit, VisitPhoto
from xiaohao.commitments.tests import make
from xiaohao.commitments.tests.test_pages import browser, headers
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Forbidden, NotFound, Refused
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def sent(home: Any, by: Actor, red: int = 20) -> int:
    stream = make.picture(red)
    return actions.upload_photo(household=home, by=by, name=f"{red}.jpg", stream=stream).pk


def noted(home: Any, by: Actor, files: list[Any]) -> Visit:
    return actions.visit(household=home, by=by, day=clock.today(), situation=["house"], files=files)


def test_several_photos_are_kept_with_the_visit_each_once(city: make.City) -> None:
    home = make.household(city)
    keys = [sent(home, city.handler, red) for red in (40, 200, 40)]
    row = noted(home, city.handler, keys)
    assert row.photos.count() == 2
    assert not list(faults(Checked()))


def test_what_is_no_photo_or_of_another_household_or_unit_is_refused(city: make.City) -> None:
    home = make.household(city)
    other = make.household(city, number="9号楼")
    paper = io.BytesIO("不是照片".encode())
    with pytest.raises(Refused):
        actions.upload_photo(household=home, by=city.handler, name="a.txt", stream=paper)
    with pytest.raises((Forbidden, NotFound)):
        sent(home, city.stranger)
    with pytest.raises(Forbidden):
        sent(home, city.verifier)
    foreign = [sent(other, city.handler), sent(home, city.office), 99_999, "x"]
    for key in foreign:
        with pytest.raises(Refused) as said:
            noted(home, city.handler, [key])
        assert [one.code for one in said.value.unmet] == ["no_such_photo"]
    many = [sent(home, city.handler, red) for red in range(10, 220, 30)]
    with pytest.raises(Refused) as over:
        noted(home, city.handler, many)
    assert [one.code for one in over.value.unmet] == ["photos_too_many"]
    assert not Visit.objects.exists()


def test_the_database_takes_none_afterwards_and_keeps_them(city: make.City) -> None:
    home = make.household(city)
    row = noted(home, city.handler, [sent(home, city.handler)])
    later = HouseholdUpload.objects.get(pk=sent(home, city.handler, 200))
    sql = """INSERT INTO commitments_visitphoto (version, visit_id, file_id, at, post_id)
        VALUES (1, %s, %s, %s, %s)"""
    steps: list[tuple[str, list[Any]]] = [
        (sql, [row.pk, later.file_id, clock.now().replace(hour=12), row.post_id]),
        (sql, [row.pk, later.file_id, row.at, city.office.post_id]),
        ("DELETE FROM commitments_visitphoto WHERE visit_id = %s", [row.pk]),
        ("UPDATE commitments_visitphoto SET file_id = %s", [later.file_id]),
    ]
    for step, values in steps:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(step, values)


def test_the_form_keeps_photos_after_a_refusal_and_the_page_shows_them(city: make.City) -> None:
    home, client, stranger = make.household(city), browser(city.handler), browser(city.stranger)
    page = f"/visits/households/{home.pk}/visit/"
    photos = [
        SimpleUploadedFile(f"{red}.jpg", make.picture(red).getvalue(), "image/jpeg")
        for red in (40, 200)
    ]
    refused = client.post(page, {"day": "2030-01-01", "situation": ["house"], "files": photos})
    assert refused.status_code == 422
    kept = " ".join(str(row.pk) for row in HouseholdUpload.objects.order_by("id"))
    assert f'value="{kept}"' in refused.content.decode()
    typed = {"day": "2019-09-10", "situation": ["house"], "kept": kept}
    assert client.post(page, typed).status_code == 302
    shown = client.get(f"/visits/households/{home.pk}/").content.decode()
    address = f"/visits/households/{home.pk}/photo/"
    keys = [photo.pk for photo in VisitPhoto.objects.order_by("id")]
    assert len(keys) == 2
    assert all(f"{address}{key}/" in shown for key in keys)
    other = make.household(city, number="另一户")
    assert stranger.get(f"{address}{keys[0]}/").status_code == 404
    wrong = client.get(f"/visits/households/{other.pk}/photo/{keys[0]}/")
    assert wrong.status_code == 404
    picture = client.get(f"{address}{keys[0]}/?small=1")
    assert picture["Content-Type"] == "image/jpeg"
    assert picture["X-Content-Type-Options"] == "nosniff"
    picture.close()


def test_by_the_api(city: make.City, client: Any) -> None:
    home, who = make.household(city), headers(city.handler)
    photo = SimpleUploadedFile("a.jpg", make.picture().getvalue(), "image/jpeg")
    made = client.post(f"/api/v1/visits/households/{home.pk}/files", {"file": photo}, headers=who)
    assert made.status_code == 201, made.content
    visit = {"day": "2019-09-10", "situation": ["house"], "files": [made.json()["id"]]}
    page = f"/api/v1/visits/households/{home.pk}/visits"
    assert client.post(page, visit, "application/json", headers=who).status_code == 201
    assert VisitPhoto.objects.count() == 1
