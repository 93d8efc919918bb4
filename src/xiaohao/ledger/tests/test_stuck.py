"""Where it is stuck: the right ones, only what one may see, and never by looking at all of them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger import queries
from xiaohao.ledger import stuck as ledger_stuck
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import stuck
from xiaohao.ledger.stuck import FIRST, statement
from xiaohao.ledger.tests.make import DAY, City, city
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db

MANY = 4000
# As an office has them after years: hundreds with the same day, hundreds returned equally often.
ROWS = """
INSERT INTO ledger_problem (version, year, title, text, place, channel, source, track, urgent,
    state, unit_id, path, origin_unit_id, origin_path, deadline, round, returns, final, extensions,
    reporters, received_at, registered_at, closing)
SELECT 1, 2019, '路灯不亮' || n, '', '', 'web', (ARRAY['message', 'self'])[1 + n %% 2], 'ledger',
    false,
    CASE WHEN n %% 5 = 0 THEN 'closed' ELSE 'in_progress' END, u.id, u.path, %(office)s, %(at)s,
    date '2019-09-08' + (n %% 7), 1 + n / 3 %% 3, n / 3 %% 4, false, 0, 1,
    t.at, t.at, ''
FROM generate_series(1, %(many)s) AS n
CROSS JOIN LATERAL (SELECT %(day)s::timestamptz - n * 7919 %% 4001 * interval '1 minute' AS at) AS t
JOIN units_unit u ON u.id = (%(units)s::int[])[1 + n %% 3]
"""


@pytest.fixture
def town() -> Iterator[City]:
    with clock.at(DAY):
        made = city()
        units = [made.street.pk, made.west.pk, made.east.pk]
        values: dict[str, Any] = {
            "office": made.city.pk,
            "at": made.city.path,
            "day": DAY,
            "units": units,
        }
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_problem DISABLE TRIGGER USER")
            cursor.execute(ROWS, values | {"many": MANY, "units": units})
            cursor.execute("ALTER TABLE ledger_problem ENABLE TRIGGER USER")
            cursor.execute("ANALYZE ledger_problem")
        yield made


def by_hand(actor: Actor, unit: Unit, **narrows: Any) -> dict[str, list[str]]:
    """The same, of everything that the actor may see."""
    inside = Problem.objects.filter(path__startswith=unit.path, **narrows)
    rows = inside.visible_to(actor).open()
    kinds = {
        "late": rows.filter(deadline__lt=clock.today()).order_by("deadline", "id"),
        "waiting": rows.order_by("registered_at", "id"),
        "returned": rows.filter(returns__gt=1).order_by("-returns", "id"),
        "reopened": rows.filter(round__gt=1).order_by("-round", "id"),
    }
    return {kind: [one.number for one in some[:FIRST]] for kind, some in kinds.items()}


def numbers(actor: Actor, unit: Unit, **narrows: Any) -> dict[str, list[str]]:
    found = stuck(actor, [unit.path], narrows)
    return {kind: [one.number for one in rows] for kind, rows in found.items()}


@pytest.mark.parametrize("few", [1, 500, 5000])
def test_the_first_of_each_kind_are_those_that_a_sort_of_all_would_give(
    town: City, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_stuck, "FEW", few)
    for unit in (town.city, town.east, town.street):
        found = numbers(town.office, unit)
        assert found == by_hand(town.office, unit)
        assert [len(rows) for rows in found.values()] == [FIRST] * 4
    narrowed = numbers(town.office, town.city, source="self")
    assert narrowed == by_hand(town.office, town.city, source="self")
    assert narrowed != numbers(town.office, town.city)


def test_a_row_tells_what_a_list_shows(town: City) -> None:
    one = stuck(town.office, [town.west.path], {})["returned"][0]
    row = queries.find(town.office, one.number)
    assert (one.title, one.state, one.deadline) == (row.title, row.state, row.deadline)
    assert (one.unit, one.returns, one.round) == (town.west.shown, row.returns, row.round)


def test_nobody_is_told_of_what_lies_outside_his_scope(town: City) -> None:
    assert stuck(town.stranger, [town.city.path], {}) == {}  # his own district lies below it
    assert stuck(town.stranger, [town.east.path], {}) == {}
    assert numbers(town.stranger, town.west) == by_hand(town.office, town.west)
    operator = town.stranger.__class__(
        account_id=1, post_id=1, post_code="X", unit_id=1, unit_path=town.city.path,
        role=town.stranger.role,
    )  # fmt: skip
    assert stuck(operator, [town.city.path], {}) == {}  # holds no permission at all


def test_the_first_few_are_read_in_order_however_many_are_open(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_stuck, "FEW", 100)
    plan = explained(town.city)
    scans = {node["Index Name"]: node for node in nodes(plan) if "Index Name" in node}
    (few,) = (node for node in nodes(plan) if node.get("Subplan Name") == "CTE few")
    assert few["Actual Rows"] == 100
    for name in ("ledger_due", "ledger_waiting", "ledger_returns", "ledger_rounds"):
        assert scans[name]["Actual Rows"] == FIRST
        assert scans[name].get("Rows Removed by Filter", 0) == 0
    # What is sorted is what was found, and the table is only asked for that.
    sorts = [node for node in nodes(plan) if "Sort" in node["Node Type"] and node["Actual Loops"]]
    assert all(node["Actual Rows"] <= FIRST * 4 for node in sorts)
    # Whether there are few is found out from the first rows at hand, wherever these are.
    read = [node for node in nodes(plan) if node.get("Relation Name") == "ledger_problem"]
    assert max(node["Actual Rows"] * node["Actual Loops"] for node in read) == 100


def test_of_few_nothing_is_looked_at_but_these_in_one_index(town: City) -> None:
    plan = explained(town.street)
    scans = {node["Index Name"]: node for node in nodes(plan) if "Index Name" in node}
    assert scans["ledger_open"]["Node Type"] == "Index Only Scan"
    assert scans["ledger_open"]["Actual Loops"] == 1
    for name in ("ledger_due", "ledger_waiting", "ledger_returns", "ledger_rounds"):
        assert scans[name]["Actual Loops"] == 0


def explained(unit: Unit) -> dict[str, Any]:
    """How the database goes about it."""
    text, values = statement([unit.path], {})
    with connection.cursor() as cursor:
        # Of so few rows as here, a sort of all would cost no more.
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + text, values)
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def test_a_late_day_alone_is_not_read_to_its_end(town: City) -> None:
    """Hundreds share the first day; only the first by number are looked at."""
    late = stuck(town.office, [town.city.path], {})["late"]
    same = Problem.objects.open().filter(deadline=late[0].deadline).count()
    assert {one.deadline for one in late} == {dt.date(2019, 9, 8)}
    assert same > 20 * FIRST
