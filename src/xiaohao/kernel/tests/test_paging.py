"""Pages by key hold each row once, in order, whatever is put in between."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paging import Total, count, decode, encode, take
from xiaohao.people.models import Account

pytestmark = pytest.mark.django_db
DAY = dt.datetime(2019, 9, 13, tzinfo=dt.UTC)


def accounts(count: int, start: int = 0) -> None:
    Account.objects.bulk_create(
        Account(username=f"n{number:03}", date_joined=DAY + dt.timedelta(days=number // 4))
        for number in range(start, start + count)
    )


def walk(keys: list[str], size: int) -> list[str]:
    names: list[str] = []
    cursor: str | None = None
    while True:
        page = take(Account.objects.all(), keys, cursor, size)
        names += [account.username for account in page.items]
        if page.next is None:
            return names
        cursor = page.next


@pytest.mark.parametrize("size", [1, 3, 10, 11, 50])
@pytest.mark.parametrize(
    "keys", [["username"], ["-username"], ["date_joined", "id"], ["-date_joined", "username"]]
)
def test_each_row_comes_once_and_in_order(keys: list[str], size: int) -> None:
    accounts(11)
    wanted = list(Account.objects.order_by(*keys).values_list("username", flat=True))
    assert walk(keys, size) == wanted


def test_each_page_knows_how_many_rows_there_are_on_all(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    accounts(7)
    rows = Account.objects.filter(username__gte="n002")
    first = take(rows, ["username"], None, 3)
    with django_assert_num_queries(1):
        assert first.total == Total(5)
    assert take(rows, ["username"], first.next, 3).total == Total(5)
    whole = take(rows, ["username"], None, 5)
    with django_assert_num_queries(0):
        assert whole.total == Total(5)


def test_counting_ends_where_it_would_cost_too_much() -> None:
    accounts(5)
    assert count(Account.objects.all(), most=4) == Total(4, more=True)
    assert count(Account.objects.all(), most=5) == Total(5)


def test_a_row_put_in_between_moves_no_other() -> None:
    accounts(6)
    first = take(Account.objects.all(), ["username"], None, 3)
    Account.objects.create(username="n000a")
    second = take(Account.objects.all(), ["username"], first.next, 3)
    assert [a.username for a in second.items] == ["n003", "n004", "n005"]


def test_a_page_costs_one_query_wherever_it_is(django_assert_num_queries: object) -> None:
    accounts(20)
    cursor = encode(["n015"])
    with django_assert_num_queries(1):  # type: ignore[operator]
        page = take(Account.objects.all(), ["username"], cursor, 3)
    assert [a.username for a in page.items] == ["n016", "n017", "n018"]


@pytest.mark.parametrize(
    "cursor", ["x", "!!!", "bnVsbA", "WzFd" * 9, encode(["a", "b"]), "é", encode(["\0"])]
)
def test_a_broken_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(cursor, 1)
    assert refused.value.unmet[0].code == "bad_cursor"
    assert refused.value.unmet[0].field == "cursor"


@pytest.mark.parametrize("value", ["never", "", "2019-99-99", "x" * 500, "-1", None, "9" * 40])
def test_a_cursor_of_the_wrong_kind_is_refused(value: str | None) -> None:
    accounts(2)
    with pytest.raises(Refused):
        take(Account.objects.all(), ["date_joined", "id"], encode([value, value]), 3)


@pytest.mark.parametrize("value", ["x", "1.5", "9" * 40, "-" + "9" * 40, "1e3"])
def test_a_number_that_is_none_or_too_large_makes_no_fault(value: str) -> None:
    accounts(2)
    try:
        page = take(Account.objects.all(), ["id"], encode([value]), 3)
    except Refused:
        return
    assert len(page.items) in {0, 2}  # beyond all keys, or before them
