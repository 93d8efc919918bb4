"""Events lie in the month in which they were written; none is lost, and none is read in vain."""

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app

from xiaohao.kernel import clock, months
from xiaohao.kernel.acting import SYSTEM
from xiaohao.trail import actions, jobs
from xiaohao.trail.models import Event, Seal
from xiaohao.trail.queries import Checked, events_of, events_of_each, faults, latest

LABEL = "test.thing"
NOON = dt.datetime(2019, 11, 20, 12, tzinfo=clock.ZONE)
AUTUMN = range(8, 12)


def say(thing: int, at: dt.datetime) -> None:
    with clock.at(at):
        actions.note(label=LABEL, thing_id=thing, by=SYSTEM, kind="said")


def lying() -> dict[str, int]:
    """How many events lie in which partition."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM trail_event GROUP BY 1")
        return dict(cursor.fetchall())


def rows() -> list[Any]:
    return list(Event.objects.order_by("id").values_list())


@pytest.fixture
def told(db: None) -> None:
    """Thing 8 with an event in each of four months that nobody had made; the others with one."""
    for month in AUTUMN:
        say(8, NOON.replace(month=month))
        say(100 + month, NOON.replace(month=month))


def test_what_nobody_made_a_month_for_is_written_all_the_same_and_moved_there(told: None) -> None:
    before = rows()
    assert lying() == {"trail_event_rest": 8}
    with clock.at(NOON):
        assert jobs.make_months(0) == 7  # four that were written in, and the three to come
        assert jobs.make_months(0) == 0
    assert lying() == {f"trail_event_2019{month:02}": 2 for month in AUTUMN}
    assert rows() == before
    assert list(faults(Checked())) == []
    say(8, NOON)
    assert [event.seq for event in events_of(LABEL, 8)] == [1, 2, 3, 4, 5]


def test_a_month_alone_is_made_and_the_rest_stays_in_the_rest(told: None) -> None:
    assert months.keep("trail_event", dt.date(2019, 9, 1), dt.date(2019, 9, 30)) == 1
    assert lying() == {"trail_event_201909": 2, "trail_event_rest": 6}
    assert months.rest("trail_event") == (dt.date(2019, 8, 20), dt.date(2019, 11, 20))
    assert list(faults(Checked())) == []


@pytest.mark.parametrize("moment", ["2019-08-31T23:59:59.999999", "2019-09-01T00:00:00"])
@pytest.mark.parametrize("made", ["before", "after"])
def test_months_turn_at_midnight_where_the_offices_are(db: None, moment: str, made: str) -> None:
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=clock.ZONE)
    if made == "after":
        say(1, at)
    months.keep("trail_event", dt.date(2019, 8, 1), dt.date(2019, 9, 1))
    if made == "before":
        say(1, at)
    assert lying() == {f"trail_event_{at:%Y%m}": 1}


def test_the_months_to_come_are_there_from_the_first_day_on(db: None) -> None:
    actions.note(label=LABEL, thing_id=1, by=SYSTEM, kind="said")
    assert lying() == {f"trail_event_{clock.today():%Y%m}": 1}


REFUSED = (
    "UPDATE {} SET kind = 'x'",
    "DELETE FROM {}",
    "TRUNCATE {}",
)
DIRECT = """
INSERT INTO {} (label, thing_id, seq, kind, at, by, data, previous, hash)
SELECT label, thing_id + 1, seq, kind, at, by, data, previous, hash FROM trail_event
WHERE thing_id = 109
"""


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        *((table, statement) for table in ("trail_event_201909", "trail_event_rest")
          for statement in (*REFUSED, DIRECT)),
        *(("trail_event", statement) for statement in REFUSED),
    ],
)  # fmt: skip
def test_each_month_refuses_what_the_whole_refuses_and_what_goes_past_it(
    told: None, table: str, statement: str
) -> None:
    """A row put into a month directly would move no head."""
    months.keep("trail_event", dt.date(2019, 9, 1), dt.date(2019, 9, 30))
    before = rows()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert rows() == before


def opened(query: QuerySet[Event]) -> set[str]:
    """The months that reading opens: what PostgreSQL plans for and does not skip."""
    return opened_by(query.explain(analyze=True))


def opened_by(plan: str) -> set[str]:
    """The same of a plan."""
    lines = [line for line in plan.splitlines() if "never executed" not in line]
    return {word for line in lines for word in line.split() if word.startswith("trail_event_20")}


def test_reading_one_things_history_opens_its_own_months_alone(told: None) -> None:
    jobs_months()
    assert opened(events_of(LABEL, 109)) == {"trail_event_201909"}
    assert opened(events_of_each(LABEL, [109, 110])) == {"trail_event_201909", "trail_event_201910"}
    assert opened(events_of(LABEL, 8)) == {f"trail_event_2019{month:02}" for month in AUTUMN}
    assert opened(Event.objects.filter(label=LABEL, thing_id=109)) > {"trail_event_201909"}


def test_reading_between_days_opens_their_months_alone(told: None) -> None:
    jobs_months()
    first, after = (clock.start_of(dt.date(2019, month, 1)) for month in (9, 11))
    between = Event.objects.filter(at__gte=first, at__lt=after)
    assert opened(between.order_by()) == {"trail_event_201909", "trail_event_201910"}
    assert between.count() == 4


def test_the_latest_event_of_some_days_is_found_in_their_months_alone(told: None) -> None:
    jobs_months()
    first, after = (clock.start_of(dt.date(2019, month, 1)) for month in (9, 11))
    between = list(Event.objects.filter(at__gte=first, at__lt=after).order_by("id"))
    with CaptureQueriesContext(connection) as asked:
        assert latest(first, after, 500) == (between[-1].pk, 4)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE) " + asked.captured_queries[0]["sql"])
        assert opened_by("\n".join(row[0] for row in cursor.fetchall())) == {
            "trail_event_201909", "trail_event_201910",
        }  # fmt: skip
    near = sum(one.pk > between[-1].pk - 2 for one in between)
    assert latest(first, after, 2) == (between[-1].pk, near)
    empty = clock.start_of(dt.date(2018, 1, 1))
    assert latest(empty, empty + dt.timedelta(days=2), 500) == (0, 0)


def jobs_months() -> None:
    with clock.at(NOON):
        jobs.make_months(0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE trail_event")


def test_nothing_is_lost_while_months_are_made_under_those_who_write(forgotten: None) -> None:
    """Of every note its event, whether it came before, while or after its month was made."""
    trouble: list[BaseException] = []
    start = threading.Barrier(3)

    def write(thing: int) -> None:
        try:
            start.wait()
            for month in range(1, 13):
                for day in (1, 28):
                    say(thing, NOON.replace(year=2018, month=month, day=day))
        except BaseException as fault:  # noqa: BLE001 (shown by the assertion below)
            trouble.append(fault)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(thing,)) for thing in (1, 2)]
    for writer in writers:
        writer.start()
    start.wait()
    while any(writer.is_alive() for writer in writers):
        _tend()
    for writer in writers:
        writer.join()
    _tend()
    assert trouble == []
    assert lying() == {f"trail_event_2018{month:02}": 4 for month in range(1, 13)}
    assert list(faults(Checked())) == []


def _tend() -> None:
    with clock.at(NOON.replace(year=2018, month=1, day=1)):
        months.tend("trail_event")


@pytest.fixture
def forgotten(committed: None) -> Iterator[None]:
    """Months that really were committed go again, for the tests after this one."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^trail_event_2018..$'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {name}")


@pytest.mark.parametrize("table", ["trail", "figures"])
def test_a_job_makes_them_every_day(table: str) -> None:
    """Of each tenant: its worker runs every job that the product has."""
    crons = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}
    assert crons[f"{table}.months"].split()[2:] == ["*", "*", "*"]


OLD = """
INSERT INTO trail_event (label, thing_id, seq, kind, at, by, data, "row", previous, hash)
SELECT 'test.thing', n, s, 'said', timestamptz '2019-07-31 16:00+00' + (s - 1) * interval '20 days',
       '{"post": "P"}', '{"n": 1}', sha256('row'), CASE s
           WHEN 1 THEN decode(repeat('00', 32), 'hex')
           ELSE sha256(convert_to(n || '/' || (s - 1), 'UTF8')) END,
       sha256(convert_to(n || '/' || s, 'UTF8'))
FROM generate_series(%s, %s) AS s CROSS JOIN generate_series(1, 3) AS n
"""
SEAL = """
INSERT INTO trail_seal (day, first_event, last_event, count, root, previous, hash, sealed_at)
VALUES ('2019-09-30', 1, 12, 12, sha256('r'), sha256('p'), sha256('h'), now())
"""


def test_an_installation_with_events_is_brought_up_to_date(older: BaseDatabaseWrapper) -> None:
    call_command("migrate", "trail", "0003", database="older", verbosity=0)
    with older.cursor() as cursor:
        cursor.execute(OLD, [1, 4])
        cursor.execute(SEAL)
        cursor.execute("SELECT * FROM trail_event ORDER BY id")
        before = cursor.fetchall()
    call_command("migrate", "trail", database="older", verbosity=0)
    with older.cursor() as cursor:
        cursor.execute("SELECT * FROM trail_event ORDER BY id")
        assert cursor.fetchall() == before
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM trail_event GROUP BY 1")
        assert dict(cursor.fetchall()) == {
            "trail_event_201908": 6, "trail_event_201909": 6,
        }  # fmt: skip
        cursor.execute(OLD, [5, 6])  # the chain goes on, with numbers that follow
        cursor.execute("SELECT min(id), max(id), count(*) FROM trail_event")
        assert cursor.fetchone() == (1, 18, 18)
        cursor.execute("SELECT array_agg(seq ORDER BY thing_id) FROM trail_head")
        assert cursor.fetchone() == ([6, 6, 6],)
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index"
                       " WHERE indrelid = 'trail_event'::regclass ORDER BY 1")  # fmt: skip
        assert [name for (name,) in cursor.fetchall()] == ["trail_event_chain", "trail_event_pkey"]
        with pytest.raises(DatabaseError, match="not the next"):
            cursor.execute(OLD, [6, 6])


def test_seals_hold_over_months(told: None) -> None:
    with clock.at(NOON):
        actions.seal_day()
        jobs.make_months(0)
    assert Seal.objects.get().count == 8
    checked = Checked()
    assert list(faults(checked)) == []
    assert (checked.events, checked.seals) == (8, 1)


def test_a_month_of_figures_takes_nothing_past_the_whole(
    older: BaseDatabaseWrapper,
) -> None:
    """Months that another room made before are shut by the same migration."""
    call_command("migrate", "trail", "0004", database="older", verbosity=0)
    call_command("migrate", "figures", "0005", database="older", verbosity=0)
    with older.cursor() as cursor:
        cursor.execute("SELECT months_keep('figures_entry', '2019-09-01', '2019-09-01')")
    call_command("migrate", "trail", database="older", verbosity=0)
    with older.cursor() as cursor:
        for table in ("figures_entry_201909", "figures_entry_rest"):
            with pytest.raises(DatabaseError, match="write to the table that"):
                cursor.execute(f"INSERT INTO {table} SELECT * FROM figures_entry")  # noqa: S608 (names)
