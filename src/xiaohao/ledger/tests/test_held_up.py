"""A promise broken by what the measure waits for: pages and API tell it as soon as it is so."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from xiaohao.campaigns import actions as campaigns
from xiaohao.campaigns.models import Programme
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions, drives
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.people.tests import make as people

pytestmark = pytest.mark.django_db
TOLD = "受前置措施拖延，至少超期 2 个工作日"


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


@pytest.fixture
def row(city: make.City) -> Problem:
    """Measure 1 until Monday 16 September, then measure 2, three days, until Thursday 19."""
    drive = campaigns.set_up(
        by=city.office, code="wages", name="欠薪", name_en="Wages", origin="local",
        lead_unit=city.east, final=dt.date(2019, 11, 29),
    )  # fmt: skip
    found = make.walk(city, make.problem(city, programme=drive), "accepted")
    steps = [
        {"text": "调档", "owner": "科", "days": 2, "deadline": dt.date(2019, 9, 16)},
        {"text": "补缴", "owner": "科", "days": 3, "after": [1], "deadline": dt.date(2019, 9, 19)},
    ]
    actions.move(problem=found, move="plan", by=city.handler, measures=steps)
    return found


def test_it_is_told_on_both_schedules_and_on_the_problems_page(
    city: make.City, row: Problem
) -> None:
    addresses = [f"/ledger/{row.number}/", f"/ledger/{row.number}/schedule/"]
    addresses.append("/programmes/wages/schedule/")
    browser = people.logged_in(people.holder(city.street, Role.HANDLER))
    for address in addresses:
        assert "受前置措施拖延" not in browser.get(address).content.decode()
    with clock.at(dt.datetime(2019, 9, 18, 9, 0, tzinfo=clock.ZONE)):
        shown = {address: browser.get(address).content.decode() for address in addresses}
    assert all(TOLD in page for page in shown.values())
    assert all('class="gantt-wires"' in page for page in shown.values())
    assert "2 项措施滞后" in shown["/programmes/wages/schedule/"]  # the late one and what waits
    for page in (shown[address] for address in addresses[1:]):
        assert "最早" in page
        assert "关键" not in page


def test_programs_read_why_and_when_at_the_earliest(city: make.City, row: Problem) -> None:
    bearer = people.with_token(people.post(city.city, Role.OFFICE))
    with clock.at(dt.datetime(2019, 9, 18, 9, 0, tzinfo=clock.ZONE)):
        told = Client().get(f"/api/v1/problems/{row.number}", **bearer).json()["measures"]
    assert [one["slip"] for one in told] == [
        {"why": "overdue", "days": 2},
        {"why": "held_up", "days": 2},
    ]
    assert told[1]["slot"]["first_end"] == "2019-09-23"


def test_what_waits_is_in_the_count_of_slips(city: make.City, row: Problem) -> None:
    with clock.at(dt.datetime(2019, 9, 17, 9, 0, tzinfo=clock.ZONE)):
        rows = drives.listed(city.office, Programme.objects.get())
        [entry] = drives.entries(rows)
        first, then = entry.slips
    assert (first.earliest, then.earliest) == (dt.date(2019, 9, 17), dt.date(2019, 9, 20))
    assert then.real == (dt.date(2019, 9, 18), dt.date(2019, 9, 20))
