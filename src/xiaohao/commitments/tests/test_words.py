"""The household's word: without it the ledger closes nothing that a visit found."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from xiaohao.commitments import actions
from xiaohao.commitments.models import Entry, HouseholdNeed, HouseholdWord
from xiaohao.commitments.queries import to_hear
from xiaohao.commitments.tests import make
from xiaohao.commitments.tests.test_pages import browser
from xiaohao.figures.queries import check
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.errors import Answer, Forbidden, Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.rules import DAYS_TO_ANSWER
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
NEED = {"kind": "housing", "text": "屋面漏雨，自己无力修缮"}


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def referred(city: make.City) -> HouseholdNeed:
    home = make.household(city)
    row = actions.visit(
        household=home,
        by=city.handler,
        day=clock.today(),
        situation=["house"],
        needs=[NEED],
        refer=True,
    )
    return HouseholdNeed.objects.select_related("household__unit", "problem").get(visit=row)


def asked(city: make.City) -> tuple[HouseholdNeed, Problem]:
    """A need whose problem is fixed and checked: the household's word is waited for."""
    need = referred(city)
    problem = Problem.objects.get(pk=need.problem_id or 0)
    make.walk(city, problem, "awaiting")
    need.refresh_from_db()
    return need, problem


def codes(refused: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in refused.value.unmet]


def test_nothing_closes_before_the_household_has_spoken(city: make.City) -> None:
    need, problem = asked(city)
    with pytest.raises(Refused):
        ledger.move(problem=problem, move="close", by=city.office)
    row = actions.hear(
        need=need,
        by=city.office,
        answer="solved",
        words="王秀英说不漏了",
        grades={"result": "good"},
    )
    assert (row.word.answer, row.word.result) == ("solved", "good")
    assert "王秀英" not in row.word.words
    problem.refresh_from_db()
    ledger.move(problem=problem, move="close", by=city.office)
    assert problem.closing == "solved"
    assert actions.follow() == 1
    assert HouseholdNeed.objects.get(pk=need.pk).state == "fixed"
    assert check().differences == 0
    assert not list(faults(Checked()))


def test_a_household_that_says_no_puts_it_back_to_work(city: make.City) -> None:
    need, problem = asked(city)
    actions.hear(need=need, by=city.office, answer="not", words="又漏了")
    problem.refresh_from_db()
    assert problem.state == "reopened"
    with pytest.raises(Refused) as again:
        actions.hear(need=need, by=city.office, answer="solved")
    assert codes(again) == ["already_answered"]


@pytest.mark.parametrize("said", ["solved", "not"])
def test_the_same_word_sent_twice_is_taken_down_once(city: make.City, said: str) -> None:
    need, _problem = asked(city)
    row = actions.hear(need=need, by=city.office, answer=said, words="看过了")
    need.refresh_from_db()
    assert actions.hear(need=need, by=city.office, answer=said, words="看过了") == row
    with pytest.raises(Refused) as other:
        actions.hear(need=need, by=city.office, answer=said, words="另说")
    assert codes(other) == ["already_answered"]


def test_silence_is_never_taken_for_satisfaction(city: make.City) -> None:
    _need, problem = asked(city)
    late = calendar.add(clock.today(), DAYS_TO_ANSWER + 1)
    with clock.at(clock.start_of(late) + dt.timedelta(hours=10)):
        ledger.move(problem=problem, move="close", by=city.office)
    assert problem.closing == "no_answer"


def test_those_who_say_it_is_fixed_do_not_ask(city: make.City) -> None:
    need, _problem = asked(city)
    with pytest.raises(Refused) as own:
        actions.hear(need=need, by=city.handler, answer="solved")
    assert codes(own) == ["word_of_own_unit"]
    with pytest.raises(Forbidden):
        actions.hear(need=need, by=city.verifier, answer="solved")
    with pytest.raises(Refused) as early:
        actions.hear(need=need, by=city.office, answer="solved", day="2018-01-01")
    assert codes(early) == ["day_too_old"]
    assert not HouseholdWord.objects.exists()
    row = actions.hear(need=need, by=city.office, answer="solved")
    for sql in (
        "UPDATE commitments_householdword SET day = day - 1 WHERE id = %s",
        "DELETE FROM commitments_householdword WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [row.pk])


@pytest.mark.parametrize("deed", ["accept", "plan"])
def test_a_post_that_took_on_or_planned_the_fix_does_not_ask_by_a_token(
    city: make.City, deed: str
) -> None:
    """A token has no person: posts are compared."""
    need = referred(city)
    chief = make.actor("CHIEF", city.east, make.Role.LEADER)
    problem = make.walk(city, Problem.objects.get(pk=need.problem_id or 0), "referred")
    if deed == "accept":
        ledger.move(problem=problem, move="accept", by=chief)
    else:
        make.walk(city, problem, "accepted")
        day = clock.today() + dt.timedelta(days=5)
        measures = [{"text": "修屋面", "owner": "民政科", "deadline": day}]
        ledger.move(problem=problem, move="plan", by=chief, measures=measures)
    make.walk(city, problem, "awaiting")
    need.refresh_from_db()
    assert not to_hear(chief).exists()
    with pytest.raises(Refused) as refused:
        actions.hear(need=need, by=chief, answer="solved")
    assert codes(refused) == ["word_of_reporter"]
    another = make.actor("ANOTHER", city.east, make.Role.HANDLER)  # of the same unit
    assert not to_hear(another).exists()
    with pytest.raises(Refused) as again:
        actions.hear(need=need, by=another, answer="solved")
    assert codes(again) == ["word_of_reporter"]
    assert to_hear(city.office).get() == need
    actions.hear(need=need, by=city.office, answer="solved")


def test_after_a_split_need_and_entry_go_back_to_their_own_problem(city: make.City) -> None:
    need = referred(city)
    own = make.walk(city, Problem.objects.get(pk=need.problem_id or 0), "accepted")
    entry = make.entry(city, "hazard", planned="", promised="", measure="")
    actions.move(entry=entry, move="link", by=city.office, problem=own)
    other = make.problem(city)
    ledger.move(problem=own, move="merge", by=city.operator, into=other)
    assert actions.follow() == 2
    assert HouseholdNeed.objects.get(pk=need.pk).problem == other
    assert Entry.objects.get(pk=entry.pk).problem == other
    assert actions.follow() == 0
    own.refresh_from_db()
    ledger.move(problem=own, move="split", by=city.operator, reason="不是一回事")
    assert actions.follow() == 2
    assert HouseholdNeed.objects.get(pk=need.pk).problem == own
    assert Entry.objects.get(pk=entry.pk).problem == own
    assert actions.follow() == 0
    assert not list(faults(Checked()))
    sql = "UPDATE commitments_householdneed SET problem_id = %s WHERE id = %s"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [other.pk, need.pk])


def test_a_visitor_notes_the_word_on_the_page(city: make.City) -> None:
    need, _problem = asked(city)
    office = browser(city.office)
    where = f"/visits/needs/{need.pk}/word/"
    page = office.get(f"/visits/households/{need.household_id}/").content.decode()
    assert where in page
    listed = office.get("/visits/needs/?state=asked").content.decode()
    assert need.text in listed
    empty = office.post(where, {"words": "记下来的话", "day": "2019-09-10"})
    assert empty.status_code == 422
    assert "记下来的话" in empty.content.decode()
    done = office.post(where, {"answer": "solved", "day": clock.today().isoformat()}, follow=True)
    assert done.status_code == 200
    assert where not in done.content.decode()
    assert browser(city.stranger).get(where).status_code == 404
    assert Client().get(where).status_code in {302, 404}


def test_nor_from_another_of_his_posts(city: make.City) -> None:
    need, _problem = asked(city)
    both = dataclasses.replace(city.office, elsewhere=(city.street.path,))
    with pytest.raises(Refused) as own:
        actions.hear(need=need, by=both, answer="solved")
    assert codes(own) == ["word_of_own_unit"]
