"""Where an installation keeps what it owns: folders and secrets.

Everything lies under one folder, `XIAOHAO_HOME` (default `./var`). Folders made here are
private to the person who made them (mode 0700), secrets are files of mode 0600. What belongs to a
tenant lies under `tenants/<its name>`: its files, its models, and its secrets, so that nothing that
was encrypted, signed or looked up for one tenant means anything to another.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import re
import secrets
from functools import cache
from pathlib import Path
from typing import Final

from xiaohao.kernel import tenancy

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
SHORTEST_SECRET: Final = 32
TENANTS: Final = "tenants"
INSTALLATION: Final = frozenset({"database", "logs", "static"})  # folders that tenants share
SHARED_SECRETS: Final = "database-"  # passwords of the database's roles
_NAME = re.compile(r"[a-z][a-z0-9-]*")


class Trouble(RuntimeError):  # noqa: N818 (it says what to do, like an answer)
    """The installation is not as it must be; the message says what is wrong and what to do."""


class SecretTrouble(Trouble):
    """A secret that cannot be used: too short, or of a name that is no name."""


def home() -> Path:
    """Absolute folder of this installation; made, private, when it does not exist yet."""
    place = Path(os.environ.get("XIAOHAO_HOME") or "var").absolute()
    place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return place


def is_divided() -> bool:
    """Whether this installation holds tenants: the first one makes their folder."""
    return (home() / TENANTS).is_dir()


def own() -> Path:
    """The folder of the current tenant; the home folder where there is none."""
    tenant = tenancy.current()
    return home() / TENANTS / tenant.slug if tenant else home()


def folder(name: str) -> Path:
    """A private folder of that name: the tenant's, or the installation's where none is meant.

    Raises `Trouble` where the tenant was dropped.
    """
    place = (home() if name in INSTALLATION else own()) / name
    if not place.parent.is_dir() and dropped(place.parent.name).exists():
        message = f"{place.parent} is not there: this tenant was dropped."
        raise Trouble(message)
    place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return place


def dropped(slug: str) -> Path:
    """What stands where a tenant was dropped, so that nobody who is not told yet begins it anew."""
    return home() / f".dropped-{slug}"


def secret(name: str) -> bytes:
    """The secret of that name as a key of 32 bytes: SHA-256 of its text, see `secret_text`.

    Read once in a process: keys are asked for with every message and every look.
    """
    where = os.environ.get("XIAOHAO_HOME"), os.environ.get(_variable(name)), tenancy.slug()
    return _key(name, *where)


@cache
def _key(name: str, *_where: str | None) -> bytes:
    return hashlib.sha256(secret_text(name).encode()).digest()


def secret_text(name: str) -> str:
    """The secret of that name as text of at least 32 characters.

    The environment variable `XIAOHAO_SECRET_<NAME>` wins; otherwise it is 256 random bits, made
    the first time somebody asks and kept in `secrets/<name>`. Two processes that ask for the
    first time at once get the same one. Each tenant has its own; where the environment gives one
    for all, a tenant's is derived from it. Raises `SecretTrouble`.
    """
    if not _NAME.fullmatch(name):
        message = f"A secret is named with small letters, digits and dashes, not {name!r}."
        raise SecretTrouble(message)
    variable = _variable(name)
    value = os.environ.get(variable)
    shared = name.startswith(SHARED_SECRETS)
    if value is None:
        return _kept((home_secrets() if shared else folder("secrets")) / name)
    if len(value) < SHORTEST_SECRET:
        message = f"{variable} is too short: {SHORTEST_SECRET} characters at least."
        raise SecretTrouble(message)
    tenant = tenancy.slug()
    return value if shared or not tenant else _derived(value, tenant)


def home_secrets() -> Path:
    """Where the installation's own secrets lie, whoever's work is being done."""
    place = home() / "secrets"
    place.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return place


def _derived(value: str, tenant: str) -> str:
    return hmac.new(value.encode(), f"tenant:{tenant}".encode(), hashlib.sha256).hexdigest()


def _variable(name: str) -> str:
    return f"XIAOHAO_SECRET_{name.upper().replace('-', '_')}"


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that a reader sees all of it or none, also after a crash.

    Raises `FileExistsError` when the file is already there: a secret is never overwritten.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _kept(path: Path) -> str:
    """What the file says; a new random secret is written into it when there is none."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=")
    with contextlib.suppress(FileExistsError):
        write_private(path, fresh)
    return path.read_text().strip()
