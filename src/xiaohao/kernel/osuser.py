"""As which operating-system user the database runs, and what that user must be able to reach.

An ordinary person runs the database as himself, and most of this does nothing. Root may not run
PostgreSQL: for him it runs as the owner of the data folder or, in a new one, as a system user that
is made for it, and folders on the way there get leave to pass (x, never r).
"""

import contextlib
import ctypes
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xiaohao.kernel.home import Trouble

SYSTEM_USER: Final = "xiaohao-db"
LONGEST_SOCKET: Final = 107  # bytes, `sun_path` of unix(7) without its closing zero
_PLAIN = re.compile(r"[A-Za-z0-9/._+-]+")
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class OwnerTrouble(Trouble):
    """The database's operating-system user or folders are not as they must be; says what to do."""


@dataclass(frozen=True)
class Owner:
    """An operating-system user by number, and whether processes have to be switched to him."""

    uid: int
    gid: int
    switch: bool


def owner_for(data: Path) -> Owner:
    """As whom the database in that data folder runs. Root may make the system user on the way.

    Raises `OwnerTrouble` when the folder is somebody else's.
    """
    me, found = os.geteuid(), _status(data)
    if me:
        if found and found.st_uid != me:
            message = f"{data} belongs to user {found.st_uid}. Run this as that user, or as root."
            raise OwnerTrouble(message)
        return Owner(me, os.getegid(), switch=False)
    if found and found.st_uid:
        return Owner(found.st_uid, found.st_gid, switch=True)
    entry = _system_user()
    return Owner(entry.pw_uid, entry.pw_gid, switch=True)


def as_owner(owner: Owner, place: Path) -> dict[str, Any]:
    """Arguments that let `subprocess` run a program as the owner, in `place`, clean environment."""
    who = {"user": owner.uid, "group": owner.gid, "extra_groups": []} if owner.switch else {}
    return {"cwd": place, "env": _ENVIRONMENT, **who}


def give(path: Path, owner: Owner) -> None:
    """Hand the file or folder itself to the owner."""
    if owner.switch:
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)


def open_way(target: Path, owner: Owner) -> None:
    """Let the owner pass through every folder above the target: adds x for others, never r."""
    if not owner.switch:
        return
    for parent in {*target.absolute().parents, *target.resolve().parents}:
        status = parent.stat()
        mine = status.st_uid == owner.uid and status.st_mode & stat.S_IXUSR
        if not mine and not status.st_mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def private_folder(place: Path, owner: Owner) -> None:
    """Make the folder, the owner's and nobody else's.

    Raises `OwnerTrouble` when somebody else has put something there already, as one may in /tmp.
    """
    try:
        place.mkdir(mode=0o700)
        give(place, owner)
    except FileExistsError:
        pass
    status = place.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner.uid:
        message = f"{place} should be a folder of user {owner.uid}. Remove it and try again."
        raise OwnerTrouble(message)
    place.chmod(0o700)


def short_folder(wanted: Path, file_name: str) -> Path:
    """The folder wanted, or one under /tmp when a socket in it would have a name that is too long.

    Paths with unusual characters count as too long, because lists of folders are parsed.
    """
    if len(os.fsencode(wanted / file_name)) <= LONGEST_SOCKET and _PLAIN.fullmatch(str(wanted)):
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:24]
    return Path("/tmp") / f"xiaohao-{digest}"  # noqa: S108 (private_folder checks whose it is)


def processes_in(folder: Path) -> set[int]:
    """The database processes whose working folder this is."""
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return {pid for pid in pids if works_in(pid, folder)}


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process lives, is a database process, and works in that folder."""
    process = Path("/proc") / str(pid)
    try:
        here = (process / "cwd").readlink() == folder.resolve()
        return here and (process / "comm").read_text().startswith("postgres")
    except OSError:
        return False


def bind_to_parent(signal_number: int) -> Callable[[], None]:
    """What a new child calls so that the kernel signals it when the parent's thread ends."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal_number)

    return bind


def remove_tree(place: Path) -> None:
    """Remove a folder and all in it, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(place)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except PermissionError as trouble:
        message = f"{path} cannot be reached. Run this as the user that made it, or as root."
        raise OwnerTrouble(message) from trouble


def _system_user() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/"]
    try:
        subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True, capture_output=True
        )
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as trouble:
        message = (
            f"PostgreSQL does not run as root, and no user {SYSTEM_USER} could be made for it. "
            "Run Xiaohao as an ordinary user, or set DATABASE_URL to a server of your own."
        )
        raise OwnerTrouble(message) from trouble
