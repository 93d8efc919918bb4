"""Periods of digests, addresses of servers, names in comments."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel.clock import ZONE
from xiaohao.ledger.rules.mentions import spoken
from xiaohao.notices.rules.digest import Rhythm, pause, period
from xiaohao.notices.rules.smtp import server

MOMENTS = st.datetimes(dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=ZONE)
)


def test_a_day_ends_at_seven_and_a_week_on_monday() -> None:
    early = dt.datetime(2019, 9, 16, 6, 59, tzinfo=ZONE)  # a Monday
    late = early + dt.timedelta(minutes=1)
    daily = [period(Rhythm.DAILY, moment) for moment in (early, late)]
    assert [one.key for one in daily if one] == ["daily:2019-09-15", "daily:2019-09-16"]
    weekly = [period(Rhythm.WEEKLY, moment) for moment in (early, late)]
    assert [one.key for one in weekly if one] == ["weekly:2019-09-09", "weekly:2019-09-16"]
    assert period(Rhythm.OFF, late) is None


@given(MOMENTS, st.sampled_from([Rhythm.DAILY, Rhythm.WEEKLY]))
def test_periods_follow_each_other_without_a_gap(now: dt.datetime, rhythm: Rhythm) -> None:
    found = period(rhythm, now)
    assert found
    assert found.until <= now < found.until + (found.until - found.since)
    before = period(rhythm, found.until - dt.timedelta(seconds=1))
    assert before
    assert before.until == found.since
    assert before.key != found.key


def test_pauses_grow() -> None:
    assert [pause(n).total_seconds() / 60 for n in (1, 2, 3)] == [5, 10, 20]


def test_a_server_from_its_address() -> None:
    found = server("smtp://me%40x:s%3Ae@mail.example.org:587?starttls=1")
    assert found
    assert (found.host, found.port, found.user, found.password) == (
        "mail.example.org", 587, "me@x", "s:e",
    )  # fmt: skip
    assert found.use_tls
    assert not found.use_ssl
    assert server(" ") is None
    with pytest.raises(ValueError, match="XIAOHAO_SMTP_URL"):
        server("mail.example.org")


TITLES = {1: "城管委经办岗", 2: "城管委经办岗（二）"}
NAMES = {"城管委经办岗": 1, "城管委经办岗（二）": 2, "HANDLER-12": 1, "HANDLER-12-2": 2}


def test_names_and_codes_are_found_with_words_right_behind() -> None:
    said = spoken("@城管委经办岗（二）请看，@handler-12 也看", NAMES, TITLES)
    assert said.text == "@城管委经办岗（二）请看，@城管委经办岗 也看"
    assert said.posts == (2, 1)
    assert said.unknown == ()


def test_what_names_nobody_is_told_and_addresses_are_left_alone() -> None:
    said = spoken("请 @HANDLER-123 看，写信到 a@example.org", NAMES, TITLES)
    assert said.posts == ()
    assert said.unknown == ("HANDLER-123",)


@given(st.text(max_size=80))
def test_a_text_that_names_nobody_stays_as_it_is(text: str) -> None:
    assert spoken(text, {}, {}).text == text


@pytest.mark.parametrize("text", ["看，@LEADER", "@LEADER", "@LEADER-2 @LEADER"])
def test_a_code_may_end_the_comment(text: str) -> None:
    found = spoken(text, {"LEADER": 1, "LEADER-2": 2}, {1: "所长", 2: "副所长"})
    assert found.unknown == ()
    assert found.posts[-1] == 1
    assert found.text.endswith("@所长")
