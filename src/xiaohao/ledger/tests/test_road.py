"""The straight road of a problem, and what stands in the way of every short cut."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import Answer, Forbidden, Refused, Stale
from xiaohao.ledger import actions, queries
from xiaohao.ledger.models import Problem, Word
from xiaohao.ledger.rules.checks import gate_measures
from xiaohao.ledger.rules.facts import Need
from xiaohao.ledger.tests import make
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def codes(error: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in error.value.unmet]


def refused_for(row: Problem, **call: Any) -> list[str]:
    with pytest.raises(Answer) as refused:
        actions.move(problem=row, **call)
    return codes(refused)


def test_the_whole_road_ends_struck_off_and_the_trail_agrees(city: make.City) -> None:
    row = make.problem(city, reporters=[("intake.message", 7)])
    make.walk(city, row, "awaiting")
    actions.answer(
        label="intake.message", source_id=7, answer="solved", response="good", result="good"
    )
    row = queries.find(city.office, row.number)
    actions.move(problem=row, move="close", by=city.office)
    row.refresh_from_db()
    assert (row.state, row.closing) == ("closed", "solved")
    checked = Checked()
    assert list(faults(checked)) == []
    assert checked.events > 10


def test_without_the_citizens_word_nothing_closes_until_the_days_are_over(city: make.City) -> None:
    row = make.problem(city, reporters=[("intake.message", 7)])
    make.walk(city, row, "awaiting")
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="close", by=city.office)
    assert codes(refused) == ["answer_outstanding"]
    word = Word.objects.get()
    with clock.at(clock.start_of(word.answer_by + dt.timedelta(days=1))):
        actions.move(problem=row, move="close", by=city.office)
    assert row.closing == "no_answer"


@pytest.mark.parametrize("said", ["partly", "not"])
def test_a_citizen_who_is_not_satisfied_reopens(city: make.City, said: str) -> None:
    row = make.problem(city, reporters=[("intake.message", 7)])
    make.walk(city, row, "awaiting")
    actions.answer(label="intake.message", source_id=7, answer=said)
    row.refresh_from_db()
    assert (row.state, row.round) == ("reopened", 2)
    assert row.deadline
    assert row.deadline > clock.today()


def test_a_reopened_problem_needs_a_measure_of_its_new_round(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "verified")
    actions.move(problem=row, move="reopen", by=city.verifier, reason="灯又灭了")
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="plan", by=city.handler)
    assert codes(refused) == ["measures_missing"]
    assert gate_measures(queries.facts_of(row)) == [Need("no_measures", "measures")]
    make.walk(city, row, "in_progress")
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="report", by=city.leader)
    assert codes(refused) == ["measure_not_done", "measure_without_evidence"]
    make.walk(city, row, "reported")
    assert set(row.measures.values_list("round", flat=True)) == {1, 2}


def test_closing_without_proof_names_everything_that_is_missing(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "in_progress")
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="report", by=city.leader)
    assert codes(refused) == ["measure_not_done", "measure_without_evidence"]
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="close", by=city.office)
    assert codes(refused) == ["wrong_state"]


def test_one_hand_never_registers_and_closes(city: make.City) -> None:
    row = make.problem(city, by=city.office)
    make.walk(city, row, "verified")
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="close", by=city.office)
    assert codes(refused) == ["registered_by_same"]


def test_nobody_verifies_his_own_units_fix(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "reported")
    own = make.actor("OWN", city.street, Role.VERIFIER)
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="pass", by=own, note="看过")
    assert codes(refused) == ["own_unit"]


def test_nothing_is_verified_or_closed_by_itself(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "reported")
    for move in ("pass", "fail"):
        given = {"note": "看过", "reason": "没修好"}
        assert refused_for(row, move=move, by=SYSTEM, **given) == ["not_permitted"]
    make.walk(city, row, "verified")
    assert refused_for(row, move="close", by=SYSTEM) == ["not_permitted"]


def test_another_unit_cannot_handle(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "referred")
    with pytest.raises(Forbidden):
        actions.move(problem=row, move="accept", by=city.stranger)


def test_the_second_writer_is_told_what_changed(city: make.City) -> None:
    row = make.problem(city)
    first, second = Problem.objects.get(pk=row.pk), Problem.objects.get(pk=row.pk)
    actions.move(problem=first, move="refer", by=city.operator, unit=city.street.code)
    with pytest.raises(Stale) as stale:
        actions.move(problem=second, move="refer", by=city.office, unit=city.east.code, version=1)
    assert stale.value.version == 2
    assert [change["kind"] for change in stale.value.changes] == ["refer"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_problem SET state = 'closed', version = version + 1",
        "UPDATE ledger_problem SET state = 'verified', version = version + 1",
        "UPDATE ledger_problem SET title = 'x'",
        "UPDATE ledger_problem SET version = version + 2",
        "DELETE FROM ledger_problem",
        "TRUNCATE ledger_problem CASCADE",
        "UPDATE ledger_measure SET done_at = now()",
        "DELETE FROM ledger_evidence",
        """INSERT INTO ledger_problem SELECT (jsonb_populate_record(
               p, '{"id": 999, "state": "closed"}')).* FROM ledger_problem p""",
    ],
)
def test_the_database_refuses_what_the_table_does_not_allow(city: make.City, sql: str) -> None:
    row = make.problem(city)
    make.walk(city, row, "reported")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else foreign keys stand before TRUNCATE
        with pytest.raises(DatabaseError, match=r"xiaohao|Cannot"), transaction.atomic():
            cursor.execute(sql)


def test_a_failed_check_opens_the_measures_again(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "reported")
    actions.move(problem=row, move="fail", by=city.verifier, reason="灯还是不亮")
    assert row.state == "in_progress"
    assert row.measures.get().done_at is None
    make.walk(city, row, "closed")
    assert row.closing == "no_reporter"


def test_two_returns_make_the_arbiters_word_final(city: make.City) -> None:
    row = make.problem(city)
    for _ in range(2):
        make.walk(city, row, "referred")
        actions.move(
            problem=row,
            move="return",
            by=city.handler,
            reason="不归我们管",
            owner_unknown="不清楚归谁管",
        )
    assert (row.state, row.arbiter, row.path) == ("arbitration", city.east, city.east.path)
    make.walk(city, row, "referred")
    assert row.final
    with pytest.raises(Refused) as refused:
        actions.move(
            problem=row,
            move="return",
            by=city.handler,
            reason="还是不归我们管",
            owner_unknown="不清楚归谁管",
        )
    assert codes(refused) == ["return_is_final"]


def test_merge_takes_reporters_along_and_split_brings_them_back(city: make.City) -> None:
    kept = make.problem(city, reporters=[("intake.message", 1)])
    same = make.problem(city, reporters=[("intake.message", 2), ("intake.message", 3)])
    actions.move(problem=same, move="merge", by=city.operator, into=kept.number)
    kept.refresh_from_db()
    assert (same.state, kept.reporters, same.reporters) == ("merged", 3, 0)
    actions.move(problem=same, move="split", by=city.operator, reason="不是一回事")
    kept.refresh_from_db()
    same.refresh_from_db()
    assert (same.state, kept.reporters, same.reporters) == ("registered", 1, 2)
    assert list(faults(Checked())) == []


def test_more_time_is_asked_for_granted_from_above_and_limited(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "accepted")
    for n in (1, 2):
        assert row.deadline
        later = row.deadline + dt.timedelta(days=7 * n)
        actions.move(
            problem=row, move="ask_extension", by=city.handler, deadline=later, reason="等材料"
        )
        actions.move(problem=row, move="grant_extension", by=city.office)
        assert row.deadline == later
    assert row.deadline
    with pytest.raises(Refused) as refused:
        actions.move(
            problem=row,
            move="ask_extension",
            by=city.handler,
            deadline=row.deadline + dt.timedelta(days=1),
            reason="还要",
        )
    assert codes(refused) == ["extensions_used_up"]


def test_more_time_is_asked_for_once_at_a_time_and_granted_from_above_alone(
    city: make.City,
) -> None:
    row = make.walk(city, make.problem(city), "in_progress")
    assert row.deadline is not None
    ask: dict[str, Any] = {"move": "ask_extension", "by": city.handler, "reason": "材料未到"}
    assert refused_for(row, **ask, deadline=row.deadline) == ["deadline_not_later"]
    later = row.deadline + dt.timedelta(days=3)
    actions.move(problem=row, deadline=later, **ask)
    assert refused_for(row, **ask, deadline=later) == ["extension_already_asked"]
    same = make.actor("OFFICE-S", city.street, Role.OFFICE, 21)
    assert refused_for(row, move="grant_extension", by=same) == ["not_above"]
    actions.move(problem=row, move="grant_extension", by=city.district)
    assert row.deadline == later


def test_the_last_day_is_not_overdue_yet(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "in_progress")
    assert row.deadline is not None
    for day, late in ((row.deadline, False), (row.deadline + dt.timedelta(days=1), True)):
        assert row.is_overdue(day) == late
        assert Problem.objects.overdue(day).filter(pk=row.pk).exists() == late


def test_a_deadline_in_the_past_is_refused_with_the_day(city: make.City) -> None:
    row = make.problem(city)
    with pytest.raises(Refused) as refused:
        actions.move(
            problem=row, move="refer", by=city.operator, unit="120101", deadline="2019-09-09"
        )
    assert codes(refused) == ["deadline_past"]
    assert "2019年9月9日" in str(refused.value.unmet[0].message)


def test_two_character_words_are_found(city: make.City) -> None:
    row = make.problem(city)
    found = queries.listed(city.operator, queries.Filters(q="路灯"))
    assert [p.pk for p in found.order_by("id")] == [row.pk]
    assert not queries.listed(city.operator, queries.Filters(q="低保")).exists()


def test_a_moved_unit_takes_its_problems_along(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "referred")
    city.street.path = city.west.path + city.street.path[-5:]
    city.street.save(update_fields=["path"])
    row.refresh_from_db()
    assert row.path == city.street.path
    assert queries.listed(city.stranger, queries.Filters()).filter(pk=row.pk).exists()
