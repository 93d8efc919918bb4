"""Household visits: the sealed name, the needs on the ledger, aid in between, coverage."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.commitments import actions, queries
from xiaohao.commitments.models import Household, HouseholdNeed
from xiaohao.commitments.tests import make
from xiaohao.figures.queries import Scope, check, table
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
VISIT = "DELETE FROM commitments_visit v USING commitments_householdneed n WHERE v.id = n.visit_id"
NEED = {"kind": "minimum", "text": "王秀英符合低保条件但不在册，电话13812345678"}


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def visited(city: make.City, home: Household, **more: Any) -> HouseholdNeed:
    """A visit that found one need; the need."""
    values: dict[str, Any] = {"day": "2019-09-10", "situation": ["alone"], "needs": [NEED]}
    row = actions.visit(household=home, by=city.handler, **{**values, **more})
    return row.need_rows.get()


def covered(city: make.City) -> list[int]:
    found = table(queries.COVERAGE, [city.city], Scope())[city.city.pk]
    return [int(found[key] or 0) for key in queries.COVERAGE]


def test_a_need_is_masked_goes_on_the_ledger_and_is_fixed_there(city: make.City) -> None:
    home = make.household(city)
    assert covered(city) == [1, 0, 0, 0, 0]
    need = visited(city, home, refer=True)
    assert need.problem is not None
    for text in (need.text, need.problem.title, need.problem.text):
        assert "王秀英" not in text
        assert "13812345678" not in text
    assert (need.state, need.problem.source) == ("on_ledger", "household")
    assert covered(city) == [1, 1, 1, 1, 0]
    aid = actions.give_aid(
        need=need, by=city.handler, day="2019-09-10", text="临时救助", amount="800"
    )
    assert aid.amount == Decimal("800.00")
    problem = Problem.objects.get(pk=need.problem.pk)
    make.walk(city, problem, "awaiting")
    actions.hear(need=need, by=city.office, answer="solved")
    problem.refresh_from_db()
    make.walk(city, problem, "closed")
    assert actions.follow() == 1
    need.refresh_from_db()
    assert (need.state, covered(city)) == ("fixed", [1, 1, 1, 1, 1])
    with pytest.raises(Refused):
        actions.give_aid(need=need, by=city.handler, day="2019-09-10", text="米面")
    ledger.move(problem=problem, move="reopen", by=city.verifier, reason="没发放")
    assert actions.follow() == 1
    assert covered(city) == [1, 1, 1, 1, 0]
    assert check().differences == 0
    assert not list(faults(Checked()))


def test_the_name_is_sealed_and_each_look_stands_on_the_trail(city: make.City) -> None:
    home = make.household(city)
    assert "王秀英".encode() not in bytes(home.sealed or b"")
    with pytest.raises(Forbidden):
        actions.look_at_name(household=home, by=city.handler, reason="想看")
    with pytest.raises(Refused):
        actions.look_at_name(household=home, by=city.office, reason=" ")
    assert not Event.objects.filter(kind="look").exists()
    assert actions.look_at_name(household=home, by=city.office, reason="核对低保") == "王秀英"
    look = Event.objects.get(kind="look")
    assert (look.thing_id, look.data) == (home.pk, {"reason": "核对低保"})
    assert not Event.objects.filter(data__icontains="王秀英").exists()


def test_listing_twice_adds_nothing(city: make.City) -> None:
    row = make.round_(city)
    rows = [("1-101", "李"), ("1-102", "")]
    given = {"round_": row, "by": city.handler, "unit": city.street, "rows": rows}
    assert actions.list_households(**given) == (2, 0)  # type: ignore[arg-type]
    assert actions.list_households(**given) == (0, 2)  # type: ignore[arg-type]
    assert covered(city)[0] == 2


def test_what_a_visit_lacks_is_said_at_once_and_nothing_is_kept(city: make.City) -> None:
    home = make.household(city)
    day = clock.today() + dt.timedelta(days=1)
    with pytest.raises(Refused) as said:
        actions.visit(
            household=home, by=city.handler, day=day, situation=[], needs=[{"kind": "", "text": ""}]
        )
    assert [unmet.code for unmet in said.value.unmet] == [
        "day_ahead", "situation_missing", "need_kind_missing", "need_text_missing",
    ]  # fmt: skip
    home.refresh_from_db()
    assert home.visits == 0


def test_a_second_visitor_and_a_stranger_are_told(city: make.City) -> None:
    home = make.household(city)
    need = visited(city, home)
    with pytest.raises(Stale):
        visited(city, Household.objects.get(pk=home.pk), version=1)
    for find, key in ((queries.find_household, home.pk), (queries.find_need, need.pk)):
        with pytest.raises(NotFound):
            find(city.stranger, key)
    with pytest.raises(NotFound):
        actions.refer_need(need=need, by=city.stranger)
    actions.refer_need(need=need, by=city.handler)
    with pytest.raises(Refused):
        actions.refer_need(need=need, by=city.handler)


@pytest.mark.parametrize("sql", [
    "UPDATE commitments_householdneed SET state = 'fixed' WHERE id = %s",
    "UPDATE commitments_householdneed SET text = 'x' WHERE id = %s",
    "UPDATE commitments_householdneed SET problem_id = NULL WHERE id = %s",
    "DELETE FROM commitments_householdneed WHERE id = %s",
    f"{VISIT} AND n.id = %s",
])  # fmt: skip
def test_the_database_keeps_what_was_found(city: make.City, sql: str) -> None:
    need = visited(city, make.household(city), refer=True)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [need.pk])


def test_coverage_counts_below_and_follows_a_unit_that_moves(city: make.City) -> None:
    visited(city, make.household(city))
    whole, below = queries.coverage(city.city)
    assert [row.unit.code for row in below] == [city.east.code]
    assert [value for value, _href in whole.numbers] == [1, 1, 1, 1, 0]
    assert whole.share == 1
