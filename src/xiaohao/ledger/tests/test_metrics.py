"""The ledger's figures say what their definitions promise, and every recount agrees."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from statistics import median_low

import pytest

from xiaohao.figures import queries as figures
from xiaohao.figures.actions import fold_all
from xiaohao.kernel import clock
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def read(city: make.City, *keys: str) -> list[figures.Value]:
    """The figures at the city, the same before and after folding; recounted as well."""
    names = [f"ledger.{key}" for key in keys]
    before = figures.table(names, [city.city])[city.city.pk]
    fold_all()
    assert figures.table(names, [city.city])[city.city.pk] == before
    report = figures.check()
    assert report.differences == 0, report.examples
    return [before[name] for name in names]


def test_days_to_fix_are_calendar_days_from_arrival_to_closing(city: make.City) -> None:
    took = [0, 3, 3, 9, 40]
    for days in took:
        row = make.problem(city)
        with clock.at(make.DAY + dt.timedelta(days=days, hours=1)):
            make.walk(city, row, "closed")
    with clock.at(make.DAY + dt.timedelta(days=41)):
        median, most = read(city, "days_to_fix_median", "days_to_fix_p90")
        assert (median, most) == (median_low(took), 40)
        spread = figures.spreads(["ledger.days_to_fix"], [city.street])[city.street.pk]
        assert spread["ledger.days_to_fix"] == {0: 1, 3: 2, 9: 1, 40: 1}
        rows = Problem.objects.filter(pk__in=figures.thing_ids("ledger.days_to_fix_median",
                                                               city.city))  # fmt: skip
        assert rows.count() == len(took)
    with clock.at(make.DAY + dt.timedelta(days=9, hours=2)):
        then = figures.value("ledger.days_to_fix_p90", city.city, asof=clock.now())
        assert then == 9
        later = figures.Scope(since=clock.today(), until=clock.today())
        assert figures.table(["ledger.days_to_fix_median"], [city.city], later)[city.city.pk] == {
            "ledger.days_to_fix_median": 9
        }


def test_the_first_check_counts_once_however_many_follow(city: make.City) -> None:
    straight, twice = make.problem(city), make.problem(city)
    make.walk(city, straight, "closed")
    make.walk(city, twice, "reported")
    actions.move(problem=twice, move="fail", by=city.verifier, reason="灯还是不亮")
    make.walk(city, twice, "verified")
    keys = ("verified", "checked_first", "verified_first", "first_try_rate")
    assert read(city, *keys) == [2, 2, 1, Decimal("0.5")]


def test_given_back_twice_is_ping_pong_while_it_stays_open(city: make.City) -> None:
    row = make.problem(city)
    for expected in (0, 1):
        make.walk(city, row, "referred")
        actions.move(
            problem=row,
            move="return",
            by=city.handler,
            reason="不归我们管",
            owner_unknown="不清楚归谁管",
        )
        assert read(city, "ping_pong", "returned") == [expected, expected + 1]
    make.walk(city, row, "closed")
    assert read(city, "ping_pong", "closed") == [0, 1]


def test_the_three_rates_speak_for_those_who_answered(city: make.City) -> None:
    said = [("solved", "good", "good"), ("not", "bad", ""), ("solved", "fair", "bad"), None]
    for number, words in enumerate(said):
        row = make.problem(city, reporters=[("intake.message", number)])
        make.walk(city, row, "awaiting")
        if words:
            answer, response, attitude = words
            actions.answer(label="intake.message", source_id=number, answer=answer,
                           response=response, attitude=attitude)  # fmt: skip
    keys = ("asked", "answered", "answer_rate", "response_rate", "solved_rate", "satisfaction")
    third = Decimal("0.3333")
    assert read(city, *keys) == [4, 3, Decimal("0.75"), 1 - third, 1 - third, third]
