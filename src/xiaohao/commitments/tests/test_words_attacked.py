"""Plain SQL as the application's role strikes no need off without its household's word."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.commitments import actions
from xiaohao.commitments.models import HouseholdNeed, HouseholdWord
from xiaohao.commitments.tests import make
from xiaohao.commitments.tests.test_words import asked
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem, Word
from xiaohao.ledger.rules import DAYS_TO_ANSWER

pytestmark = pytest.mark.django_db
SAID = "UPDATE ledger_word SET answer = 'solved', answered_at = asked_at, version = version + 1"
TAKEN = """INSERT INTO commitments_householdword (version, need_id, word_id, day, post_id, account,
    at) VALUES (1, %s, %s, now(), %s, %s, now())"""
FIXED = (
    "UPDATE commitments_householdneed SET state = 'fixed', fixed_at = now(),"
    " version = version + 1 WHERE id = %s"
)
CLOSED = """UPDATE ledger_problem SET state = 'closed', version = version + 1, closing = 'solved',
    closed_at = %s, closed_on = %s, closed_post_id = %s, closed_account = %s WHERE id = %s"""


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def passes(*steps: tuple[str, list[Any]]) -> bool:
    """Whether the database lets all of these through, one after the other; taken back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, values in steps:
                cursor.execute(sql, values)
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def spoken(word: Word) -> tuple[str, list[Any]]:
    return f"{SAID} WHERE id = %s", [word.pk]


def taken(need: HouseholdNeed, word: Word, by: Actor) -> tuple[str, list[Any]]:
    return TAKEN, [need.pk, word.pk, by.post_id, by.account_id]


def closed(problem: Problem, by: Actor) -> tuple[str, list[Any]]:
    now = clock.now()
    return CLOSED, [now, clock.local_day(now), by.post_id, by.account_id, problem.pk]


def test_only_with_a_word_taken_down_by_an_unparted_unit(city: make.City) -> None:
    need, problem = asked(city)
    word = Word.objects.get(problem=problem)
    off, said = (FIXED, [need.pk]), spoken(word)
    close = closed(problem, city.office)
    assert not passes(off)
    assert not passes(close)
    assert not passes(close, off)
    assert passes(said, close)  # the ledger has a word; that nobody took it down is not its matter
    assert not passes(said, close, off)
    assert not passes(taken(need, word, city.office))  # before anything was said
    for own in (city.handler, city.leader):
        assert not passes(said, taken(need, word, own))
    assert passes(said, taken(need, word, city.office), close, off)


@pytest.mark.parametrize("deed", ["accept", "plan"])
def test_not_with_one_taken_down_by_a_unit_that_had_a_hand(city: make.City, deed: str) -> None:
    chief = make.second_leader(city)
    home = make.household(city)
    row = actions.visit(
        household=home, by=city.handler, day=clock.today(), situation=["house"],
        needs=[{"kind": "housing", "text": "屋面漏雨"}], refer=True,
    )  # fmt: skip
    need = row.need_rows.get()
    problem = make.walk(city, Problem.objects.get(pk=need.problem_id or 0), "referred")
    if deed == "accept":
        ledger.move(problem=problem, move="accept", by=chief)
    else:
        make.walk(city, problem, "accepted")
        day = clock.today() + dt.timedelta(days=5)
        measures = [{"text": "修屋面", "owner": "民政科", "deadline": day}]
        ledger.move(problem=problem, move="plan", by=chief, measures=measures)
    make.walk(city, problem, "awaiting")
    said = spoken(word := Word.objects.get(problem=problem))
    same = make.actor("ANOTHER", city.east, make.Role.HANDLER)
    person = make.actor("ELSEWHERE", city.city, make.Role.HANDLER, chief.account_id)
    for by in (chief, same, person):
        assert not passes(said, taken(need, word, by)), by.post_code
    assert passes(said, taken(need, word, city.office))


def test_not_with_another_needs_word(city: make.City) -> None:
    need, problem = asked(city)
    other, _ = asked_again(city)
    word = Word.objects.get(problem=problem)
    assert not passes(spoken(word), taken(other, word, city.office))
    assert need != other


def asked_again(city: make.City) -> tuple[HouseholdNeed, Problem]:
    home = make.household(city, number="5号楼1门101")
    row = actions.visit(
        household=home, by=city.handler, day=clock.today(), situation=["house"],
        needs=[{"kind": "school", "text": "无学可上"}], refer=True,
    )  # fmt: skip
    need = row.need_rows.get()
    problem = Problem.objects.get(pk=need.problem_id or 0)
    return need, make.walk(city, problem, "awaiting")


def test_silence_counts_after_its_days_alone_and_only_where_it_was_asked(city: make.City) -> None:
    need, problem = asked(city)
    assert not passes(closed(problem, city.office), (FIXED, [need.pk]))
    late = calendar.add(clock.today(), DAYS_TO_ANSWER + 1)
    with clock.at(clock.start_of(late) + dt.timedelta(hours=10)):
        ledger.move(problem=problem, move="close", by=city.office)
        assert problem.closing == "no_answer"
        assert actions.follow() == 1
    need.refresh_from_db()
    assert need.state == "fixed"


def test_a_need_whose_word_nobody_took_down_waits_and_holds_up_nobody(city: make.City) -> None:
    need, problem = asked(city)
    other, second = asked_again(city)
    with connection.cursor() as cursor:
        for sql, values in (
            spoken(Word.objects.get(problem=problem)),
            closed(problem, city.office),
        ):
            cursor.execute(sql, values)
    actions.hear(need=other, by=city.office, answer="solved")
    second.refresh_from_db()
    ledger.move(problem=second, move="close", by=city.office)
    assert actions.follow() == 1
    for row, state in ((need, "on_ledger"), (other, "fixed")):
        row.refresh_from_db()
        assert row.state == state
    assert not HouseholdWord.objects.filter(need=need).exists()
