"""A real streaming replica of our own PostgreSQL: followed, read from, lost, promoted.

The steps build on each other, in the order of the file, because making a replica takes seconds.
"""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from xiaohao.kernel import cluster, osuser, postgres, tenancy
from xiaohao.kernel.acting import Role
from xiaohao.people.tests import make as people
from xiaohao.site import doctor, replica
from xiaohao.trail.actions import seal_day
from xiaohao.units.tests import make as units

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("replica"),
    pytest.mark.django_db(transaction=True, databases=["default", replica.ALIAS]),
    pytest.mark.usefixtures("followed"),
]
PATIENCE = 240.0  # seconds; a busy machine is no failure
PORT = 5433  # of a socket beside the primary's


@dataclass
class Follower:
    """A replica of the tests' cluster."""

    place: Path
    server: subprocess.Popen[bytes] | None = None

    def copy(self) -> None:
        """A base backup that knows whom to follow, made as the documents say."""
        primary = postgres.own_cluster()
        owner = osuser.owner_for(primary.data)
        self.place.mkdir(mode=0o700)
        osuser.open_way(self.place, owner)
        osuser.give(self.place, owner)
        words = ["-D", str(self.place / "data"), "-R", "-X", "stream", "-c", "fast"]
        subprocess.run(
            [postgres.binary("pg_basebackup"), *words, "-d", primary.admin_url()],
            check=True,
            **osuser.as_owner(owner, self.place),
        )

    def start(self) -> None:
        """Start it; ready to be asked when this returns.

        Without `fsync=off` PostgreSQL first brings every file of the copy to the disk, which on a
        busy machine takes minutes.
        """
        primary = postgres.own_cluster()
        fixed = {
            "port": PORT,
            "listen_addresses": "",
            "unix_socket_directories": primary.sockets,
            "logging_collector": "off",
            "fsync": "off",
        }
        options = [part for name, value in fixed.items() for part in ("-c", f"{name}={value}")]
        owner = osuser.owner_for(primary.data)
        with (self.place.parent / "follower.log").open("ab") as log:
            self.server = subprocess.Popen(
                [postgres.binary("postgres"), "-D", self.place / "data", *options],
                stdout=log,
                stderr=log,
                **osuser.as_owner(owner, self.place),
            )
        eventually(lambda: postgres.is_up(admin()))

    def kill(self) -> None:
        """As a machine dies: at once."""
        if self.server and self.server.poll() is None:
            # Children of a server that is killed outlive it for a moment.
            self.server.kill()
            self.server.wait()
            eventually(lambda: not osuser.processes_in(self.place / "data"))
            (self.place / "data" / "postmaster.pid").unlink(missing_ok=True)


def admin() -> str:
    """Address of the replica for its superuser."""
    url = postgres.own_cluster().admin_url(str(settings.DATABASES["default"]["NAME"]))
    return url.replace(f"port={cluster.PORT}", f"port={PORT}")


@pytest.fixture(scope="module")
def follower(django_db_setup: None, home_ground: Path) -> Iterator[Follower]:
    made = Follower(home_ground / "follower")
    made.copy()
    made.start()
    # Known to Django before a test begins, or the test may not connect to it.
    connections.settings[replica.ALIAS] = known()
    yield made
    del connections.settings[replica.ALIAS]
    made.kill()


def known() -> dict[str, Any]:
    """The replica as settings name it."""
    return {**connections.settings["default"], "PORT": str(PORT)}


class Time:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def later(self, seconds: float = replica.LOOK_EVERY) -> None:
        self.seconds += seconds


@pytest.fixture
def followed(committed: None, follower: Follower) -> Iterator[None]:
    """The replica is known to Django; there is a table to read in the tenant's schema and ours."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE followed (id bigint GENERATED ALWAYS AS IDENTITY)")
        cursor.execute("INSERT INTO followed DEFAULT VALUES")
    yield
    connections[replica.ALIAS].close()
    del connections[replica.ALIAS]
    connections.settings[replica.ALIAS] = known()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE followed")


def anew(**words: str) -> None:
    """Let Django know the replica otherwise."""
    connections[replica.ALIAS].close()
    del connections[replica.ALIAS]
    connections.settings[replica.ALIAS] = known() | words


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def middleware(clock: Time) -> replica.reading:
    made = replica.reading(writing)
    made.freshness = replica.Freshness(clock)
    return made


def eventually(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def has(count: int) -> bool:
    """Whether the replica has that many rows."""
    try:
        return bool(replica.one(replica.ALIAS, "SELECT count(*) FROM followed") == count)
    except OperationalError:
        connections[replica.ALIAS].close()
        raise
    except Exception as fault:  # noqa: BLE001 (the table is not there yet)
        assert "does not exist" in str(fault)  # noqa: PT017 (anything else is a fault)
        return False


def page(_request: HttpRequest) -> HttpResponse:
    """Where it was read and what."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery(), (SELECT count(*) FROM followed)")
        where, count = cursor.fetchone()
    return HttpResponse(f"{'replica' if where else 'primary'} {count}")


def writing(_request: HttpRequest) -> HttpResponse:
    """What writes, although it may only be read."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO followed DEFAULT VALUES")
    return HttpResponse("written")


def third(_request: HttpRequest) -> HttpResponse:
    """A page of something that is there since a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery(), count(*) FROM followed")
        where, count = cursor.fetchone()
    if count < 3:
        raise Http404
    return HttpResponse("replica" if where else "primary")


def refusing(_request: HttpRequest) -> HttpResponse:
    """A page that says by itself what is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        (where,) = cursor.fetchone()
    return HttpResponse("replica" if where else "primary", status=404)


def elsewhere(_request: HttpRequest) -> HttpResponse:
    """A page of no room that is known to read only."""
    return page(_request)


for _view in (page, writing, third, refusing):
    _view.__module__ = "xiaohao.figures.pages"


def ask(middleware: replica.reading, view: Callable[..., HttpResponse], **cookies: str) -> str:
    """What somebody with these cookies reads there."""
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    before = connections["default"]
    answer = middleware.process_view(request, view, (), {}) or view(request)
    assert connections["default"] is before
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


def begin(middleware: replica.reading, clock: Time, rows: int = 1) -> None:
    """A process that has found the replica fresh at its first look."""
    # The primary also writes its log by itself: a look may find the replica a moment behind
    # although it has all rows, and the process then reads from the primary until the next.

    def first_look() -> bool:
        middleware.freshness = replica.Freshness(clock)
        return ask(middleware, page) == f"replica {rows}"

    eventually(first_look)


def soon(middleware: replica.reading, clock: Time, what: str) -> None:
    """That is read there at one of the next looks."""

    def next_look() -> bool:
        clock.later()
        return ask(middleware, page) == what

    eventually(next_look)


def write(middleware: replica.reading) -> dict[str, str]:
    """Write something as a browser does; the cookies that it has got."""
    answer = middleware(RequestFactory().post("/"))
    return {name: morsel.value for name, morsel in answer.cookies.items()}


@contextlib.contextmanager
def standing_still() -> Iterator[None]:
    """The replica gets what the primary writes and does not replay it."""
    with psycopg.connect(admin(), autocommit=True) as superuser:
        superuser.execute("SELECT pg_wal_replay_pause()")
        eventually(lambda: _state(superuser) == "paused")
        try:
            yield
        finally:
            superuser.execute("SELECT pg_wal_replay_resume()")


def _state(superuser: psycopg.Connection[Any]) -> str:
    (state,) = superuser.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() or ("",)
    return str(state)


def test_reading_pages_are_read_from_it_as_far_as_it_is_fresh(
    middleware: replica.reading, clock: Time
) -> None:
    begin(middleware, clock)
    clock.later(1000)  # nobody wrote: it is as fresh as ever
    soon(middleware, clock, "replica 1")
    begin(middleware, clock)
    assert ask(middleware, elsewhere) == "primary 1"
    with standing_still():
        assert ask(middleware, writing) == "written"  # refused by the replica, done by the primary
        clock.later()
        assert ask(middleware, page) == "replica 1"  # behind, within the bound
        clock.later(replica.BOUND)
        assert ask(middleware, page) == "primary 2"  # behind beyond it
    soon(middleware, clock, "replica 2")


def test_who_has_written_reads_it_at_once_and_the_others_soon(
    middleware: replica.reading, clock: Time
) -> None:
    begin(middleware, clock)
    with standing_still():
        mine = write(middleware)
        assert ask(middleware, page, **mine) == "primary 2"
        assert ask(middleware, page) == "replica 1"
    eventually(lambda: ask(middleware, page, **mine) == "replica 2")


@pytest.mark.parametrize("forged", ["", "0/0; x", "now()", "1", "G/1"])
def test_a_cookie_that_is_none_of_ours_reads_from_the_primary(
    middleware: replica.reading, clock: Time, forged: str
) -> None:
    begin(middleware, clock)
    assert ask(middleware, page, **{replica.WRITTEN: forged}) == "primary 1"


def test_what_is_not_there_yet_is_asked_of_the_primary(
    middleware: replica.reading, clock: Time
) -> None:
    begin(middleware, clock)
    assert ask(middleware, refusing) == "primary"
    with standing_still():
        ask(middleware, writing)
        ask(middleware, writing)
        assert ask(middleware, third) == "primary"
    eventually(lambda: has(3))
    clock.later()
    assert ask(middleware, third) == "replica"


def test_each_tenant_reads_its_own_from_the_replica(
    middleware: replica.reading, clock: Time, superuser: psycopg.Connection[Any]
) -> None:
    anew(ENGINE="xiaohao.kernel.routed")
    for slug, rows in (("east", 2), ("west", 3)):
        superuser.execute(f"CREATE SCHEMA t_{slug} AUTHORIZATION {postgres.APPLICATION}")
        superuser.execute(f"CREATE TABLE t_{slug}.followed (LIKE followed INCLUDING ALL)")
        superuser.execute(f"ALTER TABLE t_{slug}.followed OWNER TO {postgres.APPLICATION}")
        for _ in range(rows):
            superuser.execute(f"INSERT INTO t_{slug}.followed DEFAULT VALUES")
    eventually(lambda: replica.one(replica.ALIAS, "SELECT to_regclass('t_west.followed')"))
    try:
        for slug, rows in (("east", 2), ("west", 3), ("east", 2)):
            with tenancy.on(tenancy.Tenant(slug)):
                begin(middleware, clock, rows)
    finally:
        superuser.execute("DROP SCHEMA t_east, t_west CASCADE")


def test_a_real_page_says_how_old_it_may_be() -> None:
    office = people.holder(units.unit(), Role.AUDITOR)
    seal = seal_day()
    assert seal
    browser = people.logged_in(office)
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, "xiaohao.site.replica.reading"]):
        eventually(lambda: "X-Data-At-Most-Seconds-Old" in browser.get("/trail/"))
        answer = browser.get("/trail/")
        assert seal.root_hex in answer.content.decode()
        assert answer["X-Data-At-Most-Seconds-Old"] == "10"
        written = Client().post("/accounts/login/", {"login": "nobody", "password": "nothing"})
        assert written.cookies[replica.WRITTEN]["httponly"]
        assert replica.WRITTEN not in browser.get("/trail/").cookies


def test_the_doctor_says_how_it_stands() -> None:
    eventually(lambda: doctor.replica().state is doctor.State.GOOD)
    with standing_still():
        writing(RequestFactory().get("/"))
        found = doctor.replica()
        assert "bytes behind" in found.found
    anew(PORT=str(cluster.PORT))
    assert doctor.replica().state is doctor.State.WRONG  # that is the primary itself
    assert "no replica" in doctor.replica().found


def test_the_primary_is_no_replica_of_itself(middleware: replica.reading) -> None:
    anew(PORT=str(cluster.PORT))
    assert ask(middleware, page) == "primary 1"


def test_pages_go_on_while_it_is_dead_and_use_it_again(
    middleware: replica.reading, clock: Time, follower: Follower
) -> None:
    begin(middleware, clock)
    follower.kill()
    assert ask(middleware, page) == "primary 1"
    assert write(middleware)
    clock.later(replica.PAUSE)
    assert ask(middleware, page) == "primary 2"  # asked again, still dead
    assert doctor.replica().state is doctor.State.WRONG
    follower.start()
    soon(middleware, clock, "replica 2")


def test_one_that_was_promoted_is_read_no_more(middleware: replica.reading, clock: Time) -> None:
    begin(middleware, clock)
    with psycopg.connect(admin(), autocommit=True) as superuser:
        superuser.execute("SELECT pg_promote()")
    clock.later(replica.BOUND)
    assert ask(middleware, page) == "primary 1"
    assert doctor.replica().state is doctor.State.WRONG
