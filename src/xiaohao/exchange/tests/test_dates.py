import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.exchange.rules.dates import day_first, moment
from xiaohao.kernel.clock import ZONE

TODAY = dt.date(2019, 9, 30)


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2014/8/24 17:05:37", at(2014, 8, 24, 17, 5, 37)),
        ("2019-09-03 00:00:00", at(2019, 9, 3)),
        ("2019-09-03T08:00:00+00:00", at(2019, 9, 3, 16)),
        ("2019-09-03T08:00:00.123Z", at(2019, 9, 3, 16)),
        ("2019.9.13", at(2019, 9, 13)),
        ("2019年9月13日", at(2019, 9, 13)),
        ("2019 年 9 月 13 日 8 时 5 分", at(2019, 9, 13, 8, 5)),
        ("2019年9月13日下午3点", at(2019, 9, 13, 15)),
        ("2019年9月13日 下午 3:20", at(2019, 9, 13, 15, 20)),
        ("2019年9月13日（星期五）", at(2019, 9, 13)),
        ("2019年9月13日 周五 10:02", at(2019, 9, 13, 10, 2)),
        ("19年9月13日", at(2019, 9, 13)),
        ("二〇一九年九月十三日", at(2019, 9, 13)),
        ("二零一九年十月二十一日", at(2019, 10, 21)),
        ("９月１３日", at(2019, 9, 13)),
        ("12月31日", at(2018, 12, 31)),
        ("2019年9月", at(2019, 9, 1)),
        ("2019-09", at(2019, 9, 1)),
        ("12/31/2016", at(2016, 12, 31)),
        ("06/12/2016", at(2016, 6, 12)),
        ("04/12/2018 12:45:48 PM", at(2018, 4, 12, 12, 45, 48)),
        ("04/12/2018 12:45:48 AM", at(2018, 4, 12, 0, 45, 48)),
        ("20190913", at(2019, 9, 13)),
        (20190913.0, at(2019, 9, 13)),
        ("20190913080537", at(2019, 9, 13, 8, 5, 37)),
        (43721.0, at(2019, 9, 13)),
        ("43721.5", at(2019, 9, 13, 12)),
        (1568340000, at(2019, 9, 13, 10)),
        ("1568340000000", at(2019, 9, 13, 10)),
        (at(2019, 9, 13, 10, 2).replace(tzinfo=None), at(2019, 9, 13, 10, 2)),
        (dt.date(2019, 9, 13), at(2019, 9, 13)),
    ],
)
def test_times_as_people_write_them(cell: Any, meant: dt.datetime) -> None:
    assert moment(cell, TODAY) == meant


@pytest.mark.parametrize(
    "cell",
    [
        "", "无", "昨天", "2019-02-30", "2019-13-01", "25:00", "13/13/2019", "0001-01-01", 0.0,
        12.5, True, None, dt.time(8), dt.timedelta(hours=3), "2019-09-13 25:61", 1e300,
        "99999999999999",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(cell: Any) -> None:
    assert moment(cell, TODAY) is None


def test_the_column_tells_whether_the_day_comes_first() -> None:
    assert day_first(["01/02/2019", "13/02/2019"])
    assert not day_first(["01/02/2019", "02/13/2019"])
    assert not day_first(["01/02/2019", 43721.0, None])
    assert moment("13/09/2019", TODAY, days_first=True) == at(2019, 9, 13)


FORMS = [
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日%H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y-%m-%dT%H:%M:%S",
]
MOMENTS = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2099, 12, 31))  # noqa: DTZ001


@given(MOMENTS, st.sampled_from(FORMS))
def test_what_is_written_is_read_back(when: dt.datetime, form: str) -> None:
    when = when.replace(microsecond=0)
    assert moment(when.strftime(form), TODAY) == when.replace(tzinfo=ZONE)


@given(MOMENTS)
def test_day_numbers_are_read_back_to_the_second(when: dt.datetime) -> None:
    when = when.replace(microsecond=0)
    number = (when - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)  # noqa: DTZ001
    assert moment(number, TODAY) == when.replace(tzinfo=ZONE)


@given(
    st.one_of(
        st.text(max_size=40),
        st.text("0123456789/-.年月日: 上下午星期", max_size=24),
        st.floats(allow_nan=True),
        st.integers(),
        st.datetimes(),
        st.times(),
    ),
    st.booleans(),
)
def test_nothing_makes_it_fall_over(cell: Any, days_first: bool) -> None:  # noqa: FBT001
    found = moment(cell, TODAY, days_first=days_first)
    assert found is None or found.tzinfo is not None
