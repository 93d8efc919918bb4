"""The dashboard renews itself, is a wall, and says where it is stuck."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from xiaohao.dashboards.tests import make
from xiaohao.kernel import clock
from xiaohao.ledger import actions
from xiaohao.ledger.tests.make import DAY, City, city, problem, unit, walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Iterator[City]:
    with clock.at(DAY):
        yield city()


def poll(client: Client, version: str, address: str = "/dashboard/") -> int:
    return client.get(address, headers={"If-None-Match": version, "X-Live": "1"}).status_code


def test_a_page_is_sent_again_only_when_something_happened(town: City) -> None:
    client = make.browser(town.office)
    version = client.get("/dashboard/")["ETag"]
    assert poll(client, version) == 304
    problem(town)
    assert poll(client, version) == 200
    version = client.get("/dashboard/")["ETag"]
    assert poll(client, version) == 304
    with clock.at(DAY + dt.timedelta(days=1)):
        assert poll(client, version) == 200


def test_a_validator_is_worth_nothing_to_another_reader_or_address(town: City) -> None:
    version = make.browser(town.office).get("/dashboard/")["ETag"]
    assert poll(make.browser(town.leader), version) == 200
    assert poll(make.browser(town.office), version, "/dashboard/?show=tiles") == 200
    assert poll(make.browser(town.handler), version) == 404


def test_the_past_does_not_renew_itself(town: City) -> None:
    client = make.browser(town.office)
    assert "data-live" in client.get("/dashboard/").content.decode()
    day = (DAY - dt.timedelta(days=1)).date().isoformat()
    past = client.get(f"/dashboard/?asof={day}").content.decode()
    assert "data-live" not in past


def test_it_says_where_it_is_stuck(town: City) -> None:
    row = walk(town, problem(town, title="来回推的"), "referred")
    for _ in range(2):
        actions.move(
            problem=row,
            move="return",
            by=town.handler,
            reason="不属于我街道",
            owner_unknown="不清楚归谁管",
        )
        row.refresh_from_db()
        if row.returns < 2:
            actions.move(problem=row, move="refer", by=town.operator, unit=town.street)
            row.refresh_from_db()
    stuck = dict(make.browser(town.office).get("/dashboard/").context["stuck"])
    told = {str(title): [one.number for one in rows] for title, rows in stuck.items()}
    assert told["Returned most"] == [row.number]
    assert set(told) == {"Open longest", "Returned most"}


def test_tiles_and_the_wall_show_the_same_units(town: City) -> None:
    walk(town, problem(town), "referred")
    client = make.browser(town.office)
    for address in ("/dashboard/", "/dashboard/?show=tiles", "/dashboard/?wall=1&show=tiles"):
        answer = client.get(address)
        assert town.east.shown in answer.content.decode()
    assert 'class="wall"' in answer.content.decode()


def test_three_units_are_compared_and_every_number_opens(town: City) -> None:
    north = unit("1203", town.city, "county")
    for where in (town.street, town.west, north):
        row = problem(town)
        actions.move(problem=row, move="refer", by=town.operator, unit=where)
    answer = make.browser(town.office).get("/dashboard/?by=overdue")
    rows = answer.context["beside"]["rest"]
    assert {row["unit"].code: (row["peer"].part, row["peer"].size) for row in rows} == {
        "1201": (0, 1),
        "1202": (0, 1),
        "1203": (0, 1),
    }
    for row in rows:
        listed = make.browser(town.office).get(row["whole"])
        assert len(listed.context["page"].items) == 1
    assert "data-chart" in answer.content.decode()
