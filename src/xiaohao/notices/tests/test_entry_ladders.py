"""The same ladder for entries of the lists: before, at and after their deadline, each rung once."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from xiaohao.commitments import actions as lists
from xiaohao.commitments.models import Entry
from xiaohao.commitments.tests import make as entries
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.tests.make import actor, walk
from xiaohao.notices import jobs, queries
from xiaohao.notices.models import Kind, Notice, Reminder
from xiaohao.notices.rules.ladder import Standing
from xiaohao.notices.tests.make import DAY, City, city, days_on, handed, post_of, seat
from xiaohao.notices.tests.test_climbing import climb_daily, climbed, in_parallel
from xiaohao.notices.tests.test_pages import browser, shown
from xiaohao.people.tests.make import with_token
from xiaohao.trail.actions import create
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Checked, faults

DEADLINE = DAY.date() + dt.timedelta(days=13)  # a Monday, as in the tests of problems' ladders
SAID = {"promised": "", "measure": "", "planned": ""}
WHOLE = ["before_5", "before_2", "due", "late_1", "late_3", "late_10"]


@pytest.fixture
def at(db: None) -> Iterator[City]:
    with clock.at(DAY):
        yield city()


def entry(at: City, kind: str = "project", **more: Any) -> Entry:
    return entries.entry(at, kind, deadline=DEADLINE, **{**SAID, **more})


def rungs(row: Entry) -> list[str]:
    return list(Reminder.objects.filter(entry=row).order_by("id").values_list("rung", flat=True))


def told(kind: str) -> set[tuple[str, str]]:
    rows = Notice.objects.filter(kind=kind, entry__isnull=False).select_related("post")
    return {(row.data["rung"], row.post.code) for row in rows}


@pytest.mark.parametrize("kind", ["project", "petition", "hazard", "weak", "village"])
def test_the_whole_ladder_of_each_list(at: City, kind: str) -> None:
    row = entry(at, kind)
    climb_daily(0, 40)
    climb_daily(0, 40)  # whatever runs again sends nothing again
    assert rungs(row) == WHOLE
    inside = {("before_5", "HANDLER"), ("late_3", "LEADER")}
    inside |= {(rung, who) for rung in WHOLE[1:4] for who in ("HANDLER", "LEADER")}
    assert told(Kind.REMINDER) == inside
    above = {("late_3", "DISTRICT"), ("late_10", "DISTRICT"), ("late_10", "OFFICE")}
    assert told(Kind.ESCALATION) == above
    events = Event.objects.filter(label="notices.reminder").order_by("id")
    assert [e.kind for e in events] == ["remind"] * 4 + ["escalate"] * 2
    assert {e.data["entry"] for e in events} == {row.number}
    assert not list(faults(Checked()))


def test_the_post_that_answers_for_it_is_told_wherever_it_is(at: City) -> None:
    chief = actor("CHIEF", at.east, entries.Role.LEADER, 9)
    seat(post_of("CHIEF"))
    entry(at, lead=chief.post_code)
    climb_daily(0, 14)
    assert ("due", "CHIEF") in told(Kind.REMINDER)
    assert ("late_1", "CHIEF") in told(Kind.REMINDER)
    assert not told(Kind.ESCALATION)


def test_more_time_and_a_failed_check_begin_anew_and_the_old_ones_stay(at: City) -> None:
    row = entry(at)
    climb_daily(0, 13)
    assert rungs(row) == WHOLE[:3]
    later = DEADLINE + dt.timedelta(days=21)
    with clock.at(days_on(13, 12)):
        lists.move(entry=row, move="extend", by=at.office, deadline=later, reason="汛期")
    climb_daily(13, 34)
    assert rungs(row) == WHOLE[:3] * 2
    with clock.at(days_on(35)):
        entries.one_step(at, row)
        entries.one_step(at, row)
        climb = queries.ladder_of(row)
        assert climb
        assert climb.rests
    climb_daily(35, 50)
    assert rungs(row) == WHOLE[:3] * 2  # it waits for its check
    with clock.at(days_on(50, 12)):
        lists.move(entry=row, move="fail", by=at.verifier, reason="只画了线")
    climb_daily(51, 53)
    assert rungs(row)[6:] == WHOLE[3:]  # late by then, and told anew in the second round


def test_what_is_a_problem_is_reminded_of_as_that_problem(at: City) -> None:
    row = entry(at, "hazard")
    with clock.at(days_on(0, 12)):
        problem = handed(at, DEADLINE)
        lists.move(entry=row, move="link", by=at.office, problem=problem)
    climb_daily(0, 13)
    assert rungs(row) == []
    assert Reminder.objects.filter(problem=problem).count() == 3
    with clock.at(days_on(14)):
        lists.move(entry=row, move="unlink", by=at.office, reason="不是一回事")
        walk(at, problem, "reported")
    climb_daily(14, 14)
    assert rungs(row) == ["late_1"]


def test_late_by_the_clock_alone(at: City) -> None:
    row = entry(at)
    midnight = clock.start_of(DEADLINE + dt.timedelta(days=1))
    for moment, late in ((midnight - dt.timedelta(seconds=1), False), (midnight, True)):
        with clock.at(moment):
            climb = queries.ladder_of(row)
            assert climb
            assert climb.overdue is late
            assert Entry.objects.overdue(clock.today()).exists() is late
            page = browser(at.office)
            assert (row.number in shown(page, "notices_ladder", "?of=lists&show=late")) is late
    assert not Reminder.objects.exists()


def test_the_job_sends_them_in_office_hours(at: City) -> None:
    row = entry(at)
    with clock.at(days_on(13, 3)):
        assert jobs.climb(timestamp=0) == 0
    with clock.at(days_on(13, 9)):
        assert jobs.climb(timestamp=0) == 1
        assert jobs.climb(timestamp=0) == 0
    assert rungs(row) == ["due"]


def test_what_was_told_as_late_before_there_was_a_ladder_is_not_told_again(at: City) -> None:
    row = entry(at)
    post = post_of("HANDLER")
    data = {"deadline": DEADLINE.isoformat(), "part": "unit"}
    then = days_on(14)
    Notice.objects.create(post=post, entry=row, kind=Kind.ENTRY_LATE, source=1, data=data, at=then)
    climb_daily(14, 17)
    assert rungs(row) == ["late_3"]
    with clock.at(days_on(17)):
        climb = queries.ladder_of(row)
        assert climb
        late = climb.steps[3]
        assert (late.step.standing, late.at, list(late.posts)) == (Standing.SENT, then, [post])


def test_the_database_takes_a_rung_once_and_of_one_thing(at: City) -> None:
    row = entry(at)
    climb_daily(13, 13)
    sent = Reminder.objects.get()
    same = {"unit_id": row.unit_id, "round": 1, "deadline": sent.deadline, "rung": "due", "at": DAY}
    with pytest.raises(IntegrityError, match="notices_entry_rung_sent_once"), transaction.atomic():
        create(thing=Reminder(entry=row, **same), by=SYSTEM, kind="remind")
    with pytest.raises(IntegrityError, match="notices_rung_of_one_thing"), transaction.atomic():
        create(thing=Reminder(**{**same, "rung": "late_1"}), by=SYSTEM, kind="remind")
    with pytest.raises(DatabaseError), transaction.atomic():
        Reminder.objects.filter(pk=sent.pk).update(rung="late_1")


@pytest.mark.usefixtures("committed")
def test_two_workers_at_once_send_each_rung_once() -> None:
    with clock.at(DAY):
        at = city()
        for n in range(6):
            entries.entry(at, deadline=DAY.date(), title=f"第{n}处", **SAID)
    assert sum(in_parallel([climbed, climbed, climbed, climbed])) == 6
    assert Reminder.objects.count() == 6
    assert Notice.objects.count() == 2 * 6  # handler and leader


def test_the_page_and_the_api_show_them_under_the_same_rule(at: City) -> None:
    row = entry(at)
    climb_daily(13, 13)
    with clock.at(days_on(13)):
        office = browser(at.office)
        page = shown(office, "notices_ladder", "?of=lists&show=soon")
        assert row.number in page
        assert "Ten working days late" in page
        assert row.number not in shown(office, "notices_ladder")
        assert row.number not in shown(browser(at.stranger), "notices_ladder", "?of=lists")
        own = office.get(f"/lists/{row.number}/").content.decode()
        assert "Due today" in own
        assert "?of=lists" in own
        inbox = shown(browser(at.handler), "notices_inbox", "?kind=reminder")
        assert row.number in inbox
        answer = Client().get("/api/v1/ladder?of=lists", **with_token(post_of("OFFICE")))
        (ladder,) = answer.json()["items"]
        assert (ladder["problem"], ladder["entry"]) == (None, row.number)
        assert {one["rung"]: one["standing"] for one in ladder["rungs"]}["due"] == "sent"


def test_a_households_page_shows_what_is_reminded_of_its_needs(at: City) -> None:
    home = entries.household(at)
    need = {"kind": "housing", "text": "屋面漏雨"}
    lists.visit(
        household=home, by=at.handler, day=clock.today(), situation=["house"], needs=[need],
        refer=True,
    )  # fmt: skip
    problem = home.need_rows.get().problem
    assert problem
    walk(at, problem, "accepted")
    page = browser(at.office).get(f"/visits/households/{home.pk}/").content.decode()
    assert "Five working days left" in page
