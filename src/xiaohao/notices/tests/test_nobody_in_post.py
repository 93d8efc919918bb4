"""A post that nobody holds hears nothing: who is told instead, and what pages say of it."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from xiaohao.dashboards.tests.make import browser
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import problem, walk
from xiaohao.notices import actions, queries
from xiaohao.notices.models import Kind, Notice, Reminder
from xiaohao.notices.rules.ladder import LADDER, Reach, Standing
from xiaohao.notices.tests.make import DAY, City, city, days_on, handed, post_of, seat
from xiaohao.people.actions import end_holding
from xiaohao.people.models import Holding
from xiaohao.people.tests.make import with_token
from xiaohao.trail.models import Event

DEADLINE = DAY.date() + dt.timedelta(days=13)


@pytest.fixture
def at(db: None) -> City:
    with clock.at(DAY):
        return city()


@pytest.fixture
def row(at: City) -> Problem:
    with clock.at(DAY):
        return handed(at, DEADLINE)


def vacate(*codes: str) -> None:
    for holding in Holding.objects.filter(post__code__in=codes):
        end_holding(by=SYSTEM, holding=holding)


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.order_by("id").select_related("post")
    return [(row.data["rung"], row.post.code) for row in rows]


def climb_daily(first: int, last: int) -> None:
    for n in range(first, last + 1):
        with clock.at(days_on(n)):
            actions.climb()


def stands(row: Problem) -> dict[str, tuple[Standing, Reach]]:
    climb = queries.ladder_of(row)
    assert climb
    return {one.step.rung.name: (one.step.standing, one.reach) for one in climb.steps}


def test_what_is_meant_for_an_empty_unit_goes_once_to_the_nearest_above(
    at: City, row: Problem
) -> None:
    with clock.at(days_on(1)):
        vacate("HANDLER", "LEADER")
    climb_daily(1, 40)
    assert sorted(told()) == sorted(
        [(rung.name, "DISTRICT") for rung in LADDER] + [("late_10", "OFFICE")]
    )
    events = Event.objects.filter(label="notices.reminder").order_by("id")
    assert [(e.kind, e.data.get("instead")) for e in events] == [("escalate", True)] * 5 + [
        ("escalate", None)
    ]
    assert set(Notice.objects.values_list("kind", flat=True)) == {Kind.ESCALATION}
    with clock.at(days_on(40)):
        assert [reach for _standing, reach in stands(row).values()] == [Reach.ABOVE] * 5 + [
            Reach.OWN
        ]
        assert "下级单位无人在岗" in browser(at.district, "zh-hans").get("/notices/").text


def test_somebody_left_in_the_unit_is_told_for_the_other(at: City, row: Problem) -> None:
    with clock.at(days_on(1)):
        vacate("HANDLER")
    climb_daily(1, 13)
    assert {post for _rung, post in told()} == {"LEADER"}
    with clock.at(days_on(13)):
        assert stands(row)["due"] == (Standing.SENT, Reach.OWN)


def test_where_nobody_is_to_be_told_it_waits_and_is_sent_once_somebody_is_there(
    at: City, row: Problem
) -> None:
    with clock.at(days_on(1)):
        vacate(*Holding.objects.values_list("post__code", flat=True))
    climb_daily(1, 13)
    assert Reminder.objects.count() == 0
    with clock.at(days_on(13)):
        assert stands(row)["due"] == (Standing.DUE, Reach.NOBODY)
        seat(post_of("HANDLER"))
        assert stands(row)["due"] == (Standing.DUE, Reach.OWN)
        assert (actions.climb(), actions.climb()) == (1, 0)
    assert told() == [("due", "HANDLER")]


def test_who_takes_the_post_later_is_not_told_again_what_went_above(at: City, row: Problem) -> None:
    with clock.at(days_on(1)):
        vacate("HANDLER", "LEADER")
    climb_daily(1, 13)
    with clock.at(days_on(13)):
        seat(post_of("HANDLER"))
        assert actions.climb() == 0
        assert stands(row)["due"] == (Standing.SENT, Reach.ABOVE)
    climb_daily(14, 14)
    assert told()[-1] == ("late_1", "HANDLER")


def test_what_was_once_sent_to_an_empty_post_is_said_to_have_reached_nobody(
    at: City, row: Problem
) -> None:
    climb_daily(1, 13)
    Holding.objects.filter(post__code__in=["HANDLER", "LEADER"]).update(
        during=(DAY.date(), days_on(10).date())
    )
    with clock.at(days_on(13)):
        found = stands(row)
        assert found["before_5"] == (Standing.SENT, Reach.OWN)
        assert found["due"] == (Standing.SENT, Reach.NOBODY)
        page = browser(at.office, "zh-hans").get(reverse("notices_ladder")).text
    assert "岗位空缺，无人收到" in page


def test_the_page_counts_and_lists_what_lies_where_nobody_is_in_post(
    at: City, row: Problem
) -> None:
    address = reverse("notices_ladder")
    with clock.at(days_on(1)):
        other = walk(at, problem(at, title="有人办的"), "accepted")
        assert "?show=nobody" not in browser(at.office).get(address).text
        vacate("HANDLER", "LEADER")
        page = browser(at.office, "zh-hans").get(address).text
        assert "无人在岗，将发上级" in page
        assert '无人在岗<span class="count num">2</span>' in page
        listed = browser(at.office).get(address, {"show": "nobody"}).text
        assert all(one.number in listed for one in (row, other))
        assert "?show=nobody" not in browser(at.stranger).get(address).text
        empty = browser(at.stranger).get(address, {"show": "nobody"}).text
        assert row.number not in empty
        assert "has somebody to remind" in empty
        sent = at_the_api("/api/v1/ladder?show=nobody")
        assert [one["problem"] for one in sent] == [row.number, other.number]
        assert {rung["reach"] for rung in sent[0]["rungs"] if rung["to"]} == {"above", "own"}
        seat(post_of("HANDLER"))
        assert at_the_api("/api/v1/ladder?show=nobody") == []


def at_the_api(address: str) -> list[dict[str, Any]]:
    answer = Client().get(address, **with_token(post_of("OFFICE")))
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_problem_says_that_nobody_is_to_be_reminded(at: City, row: Problem) -> None:
    with clock.at(days_on(13)):
        vacate(*Holding.objects.values_list("post__code", flat=True))
        page = browser(at.office).get(f"/ledger/{row.number}/").text  # he alone is in post now
        assert "nobody in post: goes above now" in page
