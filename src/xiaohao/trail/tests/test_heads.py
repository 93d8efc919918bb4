"""The database takes an event only as the next of its thing, however many come at once."""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.trail import actions
from xiaohao.trail.actions import Told, tell_many
from xiaohao.trail.chaining import FEW
from xiaohao.trail.models import Event, Head
from xiaohao.trail.queries import Checked, faults, head_of
from xiaohao.trail.rules import GENESIS

LABEL = "test.thing"
AT = dt.datetime(2019, 9, 13, 12, tzinfo=clock.ZONE)
MANY = range(1, FEW + 20)


def tell(steps: Sequence[tuple[int, int, bytes]], at: dt.datetime = AT) -> list[bytes]:
    """Write events `(thing, seq, hash before it)` in one statement; their hashes."""
    told = made_of(steps, at)
    with transaction.atomic():
        actions.put(*actions.told_rows([told]))
    return told.hashes


def made_of(steps: Sequence[tuple[int, int, bytes]], at: dt.datetime = AT) -> Told:
    return tell_many(
        label=LABEL,
        by=SYSTEM,
        kind="said",
        at=at,
        things=[thing for thing, _seq, _before in steps],
        seqs=[seq for _thing, seq, _before in steps],
        rows=[bytes(32) for _step in steps],
        data=["{}" for _step in steps],
        previous=[before for _thing, _seq, before in steps],
    )


def heads() -> dict[int, tuple[int, bytes]]:
    return {one.thing_id: (one.seq, bytes(one.hash)) for one in Head.objects.filter(label=LABEL)}


def newest() -> dict[int, tuple[int, bytes]]:
    events = Event.objects.filter(label=LABEL).order_by("thing_id", "seq")
    return {event.thing_id: (event.seq, bytes(event.hash)) for event in events}


Steps = Callable[[dict[int, bytes]], list[tuple[int, int, bytes]]]
WRONG: dict[str, Steps] = {
    "again": lambda _first: [(1, 1, GENESIS)],
    "after nothing": lambda first: [(1, 2, first[1]), (999, 2, GENESIS)],
    "a gap": lambda first: [(1, 3, first[1])],
    "chained to another": lambda first: [(1, 2, first[2])],
    "a first one that follows": lambda first: [(999, 1, first[1])],
    "the same twice": lambda first: [(1, 2, first[1]), (1, 2, first[1])],
    "two that do not follow each other": lambda first: [(1, 2, first[1]), (1, 3, first[1])],
}


# Of many, a thing that begins twice is told by the key of the heads.
_SAID = r"is not the next of test\.thing/|\(label, thing_id\)=\(test\.thing, \d+\) already exists"


@pytest.mark.django_db
@pytest.mark.parametrize("beside", [0, FEW + 1], ids=["few", "many"])
@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_not_the_next_is_refused_with_all_beside_it(wrong: str, beside: int) -> None:
    first = dict(zip(MANY, tell([(n, 1, GENESIS) for n in MANY]), strict=True))
    before = heads()
    good = [(5000 + n, 1, GENESIS) for n in range(beside)]
    with pytest.raises(psycopg.IntegrityError, match=_SAID):
        tell(good + WRONG[wrong](first))
    assert heads() == before == newest()


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=5), min_size=1, max_size=4),
       st.booleans())  # fmt: skip
def test_heads_are_the_newest_events_whatever_comes_together(
    statements: list[list[int]],
    many: bool,  # noqa: FBT001 (Hypothesis's)
) -> None:
    """A statement may carry several events of a thing, in any order, alone or among many."""
    stood: dict[int, tuple[int, bytes]] = {}
    with transaction.atomic():
        for number, things in enumerate(statements):
            steps = []
            for thing in things:
                seq, before = stood.get(thing, (0, GENESIS))
                stood[thing] = (seq + 1, made_of([(thing, seq + 1, before)]).hashes[0])
                steps.append((thing, seq + 1, before))
            others = [(10_000 * (number + 1) + n, 1, GENESIS) for n in MANY] if many else []
            tell([*reversed(steps), *others])
        assert heads() == newest()
        assert {thing: heads()[thing] for thing in stood} == stood
        assert list(faults(Checked())) == []
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("things", [[1], MANY], ids=["few", "many"])
def test_a_head_knows_the_span_of_its_events(things: Sequence[int]) -> None:
    """Clocks of several machines differ: a later event may bear an earlier moment."""
    first = tell([(n, 1, GENESIS) for n in things])
    day = dt.timedelta(days=1)
    second = tell([(n, 2, h) for n, h in zip(things, first, strict=True)], AT - day)
    tell([(n, 3, h) for n, h in zip(things, second, strict=True)], AT + day)
    head = head_of(LABEL, 1)
    assert head
    assert (head.seq, head.began, head.latest) == (3, AT - day, AT + day)


def test_of_two_who_chain_to_the_same_event_the_second_is_refused(
    committed: None, superuser: psycopg.Connection[Any]
) -> None:
    (first,) = tell([(1, 1, GENESIS)])
    said: list[str] = []

    def second() -> None:
        try:
            tell([(1, 2, first)], AT + dt.timedelta(seconds=1))
        except psycopg.IntegrityError as fault:
            said.append(str(fault))
        finally:
            connections.close_all()

    other = threading.Thread(target=second)
    with transaction.atomic():
        (mine,) = tell([(1, 2, first)])
        other.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while other.is_alive() and superuser.execute(waits).fetchone() == (0,):
            pass
    other.join()
    assert len(said) == 1
    assert heads() == {1: (2, mine)} == newest()


@pytest.mark.django_db
def test_notes_go_on_from_the_head() -> None:
    actions.note(label=LABEL, thing_id=7, by=SYSTEM, kind="said")
    event = actions.note(label=LABEL, thing_id=7, by=SYSTEM, kind="said again")
    assert heads() == {7: (2, event.hash)}


@pytest.mark.django_db
def test_no_trigger_of_another_table_is_needed_to_be_refused() -> None:
    """A head is moved by nothing that a statement says of it, also where nothing would change."""
    tell([(1, 1, GENESIS)])
    with pytest.raises(DatabaseError, match="moves by an event"), transaction.atomic():
        Head.objects.filter(label=LABEL).update(seq=1)


OLD = """
INSERT INTO trail_event (label, thing_id, seq, kind, at, by, data, previous, hash)
SELECT 'test.thing', n, s, 'said', timestamptz '2019-09-13 12:00+08' + (n * s) * interval '1 day',
       '{}', '{}', CASE s WHEN 1 THEN decode(repeat('00', 32), 'hex')
                   ELSE sha256(convert_to(n || '/' || (s - 1), 'UTF8')) END,
       sha256(convert_to(n || '/' || s, 'UTF8'))
FROM generate_series(1, 4) AS n CROSS JOIN generate_series(1, 4) AS s WHERE s <= n
"""


def test_an_installation_with_events_gets_its_heads(older: BaseDatabaseWrapper) -> None:
    call_command("migrate", "trail", "0003", database="older", verbosity=0)
    with older.cursor() as cursor:
        cursor.execute(OLD)
    call_command("migrate", "trail", "0004", database="older", verbosity=0)
    with older.cursor() as cursor:
        cursor.execute(
            "SELECT h.thing_id, h.seq, h.hash = e.hash, extract(day FROM h.latest - h.began)::int "
            "FROM trail_head h JOIN trail_event e USING (label, thing_id, seq) ORDER BY 1"
        )
        assert cursor.fetchall() == [(n, n, True, n * (n - 1)) for n in range(1, 5)]
        follow = OLD.replace("WHERE s <= n", "WHERE s = n + 1").replace(
            "(1, 4) AS s", "(1, 5) AS s"
        )
        cursor.execute(follow)
        cursor.execute("SELECT array_agg(seq ORDER BY thing_id) FROM trail_head")
        assert cursor.fetchone() == ([2, 3, 4, 5],)
        with pytest.raises(IntegrityError):
            cursor.execute(follow)
