"""Who had a hand in a fix does not check it: the rule, the database and the benches of one mind."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.dashboards.queries.kinds import KINDS
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions, queries
from xiaohao.ledger.actions import Listed, register_many
from xiaohao.ledger.models import Problem, Verification
from xiaohao.ledger.rules import unmet
from xiaohao.ledger.tests import make

pytestmark = pytest.mark.django_db
CHECK = """INSERT INTO ledger_verification
    (version, problem_id, round, passed, note, unit_id, post_id, account, at)
    SELECT 1, id, round, true, '看过', %s, %s, %s, reported_at FROM ledger_problem WHERE id = %s"""
VERIFIED = "UPDATE ledger_problem SET version = version + 1, state = 'verified' WHERE id = %s"


@pytest.fixture
def city() -> Any:
    with clock.at(make.DAY):
        yield make.city()


def refused(row: Problem, move: str, by: Actor, **given: Any) -> list[str]:
    fresh = Problem.objects.get(pk=row.pk)
    with pytest.raises(Refused) as answer:
        actions.move(problem=fresh, move=move, by=by, **given)
    return [one.code for one in answer.value.unmet]


def said(row: Problem, by: Actor) -> str:
    with pytest.raises(Refused) as answer:
        actions.move(problem=Problem.objects.get(pk=row.pk), move="pass", by=by, note="看过")
    return str(answer.value.unmet[0].message)


def verified_by_hand(row: Problem, by: Actor, unit: int | None = None) -> bool:
    """Whether the database takes a check of that post, past the application."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            values = [unit or by.unit_id, by.post_id, by.account_id, row.pk]
            cursor.execute(CHECK, values)
            cursor.execute(VERIFIED, [row.pk])
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def may_pass(row: Problem, by: Actor) -> bool:
    return not unmet("pass", queries.facts_of(row), by, {"note": "看过"})


def on_the_bench(row: Problem, by: Actor) -> bool:
    [work] = [kind for kind in KINDS if kind.key == "verify"]
    return work.rows(by).filter(pk=row.pk).exists()


def fixed_by(city: make.City, row: Problem, who: list[Actor]) -> Problem:
    """Accepted, planned, finished and reported, each by the next of `who`."""
    make.walk(city, row, "referred")
    accepts, plans, finishes, reports = who
    actions.move(problem=row, move="accept", by=accepts)
    day = clock.today() + dt.timedelta(days=5)
    measures = [{"text": "换灯", "owner": "城管科", "deadline": day}]
    actions.move(problem=row, move="plan", by=plans, measures=measures)
    sent = actions.upload(problem=row, by=finishes, name="a.jpg", stream=make.picture())
    measure = row.measures.get()
    actions.move(
        problem=row, move="finish_measure", by=finishes, measure=measure.pk, files=[sent.pk]
    )
    return actions.move(problem=row, move="report", by=reports)


def test_the_unit_that_did_the_work_of_another_does_not_check_it(city: make.City) -> None:
    chief = make.actor("CHIEF", city.east, Role.LEADER, 51)
    row = fixed_by(city, make.problem(city), [chief] * 4)
    assert refused(row, "pass", city.district, note="看过") == ["hand_in_it"]
    assert refused(row, "fail", city.district, reason="没亮") == ["hand_in_it"]
    sentence = said(row, city.district)
    assert city.east.name in sentence
    assert f"核验：{city.city.name}。" in sentence, "who can check is named"
    assert not on_the_bench(row, city.district)
    assert on_the_bench(row, city.verifier)
    actions.move(problem=row, move="pass", by=city.verifier, note="看过")
    assert row.state == "verified"


@pytest.mark.parametrize("part", range(3))
def test_one_part_of_the_work_is_enough(city: make.City, part: int) -> None:
    chief = make.actor("CHIEF", city.east, Role.LEADER, 51)
    who = [city.handler, city.handler, city.handler, city.leader]
    who[part] = chief
    row = fixed_by(city, make.problem(city), who)
    assert refused(row, "pass", city.district, note="看过") == ["hand_in_it"]
    assert not verified_by_hand(row, city.district)


def test_the_next_round_is_another_fix(city: make.City) -> None:
    chief = make.actor("CHIEF", city.east, Role.LEADER, 51)
    row = fixed_by(city, make.problem(city), [chief] * 4)
    actions.move(problem=row, move="pass", by=city.verifier, note="看过")
    actions.move(problem=row, move="reopen", by=city.verifier, reason="又不亮了")
    make.walk(city, row, "reported")
    assert on_the_bench(row, city.district)
    assert verified_by_hand(row, city.district)
    actions.move(problem=row, move="pass", by=city.district, note="看过")


def test_a_person_stays_the_same_at_another_post(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "reported")
    before = make.actor("ONCE-HANDLER", city.city, Role.VERIFIER, city.handler.account_id)
    assert refused(row, "pass", before, note="看过") == ["hand_in_it"]
    assert not on_the_bench(row, before)
    assert not verified_by_hand(row, before)


def test_nobody_works_where_nobody_would_be_left_to_check(city: make.City) -> None:
    """Above a district stands the city alone: what the city does in its place, none could check."""
    chief = make.actor("CHIEF", city.city, Role.LEADER, 51)
    row = make.problem(city)
    actions.move(problem=row, move="refer", by=city.operator, unit=city.east)
    assert refused(row, "accept", chief) == ["nobody_left_to_check"]
    lower = make.problem(city)
    actions.move(problem=lower, move="refer", by=city.operator, unit=city.street)
    actions.move(problem=lower, move="accept", by=chief)
    assert lower.state == "accepted", "the district is left to check it"


def spot(city: make.City, by: Actor, unit: Any) -> Problem:
    row = make.problem(city, by=city.operator)
    sent = actions.upload(problem=row, by=by, name="a.jpg", stream=make.picture())
    given: dict[str, Any] = {"unit": unit, "done": "当场换灯", "owner": "城管科"}
    return actions.move(problem=row, move="spot", by=by, files=[sent.pk], **given)


def test_the_office_that_found_and_fixed_it_does_not_check_it(city: make.City) -> None:
    row = spot(city, city.office, city.street)
    assert refused(row, "pass", city.office, note="好了") == ["reported_by_same"]
    assert refused(row, "pass", city.verifier, note="好了") == ["hand_in_it"]
    assert city.east.name in said(row, city.verifier)
    assert not on_the_bench(row, city.verifier)
    assert not verified_by_hand(row, city.verifier)
    assert on_the_bench(row, city.district)
    actions.move(problem=row, move="pass", by=city.district, note="好了")


def test_whoever_found_it_had_a_hand_even_where_another_office_fixed_it(city: make.City) -> None:
    row = make.problem(city, by=city.operator)
    sent = actions.upload(problem=row, by=city.district, name="a.jpg", stream=make.picture())
    with pytest.raises(Refused) as answer:
        actions.move(
            problem=row, move="spot", by=city.district, unit=city.street, done="换灯",
            owner="科", files=[sent.pk],
        )  # fmt: skip
    assert [one.code for one in answer.value.unmet] == ["nobody_left_to_check"]


def test_what_the_office_mends_for_a_unit_right_under_it_goes_the_long_way(
    city: make.City,
) -> None:
    with pytest.raises(Refused) as answer:
        spot(city, city.office, city.east)
    assert [(one.code, one.field) for one in answer.value.unmet] == [
        ("nobody_left_to_check", "unit")
    ]


def test_what_a_sheet_calls_fixed_on_the_spot_was_not_fixed_by_who_brought_it(
    city: make.City,
) -> None:
    row = Listed(
        title="井盖缺失",
        text="井盖缺失",
        unit=city.street,
        deadline=clock.today() + dt.timedelta(days=20),
        track="spot",
    )
    [key] = register_many(by=city.office, rows=[row])
    brought = make.walk(city, Problem.objects.get(pk=key), "reported")
    assert on_the_bench(brought, city.verifier)
    assert verified_by_hand(brought, city.verifier)
    actions.move(problem=brought, move="pass", by=city.verifier, note="看过")


def test_the_bench_leaves_out_what_ones_own_unit_helps_with(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "reported")
    assert on_the_bench(row, city.district)
    actions.move(problem=row, move="assign", by=city.operator, partners=[city.east.code])
    assert refused(row, "pass", city.district, note="看过") == ["helping_unit"]
    assert not on_the_bench(row, city.district)
    assert on_the_bench(row, city.verifier)


def test_a_check_is_put_down_to_the_unit_of_its_post(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "reported")
    assert verified_by_hand(row, city.verifier)
    assert not verified_by_hand(row, city.verifier, city.west.pk)
    assert not verified_by_hand(row, city.leader, city.city.pk)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    who=st.lists(st.sampled_from(["unit", "east"]), min_size=4, max_size=4),
    again=st.booleans(),
)
def test_rule_database_and_bench_say_the_same(who: list[str], *, again: bool) -> None:
    with transaction.atomic(), clock.at(make.DAY):
        town = make.city()
        chief = make.actor("CHIEF", town.east, Role.LEADER, 51)
        own = [town.handler, town.handler, town.handler, town.leader]
        actors = [chief if name == "east" else one for name, one in zip(who, own, strict=True)]
        row = fixed_by(town, make.problem(town), actors)
        if again:
            actions.move(problem=row, move="pass", by=town.verifier, note="看过")
            actions.move(problem=row, move="reopen", by=town.verifier, reason="又不亮了")
            make.walk(town, row, "reported")
        lone = make.actor("LONE", town.street, Role.VERIFIER, 52)
        for by in (town.office, town.verifier, town.district, lone):
            told = {may_pass(row, by), verified_by_hand(row, by), on_the_bench(row, by)}
            assert len(told) == 1, (by.post_code, who, again)
        assert may_pass(row, town.verifier)
        assert may_pass(row, town.district) == (again or "east" not in who)
        assert not Verification.objects.filter(problem=row, round=row.round).exists()
        transaction.set_rollback(True)
