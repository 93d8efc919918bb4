"""Departments are called, answer, come, are graded; the clock alone says who is silent."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from xiaohao.escalation import actions, queries
from xiaohao.escalation.models import Call, Summons
from xiaohao.escalation.rules import Clock, Standing, standing
from xiaohao.escalation.tests.make import HOUR
from xiaohao.figures.queries import by_category, check, value
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Answer, Forbidden, NotFound, Refused, Stale
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.trail.queries import Checked, events_of, faults
from xiaohao.triage.models import Category

pytestmark = pytest.mark.django_db
ON_SITE = make.DAY + 5 * HOUR


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def codes(error: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in error.value.unmet]


def stands(summons: Summons) -> str:
    return summons.standing.value


def called(city: make.City) -> tuple[Call, Summons, Problem]:
    row = make.walk(city, make.problem(city), "accepted")
    made = actions.call(
        problem=row, by=city.handler, units=[city.west], reason="违建要联合认定", place="致和社区",
        hours=2, on_site_by=ON_SITE,
    )  # fmt: skip
    return made, made.summonses.get(), row


def test_answer_check_in_and_grade(city: make.City) -> None:
    made, summons, row = called(city)
    assert stands(summons) == "waiting"
    with pytest.raises(NotFound):
        queries.find_call(make.actor("ELSEWHERE", make.unit("1209", city.city, "county"),
                                     Role.HANDLER), made.pk)  # fmt: skip
    assert queries.find_call(city.stranger, made.pk) == made
    with pytest.raises(Forbidden):
        actions.answer(summons=summons, by=city.handler, comes=True)
    with clock.at(make.DAY + HOUR):
        actions.answer(summons=summons, by=city.stranger, comes=True, version=1)
        assert stands(summons) == "coming"
        with pytest.raises(Refused) as refused:
            actions.grade(summons=summons, by=city.handler, grade="good")
        assert codes(refused) == ["not_now"]
    with clock.at(make.DAY + 4 * HOUR):
        actions.check_in(summons=summons, by=city.stranger, who="执法队两人")
        with pytest.raises(Refused) as refused:
            actions.grade(summons=summons, by=city.handler, grade="bad")
        assert codes(refused) == ["reason_missing"]
        actions.grade(summons=summons, by=city.handler, grade="good")
        assert stands(summons) == "graded"
        for rate in ("answer_rate", "on_site_rate", "helped_rate"):
            assert value(f"escalation.{rate}", city.west) == 1
        assert check().differences == 0
    assert list(faults(Checked())) == []
    assert row.calls.get() == made


def test_a_department_is_not_called_again_while_its_call_stands(city: make.City) -> None:
    made, summons, row = called(city)
    again: dict[str, Any] = {
        "problem": row,
        "by": city.handler,
        "reason": "再来",
        "place": "致和社区",
        "on_site_by": ON_SITE + 4 * HOUR,
    }
    with pytest.raises(Refused) as refused:
        actions.call(**again, units=[city.west])
    assert codes(refused) == ["already_called"]
    assert made.number in refused.value.unmet[0].message
    assert Call.objects.count() == 1
    with clock.at(ON_SITE):
        actions.check_in(summons=summons, by=city.stranger, who="执法队两人")
        actions.grade(summons=summons, by=city.handler, grade="good")
        second = actions.call(**again, units=[city.west])
        actions.withdraw(made=second, by=city.handler, reason="不用了")
        actions.call(**again, units=[city.west])
    assert Call.objects.count() == 3
    assert check().differences == 0


def test_silence_is_the_superiors_at_that_moment_and_noted_once(city: make.City) -> None:
    _made, summons, _row = called(city)
    assert not queries.silent_below(city.office).exists()
    with clock.at(make.DAY + 3 * HOUR):
        assert list(queries.silent_below(city.office)) == [summons]  # no job has run
        assert stands(summons) == "silent"
        assert actions.note_late() == 1
        assert actions.note_late() == 0
        summons.refresh_from_db()
        assert summons.told_unit == city.city
        kinds = [event.kind for event in events_of("escalation.summons", summons.pk)]
        assert kinds == ["call", "escalate"]
        actions.answer(summons=summons, by=city.stranger, comes=True)
        assert value("escalation.answer_rate", city.west) == 0
    with clock.at(make.DAY + 6 * HOUR):
        assert stands(summons) == "absent"
        actions.check_in(summons=summons, by=city.stranger, who="迟到一人")
        assert value("escalation.on_site_rate", city.west) == 0
        assert check().differences == 0
    assert list(faults(Checked())) == []


def test_a_late_answer_is_late_even_if_no_job_had_run(city: make.City) -> None:
    _made, summons, _row = called(city)
    with clock.at(make.DAY + 3 * HOUR):
        actions.answer(summons=summons, by=city.stranger, comes=False, words="人手不够")
        assert value("escalation.silent", city.west) == 1
        assert check().differences == 0


def test_a_call_says_everything_that_is_wrong_with_it(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "accepted")
    with pytest.raises(Refused) as refused:
        actions.call(problem=row, by=city.handler, units=[city.east], reason="", hours=0)
    assert codes(refused) == [
        "not_a_department", "reason_missing", "place_missing", "bad_hours", "on_site_missing",
    ]  # fmt: skip
    with pytest.raises(Forbidden):
        actions.call(problem=row, by=city.stranger, units=[city.east], reason="帮忙")


def test_a_call_taken_back_counts_against_nobody(city: make.City) -> None:
    made, summons, _row = called(city)
    actions.withdraw(made=made, by=city.handler, reason="已解决")
    with pytest.raises(Stale):
        actions.withdraw(made=made, by=city.handler, reason="又一次", version=1)
    with clock.at(make.DAY + dt.timedelta(days=2)):
        assert actions.note_late() == 0
        summons.refresh_from_db()
        assert stands(summons) == "withdrawn"
        with pytest.raises(Refused) as refused:
            actions.answer(summons=summons, by=city.stranger, comes=True)
        assert codes(refused) == ["not_now"]


def test_how_it_stands_follows_from_the_times() -> None:
    start = make.DAY
    times = Clock(answer_by=start + HOUR, on_site_by=start + 3 * HOUR)
    stands = [standing(times, start + n * HOUR) for n in (0, 1, 2, 4)]
    assert stands == [Standing.WAITING, Standing.WAITING, Standing.SILENT, Standing.ABSENT]


def test_each_field_of_a_call_tells_who_set_it(city: make.City) -> None:
    made, summons, _row = called(city)
    actions.answer(summons=summons, by=city.stranger, comes=True, words="马上到")
    actions.check_in(summons=summons, by=city.stranger, who="科长岗")
    actions.grade(summons=summons, by=city.handler, grade="good", words="解决了")
    rows = queries.call_history(made)
    found = {row["field"]: (row["before"], row["after"], row["by"]) for row in rows}
    key, caller = f"unit.{summons.pk}", "单位120101 · HANDLER"
    assert found["place"] == (None, "致和社区", caller)
    assert found[f"{key}.answer"] == (None, "马上到", "单位1202 · STRANGER")
    assert found[f"{key}.who"] == (None, "科长岗", "单位1202 · STRANGER")
    assert found[f"{key}.grade_words"] == (None, "解决了", caller)
    assert f"{key}.silent_at" not in found


def test_what_was_counted_of_a_call_goes_along_with_its_problems_category(city: make.City) -> None:
    lamps = Category.objects.create(code="lamps", name="路灯")
    _made, summons, row = called(city)
    with clock.at(make.DAY + HOUR):
        actions.answer(summons=summons, by=city.stranger, comes=True, version=1)
    with clock.at(make.DAY + 30 * HOUR):
        ledger.move(problem=row, move="correct", by=city.office, category="lamps", reason="漏填")
        for key in ("called", "answered_in_time", "answer_settled"):
            found = by_category(f"escalation.{key}", city.west)
            assert {one: number for one, number in found.items() if number} == {lamps.pk: 1}, key
        report = check()
        assert report.differences == 0, report.examples
