"""Who asks for more time, or decides, reads how often it was given, may be given, and by whom."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions, more_time
from xiaohao.ledger.models import Problem
from xiaohao.ledger.rules import MOST_EXTENSIONS
from xiaohao.ledger.tests import make
from xiaohao.people.tests import make as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def ask(city: make.City, row: Problem, answer: str, **given: Any) -> None:
    later = (row.deadline or clock.today()) + dt.timedelta(days=7)
    actions.move(
        problem=row, move="ask_extension", by=city.handler, deadline=later, reason="雨季施工"
    )
    actions.move(problem=row, move=answer, by=city.office, **given)


def test_the_form_tells_how_often_and_by_whom(city: make.City) -> None:
    people.holder(city.east, Role.OFFICE)
    row = make.walk(city, make.problem(city), "in_progress")
    browser = people.logged_in(people.holder(city.street, Role.HANDLER))
    address = f"/ledger/{row.number}/ask_extension/"
    fresh = browser.get(address).content.decode()
    assert f"0 次，最多 {MOST_EXTENSIONS} 次" in fresh
    assert "此前没有批准或驳回过延期" in fresh
    assert city.east.shown in fresh
    ask(city, row, "decline_extension", reason="先修一半")
    ask(city, row, "grant_extension", note="雨停再修")
    shown = browser.get(address).content.decode()
    for words in ("已批准", "未批准", "雨停再修", "先修一半", "单位12 · OFFICE", "1 次"):
        assert words in shown, words


def test_what_is_left_is_counted_from_what_was_granted(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "in_progress")
    told = more_time.standing(row)
    assert (told.granted, told.left, list(told.decided)) == (0, MOST_EXTENSIONS, [])
    for _n in range(MOST_EXTENSIONS):
        ask(city, row, "grant_extension", note="")
    told = more_time.standing(row)
    assert (told.granted, told.left) == (MOST_EXTENSIONS, 0)
    assert [one.granted for one in told.decided] == [True] * MOST_EXTENSIONS


def test_the_nearest_level_above_where_somebody_is_in_post_decides(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "in_progress")
    people.holder(city.city, Role.OFFICE)
    assert more_time.standing(row).decider == city.city
    people.holder(city.east, Role.OFFICE)
    assert more_time.standing(row).decider == city.east
