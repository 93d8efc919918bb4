"""The harness of every test: a PostgreSQL of its own in a temporary home, and no network.

Each test process (pytest-xdist starts several) has its own home folder and cluster, made when the
first test asks for the database.
"""

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="xiaohao-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
if "DJANGO_SETTINGS_MODULE" in os.environ:
    raise RuntimeError("Unset DJANGO_SETTINGS_MODULE: settings must be read after this file.")
os.environ["XIAOHAO_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "xiaohao.site.settings"
os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402 (the environment comes first)
import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.test import TransactionTestCase, override_settings  # noqa: E402
from django.utils import translation  # noqa: E402
from pytest_django import DjangoDbBlocker  # noqa: E402

from xiaohao.kernel import postgres  # noqa: E402

django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]  # pytest-xdist hands its environment to other processes

from xiaohao.site.tests.browser import chromium  # noqa: E402 (a fixture of every room's tests)

__all__ = ["chromium"]

# No test fails because the machine is slow.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Start the cluster before Django makes its test database in it."""
    cluster = postgres.own_cluster()
    with postgres.using(cluster):  # a command that a test runs does not stop it
        server = postgres.start(cluster, bound=True, durable=False)
        with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
            connection.execute(f"ALTER ROLE {postgres.APPLICATION} CREATEDB")
        yield
    postgres.stop(cluster)
    if server is not None:
        server.wait()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:  # noqa: ARG001 (Django's own comes first)
    """Take the test database down even where a thread of a server still holds a connection."""
    yield
    name = str(settings.DATABASES["default"]["NAME"])
    with psycopg.connect(postgres.own_cluster().admin_url(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


@pytest.fixture
def superuser(django_db_setup: None) -> Iterator[psycopg.Connection[Any]]:  # noqa: ARG001 (order)
    """Somebody with all rights on the database and no respect for the application's triggers."""
    url = postgres.own_cluster().admin_url(str(settings.DATABASES["default"]["NAME"]))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def _filled(connection: psycopg.Connection[Any]) -> set[str]:
    tables = connection.execute(
        "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    rows = (f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for (name,) in tables)  # noqa: S608 (names of tables)
    return {name for (name,) in connection.execute(" UNION ALL ".join(rows)).fetchall()}


@pytest.fixture(scope="session", autouse=True)
def unflushed() -> Iterator[None]:
    """Django would empty every table after a test that commits, which our triggers refuse."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: None)
        yield


@pytest.fixture(autouse=True)
def usual_language() -> None:
    """A page asked for in English leaves its language to the thread, and so to the next test."""
    translation.deactivate()


@pytest.fixture
def committed(superuser: psycopg.Connection[Any], transactional_db: None) -> Iterator[None]:  # noqa: ARG001 (order)
    """Let the test really commit, also from several connections; emptied behind its back after."""
    before = _filled(superuser)
    yield
    for name in _filled(superuser) - before:
        superuser.execute(f"DELETE FROM {name}")  # noqa: S608 (names of tables)


@pytest.fixture
def older(
    superuser: psycopg.Connection[Any], django_db_blocker: DjangoDbBlocker
) -> Iterator[BaseDatabaseWrapper]:
    """A database of its own, empty: for migrations of an installation that holds something."""
    superuser.execute("DROP DATABASE IF EXISTS older")
    superuser.execute(f"CREATE DATABASE older OWNER {postgres.APPLICATION}")
    settings = {**connections.databases["default"], "NAME": "older"}
    connections.databases["older"] = settings
    with django_db_blocker.unblock():
        yield connections["older"]
    connections["older"].close()
    del connections["older"]
    del connections.databases["older"]
    superuser.execute("DROP DATABASE older WITH (FORCE)")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords in tests need not withstand anybody."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Connections leave this machine only in somebody's imagination."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        inside = self.family == socket.AF_UNIX or str(address[0]) in {
            "127.0.0.1",
            "::1",
            "localhost",
        }
        if not inside:
            raise AssertionError(f"A test tried to reach {address[0]} over the network.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="module")
def home_ground() -> Iterator[Path]:
    """A folder for homes of installations.

    `tmp_path` does not do: each pytest that starts shuts the folders of all others to other users,
    and for root the database is another user.
    """
    place = Path(tempfile.mkdtemp(prefix="xiaohao-test-"))
    yield place
    shutil.rmtree(place, ignore_errors=True)
