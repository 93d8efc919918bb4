"""What a programme needs to be set up: its names, and who may call it set centrally."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from xiaohao.campaigns import actions as campaigns
from xiaohao.campaigns import queries as programmes
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_programmes import FINAL, drive
from xiaohao.people.tests import make as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def test_a_programme_without_an_english_name_is_shown_by_its_chinese_one(city: make.City) -> None:
    row = drive(city, name_en="")
    with translation.override("en"):
        assert row.label == row.name
    row.name_en = "Parking"
    with translation.override("en"):
        assert row.label == "Parking"


def test_what_is_set_centrally_is_set_up_where_nobody_stands_above(city: make.City) -> None:
    drive(city, origin="central")
    below = make.actor("EAST", city.east, Role.OFFICE)
    assert programmes.origins(city.office) == ["central", "local"]
    assert programmes.origins(below) == ["local"]
    with pytest.raises(Refused) as refused:
        drive(city, by=below, code="east-only", origin="central")
    (unmet,) = refused.value.unmet
    assert (unmet.code, unmet.field) == ("set_higher", "origin")
    assert city.city.shown in str(unmet.message)
    against = campaigns.against_set_up(
        by=below, code="east-only", origin="central", lead_unit=city.east, name="停车", final=FINAL
    )
    assert [one.code for one in against] == ["set_higher"]


def test_a_district_is_not_offered_what_is_set_centrally(city: make.City) -> None:
    browser = people.logged_in(people.holder(city.east, Role.OFFICE))
    assert 'value="central"' not in browser.get("/programmes/new/").content.decode()
    typed = {
        "code": "parking", "origin": "central", "name": "停车难", "lead_unit": city.east.code,
        "final": "2019-11-29",
    }  # fmt: skip
    said = browser.post("/programmes/new/", typed)
    assert said.status_code == 422
    assert "set_higher" in {one.code for one in said.context["unmet"]}
    assert "停车难" in said.content.decode()
    assert browser.post("/programmes/new/", typed | {"origin": "local"}).status_code == 302
    bearer = people.with_token(people.post(city.east, Role.OFFICE))
    json = typed | {"code": "another"}
    sent = Client().post("/api/v1/programmes", json, content_type="application/json", **bearer)
    assert sent.status_code == 422
    assert [one["code"] for one in sent.json()["errors"]] == ["set_higher"]
