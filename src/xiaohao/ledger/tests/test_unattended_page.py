"""The list of units with open work and nobody in post, for whoever looks after them."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_pages import city as city  # noqa: PLC0414 (a fixture)
from xiaohao.people.models import Holding, Post
from xiaohao.people.tests.make import holder, logged_in, with_token

pytestmark = pytest.mark.django_db
LIST = "/ledger/unattended/"


def at(city: make.City, role: Role, where: str = "city") -> Client:
    client = logged_in(holder(getattr(city, where), role))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def numbers(page: str) -> list[str]:
    return re.findall(r'<td class="num"[^>]*><a [^>]*>(\d+)</a>', page)


def test_each_row_leads_to_the_problems_and_to_the_posts(city: make.City) -> None:
    rows = [make.walk(city, make.problem(city, title=f"第{n}件"), "accepted") for n in range(3)]
    below = make.unit("12010101", city.street, "village")
    make.walk(city, make.problem(city, title="已经办完"), "closed")
    office, keeper = at(city, Role.OFFICE), at(city, Role.ADMINISTRATOR)
    page = office.get(LIST).text
    assert numbers(page) == ["3"]
    assert below.name not in page
    (listed,) = re.findall(r'href="(/ledger/\?[^"]*state=open)"', page)
    shown = office.get(listed.replace("&amp;", "&")).text
    assert all(row.number in shown for row in rows)
    assert "已经办完" not in shown
    page = keeper.get(LIST).text
    assert "/ledger/?" not in page
    assert f"/people/posts/?unit={city.street.code}" in page
    assert keeper.get(f"/people/posts/?unit={city.street.code}").status_code == 200


def test_late_ones_are_counted_and_listed(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "accepted")
    office = at(city, Role.OFFICE)
    assert row.deadline is not None
    with clock.at(clock.start_of(row.deadline + dt.timedelta(days=1))):
        page = office.get(LIST).text
        assert numbers(page) == ["1", "1"]
        assert re.findall(r'class="tone-red" href="([^"]+)"', page) == [
            f"/ledger/?unit={city.street.code}&amp;own=1&amp;state=open&amp;overdue=1"
        ]


def test_a_unit_without_any_post_leads_to_opening_one(city: make.City) -> None:
    bare = make.unit("1203", city.city, "county")
    row = make.problem(city)
    actions.move(problem=row, move="refer", by=city.operator, unit=bare)
    keeper = at(city, Role.ADMINISTRATOR)
    page = keeper.get(LIST).text
    assert "no post stands here" in page
    address = f"{reverse('people_open_post')}?unit={bare.code}"
    assert address in page
    assert f'value="{bare.code}"' in keeper.get(address).text


def test_it_goes_away_once_somebody_is_in_post_and_says_since_when(city: make.City) -> None:
    make.walk(city, make.problem(city), "accepted")
    office = at(city, Role.OFFICE)
    held = holder(city.street, Role.VERIFIER)
    assert "Somebody is in post wherever" in office.get(LIST).text
    Holding.objects.filter(pk=held.pk).update(during=(dt.date(2019, 1, 1), dt.date(2019, 9, 2)))
    page = office.get(LIST).text
    assert "2 Sep" in page
    Holding.objects.filter(pk=held.pk).update(during=(dt.date(2019, 1, 1), None))
    held.account.is_active = False
    held.account.save(update_fields=["is_active"])
    assert "not known" in office.get(LIST).text


def test_everybody_sees_only_his_own_area(city: make.City) -> None:
    make.walk(city, make.problem(city), "accepted")
    for role in (Role.OFFICE, Role.ADMINISTRATOR):
        assert city.street.name in at(city, role, "east").get(LIST).text
        assert city.street.name not in at(city, role, "west").get(LIST).text
    assert Client().get(LIST).status_code == 302


def test_the_way_there_stands_where_units_and_posts_are_looked_after(city: make.City) -> None:
    keeper, office = at(city, Role.ADMINISTRATOR), at(city, Role.OFFICE)
    places = (reverse("people_posts"), reverse("units_list"), "/")
    assert all(LIST not in keeper.get(place).text for place in places)
    make.walk(city, make.problem(city), "accepted")
    assert all(LIST in keeper.get(place).text for place in places)
    assert all(LIST in office.get(place).text for place in places[1:])
    assert all(LIST not in at(city, Role.OFFICE, "west").get(place).text for place in places[1:])


def test_programs_get_it_too(city: make.City) -> None:
    make.walk(city, make.problem(city), "accepted")
    address = "/api/v1/ledger/unattended"
    for role, code in ((Role.OFFICE, "A"), (Role.ADMINISTRATOR, "B")):
        post = Post.objects.get(pk=make.actor(code, city.east, role).post_id)
        holder(city.east, role)
        (row,) = Client().get(address, **with_token(post)).json()["items"]
        assert row == {
            "code": city.street.code, "name": city.street.name, "problems": 1, "late": 0,
            "since": None,
        }  # fmt: skip
    stranger = Post.objects.get(pk=city.stranger.post_id)
    assert Client().get(address, **with_token(stranger)).json()["items"] == []
    assert Client().get(address).status_code == 401


def test_it_asks_as_much_for_many_as_for_one(city: make.City) -> None:
    office = at(city, Role.OFFICE)
    counts = []
    for n in range(3):
        row = make.problem(city)
        there = make.unit(f"129{n}", city.city, "county")
        actions.move(problem=row, move="refer", by=city.operator, unit=there)
        with CaptureQueriesContext(connection) as asked:
            assert len(numbers(office.get(LIST).text)) == n + 1
        counts.append(len(asked))
    assert len(set(counts[1:])) == 1
