"""The ladder as a table: its days, what is sent when, and to whom."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Role
from xiaohao.notices.rules import ladder
from xiaohao.notices.rules.ladder import (
    BY_NAME,
    FURTHEST,
    LADDER,
    Reach,
    Reached,
    Standing,
    To,
    day_of,
    due,
    reached,
    receivers,
    steps,
)

DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2021, 12, 31))


def test_the_days_leave_out_the_national_holiday() -> None:
    deadline = dt.date(2019, 9, 30)  # the Monday before seven days off
    days = {rung.name: day_of(rung, deadline).isoformat() for rung in LADDER}
    assert days == {
        "before_5": "2019-09-24",  # Sunday the 29th was worked
        "before_2": "2019-09-28" if calendar.is_working(dt.date(2019, 9, 28)) else "2019-09-27",
        "due": "2019-09-30",
        "late_1": "2019-10-08",
        "late_3": "2019-10-10",
        "late_10": "2019-10-18",  # Saturday the 12th was worked
    }


@given(DAYS)
def test_rungs_stand_on_working_days_in_their_order(deadline: dt.date) -> None:
    days = [day_of(rung, deadline) for rung in LADDER]
    assert days == sorted(set(days))
    assert all(calendar.is_working(day) for day in days)
    for rung, day in zip(LADDER, days, strict=True):
        assert (day <= deadline) == rung.early
        assert deadline - day <= FURTHEST
    assert day_of(BY_NAME["late_3"], deadline) == calendar.add(
        day_of(BY_NAME["late_1"], deadline), 2
    )


@given(DAYS, st.integers(0, 60), st.lists(st.integers(0, 9), max_size=60))
def test_however_the_job_runs_each_rung_is_sent_once_and_every_late_one(
    began: dt.date, length: int, gaps: list[int]
) -> None:
    """The job may run any day or not: nothing twice, nothing early once late, each level told."""
    deadline = began + dt.timedelta(days=length)
    sent: list[str] = []
    today = began
    for gap in [*gaps, 40]:
        today += dt.timedelta(days=gap)
        now = due(deadline, began, today, sent)
        assert not any(rung.early and today > deadline for rung in now)
        assert sum(rung.early for rung in now) <= 1
        assert all(day_of(rung, deadline) <= today for rung in now)
        sent += [rung.name for rung in now]
        assert due(deadline, began, today, sent) == []
    assert len(sent) == len(set(sent))
    if today > deadline + FURTHEST + dt.timedelta(days=10):
        assert {"late_1", "late_3", "late_10"} <= set(sent)


def test_of_the_early_ones_only_the_latest_goes_out() -> None:
    deadline, began = dt.date(2019, 9, 20), dt.date(2019, 9, 2)
    found = steps(deadline, began, dt.date(2019, 9, 18), [])
    assert [s.standing for s in found][:3] == [Standing.PASSED, Standing.DUE, Standing.AHEAD]


def test_who_was_just_handed_a_thing_is_not_reminded_of_it() -> None:
    today = dt.date(2019, 9, 18)
    assert due(dt.date(2019, 9, 20), today, today, []) == []
    assert [r.name for r in due(today, today, today, [])] == ["due"]


def test_who_is_told() -> None:
    own = {Role.HANDLER: [1, 2], Role.LEADER: [3]}
    line = [own, {}, {Role.OFFICE: [4], Role.LEADER: [5]}, {Role.LEADER: [6]}]
    assert receivers([To.HANDLER], line) == [1, 2]
    assert receivers([To.HANDLER, To.LEADER], line, lead=9) == [1, 2, 3, 9]
    assert receivers([To.ABOVE], line) == [4]
    assert receivers([To.ABOVE, To.HIGHER], line) == [4, 6]
    assert receivers([To.HIGHER], line[:3]) == [4]
    assert receivers([To.LEADER], [{Role.HANDLER: [1]}]) == [1]
    assert receivers([To.ABOVE], [own]) == []


def test_somebody_above_stands_in_for_an_empty_unit_and_is_told_once() -> None:
    line = [{}, {Role.VERIFIER: [1]}, {Role.HANDLER: [2]}, {Role.OFFICE: [3], Role.LEADER: [4]}]
    for to in ([To.HANDLER], [To.LEADER], [To.HANDLER, To.LEADER]):
        assert reached(to, line) == Reached([2], Reach.ABOVE)
    assert reached([To.LEADER, To.ABOVE], line) == Reached([2, 3], Reach.ABOVE)
    assert reached([To.LEADER, To.ABOVE], [{}, line[3]]) == Reached([3], Reach.ABOVE)
    assert reached([To.LEADER], line, lead=9) == Reached([9], Reach.OWN)
    assert reached([To.HANDLER], [{Role.LEADER: [5]}, line[3]]) == Reached([5], Reach.OWN)
    assert reached([To.HANDLER], [{Role.OFFICE: [6]}, line[3]]) == Reached([6], Reach.OWN)
    assert reached([To.ABOVE, To.HIGHER], line) == Reached([3], Reach.OWN)
    assert reached([To.HANDLER, To.LEADER], [{}, {Role.VERIFIER: [1]}]) == Reached([], Reach.NOBODY)


POSTS = st.dictionaries(
    st.sampled_from(list(Role)), st.lists(st.integers(1, 99), min_size=1, max_size=3), max_size=3
)


@given(to=st.sets(st.sampled_from(list(To)), min_size=1), line=st.lists(POSTS, max_size=5))
def test_a_rung_reaches_everybody_it_names_and_somebody_where_anybody_acts(
    to: set[To], line: list[dict[Role, list[int]]]
) -> None:
    found = reached(to, line)
    assert list(found.posts) == sorted(set(found.posts))
    assert set(receivers(to, line)) <= set(found.posts)
    assert (found.reach is Reach.NOBODY) == (not found.posts)
    acts = {Role.OFFICE, Role.LEADER, Role.HANDLER}
    if to & {To.HANDLER, To.LEADER} and any(acts & held.keys() for held in line[1:]):
        assert found.posts


@pytest.mark.parametrize(
    ("moment", "rings"),
    [
        ("2019-09-30T07:59:59", False),
        ("2019-09-30T08:00:00", True),
        ("2019-09-30T17:59:59", True),
        ("2019-09-30T18:00:00", False),
        ("2019-09-29T10:00:00", True),  # a Sunday on which offices worked
        ("2019-10-01T10:00:00", False),  # the national holiday
    ],
)
def test_nobody_is_reminded_at_night_or_on_a_day_off(moment: str, *, rings: bool) -> None:
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=clock.ZONE)
    assert ladder.rings(at) is rings
    assert ladder.rings(at.astimezone(dt.UTC)) is rings
