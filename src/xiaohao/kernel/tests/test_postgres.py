import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from xiaohao.kernel import osuser, postgres

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def own_home(home_ground: Path) -> Iterator[Path]:
    """A home of its own; the clusters' passwords are in it."""
    place = home_ground / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOHAO_HOME", str(place))
        patch.delenv("DATABASE_URL", raising=False)
        yield place


@pytest.fixture
def cluster(own_home: Path) -> Iterator[postgres.Cluster]:
    """The cluster of that home, running when the test begins."""
    mine = postgres.own_cluster()
    start(mine)
    yield mine
    stop(mine)
    if not mine.sockets.is_relative_to(own_home):
        osuser.remove_tree(mine.sockets)


servers: list[subprocess.Popen[bytes]] = []


def start(cluster: postgres.Cluster) -> None:
    server = postgres.start(cluster, bound=True, durable=False)
    assert server is not None
    servers.append(server)


def stop(cluster: postgres.Cluster) -> None:
    postgres.stop(cluster)
    while servers and servers[-1].poll() is not None:
        servers.pop()


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row and len(row) == 1 else row


def write(url: str, query: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(query)


def kill(cluster: postgres.Cluster) -> None:
    pid = postgres.server_pid(cluster)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def test_the_cluster_is_closed_to_strangers(cluster: postgres.Cluster) -> None:
    admin = cluster.admin_url()
    assert one(admin, "SHOW listen_addresses") == ""
    assert one(admin, "SHOW data_checksums") == "on"
    assert one(admin, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'") == 0
    assert cluster.sockets.stat().st_mode & 0o077 == 0
    assert cluster.data.stat().st_mode & 0o077 == 0
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"host={cluster.sockets} user=xiaohao dbname=xiaohao password=guess")


def test_text_sorts_by_code_point_whatever_the_environment_says(cluster: postgres.Cluster) -> None:
    settings = "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'xiaohao'"
    assert one(cluster.url(), settings) == ("b", "C.UTF-8")
    order = "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['b', 'B', '京', 'a']) AS t(x)"
    assert one(cluster.url(), order) == "Bab京"
    assert one(cluster.url(), "SELECT upper('é')") == "É"


def test_the_application_owns_its_database_and_is_nobody_special(cluster: postgres.Cluster) -> None:
    role = "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert one(cluster.url(), role) == (False, False)
    write(cluster.url(), "CREATE TABLE mine (id int)")
    found = "SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'btree_gist')"
    assert one(cluster.url(), found) == 2


def test_committed_rows_outlive_a_killed_server(cluster: postgres.Cluster) -> None:
    write(cluster.url(), "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    with contextlib.closing(psycopg.connect(cluster.url())) as session:
        session.execute("INSERT INTO kept VALUES (0)")  # never committed
        kill(cluster)
        start(cluster)
        assert one(cluster.url(), "SELECT count(*), min(n) FROM kept") == (1000, 1)


def test_a_note_of_a_dead_server_does_not_mislead(cluster: postgres.Cluster) -> None:
    kill(cluster)
    while postgres.server_pid(cluster):
        time.sleep(0.01)
    note = cluster.data / "postmaster.pid"
    lines = note.read_text().splitlines()
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]))  # its number is another's now
    assert postgres.server_pid(cluster) is None
    start(cluster)
    assert postgres.is_up(cluster.url())


def test_two_clusters_run_side_by_side_even_after_one_was_half_made(
    cluster: postgres.Cluster, own_home: Path
) -> None:
    other = postgres.Cluster(own_home / ("a folder 号 with a name " + "x" * 80))
    assert len(os.fsencode(other.sockets)) < 60  # the wanted path would not fit a socket
    half = other.place / "data.part"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    start(other)
    try:
        assert not half.exists()
        write(other.url(), "CREATE TABLE only_here (id int)")
        assert one(cluster.url(), "SELECT to_regclass('only_here')") is None
    finally:
        stop(other)
        osuser.remove_tree(other.sockets)


def test_start_leaves_a_running_server_alone(cluster: postgres.Cluster) -> None:
    before = postgres.server_pid(cluster)
    assert postgres.start(cluster) is None
    assert postgres.server_pid(cluster) == before


def test_another_password_is_named_as_the_reason(own_home: Path) -> None:
    cluster = postgres.own_cluster()
    start(cluster)
    stop(cluster)
    secret = own_home / "secrets" / "database-postgres"
    former = secret.read_text()
    secret.write_text("0" * 43)
    try:
        with pytest.raises(postgres.DatabaseTrouble, match="another password"):
            postgres.start(cluster, bound=True, durable=False)
        assert postgres.server_pid(cluster) is None
    finally:
        secret.write_text(former)


USER = """
import sys
from xiaohao.kernel import postgres
with postgres.running():
    print("in", flush=True)
    sys.stdin.readline()
print(postgres.is_up(), flush=True)
"""


def command() -> subprocess.Popen[str]:
    """A process that uses the database until it is told to go on."""
    child = subprocess.Popen(
        [sys.executable, "-c", USER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "in\n"
    return child


def test_the_last_command_out_stops_the_server() -> None:
    first, second = command(), command()
    assert first.communicate("go\n")[0] == "True\n"  # the second one still uses it
    assert second.communicate("go\n")[0] == "False\n"
    assert postgres.server_pid(postgres.own_cluster()) is None


def test_a_server_ends_with_the_process_it_is_bound_to() -> None:
    program = (
        "import os, signal\nfrom xiaohao.kernel import postgres\n"
        "postgres.start(postgres.own_cluster(), bound=True, durable=False)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    end = time.monotonic() + 10
    while postgres.server_pid(postgres.own_cluster()):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_unreachable_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none")
    monkeypatch.setattr(postgres, "PATIENCE", 0.1)
    with (
        pytest.raises(postgres.DatabaseTrouble, match=r"host 127\.0\.0\.1") as trouble,
        postgres.running(),
    ):
        pass
    assert "secret" not in str(trouble.value)
