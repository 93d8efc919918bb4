"""Changes lie in the month in which they were written, and nothing is lost on the way there."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from xiaohao.figures import jobs, queries
from xiaohao.figures.actions import add, fold_all
from xiaohao.figures.models import Entry, Grain, Heavy, Pending
from xiaohao.figures.tests.make import FLOW, STOCK, TOOK, declared, delta, unit
from xiaohao.kernel import clock, months
from xiaohao.units.models import Unit

NOON = dt.datetime(2019, 11, 20, 12, tzinfo=clock.ZONE)


@pytest.fixture
def root(db: None) -> Unit:
    """A unit with a change in each of four months, none of which had been made."""
    declared()
    made = unit()
    for number, day in enumerate(_noons()):
        with clock.at(day):
            add([delta(FLOW, made, number), delta(STOCK, made, number)])
    return made


def _noons() -> list[dt.datetime]:
    return [NOON.replace(month=month) for month in (8, 9, 10, 11)]


def _lying() -> dict[str, int]:
    """How many changes lie in which partition."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM figures_entry GROUP BY 1")
        return dict(cursor.fetchall())


def _rows() -> list[object]:
    return list(Entry.objects.order_by("id").values_list())


def test_what_nobody_made_a_month_for_is_written_all_the_same_and_moved_there(root: Unit) -> None:
    before, waiting = _rows(), Pending.objects.count()
    assert _lying() == {"figures_entry_rest": 8}
    with clock.at(NOON):
        assert jobs.make_months(0) == 7  # four that were written in, and the three to come
        assert jobs.make_months(0) == 0
    assert _lying() == {f"figures_entry_2019{month:02}": 2 for month in (8, 9, 10, 11)}
    assert _rows() == before
    assert Pending.objects.count() == waiting  # nothing is counted twice


def test_a_month_alone_is_made_and_the_rest_stays_in_the_rest(root: Unit) -> None:
    assert months.keep("figures_entry", dt.date(2019, 9, 1), dt.date(2019, 9, 30)) == 1
    assert _lying() == {"figures_entry_201909": 2, "figures_entry_rest": 6}
    assert months.rest("figures_entry") == (dt.date(2019, 8, 20), dt.date(2019, 11, 20))
    assert queries.value(FLOW, root) == 4


@pytest.mark.parametrize("moment", ["2019-08-31T23:59:59.999999", "2019-09-01T00:00:00"])
def test_months_turn_at_midnight_where_the_offices_are(root: Unit, moment: str) -> None:
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=clock.ZONE)
    months.keep("figures_entry", dt.date(2019, 8, 1), dt.date(2019, 9, 1))
    with clock.at(at):
        add([delta(FLOW, root, 9)])
    assert _lying()[f"figures_entry_{at:%Y%m}"] == 3


REFUSED = (
    "UPDATE {} SET amount = 5",
    "DELETE FROM {}",
    "TRUNCATE {}",
)


@pytest.mark.parametrize("statement", REFUSED)
@pytest.mark.parametrize("table", ["figures_entry", "figures_entry_201909", "figures_entry_rest"])
def test_each_month_refuses_what_the_whole_refuses(root: Unit, statement: str, table: str) -> None:
    months.keep("figures_entry", dt.date(2019, 9, 1), dt.date(2019, 9, 30))
    before = _rows()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert _rows() == before


@pytest.mark.parametrize("table", ["figures_entry_201909", "figures_entry_rest"])
def test_nothing_goes_past_the_queue_into_a_month(root: Unit, table: str) -> None:
    months.keep("figures_entry", dt.date(2019, 9, 1), dt.date(2019, 9, 30))
    before = _rows()
    with pytest.raises(DatabaseError, match="write to the table"), transaction.atomic():
        connection.cursor().execute(f"INSERT INTO {table} SELECT * FROM figures_entry")  # noqa: S608 (names)
    assert _rows() == before


@pytest.mark.parametrize("heavy", [False, True])
def test_a_reading_as_of_a_moment_looks_at_no_later_month(root: Unit, heavy: bool) -> None:  # noqa: FBT001 (pytest's)
    with clock.at(NOON):
        jobs.make_months(0)
    if heavy:
        Heavy.objects.create(unit_id=root.pk)
        fold_all()
    asof = NOON.replace(month=9, day=25)
    with CaptureQueriesContext(connection) as seen:
        assert queries.value(FLOW, root, asof=asof) == 2
    plan = _plan(next(q["sql"] for q in seen.captured_queries if "figures_cell" in q["sql"]))
    assert "figures_entry_201909" in plan
    assert "figures_entry_201910" not in plan
    assert "figures_entry_201911" not in plan


def _plan(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE) " + statement)
        return "\n".join(row[0] for row in cursor.fetchall())


def _opened(plan: str) -> set[str]:
    """The months whose changes a plan really looks at."""
    lines = plan.splitlines()
    return {
        line.split("figures_entry_")[1][:6]
        for line in lines
        if "figures_entry_2" in line and "never executed" not in line
    }


@pytest.mark.parametrize("heavy", [False, True])
def test_a_reading_between_two_days_opens_no_earlier_month(root: Unit, heavy: bool) -> None:  # noqa: FBT001 (pytest's)
    with clock.at(NOON.replace(month=10)):
        add([delta(FLOW, root, 9, day=dt.date(2019, 9, 2))])  # told a month late
    with clock.at(NOON):
        jobs.make_months(0)
    if heavy:
        Heavy.objects.create(unit_id=root.pk, finest=Grain.EVER_DETAIL)
        fold_all()
    scope = queries.Scope(since=dt.date(2019, 9, 1), until=dt.date(2019, 9, 30))
    with clock.at(NOON), CaptureQueriesContext(connection) as seen:
        told = queries.table([FLOW, TOOK], [root], scope)[root.pk]
        points = queries.series(FLOW, root, first=dt.date(2019, 10, 1), last=dt.date(2019, 11, 20))
        records = list(queries.netted(FLOW, root, scope))
    assert told == {FLOW: 2, TOOK: 0}
    assert [point.day.month for point in points if point.value] == [10, 11]
    assert [row["thing_id"] for row in records] == [9, 1]
    opened = [
        _opened(_plan(q["sql"]))
        for q in seen.captured_queries
        if "figures_entry" in q["sql"] or "figures_cell" in q["sql"]
    ]
    first, second, third = opened
    assert first >= {"201909", "201910"}
    assert "201908" not in first | second | third
    assert "201909" not in second


def test_what_stands_is_read_from_every_month_beside_what_happened(root: Unit) -> None:
    with clock.at(NOON):
        jobs.make_months(0)
        with CaptureQueriesContext(connection) as seen:
            scope = queries.Scope(since=dt.date(2019, 11, 1))
            told = queries.table([FLOW, STOCK], [root], scope)[root.pk]
    assert told == {FLOW: 1, STOCK: 4}
    plan = _plan(next(q["sql"] for q in seen.captured_queries if "figures_cell" in q["sql"]))
    assert plan.count("on figures_entry_201908") == 1  # for what stands alone
    assert plan.count("on figures_entry_201911") == 2


def test_nothing_is_told_before_it_happened(root: Unit) -> None:
    ahead = dt.date(2019, 11, 21)
    with clock.at(NOON), pytest.raises(ValueError, match="lies ahead"):
        add([delta(FLOW, root, 9, day=ahead)])
    with pytest.raises(DatabaseError, match="happened_before_told"), transaction.atomic():
        Entry.objects.create(metric=FLOW, path=root.path, unit_id=root.pk, thing_id=9, at=NOON,
                             written=NOON.date(), day=ahead, amount=1, stock=False,
                             dated=False)  # fmt: skip
    assert Entry.objects.count() == 8


ROW = """
INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id, channel,
                           amount, stock, dated, transfer)
SELECT 'x.y', '00001', 1, i, t.at, t.written, t.written, 0, '', 1, false, false, false
FROM generate_series(1, %s) AS i
CROSS JOIN LATERAL (SELECT timestamptz '2019-07-31 20:00+00' + i * interval '10 days' AS at) AS a
CROSS JOIN LATERAL (SELECT a.at, (a.at AT TIME ZONE 'Asia/Shanghai')::date AS written) AS t
"""


def test_an_installation_with_changes_is_brought_up_to_date(older: BaseDatabaseWrapper) -> None:
    call_command("migrate", "figures", "0004", database="older", verbosity=0)
    with older.cursor() as cursor:
        cursor.execute(ROW, [12])
        cursor.execute("SELECT * FROM figures_entry ORDER BY id")
        before = cursor.fetchall()
    call_command("migrate", "figures", database="older", verbosity=0)
    with older.cursor() as cursor:
        cursor.execute("SELECT * FROM figures_entry ORDER BY id")
        assert cursor.fetchall() == [(*row, "", 0) for row in before]  # no source, no programme
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM figures_entry ORDER BY 1")
        assert [name for (name,) in cursor.fetchall()] == [
            f"figures_entry_2019{month:02}" for month in (8, 9, 10, 11)
        ]
        cursor.execute("SELECT count(*) FROM figures_pending")
        assert cursor.fetchone() == (12,)
        cursor.execute(ROW, [1])
        cursor.execute("SELECT max(id), count(*) FROM figures_entry")
        assert cursor.fetchone() == (13, 13)
        cursor.execute("SELECT count(*) FROM figures_pending")
        assert cursor.fetchone() == (13,)
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index"
                       " WHERE indrelid = 'figures_entry'::regclass ORDER BY 1")  # fmt: skip
        names = [name for (name,) in cursor.fetchall()]
        assert names == ["figures_entry_day", "figures_entry_path", "figures_entry_pkey"]
