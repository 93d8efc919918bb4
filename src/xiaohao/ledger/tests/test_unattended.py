"""Nobody in post: whoever hands on is asked before, and what lies there is counted."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import unattended
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_pages import city as city  # noqa: PLC0414 (a fixture)
from xiaohao.ledger.tests.test_pages import logged_in
from xiaohao.people.models import Holding
from xiaohao.people.queries import attended_above, empty_since
from xiaohao.trail.actions import create

pytestmark = pytest.mark.django_db
BEGAN, ENDED = dt.date(2019, 1, 1), dt.date(2019, 9, 2)


def left(actor: Actor, name: str = "left", *, shut_out: bool = False) -> None:
    """Somebody held the post until `ENDED`; or holds it, and was shut out."""
    account = get_user_model().objects.create_user(username=name, is_active=not shut_out)
    during = (BEGAN, None if shut_out else ENDED)
    create(
        thing=Holding(account=account, post_id=actor.post_id, during=during), by=SYSTEM, kind="hold"
    )


def hand(client: Client, row: Problem, to: str, **more: str) -> tuple[int, str]:
    """Send the form that hands the problem on."""
    page = reverse("ledger_move", args=[row.number, "refer"])
    fields = {"version": row.version, "unit": to, "reason": "离得最近", **more}
    answer = client.post(page, fields)
    row.refresh_from_db()
    return answer.status_code, answer.content.decode()


def test_where_somebody_is_in_post_nothing_is_asked(city: make.City) -> None:
    logged_in(city.handler)
    row = make.problem(city)
    assert hand(logged_in(city.operator), row, city.street.code)[0] == 302
    assert (row.state, row.unit) == ("referred", city.street)


def test_who_hands_on_is_asked_before_it_is_sent(city: make.City) -> None:
    logged_in(city.district)
    left(city.handler)
    row, client = make.problem(city), logged_in(city.operator)
    status, text = hand(client, row, city.street.code)
    assert (status, row.state, row.unit) == (422, "registered", None)
    assert "离得最近" in text
    asked = text[: text.index('name="despite"')].rpartition("<section")[2]
    assert "since" in asked
    assert f"({city.east.code})" in asked
    assert hand(client, row, city.street.code, despite="1")[0] == 302
    assert (row.state, row.unit) == ("referred", city.street)


def test_the_nearest_above_where_somebody_is_in_post(city: make.City) -> None:
    assert attended_above(city.street) is None
    logged_in(city.office)
    left(city.district)
    assert attended_above(city.street) == city.city
    logged_in(city.district)
    assert attended_above(city.street) == city.east
    assert attended_above(city.city) is None


def test_since_when_nobody_is_there(city: make.City) -> None:
    assert empty_since(city.street) is None
    left(city.handler)
    assert empty_since(city.street) == ENDED
    left(city.leader, "shut", shut_out=True)
    assert empty_since(city.street) is None


def test_what_lies_where_nobody_is_is_counted(city: make.City) -> None:
    one, two = make.problem(city), make.problem(city)
    make.walk(city, one, "referred")
    make.walk(city, two, "closed")
    left(city.handler)
    (found,) = unattended()
    assert (found.code, found.problems) == (city.street.code, 1)
    logged_in(city.leader)
    assert unattended() == []


def test_who_may_not_hand_on_is_told_that_and_nothing_else(city: make.City) -> None:
    row = make.problem(city)
    status, text = hand(logged_in(city.verifier), row, city.street.code)
    assert (status, row.state) == (403, "registered")
    assert 'name="despite"' not in text
