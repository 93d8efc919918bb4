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
os.environ["XIAOHAO_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "xiaohao.site.settings"
os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402 (the environment comes first)
import psycopg  # noqa: E402
import pytest  # noqa: E402
from django.test import override_settings  # noqa: E402

from xiaohao.kernel import postgres  # noqa: E402

django.setup()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Start the cluster before Django makes its test database in it."""
    cluster = postgres.own_cluster()
    server = postgres.start(cluster, bound=True, durable=False)
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {postgres.APPLICATION} CREATEDB")
    yield
    postgres.stop(cluster)
    if server is not None:
        server.wait()


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
