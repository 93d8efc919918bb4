import datetime as dt
import threading
from collections.abc import Iterator

import pytest

from xiaohao.kernel import clock
from xiaohao.kernel.beside import ahead, beside


def test_what_is_begun_is_done_in_order_under_the_same_clock() -> None:
    done: list[tuple[int, dt.date, str]] = []

    def work(number: int) -> int:
        done.append((number, clock.today(), threading.current_thread().name))
        return number

    day = dt.datetime(2019, 9, 2, 8, tzinfo=dt.UTC)
    with clock.at(day), beside() as begin:
        given = [begin(lambda n=number: work(n)) for number in range(5)]  # type: ignore[misc]
        assert [one.result() for one in given] == [0, 1, 2, 3, 4]
    assert [number for number, _day, _name in done] == [0, 1, 2, 3, 4]
    assert {day for _number, day, _name in done} == {dt.date(2019, 9, 2)}
    assert threading.current_thread().name not in {name for _number, _day, name in done}


def test_each_item_is_found_while_the_one_before_it_is_in_hand() -> None:
    second = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        second.set()
        yield 2

    found = ahead(items())
    assert next(found) == 1
    assert second.wait(60)  # nobody has asked for it
    assert list(found) == [2]
    assert list(ahead([])) == []


def test_what_goes_wrong_is_raised_where_it_is_asked_for() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="the second"):
        next(found)
