"""The road of an entry: the straight one, the refusals on it, and the one beside the ledger."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.commitments import actions, queries
from xiaohao.commitments.models import Entry, State
from xiaohao.commitments.tests import make
from xiaohao.figures.queries import Scope, check, table
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Answer, Forbidden, NotFound, Refused, Stale
from xiaohao.ledger import actions as ledger
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def codes(answer: Answer) -> list[str]:
    return [unmet.code for unmet in answer.unmet]


def value(metric: str, at: Unit, channel: str | None = None) -> int:
    return int(table([metric], [at], Scope(channel=channel))[at.pk][metric] or 0)


def test_the_straight_road_ends_done_with_money_and_figures(city: make.City) -> None:
    row = make.entry(city)
    assert value("commitments.open", city.east) == 1
    assert value("commitments.planned", city.city, "project") == 120_000_000
    make.one_step(city, row)
    actions.move(entry=row, move="money", by=city.handler, arrived="80万", spent="35.5万")
    make.one_step(city, row)
    make.one_step(city, row)
    row.refresh_from_db()
    assert (row.state, row.achieved, row.spent) == ("done", Decimal(36), Decimal("355000.00"))
    assert value("commitments.open", city.city) == 0
    assert value("commitments.done", city.street) == 1
    assert value("commitments.spent", city.city) == 35_500_000
    assert check().differences == 0
    assert not list(faults(Checked()))


def test_what_is_missing_is_said_all_at_once(city: make.City) -> None:
    with pytest.raises(Refused) as said:
        actions.enter(
            by=city.office, kind="bridge", planned="很多", measure="个", deadline="2018-1-1"
        )
    assert set(codes(said.value)) == {
        "no_such_list", "title_missing", "unit_missing", "lead_missing", "deadline_missing",
        "not_a_sum", "promised_missing",
    }  # fmt: skip
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("who", "move", "given", "code"),
    [
        ("handler", "report", {}, "not_permitted"),
        ("leader", "report", {"achieved": "36"}, "after_photo_missing"),
        ("leader", "report", {}, "achieved_missing"),
        ("leader", "report", {"achieved": "30"}, "shortfall_unexplained"),
        ("handler", "money", {"spent": "1"}, "spent_beyond_arrived"),
        ("handler", "money", {"planned": "100万"}, "change_unexplained"),
        ("handler", "plan", {"plan": "改"}, "reason_missing"),
        ("handler", "progress", {}, "note_missing"),
        ("stranger", "progress", {"note": "x"}, "not_your_unit"),
        ("office", "register", {}, "no_problem_list"),
        ("office", "withdraw", {"reason": "x"}, "wrong_state"),
        ("office", "extend", {"deadline": "2019-09-30", "reason": "雨"}, "deadline_not_later"),
    ],
)
def test_refusals_under_way(
    city: make.City, who: str, move: str, given: dict[str, Any], code: str
) -> None:
    row = make.walked(city, "under_way")
    with pytest.raises((Refused, Forbidden)) as said:
        actions.move(entry=row, move=move, by=getattr(city, who), **given)
    assert code in codes(said.value)


def test_nobody_checks_his_own(city: make.City) -> None:
    row = make.walked(city, "reported")
    own = make.actor("V-STREET", city.street, make.Role.VERIFIER, 11)
    with pytest.raises(Refused) as said:
        actions.move(entry=row, move="pass", by=own, note="很好")
    assert codes(said.value) == ["own_unit"]
    actions.move(entry=row, move="fail", by=city.verifier, reason="只画了线")
    assert (row.state, row.round) == ("under_way", 2)
    with pytest.raises(Refused) as again:  # yesterday's photo does not show today's result
        actions.move(entry=row, move="report", by=city.leader, achieved="36")
    assert codes(again.value) == ["after_photo_missing"]


def test_a_second_writer_is_told(city: make.City) -> None:
    row = make.entry(city)
    late = Entry.objects.get(pk=row.pk)
    make.one_step(city, row)
    with pytest.raises(Stale) as said:
        actions.move(entry=late, move="start", by=city.handler, version=1)
    assert said.value.changes[0]["kind"] == "start"


def test_a_weak_organisation_starts_with_its_plan_and_keeps_each_version(city: make.City) -> None:
    row = make.entry(city, "weak", title="支部长期不开会", promised="", measure="", planned="")
    with pytest.raises(Refused) as said:
        actions.move(entry=row, move="start", by=city.handler)
    assert codes(said.value) == ["plan_missing"]
    actions.move(entry=row, move="start", by=city.handler, plan="一月内配齐书记")
    actions.move(entry=row, move="plan", by=city.handler, plan="先选后派", reason="无人可选")
    assert list(row.plans.values_list("number", "text")) == [
        (1, "一月内配齐书记"),
        (2, "先选后派"),
    ]
    make.one_step(city, row)
    make.one_step(city, row)
    assert row.state == "done"


def test_a_hazard_on_the_ledger_is_done_when_the_ledger_says_so(city: make.City) -> None:
    row = make.entry(city, "hazard", title="楼道堆物堵塞通道", promised="", measure="")
    row = actions.move(entry=row, move="register", by=city.operator)
    make.one_step(city, row)
    given: dict[str, Any] = {"files": make.files(row, city.leader), "note": "清了"}
    with pytest.raises(Refused) as said:
        actions.move(entry=row, move="report", by=city.leader, **given)
    assert codes(said.value) == ["follows_problem"]
    problem = row.problem
    assert problem is not None
    assert problem.source == "self"
    assert actions.follow() == 0
    make.walk(city, problem, "closed")
    assert actions.follow() == 1
    row.refresh_from_db()
    assert row.state == State.DONE
    assert actions.follow() == 0
    ledger.move(problem=problem, move="reopen", by=city.verifier, reason="又堆上了")
    assert actions.follow() == 1
    row.refresh_from_db()
    assert (row.state, row.done_at) == (State.UNDER_WAY, None)
    assert check().differences == 0


def test_an_entry_follows_its_problem_into_another(city: make.City) -> None:
    first, second = (make.walk(city, make.problem(city), "accepted") for _ in "12")
    row = make.entry(city, "petition", promised="", measure="")
    actions.move(entry=row, move="link", by=city.operator, problem=first.number)
    ledger.move(problem=first, move="merge", by=city.operator, into=second)
    assert actions.follow() == 1
    row.refresh_from_db()
    assert row.problem_id == second.pk


def test_more_time_and_another_leader(city: make.City) -> None:
    row = make.walked(city, "under_way")
    other = make.second_leader(city)
    with pytest.raises(Refused) as said:
        actions.move(entry=row, move="appoint", by=city.office, lead="NOBODY", reason="x")
    assert codes(said.value) == ["no_such_post"]
    actions.move(entry=row, move="appoint", by=city.office, lead=other.post_code, reason="调整")
    assert row.lead.code == "LEADER-EAST"
    for n in (1, 2):
        day = row.deadline + dt.timedelta(days=10)
        actions.move(entry=row, move="extend", by=city.office, deadline=day, reason="汛期")
        assert row.extensions == n
    day = row.deadline + dt.timedelta(days=10)
    with pytest.raises(Refused) as over:
        actions.move(entry=row, move="extend", by=city.office, deadline=day, reason="汛期")
    assert codes(over.value) == ["extensions_used_up"]
    with clock.at(make.DAY + dt.timedelta(days=200)):
        assert value("commitments.overdue", city.city) == 1
        assert row.is_overdue(clock.today())


def test_a_foreign_district_sees_nothing(city: make.City) -> None:
    row = make.entry(city)
    assert queries.find(city.handler, row.number) == row
    for typed in (row.number, "QD-2019-x", "", "9" * 30):
        with pytest.raises(NotFound):
            queries.find(city.stranger, typed)


SET, NEXT = "UPDATE commitments_entry SET", ", version = version + 1 WHERE id = %s"
FORCED = [
    ("entered", "UPDATE commitments_entry SET title = 'x' WHERE id = %s"),
    ("entered", f"{SET} state = 'done'{NEXT}"),
    ("done", f"{SET} spent = 0{NEXT}"),
    ("under_way", f"{SET} state = 'reported'{NEXT}"),
    ("reported", f"{SET} state = 'done'{NEXT}"),
    ("under_way", f"{SET} spent = 9{NEXT}"),
    ("entered", "DELETE FROM commitments_entry WHERE id = %s"),
    ("done", "UPDATE commitments_check SET passed = false WHERE entry_id = %s"),
    ("done", "DELETE FROM commitments_proof WHERE entry_id = %s"),
    ("under_way", "UPDATE commitments_plan SET text = 'x' WHERE entry_id = %s"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "sql"), FORCED)
def test_the_database_refuses_what_goes_past_the_application(
    city: make.City, state: str, sql: str
) -> None:
    row = make.walked(city, state)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [row.pk])
