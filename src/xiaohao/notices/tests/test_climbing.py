"""Reminders go out once, to the right posts, and leave their mark on the trail."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import walk
from xiaohao.notices import actions, jobs, queries
from xiaohao.notices.models import Kind, Notice, Reminder
from xiaohao.notices.tests.make import DAY, City, city, days_on, handed
from xiaohao.trail.actions import create
from xiaohao.trail.models import Event

DEADLINE = DAY.date() + dt.timedelta(days=13)  # Monday 23 September; 13 September was a holiday


@pytest.fixture
def at(db: None) -> City:
    with clock.at(DAY):
        return city()


def rungs(row: Problem) -> list[str]:
    return list(Reminder.objects.filter(problem=row).order_by("id").values_list("rung", flat=True))


def told(kind: str | None = None) -> list[tuple[str, str]]:
    rows = Notice.objects.order_by("id").select_related("post")
    rows = rows.filter(kind=kind) if kind else rows
    return [(row.data["rung"], row.post.code) for row in rows]


def climb_daily(first: int, last: int) -> None:
    for n in range(first, last + 1):
        with clock.at(days_on(n)):
            actions.climb()


def test_the_whole_ladder(at: City) -> None:
    with clock.at(DAY):
        row = handed(at, DEADLINE)
    climb_daily(0, 40)
    assert rungs(row) == ["before_5", "before_2", "due", "late_1", "late_3", "late_10"]
    assert told(Kind.REMINDER) == [
        ("before_5", "HANDLER"), ("before_2", "HANDLER"), ("before_2", "LEADER"),
        ("due", "HANDLER"), ("due", "LEADER"), ("late_1", "HANDLER"), ("late_1", "LEADER"),
        ("late_3", "LEADER"),
    ]  # fmt: skip
    assert set(told(Kind.ESCALATION)) == {
        ("late_3", "DISTRICT"), ("late_10", "DISTRICT"), ("late_10", "OFFICE"),
    }  # fmt: skip
    events = Event.objects.filter(label="notices.reminder").order_by("id")
    assert [e.kind for e in events] == ["remind"] * 4 + ["escalate"] * 2
    assert events[4].data["to"] == ["LEADER", "DISTRICT"]
    assert events[4].data["problem"] == row.number


def test_the_job_waits_for_the_hours_of_a_working_day(at: City) -> None:
    with clock.at(DAY):
        row = handed(at, DEADLINE)
    due = dt.datetime.combine(DEADLINE, dt.time(), clock.ZONE)
    with clock.at(due + dt.timedelta(minutes=5)):
        assert jobs.climb(timestamp=0) == 0
    with clock.at(due + dt.timedelta(hours=8)):
        assert jobs.climb(timestamp=0) == 1
    assert rungs(row) == ["due"]


def test_more_time_begins_a_new_ladder_and_the_old_one_stays_on_record(at: City) -> None:
    with clock.at(DAY):
        row = handed(at, DEADLINE)
    climb_daily(0, 13)
    with clock.at(days_on(13)):
        later = DEADLINE + dt.timedelta(days=21)
        ledger.move(problem=row, move="ask_extension", by=at.handler, deadline=later, reason="下雨")
        ledger.move(problem=row, move="grant_extension", by=at.district, note="")
    climb_daily(13, 34)
    assert rungs(row) == ["before_5", "before_2", "due"] * 2
    with clock.at(days_on(34)):
        climb = queries.ladder_of(row)
        assert climb
        assert climb.last
        assert climb.last.step.rung.name == "due"


def test_a_reopening_begins_a_new_ladder_even_where_the_deadline_stays(at: City) -> None:
    with clock.at(DAY):
        row = handed(at, DEADLINE)
    climb_daily(0, 6)  # "five working days left"
    with clock.at(days_on(6)):
        walk(at, row, "verified")
        ledger.move(problem=row, move="reopen", by=at.verifier, reason="又不亮了")
        assert (row.round, row.state) == (2, "reopened")
        climb = queries.ladder_of(row)
        assert climb
        assert climb.last is None
        assert not climb.rests
    before = rungs(row)
    climb_daily(6, 60)
    rounds = Reminder.objects.filter(problem=row).values_list("round", "rung").order_by("id")
    assert before == ["before_5"]
    assert [rung for n, rung in rounds if n == 1] == before
    assert [rung for n, rung in rounds if n == 2][-4:] == ["due", "late_1", "late_3", "late_10"]
    assert len(set(rounds)) == len(rounds)


def test_who_gets_a_problem_back_today_is_not_told_today_how_long_there_is(at: City) -> None:
    with clock.at(DAY):
        row = handed(at, DEADLINE, urgent=True)
    with clock.at(days_on(6)):  # the day of "five working days left" of the deadline that stays
        walk(at, row, "verified")
        ledger.move(problem=row, move="reopen", by=at.verifier, reason="又不亮了")
        assert row.deadline == DEADLINE
        assert actions.climb() == 0
        climb = queries.ladder_of(row)
        assert climb
        assert climb.next
        assert climb.next.step.rung.name == "before_2"
    climb_daily(6, 13)
    assert rungs(row) == ["before_2", "due"]


def test_nobody_is_reminded_while_it_waits_for_others_or_is_closed(at: City) -> None:
    with clock.at(DAY):
        row = walk(at, handed(at, DEADLINE), "reported")
    climb_daily(0, 40)
    assert rungs(row) == []
    climb = queries.ladder_of(row)
    assert climb
    assert climb.rests
    assert climb.next is None


def test_overdue_is_right_at_every_moment_without_the_job(at: City) -> None:
    with clock.at(DAY):
        row = handed(at, DEADLINE)
    midnight = clock.start_of(DEADLINE + dt.timedelta(days=1))
    for moment, late in ((midnight - dt.timedelta(seconds=1), False), (midnight, True)):
        with clock.at(moment):
            today = clock.today()
            assert row.is_overdue(today) is late
            assert Problem.objects.overdue(today).filter(pk=row.pk).exists() is late
            climb = queries.ladder_of(row)
            assert climb
            assert climb.overdue is late
    assert Reminder.objects.count() == 0


def test_the_database_takes_a_rung_once_and_keeps_it(at: City) -> None:
    with clock.at(DAY):
        row = handed(at, DAY.date())
        assert actions.climb() == 1
    sent = Reminder.objects.get()
    same = {"unit_id": row.unit_id, "round": row.round, "deadline": sent.deadline}
    with pytest.raises(IntegrityError, match="notices_rung_sent_once"), transaction.atomic():
        create(
            thing=Reminder(problem=row, rung=sent.rung, at=DAY, **same), by=SYSTEM, kind="remind"
        )
    with pytest.raises(ProgrammingError), transaction.atomic():
        Reminder.objects.filter(pk=sent.pk).update(rung="due")
    with pytest.raises(ProgrammingError), transaction.atomic():
        Notice.objects.all().delete()


@pytest.mark.usefixtures("committed")
def test_two_workers_at_once_send_each_rung_once() -> None:
    with clock.at(DAY):
        at = city()
        rows = [handed(at, DAY.date()) for _ in range(12)]
    counts = in_parallel([climbed, climbed, climbed, climbed])
    assert sum(counts) == len(rows)
    assert Reminder.objects.count() == len(rows)
    assert Notice.objects.count() == 2 * len(rows)  # handler and leader


def climbed() -> int:
    with clock.at(DAY):
        return actions.climb()


def in_parallel(works: list[Callable[[], int]]) -> list[int]:
    """What each of these gives, started at one moment on connections of their own."""
    gate, found, troubles = threading.Barrier(len(works)), [], []

    def run(work: Callable[[], int]) -> None:
        try:
            gate.wait(10)
            found.append(work())
        except Exception as trouble:  # noqa: BLE001 (told below)
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    return found
