"""Whose turn it is is said where one stands: at handing on, at reporting, at laying down."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions
from xiaohao.ledger.leading import next_steps
from xiaohao.ledger.models import Measure
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_pages import logged_in
from xiaohao.ledger.tests.test_programmes import drive
from xiaohao.people.tests import make as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def test_handing_on_shows_its_clock_and_the_deadline_after_it(city: make.City) -> None:
    row = make.problem(city)
    place = reverse("ledger_move", args=[row.number, "refer"])
    browser = logged_in(city.office)
    page = browser.get(place)
    clock_shown = page.context["handing"]
    assert (clock_shown.by, clock_shown.left) == (make.DAY.date(), 0)
    assert (clock_shown.then, clock_shown.days) == (dt.date(2019, 10, 8), 15)
    assert page.context["form"].fields["deadline"].initial == clock_shown.then
    assert "today is the last day" in page.content.decode()
    with clock.at(make.DAY + dt.timedelta(days=2)):
        assert "2 working days late" in browser.get(place).content.decode()
    assert browser.get(reverse("ledger_move", args=[row.number, "correct"])).context[
        "handing"
    ] is None  # fmt: skip


def test_a_handler_reads_that_the_leader_reports_and_whom_it_waits_for(city: make.City) -> None:
    leader = people.holder(city.street, Role.LEADER)
    row = make.walk(city, make.problem(city), "in_progress")
    browser = logged_in(city.handler)
    place = reverse("ledger_problem", args=[row.number])
    page = browser.get(place).content.decode()
    assert leader.post.title in page
    assert "When that is done, the unit’s leader reports it fixed" in page
    make.one_step(city, row)  # the measure is done
    page = browser.get(place).content.decode()
    assert "All measures are done. It waits for the unit’s leader" in page
    assert leader.post.title in page
    assert next_steps([row], city.handler)[row.pk].label == "waits for the unit’s leader"
    own = logged_in(city.leader).get(place).content.decode()
    assert "It waits for the unit’s leader" not in own
    make.one_step(city, row)
    assert row.state == "reported"
    assert "It waits for the unit’s leader" not in browser.get(place).content.decode()
    key = people.token(people.post(city.street, Role.HANDLER))
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert client.get(f"/api/v1/problems/{row.number}").json()["reported_by"] == []


def test_an_owner_is_chosen_or_typed_and_stands_there_beforehand(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "accepted")
    browser = logged_in(city.handler)
    place = reverse("ledger_move", args=[row.number, "plan"])
    page = browser.get(place).content.decode()
    choices = set(re.findall(r'<option value="([^"]*)"></option>', page))
    assert {city.street.name, f"{city.street.name} · LEADER"} <= choices
    assert f'name="measures.0.owner" value="{city.street.name}"' in page
    sent = {"version": row.version, "measures.0.text": "换灯", "measures.2.text": "巡查"}
    sent |= {f"measures.{n}.owner": city.street.name for n in range(6)}
    refused = browser.post(place, sent)
    assert refused.status_code == 422  # the second row is empty, the third is not
    del sent["measures.2.text"]
    sent |= {"measures.1.text": "巡查", "measures.1.owner": "城管科王组"}
    assert browser.post(place, sent).status_code == 302
    owners = Measure.objects.order_by("id").values_list("text", "owner")
    assert list(owners) == [("换灯", city.street.name), ("巡查", "城管科王组")]


def test_a_programmes_schedule_shows_what_has_no_measures_and_what_is_done(
    city: make.City,
) -> None:
    programme = drive(city)
    planned = make.walk(city, make.problem(city, programme=programme), "in_progress")
    make.one_step(city, planned)
    bare = make.walk(city, make.problem(city, title="没有措施的", programme=programme), "accepted")
    fresh = make.problem(city, title="还没转办的", programme=programme)
    page = logged_in(city.office).get("/programmes/parking/schedule/")
    text = page.content.decode()
    for row in (planned, bare, fresh):
        assert row.number in text
    assert text.count("no measures yet") == 4  # in the drawing and in the table
    groups = [one.get("empty") for one in page.context["gantt"] if "group" in one]
    assert sorted(map(bool, groups)) == [False, True, True]
    with clock.at(make.DAY + dt.timedelta(days=30)):
        late = make.walk(city, make.problem(city, programme=programme), "in_progress")
        Measure.objects.get(problem=late)
    with clock.at(make.DAY + dt.timedelta(days=60)):
        actions.move(
            problem=late, move="finish_measure", by=city.handler,
            measure=late.measures.get().pk,
            files=[actions.upload(
                problem=late, by=city.handler, name="a.jpg", stream=make.picture()
            ).pk],
        )  # fmt: skip
        text = logged_in(city.district).get("/programmes/parking/schedule/").content.decode()
    assert "gantt-row tone-red" not in text, "what is done looks done, also when it was late"


def test_fixed_on_the_spot_offers_owners_too(city: make.City) -> None:
    page = logged_in(city.office).get("/ledger/spot/").content.decode()
    assert f'<option value="{city.street.name} · HANDLER"></option>' in page
    assert 'maxlength="120"' in page
