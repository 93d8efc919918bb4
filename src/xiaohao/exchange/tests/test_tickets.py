"""Tickets with the same text and other numbers are other problems; rows of a list are not."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.models import Line
from xiaohao.exchange.tests.test_ledger_import import book
from xiaohao.exchange.understanding import understand
from xiaohao.kernel import clock
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city

pytestmark = pytest.mark.django_db
HEADS = ["工单编号", "诉求内容", "回复"]


@pytest.fixture
def town() -> City:
    return city()


def brought(town: City, rows: Sequence[Any], heads: Sequence[str] = HEADS) -> tuple[int, ...]:
    """How many came in, were there already, were refused."""
    with clock.at(DAY):
        done = import_ledger(by=town.office, source=book([heads, *rows]), name="工单.xlsx")
    return done.imported, done.already, done.refused


ROWS = [
    [101, "河水黑臭", "已转办"],
    [102, "河水黑臭", "正在整治"],
    [103, "河水黑臭", "已转办"],
    [104, "停车难", ""],
]


def test_each_ticket_is_a_problem_and_none_comes_in_twice(town: City) -> None:
    assert brought(town, ROWS) == (4, 0, 0)
    assert brought(town, ROWS) == (0, 4, 0)
    assert brought(town, ROWS[::-1]) == (0, 4, 0)
    assert brought(town, ROWS[1:3]) == (0, 2, 0)
    assert brought(town, [*ROWS, [105, "河水黑臭", "已转办"]]) == (1, 4, 0)
    assert Problem.objects.count() == 5


def test_a_ticket_that_says_something_else_now_is_told(town: City) -> None:
    brought(town, ROWS)
    again = [[number, text, f"{reply}，已办结"] for number, text, reply in ROWS]
    with clock.at(DAY):
        reading = understand(town.office, book([HEADS, *again]), "工单.xlsx")
    assert (len(reading.fresh), reading.already, reading.refused) == (0, 4, 0)
    assert [one.code for one in reading.remarks] == ["row_changed"] * 4


def test_one_ticket_that_says_two_things_is_refused(town: City) -> None:
    assert brought(town, [ROWS[0], [101, "河水黑臭", "正在整治"]]) == (0, 0, 1)
    assert brought(town, [ROWS[0], ROWS[0]]) == (1, 1, 0)


def test_places_in_a_list_tell_nothing_apart(town: City) -> None:
    heads = ["序号", *HEADS[1:]]
    assert brought(town, ROWS[:2], heads) == (0, 0, 1)
    assert brought(town, [ROWS[0], ROWS[2]], heads) == (1, 1, 0)


def test_what_came_in_before_tickets_were_told_apart_is_known(town: City) -> None:
    """Earlier lines are known by the text alone, whatever number stands over them now."""
    assert brought(town, [["", *ROWS[0][1:]]]) == (1, 0, 0)
    assert brought(town, ROWS[:2]) == (1, 1, 0)
    assert brought(town, ROWS[1::-1]) == (0, 2, 0)
    assert brought(town, [[151, *ROWS[0][1:]]]) == (0, 1, 0)


TICKETS = st.lists(
    st.tuples(
        st.integers(1, 5), st.sampled_from(["甲处漏水", "乙处漏水"]), st.sampled_from("甲乙")
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one[:2],
)


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tickets=TICKETS, order=st.randoms(use_true_random=False))
def test_in_whatever_order_a_file_comes_again_it_adds_nothing(
    tickets: list[tuple[int, str, str]], order: Any
) -> None:
    rows = [list(one) for one in tickets]
    with transaction.atomic():
        town = city()
        assert brought(town, rows) == (len(rows), 0, 0)
        order.shuffle(rows)
        assert brought(town, rows) == (0, len(rows), 0)
        assert Line.objects.count() == len(rows)
        transaction.set_rollback(True)
