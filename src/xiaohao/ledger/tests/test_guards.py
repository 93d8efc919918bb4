"""Plain SQL past the application: what the database itself refuses, and what it lets through."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions, queries
from xiaohao.ledger.models import Problem, Reporter, Word
from xiaohao.ledger.rules import DAYS_TO_ANSWER
from xiaohao.ledger.tests import make
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db
LABEL = "intake.message"
CLOSE = """UPDATE ledger_problem SET state = 'closed', version = version + 1, closing = 'no_answer',
    closed_at = %s, closed_on = %s, closed_account = 999 WHERE id = %s"""


@pytest.fixture
def city() -> Any:
    with clock.at(make.DAY):
        yield make.city()


def taken(*statements: tuple[str, list[Any]]) -> bool:
    """Whether the database takes all of it; nothing stays."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, values in statements:
                cursor.execute(sql, values)
                assert cursor.rowcount, sql
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def changed(table: str, row: Any, sets: str, *values: Any) -> tuple[str, list[Any]]:
    sql = f"UPDATE ledger_{table} SET version = version + 1, {sets} WHERE id = %s"  # noqa: S608
    return sql, [*values, row.pk]


def closed(row: Problem, on: dt.date, at: dt.datetime | None = None) -> tuple[str, list[Any]]:
    return CLOSE, [at or clock.start_of(on) + dt.timedelta(hours=9), on, row.pk]


def awaited(city: make.City, reporters: int = 1) -> Problem:
    who = [(LABEL, n) for n in range(reporters)]
    return make.walk(city, make.problem(city, reporters=who), "awaiting")


def last_day() -> dt.date:
    return calendar.add(clock.today(), DAYS_TO_ANSWER)


def ahead(days: int) -> dt.date:
    """A day by the machine's own clock, which is the database's."""
    return clock.local_day(dt.datetime.now(dt.UTC)) + dt.timedelta(days=days)


def asked_in_the_future(city: make.City) -> Problem:
    """Asked today by the machine's own clock: his days run for the database too."""
    now = dt.datetime.now(dt.UTC)
    with clock.at(now):
        return awaited(city)


def test_the_days_to_answer_are_counted_by_real_time(city: make.City) -> None:
    row = asked_in_the_future(city)
    until = Word.objects.get(problem=row).answer_by
    assert not taken(closed(row, ahead(0)))
    assert not taken(closed(row, until + dt.timedelta(days=1))), "a day that has not come"
    assert not taken(closed(row, dt.date(2099, 9, 30), dt.datetime.now(dt.UTC)))


def test_a_closing_names_the_day_of_its_moment(city: make.City) -> None:
    row = awaited(city)
    over = last_day() + dt.timedelta(days=1)
    assert taken(closed(row, over))
    assert not taken(closed(row, over, clock.now()))
    assert not taken(closed(row, last_day()))


@pytest.mark.parametrize(
    "sets", ["answer_by = answer_by - 30", "asked_at = asked_at - interval '30 days'"]
)
def test_nobody_moves_the_days_of_who_is_asked(city: make.City, sets: str) -> None:
    row = awaited(city)
    word = Word.objects.get(problem=row)
    assert not taken(changed("word", word, sets))
    answer = "answer = 'solved', answered_at = %s"
    assert not taken(changed("word", word, f"{sets}, {answer}", clock.now()))
    assert not taken(changed("word", word, "answer = 'solved'")), "without its moment"
    assert not taken(changed("word", word, "words = '都好了'")), "without an answer"
    assert taken(changed("word", word, answer, clock.now()))


def test_nobody_is_written_down_as_asked_and_answered_at_once(city: make.City) -> None:
    row = awaited(city, 2)
    sql = """INSERT INTO ledger_word (version, reporter_id, problem_id, round, asked_at, answer_by,
        answer, response, result, attitude, words, answered_at)
        SELECT 1, r.id, r.problem_id, p.round, %s, %s, %s, '', '', '', '', %s
        FROM ledger_reporter r JOIN ledger_problem p ON p.id = r.problem_id WHERE r.id = %s"""
    add = """INSERT INTO ledger_reporter (version, problem_id, label, source_id, since)
        VALUES (1, %s, 'x', 9, %s)"""
    newest = "(SELECT max(id) FROM ledger_reporter)"
    sql = sql.replace("WHERE r.id = %s", f"WHERE r.id = {newest}")
    now, until = clock.now(), last_day()
    joined = (add, [row.pk, now])
    assert taken(joined, (sql, [now, until, "", None]))
    assert not taken(joined, (sql, [now, until, "solved", now]))
    assert not taken(joined, (sql, [now, clock.today(), "", None])), "no day to answer"


def test_who_is_asked_is_not_parted_away(city: make.City) -> None:
    row = awaited(city, 2)
    gone = Reporter.objects.earliest("id")
    with pytest.raises(Refused) as refused:
        actions.remove_reporter(problem=row, by=city.office, label=LABEL, source_id=0)
    assert [one.code for one in refused.value.unmet] == ["word_outstanding"]
    gone.refresh_from_db()
    row.refresh_from_db()
    assert (gone.until, row.reporters) == (None, 2)
    left = changed("reporter", gone, "until = %s", clock.now())
    assert not taken(left)
    actions.answer(label=LABEL, source_id=0, answer="solved")
    assert taken(left), "he has been heard"
    with clock.at(clock.start_of(last_day() + dt.timedelta(days=1))):
        row.refresh_from_db()
        actions.remove_reporter(problem=row, by=city.office, label=LABEL, source_id=1)


def test_who_left_while_he_was_asked_is_waited_for(city: make.City) -> None:
    """By SQL that names a later moment he can be parted; the problem waits all the same."""
    row = awaited(city, 2)
    gone = Reporter.objects.earliest("id")
    actions.answer(label=LABEL, source_id=1, answer="solved")
    later = clock.start_of(last_day() + dt.timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(*changed("reporter", gone, "until = %s", later))
    row.refresh_from_db()
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="close", by=city.office)
    assert [one.code for one in refused.value.unmet] == ["answer_outstanding"]
    assert not taken(closed(row, clock.today()))
    assert taken(closed(row, last_day() + dt.timedelta(days=1)))


def test_a_split_parts_nobody_who_is_asked(city: make.City) -> None:
    small = make.problem(city, reporters=[(LABEL, 5)])
    big = make.problem(city, reporters=[(LABEL, 6)])
    actions.move(problem=small, move="merge", by=city.office, into=big)
    big.refresh_from_db()
    make.walk(city, big, "awaiting")
    small.refresh_from_db()
    with pytest.raises(Refused) as refused:
        actions.move(problem=small, move="split", by=city.office, reason="不是一件事")
    assert [one.code for one in refused.value.unmet] == ["word_outstanding"]
    small.refresh_from_db()
    assert small.state == "merged"


def test_a_path_follows_its_unit_and_nothing_else(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "reported")
    forged = "UPDATE ledger_problem SET {} = %s WHERE id = %s"
    for column in ("path", "origin_path"):
        assert not taken((forged.format(column), [city.west.path, row.pk]))
        assert not taken((forged.format(column), ["00001zzzz", row.pk]))
    assert not taken(changed("problem", row, "state = 'in_progress', path = '00001zzzz'"))
    make.walk(city, row, "verified")
    with transaction.atomic():
        Unit.objects.filter(pk=city.street.pk).update(path=city.west.path + city.street.path[-5:])
        row.refresh_from_db()
        assert row.path.startswith(city.west.path)
        transaction.set_rollback(True)


def test_what_is_checked_or_closed_keeps_its_unit(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "verified")
    given = "state = 'closed', unit_id = %s, path = %s, closing = 'no_reporter', "
    given += "closed_at = %s, closed_on = %s, closed_account = 999"
    moment = [clock.now(), clock.today()]
    assert taken(changed("problem", row, given, city.street.pk, city.street.path, *moment))
    assert not taken(changed("problem", row, given, city.west.pk, city.west.path, *moment))


CLOSED = {
    "closing": "solved",
    "closed_on": dt.date(2018, 1, 1),
    "deadline": dt.date(2018, 1, 1),
    "title": "别的",
    "round": 7,
    "urgent": True,
    "reporters": 9,
}


@pytest.mark.parametrize("column", [*CLOSED, "unit_id"])
def test_what_is_struck_off_stays_as_it_was(city: make.City, column: str) -> None:
    row = make.walk(city, make.problem(city), "closed")
    value = CLOSED.get(column, city.west.pk)
    assert not taken(changed("problem", row, f"{column} = %s", value))
    assert taken(("UPDATE ledger_problem SET version = version + 1 WHERE id = %s", [row.pk]))
    opened = changed("problem", row, "state = 'reopened', round = round + 1, closing = ''")
    assert taken(opened), "it can be opened again"


def test_a_round_begins_with_an_opening_again(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "verified")
    assert not taken(changed("problem", row, "round = round + 1"))
    assert not taken(changed("problem", row, "state = 'reopened'"))
    assert not taken(changed("problem", row, "state = 'reopened', round = round + 2"))
    assert taken(changed("problem", row, "state = 'reopened', round = round + 1"))
    assert queries.facts_of(row).round == row.round
