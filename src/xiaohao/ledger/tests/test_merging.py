"""Merges lead to a problem that stands for itself, also when two are made at one moment."""

import threading
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, connections, transaction

from xiaohao.kernel import clock
from xiaohao.kernel.errors import Answer
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem, Reporter
from xiaohao.ledger.tests import make
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
MESSAGE = "intake.message"


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def merge(city: make.City, row: Problem, into: Problem) -> None:
    fresh = Problem.objects.get(pk=row.pk)
    actions.move(problem=fresh, move="merge", by=city.operator, into=into.number)


def split(city: make.City, row: Problem) -> None:
    fresh = Problem.objects.get(pk=row.pk)
    actions.move(problem=fresh, move="split", by=city.operator, reason="不是一回事")


def places() -> dict[int, int]:
    """With which problem each message stands."""
    rows = Reporter.objects.filter(until=None).order_by("id")
    return dict(rows.values_list("source_id", "problem_id"))


def test_what_was_merged_further_can_still_be_parted(city: make.City) -> None:
    first, second, third = (make.problem(city, reporters=[(MESSAGE, n)]) for n in range(3))
    merge(city, first, second)
    merge(city, second, third)
    split(city, first)
    assert places() == {0: first.pk, 1: third.pk, 2: third.pk}
    split(city, second)
    assert places() == {0: first.pk, 1: second.pk, 2: third.pk}
    assert list(faults(Checked())) == []


def test_who_was_joined_to_another_problem_meanwhile_stays_there(city: make.City) -> None:
    first, second, other = (make.problem(city, reporters=[(MESSAGE, n)]) for n in range(3))
    merge(city, first, second)
    second.refresh_from_db()
    given = {"by": city.operator, "label": MESSAGE, "source_id": 0}
    actions.remove_reporter(problem=second, **given)  # type: ignore[arg-type]
    actions.add_reporter(problem=other, **given)  # type: ignore[arg-type]
    split(city, first)
    assert places() == {0: other.pk, 1: second.pk, 2: other.pk}
    first.refresh_from_db()
    assert (first.state, first.reporters) == ("registered", 0)


def test_of_two_that_go_into_each_other_at_one_moment_one_stays(committed: None) -> None:
    with clock.at(make.DAY):
        city = make.city()
        rows = [make.problem(city), make.problem(city)]
    said: list[str] = []
    both = threading.Barrier(2)

    def go(row: Problem, into: Problem) -> None:
        try:
            with clock.at(make.DAY), transaction.atomic():
                mine = Problem.objects.get(pk=row.pk)
                both.wait()
                actions.move(problem=mine, move="merge", by=city.operator, into=into.number)
                said.append("merged")
        except Answer as answer:
            said.extend(need.code for need in answer.unmet)
        finally:
            connections.close_all()

    pairs = (rows, list(reversed(rows)))
    work = [threading.Thread(target=go, args=pair) for pair in pairs]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert said.count("merged") == 1
    # Too late by a version of its own, or told that the other is gone.
    assert set(said) <= {"merged", "target_not_open", "stale"}
    assert Problem.objects.filter(state="merged").count() == 1


@pytest.mark.parametrize("sql", [
    "UPDATE ledger_problem SET version = version + 1, state = 'merged', merged_into_id = id",
    "UPDATE ledger_problem SET version = version + 1, state = 'merged'",
    "UPDATE ledger_problem SET version = version + 1, merged_into_id = id",
])  # fmt: skip
def test_the_database_knows_what_a_merge_is(city: make.City, sql: str) -> None:
    row = make.problem(city)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE id = %s", [row.pk])


def test_the_database_lets_nothing_go_into_what_is_merged(city: make.City) -> None:
    rows = [make.problem(city) for _ in range(3)]
    merge(city, rows[0], rows[1])
    sql = "UPDATE ledger_problem SET state = 'merged', merged_into_id = %s, version = version + 1"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE id = %s", [rows[0].pk, rows[2].pk])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE id = %s", [rows[1].pk, rows[2].pk])
        transaction.set_rollback(True)
