"""What somebody does behind the application's back is found, and named."""

from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import Refused, Stale
from xiaohao.people.models import Post
from xiaohao.people.tests import make as people
from xiaohao.trail import actions
from xiaohao.trail.models import Seal
from xiaohao.trail.queries import Checked, events_of, faults, is_whole, seal_over
from xiaohao.trail.rules import GENESIS, event_hash
from xiaohao.units.tests import make as units


@pytest.fixture
def posts(committed: None) -> list[Post]:
    """Three posts; the second was changed once; everything up to here is sealed."""
    unit = units.unit()
    made = [people.post(unit, Role.HANDLER, f"P{n}") for n in range(3)]
    made[1].title = "Second"
    actions.change(thing=made[1], by=SYSTEM, kind="renamed", fields=["title"])
    actions.seal_day()
    return made


def found() -> list[tuple[str, str]]:
    return [(fault.code, fault.thing) for fault in faults(Checked())]


def name(post: Post) -> str:
    return f"people.post/{post.pk}"


def today() -> str:
    return Seal.objects.latest("day").day.isoformat()


def test_a_trail_that_nobody_touched_is_clean(posts: list[Post]) -> None:
    checked = Checked()
    assert list(faults(checked)) == []
    assert (checked.events, checked.rows, checked.seals) == (5, 3, 1)


def test_a_changed_row(posts: list[Post], superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("UPDATE people_post SET role = 'office' WHERE code = 'P0'")
    assert found() == [("row_changed", name(posts[0]))]


def test_a_row_changed_together_with_its_version(
    posts: list[Post], superuser: psycopg.Connection[Any]
) -> None:
    superuser.execute("UPDATE people_post SET role = 'office', version = 9 WHERE code = 'P1'")
    assert found() == [("row_changed", name(posts[1]))]


def test_a_deleted_row(posts: list[Post], superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("DELETE FROM people_post WHERE code = 'P1'")
    assert found() == [("row_missing", name(posts[1]))]


def test_deleted_rows_at_both_ends(posts: list[Post], superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("DELETE FROM people_post WHERE code <> 'P1'")
    assert found() == [("row_missing", name(posts[0])), ("row_missing", name(posts[2]))]


def test_an_inserted_row(posts: list[Post], superuser: psycopg.Connection[Any]) -> None:
    superuser.execute(
        "INSERT INTO people_post (id, version, code, title, role, is_active, unit_id) "
        "SELECT 999, 1, 'P9', 'Ninth', 'office', true, unit_id FROM people_post LIMIT 1"
    )
    assert found() == [("row_without_event", "people.post/999")]


def test_a_changed_event(posts: list[Post], superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("UPDATE trail_event SET data = '{}' WHERE label = 'people.post' AND seq = 1")
    assert found() == [("event_changed", name(post)) for post in posts]


def test_an_event_with_another_moment(
    posts: list[Post], superuser: psycopg.Connection[Any]
) -> None:
    superuser.execute("UPDATE trail_event SET at = at - interval '1 day' WHERE kind = 'renamed'")
    assert found() == [("event_changed", name(posts[1]))]


def test_an_event_changed_with_its_hash(
    posts: list[Post], superuser: psycopg.Connection[Any]
) -> None:
    """Whoever also writes a fitting hash breaks the chain, or else the seal."""
    event = events_of("people.post", posts[1].pk).get(seq=1)
    event.by = {"post": "somebody else"}
    new = event_hash(bytes(event.previous), event.body())
    superuser.execute(
        "UPDATE trail_event SET by = %s::jsonb, hash = %s WHERE id = %s",
        ['{"post": "somebody else"}', new, event.pk],
    )
    assert found() == [("event_inserted", name(posts[1])), ("seal_broken", today())]


def test_a_deleted_event_in_the_middle(
    posts: list[Post], superuser: psycopg.Connection[Any]
) -> None:
    superuser.execute("DELETE FROM trail_event WHERE label = 'people.post' AND seq = 1")
    assert found() == [
        ("event_missing", name(posts[1])),
        ("event_missing", name(posts[0])),
        ("event_missing", name(posts[2])),
        ("row_without_event", name(posts[0])),
        ("row_without_event", name(posts[2])),
        ("seal_broken", today()),
    ]


def test_the_newest_event_deleted(posts: list[Post], superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("DELETE FROM trail_event WHERE kind = 'renamed'")
    assert found() == [
        ("event_missing", name(posts[1])),
        ("row_changed", name(posts[1])),
        ("seal_broken", today()),
    ]


def test_a_newest_event_changed_with_its_hash(
    posts: list[Post], superuser: psycopg.Connection[Any]
) -> None:
    """No later event is chained to it; its head is, also before the seal."""
    event = events_of("people.post", posts[1].pk).get(seq=2)
    event.by = {"post": "somebody else"}
    new = event_hash(bytes(event.previous), event.body())
    superuser.execute(
        "UPDATE trail_event SET by = %s::jsonb, hash = %s WHERE id = %s",
        ['{"post": "somebody else"}', new, event.pk],
    )
    assert found() == [("event_changed", name(posts[1])), ("seal_broken", today())]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE trail_head SET seq = 5 WHERE seq = 2", "event_missing"),
        ("UPDATE trail_head SET seq = 1 WHERE seq = 2", "event_inserted"),
        ("UPDATE trail_head SET hash = sha256('x') WHERE seq = 2", "event_changed"),
        ("DELETE FROM trail_head WHERE seq = 2", "event_inserted"),
    ],
)
def test_a_changed_head(
    posts: list[Post], superuser: psycopg.Connection[Any], statement: str, code: str
) -> None:
    superuser.execute(statement)
    assert found() == [(code, name(posts[1]))]


def test_row_and_events_deleted_together(
    posts: list[Post], superuser: psycopg.Connection[Any]
) -> None:
    superuser.execute("DELETE FROM trail_event WHERE thing_id = %s", [posts[2].pk])
    superuser.execute("DELETE FROM people_post WHERE id = %s", [posts[2].pk])
    assert found() == [("event_missing", name(posts[2])), ("seal_broken", today())]


def test_row_events_and_head_deleted_together(
    posts: list[Post], superuser: psycopg.Connection[Any]
) -> None:
    """Nothing misses them but the seal of their day."""
    superuser.execute("DELETE FROM trail_event WHERE thing_id = %s", [posts[2].pk])
    superuser.execute("DELETE FROM trail_head WHERE thing_id = %s", [posts[2].pk])
    superuser.execute("DELETE FROM people_post WHERE id = %s", [posts[2].pk])
    assert found() == [("seal_broken", today())]


def test_an_inserted_event(posts: list[Post], superuser: psycopg.Connection[Any]) -> None:
    superuser.execute(
        "INSERT INTO trail_event (label, thing_id, seq, kind, at, by, data, previous, hash) "
        "SELECT label, thing_id, seq + 1, 'renamed', at, by, data, hash, sha256(hash) "
        "FROM trail_event WHERE thing_id = %s AND label = 'people.post'",
        [posts[0].pk],
    )
    assert found() == [
        ("event_changed", name(posts[0])),
        ("event_inserted", name(posts[0])),
        ("row_changed", name(posts[0])),
    ]


@pytest.mark.parametrize(
    "change", ["root = sha256('x')", "count = count + 1", "previous = sha256('x')"]
)
def test_a_changed_seal(posts: list[Post], superuser: psycopg.Connection[Any], change: str) -> None:
    superuser.execute(f"UPDATE trail_seal SET {change}")  # noqa: S608 (the test's own)
    assert {code for code, _thing in found()} == {"seal_broken"}


def test_a_deleted_seal(posts: list[Post], superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("UPDATE trail_seal SET day = day - 1")
    first = Seal.objects.get()
    later = Seal(
        day=first.day.replace(year=first.day.year + 1), first_event=first.last_event + 1,
        last_event=first.last_event + 9, count=0, root=GENESIS, previous=first.hash,
        hash=GENESIS, sealed_at=first.sealed_at,
    )  # fmt: skip
    later.save()
    superuser.execute("DELETE FROM trail_seal WHERE id = %s", [first.pk])
    assert {code for code, _thing in found()} == {"seal_broken"}


FORBIDDEN = [
    "UPDATE trail_event SET kind = 'x'",
    "DELETE FROM trail_event",
    "TRUNCATE trail_event",
    "UPDATE trail_seal SET count = 0",
    "DELETE FROM trail_seal",
    "TRUNCATE trail_seal",
    "UPDATE trail_head SET seq = 9",
    "INSERT INTO trail_head SELECT 'x.y', 1, 1, hash, began, latest FROM trail_head LIMIT 1",
    "DELETE FROM trail_head",
    "TRUNCATE trail_head",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_itself_refuses(posts: list[Post], statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert found() == []


def test_what_happens_after_the_seal_waits_for_the_next_one(posts: list[Post]) -> None:
    posts[0].title = "First"
    event = actions.change(thing=posts[0], by=SYSTEM, kind="renamed", fields=["title"])
    assert is_whole(event)
    assert seal_over(event) is None
    assert seal_over(events_of("people.post", posts[0].pk).get(seq=1)) is not None
    with pytest.raises(Refused) as refused:
        actions.seal_day()
    assert refused.value.unmet[0].code == "already_sealed"


def test_two_writers_of_one_row_the_second_is_told(posts: list[Post]) -> None:
    mine, theirs = Post.objects.get(code="P0"), Post.objects.get(code="P0")
    theirs.title = "Theirs"
    actions.change(thing=theirs, by=SYSTEM, kind="renamed", fields=["title"], data={"to": "Theirs"})
    mine.title = "Mine"
    with pytest.raises(Stale) as stale:
        actions.change(thing=mine, by=SYSTEM, kind="renamed", fields=["title"])
    assert stale.value.version == 2
    assert [change["data"] for change in stale.value.changes] == [{"to": "Theirs"}]
    assert Post.objects.get(code="P0").title == "Theirs"
    assert found() == []
