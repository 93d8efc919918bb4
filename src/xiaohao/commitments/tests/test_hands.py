"""Whoever had a hand in an entry does not check it: rule, bench, database of one mind."""

import dataclasses
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.commitments import actions, queries
from xiaohao.commitments.models import Entry
from xiaohao.commitments.rules import ANEW, HANDS, MOVES, State
from xiaohao.commitments.tests import make
from xiaohao.commitments.tests.test_pages import browser
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Answer, Forbidden, Refused

pytestmark = pytest.mark.django_db
CHECK = """INSERT INTO commitments_check (version, entry_id, round, passed, note, unit_id, post_id,
    account, at) SELECT 1, id, round, true, '看过', %s, %s, %s, reported_at
    FROM commitments_entry WHERE id = %s"""
DONE = """UPDATE commitments_entry SET version = version + 1, state = 'done', done_at = now(),
    done_on = now() WHERE id = %s"""


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def refused(row: Entry, move: str, by: Actor, **given: Any) -> list[str]:
    with pytest.raises((Refused, Forbidden)) as said:
        actions.move(entry=Entry.objects.get(pk=row.pk), move=move, by=by, **given)
    answer: Answer = said.value
    return [one.code for one in answer.unmet]


def forced(row: Entry, by: Actor, unit: int | None = None) -> bool:
    """Whether the database takes a check of that post, past the application."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            values = [unit or by.unit_id, by.post_id, by.account_id, row.pk]
            cursor.execute(CHECK, values)
            cursor.execute(DONE, [row.pk])
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def assert_barred(row: Entry, by: Actor, code: str) -> None:
    assert refused(row, "pass", by, note="看过") == [code]
    assert refused(row, "fail", by, reason="没有") == [code]
    offers = {one.move.name: one for one in queries.offers(row, by)}
    assert not offers["pass"].allowed
    assert row not in queries.to_check(by)
    assert not forced(row, by)


def assert_free(row: Entry, by: Actor) -> None:
    assert row in queries.to_check(by)
    assert forced(row, by)
    offers = {one.move.name: one for one in queries.offers(row, by)}
    assert offers["pass"].allowed


def test_every_hand_is_a_move_of_those_who_work_on_it() -> None:
    working = {n for n, m in MOVES.items() if m.permission in {"handle", "report_fixed"}}
    assert set(HANDS) == working
    assert set(ANEW) == {"fail", "reopen", "disown", "come_back"}
    assert all(MOVES[name].to is State.UNDER_WAY for name in ANEW)


@pytest.mark.parametrize("deed", ["start", "plan", "before", "progress", "money", "report"])
def test_whose_unit_did_it_does_not_check_it(city: make.City, deed: str) -> None:
    chief = make.second_leader(city)
    row = make.entry(city)
    shown = make.files(row, chief, "before")
    given: dict[str, dict[str, Any]] = {
        "start": {"plan": "计划", "files": shown},
        "plan": {"plan": "改", "reason": "改"},
        "before": {"files": shown},
        "progress": {"note": "来过"},
        "money": {"arrived": "1"},
        "report": {"files": make.files(row, chief), "achieved": "36"},
    }
    if deed != "start":
        make.one_step(city, row)
    actions.move(entry=row, move=deed, by=chief, **given[deed])
    while row.state != "reported":
        make.one_step(city, row)
    assert_barred(row, city.district, "hand_in_it")
    assert_free(row, city.verifier)
    said = queries.offers(row, city.district)
    words = str(next(o for o in said if o.move.name == "pass").unmet[0].message)
    assert "单位1201" in words


def test_the_person_from_another_post_does_not_either(city: make.City) -> None:
    row = make.walked(city, "reported")
    same = make.actor("SECOND", city.city, make.Role.VERIFIER, city.handler.account_id)
    assert_barred(row, same, "hand_in_it")
    reporter = make.actor("THIRD", city.city, make.Role.VERIFIER, city.leader.account_id)
    assert_barred(row, reporter, "reported_by_same")
    moved = make.actor("FOURTH", city.city, make.Role.VERIFIER, 99)
    both = dataclasses.replace(moved, elsewhere=(city.street.path,))
    assert refused(row, "pass", both, note="看过") == ["own_unit"]
    assert row not in queries.to_check(both)


def test_who_answers_for_it_by_name_does_not_check_it(city: make.City) -> None:
    row = make.entry(city, lead=city.district.post_code)
    while row.state != "reported":
        make.one_step(city, row)
    assert_barred(row, city.district, "answers_for_it")
    assert_free(row, city.verifier)


def test_another_round_is_another_fix(city: make.City) -> None:
    chief = make.second_leader(city)
    row = make.entry(city)
    shown = make.files(row, chief, "before")
    actions.move(entry=row, move="start", by=chief, plan="计划", files=shown)
    make.one_step(city, row)
    actions.move(entry=row, move="fail", by=city.verifier, reason="没有")
    given: dict[str, Any] = {"files": make.files(row, city.leader, "again"), "achieved": "36"}
    actions.move(entry=row, move="report", by=city.leader, **given)
    assert_free(row, city.district)


def test_nobody_works_in_the_units_place_where_nobody_could_check_it_then(city: make.City) -> None:
    top = make.actor("TOP", city.city, make.Role.LEADER, 31)
    chief = make.second_leader(city)
    row = make.entry(city)
    actions.move(entry=row, move="start", by=chief, plan="计划")
    assert refused(row, "progress", top, note="来过") == ["nobody_left_to_check"]
    actions.move(entry=row, move="progress", by=city.handler, note="干了")
    offers = {one.move.name: one for one in queries.offers(row, top)}
    assert not offers["progress"].allowed


def test_the_database_asks_where_the_unit_stands(city: make.City) -> None:
    row = make.walked(city, "reported")
    assert not forced(row, city.handler)
    assert not forced(row, city.handler, city.city.pk)  # put down to a unit that is not the post's
    with connection.cursor() as cursor:  # a path is written only for looking up
        cursor.execute("UPDATE commitments_entry SET path = '99999' WHERE id = %s", [row.pk])
    assert not forced(row, make.actor("V", city.street, make.Role.VERIFIER, 41))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE commitments_entry SET path = %s WHERE id = %s",
                       [city.street.path, row.pk])  # fmt: skip
    assert_free(row, city.verifier)


def test_the_page_says_why_and_the_api_too(city: make.City) -> None:
    chief = make.second_leader(city)
    row = make.entry(city)
    shown = make.files(row, chief, "before")
    actions.move(entry=row, move="start", by=chief, plan="计划", files=shown)
    make.one_step(city, row)
    page = browser(city.district).get(f"/lists/{row.number}/").content.decode()
    assert "参与过本事项" in page
