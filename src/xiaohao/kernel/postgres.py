"""The database: a server that `DATABASE_URL` names, or an own PostgreSQL in the home folder.

`start`, `stop` and `running` are about the own cluster (see `xiaohao.kernel.cluster`); a server
that somebody else runs is only ever connected to. Linux only: processes are looked up in `/proc`.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from xiaohao.kernel import osuser
from xiaohao.kernel.cluster import (
    APPLICATION,
    PORT,
    Cluster,
    DatabaseTrouble,
    binary,
    make,
)
from xiaohao.kernel.home import home, secret_text

__all__ = [
    "APPLICATION",
    "Cluster",
    "DatabaseTrouble",
    "binary",
    "database_url",
    "is_external",
    "is_up",
    "own_cluster",
    "running",
    "server_pid",
    "start",
    "stop",
    "stop_if_unused",
    "using",
]

OLDEST_SERVER: Final = 17
EXTENSIONS: Final = ("pg_trgm", "btree_gist")
PATIENCE: Final = 60.0  # seconds for a stop, and for a start that says nothing
RECOVERY: Final = 900.0  # seconds for a start that says it is recovering
FLEETING: Final = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
_POLL = 0.02  # seconds


def own_cluster() -> Cluster:
    """The cluster of this installation; nothing is made or started."""
    return Cluster(home() / "database")


def is_external() -> bool:
    """Whether `DATABASE_URL` names a server that somebody else runs."""
    return bool(os.environ.get("DATABASE_URL"))


def database_url() -> str:
    """Address of the application's database. Starts nothing."""
    return os.environ.get("DATABASE_URL") or own_cluster().url()


def is_up(url: str | None = None) -> bool:
    """Whether the database answers; found out by connecting, which alone is proof."""
    try:
        with psycopg.connect(url or database_url(), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def start(
    cluster: Cluster, *, bound: bool = False, durable: bool = True
) -> subprocess.Popen[bytes] | None:
    """Start the cluster, making it first where it is new, and return its server process.

    It is ready, with role, database and extensions, when this returns. What a crash left behind is
    cleared first. None is returned when the server was running already.

    Args:
        cluster: which.
        bound: end the server (fast shutdown) when the calling thread ends, however that ends.
        durable: False only for tests, where a power cut may lose the cluster.

    Raises:
        DatabaseTrouble: it does not come up; with the last lines of its log.
    """
    with _locked(cluster, "start", fcntl.LOCK_EX):
        if _settled(cluster):
            return None
        _clear_leftovers(cluster)
        make(cluster, durable=durable)
        server = _launch(cluster, bound=bound, durable=durable)
        try:
            _await(cluster, server)
            _furnish(cluster)
        except BaseException:
            server.send_signal(signal.SIGINT)
            server.wait()
            raise
        return server


def stop(cluster: Cluster) -> None:
    """Stop the cluster's server, whoever started it; do nothing when none runs.

    Sessions are ended, their open transactions rolled back; nothing committed is lost. Raises
    `DatabaseTrouble` when it will not end.
    """
    pid = server_pid(cluster)
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    if not _wait_until(lambda: not osuser.works_in(pid, cluster.data), PATIENCE):
        message = f"The database server (process {pid}) does not stop. See {cluster.data / 'log'}."
        raise DatabaseTrouble(message)


def server_pid(cluster: Cluster) -> int | None:
    """Process id of the cluster's living server; None when the note of it is missing or stale."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if osuser.works_in(pid, cluster.data) else None


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Have the database answer inside the block, for a command that may be the only one running.

    An own cluster that is down is started; the last command that uses it stops it again. A server
    that somebody else runs is only waited for. Raises `DatabaseTrouble`.
    """
    if is_external():
        _await_external()
        yield
        return
    cluster = own_cluster()
    server = None
    try:
        with using(cluster):
            server = start(cluster)
            yield
    finally:
        stop_if_unused(cluster)
        if server is not None:
            server.poll()


@contextlib.contextmanager
def using(cluster: Cluster) -> Iterator[None]:
    """Keep commands that finish from stopping the cluster; ends by itself with the process."""
    with _locked(cluster, "users", fcntl.LOCK_SH):
        yield


def stop_if_unused(cluster: Cluster) -> None:
    """Stop the server unless a process uses it (see `using`)."""
    with (
        contextlib.suppress(BlockingIOError),
        _locked(cluster, "users", fcntl.LOCK_EX | fcntl.LOCK_NB),
    ):
        stop(cluster)


@contextlib.contextmanager
def _locked(cluster: Cluster, name: str, how: int) -> Iterator[None]:
    cluster.place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (cluster.place / f"{name}.lock").open("a") as file:
        fcntl.flock(file, how)
        yield


def _settled(cluster: Cluster) -> bool:
    """Whether a server runs and answers; one that is just coming or going is waited for."""
    end = time.monotonic() + PATIENCE
    while server_pid(cluster) is not None:
        if is_up(cluster.admin_url()):
            return True
        if time.monotonic() > end:
            message = f"A database server runs in {cluster.data} but answers nobody. Stop it first."
            raise DatabaseTrouble(message)
        time.sleep(_POLL)
    return False


def _clear_leftovers(cluster: Cluster) -> None:
    """After a kill -9: end sessions without a server, remove notes that would mislead the next."""
    gone = _wait_until(lambda: not osuser.processes_in(cluster.data), 2)
    for pid in () if gone else osuser.processes_in(cluster.data):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if not _wait_until(lambda: not osuser.processes_in(cluster.data), PATIENCE):
        message = f"Processes of a dead database server remain in {cluster.data}. End them first."
        raise DatabaseTrouble(message)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (cluster.sockets / name).unlink(missing_ok=True)


def _launch(cluster: Cluster, *, bound: bool, durable: bool) -> subprocess.Popen[bytes]:
    fixed = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.sockets),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        **({} if durable else FLEETING),
    }
    options = [part for name, value in fixed.items() for part in ("-c", f"{name}={value}")]
    owner = osuser.owner_for(cluster.data)
    with cluster.log.open("ab") as log:
        return subprocess.Popen(
            [binary("postgres"), "-D", cluster.data, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=osuser.bind_to_parent(signal.SIGINT) if bound else None,  # noqa: PLW1509
            **osuser.as_owner(owner, cluster.place),
        )


def _await(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers its superuser."""
    begun = time.monotonic()
    while server.poll() is None:
        try:
            psycopg.connect(cluster.admin_url(), connect_timeout=5).close()
        except psycopg.OperationalError as trouble:
            said = str(trouble)
        else:
            return
        if "authentication failed" in said:
            message = (
                f"The database in {cluster.place} has another password than "
                f"{home() / 'secrets'} says. Put back the secrets that belong to it."
            )
            raise DatabaseTrouble(message)
        patience = RECOVERY if "starting up" in said else PATIENCE
        if time.monotonic() - begun > patience:
            break
        time.sleep(_POLL)
    tail = "\n".join(cluster.log.read_text(errors="replace").splitlines()[-8:])
    message = f"The database server does not start. The last lines of {cluster.log}:\n{tail}"
    raise DatabaseTrouble(message)


def _furnish(cluster: Cluster) -> None:
    """The application's role, its database, and the extensions it could not install by itself."""
    role = sql.Identifier(APPLICATION)
    password = sql.Literal(secret_text(f"database-{APPLICATION}"))
    _extend(cluster.admin_url("template1"))
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION])
        verb = sql.SQL("ALTER" if known.fetchone() else "CREATE")
        connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, password))
        made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [APPLICATION])
        if not made.fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    _extend(cluster.admin_url(APPLICATION))


def _extend(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for name in EXTENSIONS:
            statement = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name))
            connection.execute(statement)


def _await_external() -> None:
    end = time.monotonic() + PATIENCE
    while not is_up():
        if time.monotonic() > end:
            parts = conninfo_to_dict(database_url())
            host = parts.get("host", "")
            message = f"No database answers at DATABASE_URL (host {host}). Is it running?"
            raise DatabaseTrouble(message)
        time.sleep(0.5)


def _wait_until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(_POLL)
    return True
