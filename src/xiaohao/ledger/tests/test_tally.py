"""A list that opens from a figure says how its rows and the figure go together."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from xiaohao.figures.queries import Tally, tally, tallying
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem
from xiaohao.ledger.narrowing import filters_of, listed
from xiaohao.ledger.tests import make
from xiaohao.people.tests.make import holder, logged_in

pytestmark = pytest.mark.django_db
RETURNED, RATE = "figure=ledger.returned", "figure=ledger.return_rate"


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


@pytest.fixture
def browser(city: make.City) -> Client:
    return logged_in(holder(city.city, Role.OFFICE))


def given_back(city: make.City, times: int) -> Problem:
    row = make.problem(city)
    for _ in range(times):
        make.walk(city, row, "referred")
        given: dict[str, Any] = {"reason": "不归我们", "owner_unknown": "不清楚归谁管"}
        actions.move(problem=row, move="return", by=city.handler, **given)
    return row


def told(browser: Client, query: str) -> str:
    """What stands above the list."""
    page = browser.get(f"{reverse('ledger_list')}?{query}").content.decode()
    _before, _begin, after = page.partition('<p class="tally">')
    return " ".join(after.partition("</p>")[0].split())


def of(city: make.City, query: str) -> Tally:
    get = QueryDict(query)
    found = tally(city.office, get, listed(city.office, filters_of(city.office, get)))
    assert found
    return found


def test_what_counts_twice_is_told_beside_the_number_of_problems(
    city: make.City, browser: Client
) -> None:
    given_back(city, 2)
    given_back(city, 1)
    assert "3 次，涉及 2 件问题" in told(browser, RETURNED)


def test_where_both_are_the_same_there_is_one_number(city: make.City, browser: Client) -> None:
    given_back(city, 1)
    given_back(city, 1)
    said = told(browser, RETURNED)
    assert "2 件问题" in said
    assert "次" not in said


def test_a_narrowed_list_says_how_many_of_them_it_holds(city: make.City, browser: Client) -> None:
    given_back(city, 2)
    given_back(city, 1)
    assert "列出其中 1 条" in told(browser, f"{RETURNED}&state=arbitration")
    assert "列出其中" not in told(browser, RETURNED)


def test_a_rate_says_which_of_its_two_numbers_is_listed_and_leads_to_the_other(
    city: make.City, browser: Client
) -> None:
    given_back(city, 2)
    make.walk(city, make.problem(city), "accepted")
    said = told(browser, f"{RATE}&unit={city.city.code}")
    assert "本列表是分母" in said
    assert "3 次，涉及 2 件问题" in said
    found = of(city, RATE)
    assert (found.times, found.records, found.rows) == (3, 2, 2)
    assert found.part
    assert found.part.value == 2
    numerator = found.part.records
    assert RETURNED in numerator
    assert f'href="{numerator.replace("&", "&amp;")}"' in said
    assert "2 次，涉及 1 件问题" in told(browser, numerator.partition("?")[2])


def test_a_list_without_a_figure_says_nothing(city: make.City, browser: Client) -> None:
    given_back(city, 1)
    assert told(browser, "state=open") == ""


def test_a_figure_too_large_to_take_apart_is_told_alone(
    city: make.City, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back(city, 2)
    monkeypatch.setattr(tallying, "MOST", 1)
    found = of(city, RETURNED)
    assert (found.times, found.records, found.rows) == (2, None, None)
    assert "2 次；同一记录可能计多次" in told(browser, RETURNED)


def test_who_was_asked_and_has_not_answered_stands_behind_the_figure(
    city: make.City, browser: Client
) -> None:
    row = make.problem(city, reporters=[("intake.message", 7)])
    make.walk(city, row, "awaiting")
    page = browser.get(f"{reverse('ledger_words')}?figure=ledger.asked").content.decode()
    assert row.number in page
    assert "尚未回答" in page
    assert "1 位反映人" in page
    assert row.number not in browser.get(reverse("ledger_words")).content.decode()
