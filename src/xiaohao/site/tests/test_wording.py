"""Dates, deadlines and numbers as people read them."""

import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel import clock
from xiaohao.site import wording

FRIDAY = dt.date(2019, 9, 6)
MOMENT = dt.datetime(2019, 9, 13, 10, 2, 7, tzinfo=clock.ZONE)


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "9月13日 (周五)"), ("en", "13 Sep (Fri)")]
)
def test_a_day_of_this_year_goes_without_the_year(language: str, words: str) -> None:
    with override(language):
        assert wording.day_text(dt.date(2019, 9, 13), FRIDAY) == words


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "2018年9月13日 (周四)"), ("en", "13 Sep 2018 (Thu)")]
)
def test_a_day_of_another_year_names_it(language: str, words: str) -> None:
    with override(language):
        assert wording.day_text(dt.date(2018, 9, 13), FRIDAY) == words


def test_a_moment_is_told_in_the_time_of_the_offices() -> None:
    late = dt.datetime(2019, 9, 12, 20, 30, tzinfo=dt.UTC)
    with override("zh-hans"):
        assert wording.moment_text(late, FRIDAY) == "9月13日 (周五) 04:30"
    assert wording.exact_text(late) == "2019-09-13 04:30:00"
    assert wording.machine_text(late) == "2019-09-13T04:30:00+08:00"


@pytest.mark.parametrize(
    ("deadline", "words", "tone"),
    [
        (dt.date(2019, 9, 12), "剩 4 个工作日", "grey"),
        (dt.date(2019, 9, 10), "剩 2 个工作日", "amber"),
        (FRIDAY, "今天到期", "amber"),
        (dt.date(2019, 9, 4), "超期 2 个工作日", "red"),
        (None, "未定期限", "grey"),
    ],
)
def test_a_deadline_counts_working_days(deadline: dt.date | None, words: str, tone: str) -> None:
    with override("zh-hans"):
        told = wording.due(deadline, FRIDAY)
    assert (told.words, told.tone) == (words, tone)


def test_a_deadline_missed_over_a_weekend_is_red_though_no_working_day_has_passed() -> None:
    with override("zh-hans"):
        told = wording.due(FRIDAY, dt.date(2019, 9, 8))
    assert (told.words, told.tone) == ("刚超期", "red")


def test_what_is_done_no_longer_counts_down() -> None:
    with override("zh-hans"):
        assert wording.due(FRIDAY, dt.date(2020, 1, 1), done=FRIDAY).words == "按期办结"
        late = wording.due(FRIDAY, None, done=dt.date(2019, 9, 10))
    assert (late.words, late.tone) == ("超期 2 个工作日办结", "red")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((8, 0), "剩 2 小时"),
        ((9, 50), "剩 12 分钟"),
        ((10, 2), "剩 1 分钟"),
        ((11, 0), "今天已超期"),
    ],
)
def test_on_its_last_day_a_moment_counts_hours(now: tuple[int, int], words: str) -> None:
    with clock.at(MOMENT.replace(hour=now[0], minute=now[1])), override("zh-hans"):
        assert wording.due(MOMENT).words == words


@given(st.dates(dt.date(2010, 1, 1), dt.date(2025, 12, 1)), st.integers(-90, 90))
def test_red_means_past_and_only_past(today: dt.date, days: int) -> None:
    deadline = today + dt.timedelta(days=days)
    assert (wording.due(deadline, today).tone == "red") == (deadline < today)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (749800, "749,800"),
        (0, "0"),
        (None, "—"),
        ("<5", "<5"),
        (2.5, "2.5"),
        (Decimal("3.00"), "3"),
    ],
)
def test_numbers_are_grouped_and_nothing_is_a_dash(value: float | str | None, shown: str) -> None:
    assert wording.number_text(value) == shown


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_percentage_says_all_or_none_only_when_it_is_so(part: int, extra: int) -> None:
    whole = part + extra
    shown = wording.percent_text(part / whole)
    assert shown != "100%"
    assert (shown == "0%") == (part == 0)
    assert wording.percent_text(1) == "100%"
    assert wording.percent_text(None) == "—"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "太长了：现在有 7 个字，最多 5 个字。请删减。"),
        ("en", "This is too long: it has 7 characters, and at most 5 characters fit. Shorten it."),
    ],
)
def test_every_form_says_how_long_a_text_is_and_may_be(language: str, words: str) -> None:
    with override(language), pytest.raises(forms.ValidationError) as said:
        forms.CharField(max_length=5).clean("1234567")
    with override(language):
        assert said.value.messages == [words]
