"""Statements that are planned once: the same rows, the right tables, a plan that is kept."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from xiaohao.kernel import prepared

pytestmark = pytest.mark.django_db

STATEMENT = "SELECT n FROM things WHERE n = ANY(ARRAY(SELECT unnest(%(wanted)s::int[]))) ORDER BY n"
ENOUGH = 8  # the database looks at five plans for the values before it keeps one for all


@pytest.fixture
def houses() -> Iterator[tuple[str, str]]:
    """Two schemas, each with things of its own."""
    names = ("house_a", "house_b")
    with connection.cursor() as cursor:
        for step, name in enumerate(names):
            cursor.execute(f"CREATE SCHEMA {name}")
            cursor.execute(f"CREATE TABLE {name}.things AS SELECT 10 * {step} + 1 AS n")
        cursor.execute("SHOW search_path")
        before = cursor.fetchone()[0]
    yield names
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {before}")


def go(house: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {house}")


def plans() -> tuple[int, int]:
    """How often the kept plan was taken, and how often one was made for the values."""
    with connection.cursor() as cursor:
        cursor.execute("""SELECT generic_plans, custom_plans FROM pg_prepared_statements
                          WHERE statement LIKE 'SELECT n FROM things%'""")
        kept, made = cursor.fetchone()
    return kept, made


def test_the_plan_is_kept_and_finds_what_a_new_one_finds(houses: tuple[str, str]) -> None:
    go(houses[0])
    for n in range(ENOUGH):
        assert prepared.rows(STATEMENT, {"wanted": [1, n]}) == [(1,)]
        assert prepared.rows(STATEMENT, {"wanted": [n + 2]}) == []
    kept, made = plans()
    assert made == 5
    assert kept == 2 * ENOUGH - made


def test_a_kept_plan_never_reads_another_tenants_tables(houses: tuple[str, str]) -> None:
    for _ in range(ENOUGH):
        for house, there in zip(houses, (1, 11), strict=True):
            go(house)
            assert prepared.rows(STATEMENT, {"wanted": [1, 11]}) == [(there,)]


def test_what_is_asked_is_counted_and_written_down_where_somebody_listens(
    houses: tuple[str, str],
) -> None:
    go(houses[1])
    with CaptureQueriesContext(connection) as asked:
        assert prepared.rows(STATEMENT, {"wanted": [11]}) == [(11,)]
    assert ["{11}" in one["sql"] for one in asked.captured_queries] == [True]


def test_a_fault_is_djangos_and_the_statement_can_be_asked_again(houses: tuple[str, str]) -> None:
    go("nowhere")
    with pytest.raises(DatabaseError), transaction.atomic():
        prepared.rows(STATEMENT, {"wanted": [1]})
    go(houses[0])
    assert prepared.rows(STATEMENT, {"wanted": [1]}) == [(1,)]
