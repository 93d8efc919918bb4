"""Put a backup back, all or nothing.

Everything is made ready beside what is there: files in a folder of their own, the database under a
name of its own. Only when all of it has proved whole do both change places with what was there: the
two databases in one transaction, the files by renaming just before that transaction is committed.
"""

import contextlib
import hashlib
import json
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import django
import psycopg
from django.db.migrations.loader import MigrationLoader
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from xiaohao.kernel import osuser, postgres
from xiaohao.kernel.home import PRIVATE_FOLDER, home
from xiaohao.site import supervisor
from xiaohao.site.backup import (
    DUMP,
    FORMAT,
    HOME,
    LEFT_OUT,
    MANIFEST,
    OWN_SECRETS,
    BackupTrouble,
    connection_arguments,
)

_BLOCK: Final = 1024 * 1024
# Rows in these mean that somebody works here.
_TELLING: Final = ("people_account", "trail_event", "shared.tenant")


@dataclass(frozen=True)
class Restored:
    """What was put back.

    Attributes:
        files: how many files beside the database.
        made_at: when the backup was made; seconds since 1970, UTC.
    """

    files: int
    made_at: float


@dataclass(frozen=True)
class Databases:
    """The server as somebody who may make and rename databases sees it, and the three names."""

    admin: str
    current: str
    fresh: str
    former: str

    @classmethod
    def of_this_installation(cls, mark: str) -> "Databases":
        """Names that nothing has yet; `mark` makes them so."""
        parts: dict[str, Any] = conninfo_to_dict(postgres.database_url())
        current = str(parts["dbname"])
        if postgres.is_external():
            admin = make_conninfo(**{**parts, "dbname": "postgres"})
        else:
            admin = postgres.own_cluster().admin_url()
        return cls(admin, current, f"{current}_restore_{mark}", f"{current}_former_{mark}")

    def url(self, name: str) -> str:
        """Address of one of them for the application's role."""
        return make_conninfo(postgres.database_url(), dbname=name)


def restore(source: Path, *, force: bool = False) -> Restored:
    """Replace this installation, which must not be running, by what the backup holds.

    Args:
        source: a file that `xiaohao backup` wrote.
        force: replace an installation that somebody has worked with.

    Raises:
        AlreadyRunning: `xiaohao up` runs for this home folder.
        BackupTrouble: the file is no backup, is damaged, is of a newer version, or there is work
            here that would be lost. Nothing has changed then.
    """
    mark = secrets.token_hex(4)
    address = supervisor.Address.from_environment()
    with supervisor.only_one(address):
        staging = home() / f".restore-{mark}"
        staging.mkdir(mode=PRIVATE_FOLDER)
        try:
            manifest = _unpack(source, staging)
            with postgres.running():
                if not force:
                    _refuse_if_used()
                _keep_own_secrets(staging / HOME / "secrets")
                names = Databases.of_this_installation(mark)
                with _fresh_database(names, staging / DUMP):
                    _swap(names, staging, home() / f".former-{mark}")
        except psycopg.Error as trouble:
            raise BackupTrouble(f"Nothing was restored; the database says: {trouble}") from trouble
        finally:
            osuser.remove_tree(staging)
        return Restored(len(manifest["hashes"]) - 1, float(manifest["made_at"]))


def _refuse_if_used() -> None:
    with psycopg.connect(postgres.database_url()) as connection:
        for table in _TELLING:
            found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
            if not (found and found[0]):
                continue
            query = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(*table.split(".")))
            if connection.execute(query).fetchone():
                raise BackupTrouble(
                    f"There is work in {home()} that would be lost. Restore into an empty home "
                    "(set XIAOHAO_HOME), or add --force to replace what is here."
                )


def _unpack(source: Path, staging: Path) -> dict[str, Any]:
    """Unpack into the staging folder and compare every hash; returns the manifest."""
    try:
        with tarfile.open(source) as archive:
            found, content = {}, b""
            for entry in archive:
                body = archive.extractfile(entry)
                if body is None or not entry.isreg():
                    raise BackupTrouble(f"{source} is not a backup: it holds {entry.name!r}.")
                if entry.name == MANIFEST:
                    content = body.read()
                else:
                    found[entry.name] = _put(body, _place(staging, entry.name))
    except (tarfile.TarError, EOFError, UnicodeError) as trouble:
        raise BackupTrouble(f"{source} is not a backup, or a damaged one: {trouble}") from trouble
    except FileNotFoundError as trouble:
        raise BackupTrouble(f"There is no file {source}.") from trouble
    manifest = _manifest(source, content)
    if manifest["hashes"] != found:
        wrong = sorted(
            name
            for name in {*found, *manifest["hashes"]}
            if found.get(name) != manifest["hashes"].get(name)
        )
        raise BackupTrouble(f"{source} is damaged: not as written: {', '.join(wrong[:5])}.")
    return manifest


def _manifest(source: Path, content: bytes) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(content)
        known = manifest["format"] == FORMAT and DUMP in manifest["hashes"]
    except (ValueError, KeyError, TypeError) as trouble:
        raise BackupTrouble(f"{source} is cut short or not a backup: no manifest.") from trouble
    if not known:
        raise BackupTrouble(f"{source} has a layout that this version does not know.")
    return manifest


def _place(staging: Path, name: str) -> Path:
    """Where an entry goes; a name that would lead elsewhere is refused."""
    parts = Path(name).parts
    fits = name == DUMP or (parts[0] == HOME and len(parts) > 1 and parts[1] not in LEFT_OUT)
    if not fits or ".." in parts or Path(name).is_absolute():
        raise BackupTrouble(f"The backup holds something it should not: {name!r}.")
    place = staging / name
    place.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return place


def _put(body: IO[bytes], place: Path) -> str:
    sha256 = hashlib.sha256()
    with place.open("xb") as file:
        place.chmod(0o600)
        while block := body.read(_BLOCK):
            sha256.update(block)
            file.write(block)
    return sha256.hexdigest()


def _keep_own_secrets(fresh: Path) -> None:
    """The passwords of the own cluster stay: it is not replaced, only what is in it."""
    fresh.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for file in (home() / "secrets").glob(f"{OWN_SECRETS}*"):
        shutil.copy2(file, fresh / file.name)


@contextlib.contextmanager
def _fresh_database(names: Databases, dump: Path) -> Iterator[None]:
    """The dump in a database of its own, dropped again if the block does not put it in place."""
    owner = str(conninfo_to_dict(postgres.database_url())["user"])
    try:
        with psycopg.connect(names.admin, autocommit=True) as connection:
            create = "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0"
            if not postgres.is_external():
                create = "CREATE DATABASE {} OWNER {}"  # its template has the extensions
            connection.execute(
                sql.SQL(create).format(sql.Identifier(names.fresh), sql.Identifier(owner))
            )
    except psycopg.errors.InsufficientPrivilege as trouble:
        raise BackupTrouble(
            f"The role {owner} may not make databases, which restoring needs. "
            f"Let an administrator run: ALTER ROLE {owner} CREATEDB"
        ) from trouble
    try:
        _load(names, dump)
        _refuse_newer(names)
        yield
    finally:
        _drop(names, names.fresh)


def _load(names: Databases, dump: Path) -> None:
    where, environment = connection_arguments(names.url(names.fresh))
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    done = subprocess.run(
        [postgres.binary("pg_restore"), *options, "--no-comments", where, dump],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupTrouble(f"The database could not be restored:\n{done.stderr.strip()}")


def _refuse_newer(names: Databases) -> None:
    """A newer version's tables cannot be brought back to this one's."""
    django.setup()
    known = set(MigrationLoader(None).disk_migrations)
    with psycopg.connect(names.url(names.fresh)) as connection:
        found = connection.execute(
            "SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations'"
        ).fetchall()
        query = sql.SQL("SELECT app, name FROM {}")
        applied: set[tuple[Any, ...]] = set()
        for (schema,) in found:  # of each tenant
            table = sql.Identifier(schema, "django_migrations")
            applied.update(connection.execute(query.format(table)).fetchall())
    if unknown := sorted(applied - known):
        first = ".".join(unknown[0])
        raise BackupTrouble(
            f"The backup was made by a newer version of Xiaohao (this one does not know {first}). "
            "Install that version first."
        )


def _swap(names: Databases, staging: Path, former: Path) -> None:
    """Let the fresh database and files change places with the current ones."""
    moves = _moves(staging / HOME, former)
    done: list[tuple[Path, Path]] = []
    try:
        with psycopg.connect(names.admin, autocommit=True) as connection:
            _end_sessions(connection, names.current)
            with connection.transaction():
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                for old, new in ((names.current, names.former), (names.fresh, names.current)):
                    connection.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
                for source, target in moves:
                    source.rename(target)
                    done.append((source, target))
    except BaseException:
        for source, target in reversed(done):
            target.rename(source)
        raise
    _drop(names, names.former)
    osuser.remove_tree(former)


def _moves(fresh: Path, former: Path) -> list[tuple[Path, Path]]:
    """Renamings that put the former things aside and the fresh ones in their place, in order."""
    former.mkdir(mode=PRIVATE_FOLDER)
    here = [
        top for top in home().iterdir() if top.name not in LEFT_OUT and not top.name.startswith(".")
    ]
    aside = [(top, former / top.name) for top in here]
    return aside + [(top, home() / top.name) for top in fresh.iterdir()]


def _end_sessions(connection: psycopg.Connection[Any], database: str) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
    )


def _drop(names: Databases, database: str) -> None:
    with psycopg.connect(names.admin, autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(drop.format(sql.Identifier(database)))
