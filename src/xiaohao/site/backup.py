"""A backup: one tar file that holds the database, the files, and the secrets that open them.

Inside: `database.dump` (pg_dump's custom format), `home/…` (everything of the home folder that is
not the database server's, not a log, and cannot be made again), and last `manifest.json` with the
SHA-256 of each. The database is dumped first: files are only ever added, so that every file a row
speaks of is in the backup. Whoever has it can read everything: it is written with mode 0600.
"""

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from xiaohao import __name__ as product
from xiaohao.kernel import postgres
from xiaohao.kernel.home import Trouble, home

FORMAT: Final = 1
DUMP: Final = "database.dump"
HOME: Final = "home"
MANIFEST: Final = "manifest.json"
LEFT_OUT: Final = frozenset({"database", "logs", "static", "up.lock"})
OWN_SECRETS: Final = "database-"  # passwords of the own cluster: they belong to it, not to the data
_BLOCK: Final = 1024 * 1024


class BackupTrouble(Trouble):
    """A backup could not be written or read; says why."""


@dataclass
class Manifest:
    """What a backup holds.

    Attributes:
        made_at: seconds since 1970, UTC, by the machine's clock.
        server: release of the database server, e.g. "18.6".
        hashes: SHA-256 in hexadecimal, by name inside the tar file.
        format: version of this layout.
        product: whose backup it is.
    """

    made_at: float
    server: str
    hashes: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT
    product: str = product

    def as_json(self) -> bytes:
        """The manifest as it stands in the tar file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()


def make(target: Path, *, force: bool = False) -> Manifest:
    """Write a backup of this installation, which may be running; the file appears when it is whole.

    Args:
        target: the file to write.
        force: replace a file that is there.

    Raises:
        BackupTrouble: the file exists, or the database could not be dumped.
        OSError: the disk is full, or the folder cannot be written to.
    """
    if target.exists() and not force:
        raise BackupTrouble(f"{target} exists. Choose another name, or add --force to replace it.")
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft_name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(draft_name)
    try:
        with postgres.running(), os.fdopen(handle, "wb") as file:
            manifest = _write(file, target.parent)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def kept_files() -> Iterator[Path]:
    """Every file of the home folder that a backup holds, in order."""
    for top in sorted(home().iterdir()):
        if top.name in LEFT_OUT or top.name.startswith("."):
            continue
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            if file.is_file() and not _is_own_secret(file):
                yield file


def connection_arguments(url: str) -> tuple[str, dict[str, str]]:
    """How to tell PostgreSQL's programs that address: `--dbname` and environment.

    The password goes by the environment, where other people of the machine cannot read it.
    """
    parts: dict[str, Any] = conninfo_to_dict(url)
    password = parts.pop("password", None)
    secret = {"PGPASSWORD": str(password)} if password else {}
    return f"--dbname={make_conninfo(**parts)}", {**os.environ, **secret}


def _is_own_secret(file: Path) -> bool:
    return file.parent == home() / "secrets" and file.name.startswith((OWN_SECRETS, "."))


def _write(file: IO[bytes], scratch: Path) -> Manifest:
    manifest = Manifest(made_at=time.time(), server=_server())
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        with tempfile.TemporaryDirectory(prefix=".dump-", dir=scratch) as folder:
            dump = Path(folder) / DUMP
            _dump(dump)
            _add(archive, manifest, dump, DUMP)
        for kept in kept_files():
            _add(archive, manifest, kept, f"{HOME}/{kept.relative_to(home()).as_posix()}")
        entry = tarfile.TarInfo(MANIFEST)
        content = manifest.as_json()
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return manifest


def _server() -> str:
    with psycopg.connect(postgres.database_url()) as connection:
        shown = connection.execute("SHOW server_version").fetchone()
    return str(shown[0]) if shown else ""


def _dump(target: Path) -> None:
    where, environment = connection_arguments(postgres.database_url())
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}", where]
    done = subprocess.run(
        [postgres.binary("pg_dump"), *options],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupTrouble(f"The database could not be dumped:\n{done.stderr.strip()}")


def _add(archive: tarfile.TarFile, manifest: Manifest, file: Path, name: str) -> None:
    """Add a file under that name; its hash is that of the bytes that went into the archive."""
    with file.open("rb") as source:
        size = os.fstat(source.fileno()).st_size
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(manifest.made_at)
        reader = HashingReader(source)
        archive.addfile(entry, reader)
    manifest.hashes[name] = reader.sha256.hexdigest()


class HashingReader(io.RawIOBase):
    """Passes bytes on and hashes them on the way."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self.source = source
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes."""
        block = self.source.read(size)
        self.sha256.update(block)
        return block
