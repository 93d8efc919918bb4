"""Database, web server and job worker, started and stopped together, restarted when they die.

One supervisor runs per home folder. Its children end with it, however it ends: on Linux the kernel
signals them. It loads nothing of Django, so that it stays small and has little to fail.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final, Protocol

from xiaohao.kernel import osuser, postgres
from xiaohao.kernel.home import Trouble, home, is_divided

LOOK_EVERY: Final = 0.1  # seconds between two looks at the children
GRACE: Final = 10.0  # seconds a child has to end when told to
READY_WITHIN: Final = 60.0  # seconds for the first page
FIRST_PAUSE: Final = 0.2  # seconds before the first restart; doubles up to LONGEST_PAUSE
LONGEST_PAUSE: Final = 30.0
STEADY_AFTER: Final = 60.0  # a child that lived this long starts again with the first pause
_STDERR: Final = 2  # stdout is for answers, of which the last line may be JSON
_COMMAND: Final = (sys.executable, "-m", "xiaohao.site.command")
WORKER: Final = (*_COMMAND, "manage", "procrastinate", "worker")


class AlreadyRunning(Trouble):
    """Another supervisor runs this home folder."""


class PortTaken(Trouble):
    """Some other program listens where the web server should."""


class Stop(BaseException):
    """Somebody asked the supervisor to stop (Ctrl-C, SIGTERM, SIGHUP)."""


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> "Address":
        """`XIAOHAO_HOST` (default 127.0.0.1) and `XIAOHAO_PORT` (default 8000)."""
        port = os.environ.get("XIAOHAO_PORT") or "8000"
        if not (port.isdecimal() and 0 < int(port) <= 65535):  # noqa: PLR2004 (16 bits)
            message = f"XIAOHAO_PORT must be a number from 1 to 65535, not {port!r}."
            raise Trouble(message)
        return cls(os.environ.get("XIAOHAO_HOST") or "127.0.0.1", int(port))

    @property
    def reachable_host(self) -> str:
        """A host one can connect to from this machine."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host = self.reachable_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


class Service(Protocol):
    """One of the things that are kept running."""

    name: str

    def start(self) -> None:
        """Start it; it must not be running."""

    def ended(self) -> str | None:
        """How it ended, None while it runs."""

    def stop(self) -> None:
        """Stop it and all it started; nothing happens when it does not run."""


class Database:
    """The own PostgreSQL cluster as a service."""

    name = "database"

    def __init__(self) -> None:
        self.cluster = postgres.own_cluster()
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, or adopt one that a command started and still uses."""
        self.server = postgres.start(self.cluster, bound=True)

    def ended(self) -> str | None:
        """How the server ended, None while it runs."""
        if self.server is not None:
            return _how(self.server)
        return None if postgres.server_pid(self.cluster) else "ended"

    def stop(self) -> None:
        """Stop the server; sessions still open are ended."""
        postgres.stop(self.cluster)
        if self.server is not None:
            self.server.wait()


@dataclass
class Program:
    """A child process in a session of its own, so that what it started can be ended with it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the program, bound to this process."""
        self.child = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,
            env={**os.environ, **self.environment},
            start_new_session=True,
            preexec_fn=osuser.bind_to_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread only)
        )

    def ended(self) -> str | None:
        """How the program ended, None while it runs. What it left behind is ended too."""
        how = _how(self.child) if self.child else "not started"
        if how and self.child:
            self._end_session()
        return how

    def ask_to_stop(self) -> None:
        """Tell the program to finish; it ends by itself soon."""
        if self.child and self.child.poll() is None:
            self.child.terminate()

    def stop(self) -> None:
        """Tell the program to finish; end it when it does not within `GRACE`."""
        if self.child is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(GRACE)
        self._end_session()
        self.child.wait()

    def _end_session(self) -> None:
        if self.child:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)


@dataclass
class Keeper:
    """Restarts one service when it ends, each time after a longer pause.

    Attributes:
        service: what it keeps running.
        say: where remarks go.
        pause: seconds before the next restart.
        since: when it was last started; monotonic seconds.
        due: when to start it again; None while it runs.
    """

    service: Service
    say: Callable[[str], None]
    pause: float = FIRST_PAUSE
    since: float = 0.0
    due: float | None = None

    def start(self) -> None:
        """Start the service now."""
        self.since, self.due = time.monotonic(), None
        self.service.start()

    def look(self, now: float) -> None:
        """Notice an end, and start again when the pause is over."""
        if self.due is not None:
            if now >= self.due:
                self._again(now)
            return
        how = self.service.ended()
        if how is None:
            return
        if now - self.since >= STEADY_AFTER:
            self.pause = FIRST_PAUSE
        self._later(now, f"{self.service.name} {how}")

    def _again(self, now: float) -> None:
        try:
            self.start()
        except Trouble as trouble:
            self._later(now, f"{self.service.name} did not start: {trouble}")

    def _later(self, now: float, what: str) -> None:
        self.say(f"{what}; starting it again in {self.pause:g} s.")
        self.due, self.pause = now + self.pause, min(self.pause * 2, LONGEST_PAUSE)


def up(say: Callable[[str], None], ready: Callable[[], None] = lambda: None) -> None:
    """Run everything until told to stop by Ctrl-C, SIGTERM or SIGHUP; then stop everything.

    Args:
        say: where remarks go.
        ready: called once, as soon as the first page is served.

    Raises:
        AlreadyRunning: this home folder is running already.
        PortTaken: the web server's port is in use.
        Trouble: the database cannot be started, or its tables not be brought up to date.
    """
    from xiaohao.site.workers import Workers  # noqa: PLC0415 (it is made of the services above)

    address = Address.from_environment()
    with contextlib.ExitStack() as stack:
        stack.enter_context(only_one(address))
        check_port(address)
        if not postgres.is_external():
            postgres.stop_if_unused(postgres.own_cluster())  # an orphan would not be bound to us
            stack.enter_context(postgres.using(postgres.own_cluster()))
        started: list[Service] = []
        stack.callback(_stop_all, started, say)
        stack.enter_context(_stopping_on_signals())
        with contextlib.suppress(Stop):
            keepers = _start_all(address, started, say)
            workers = Workers(started, say) if is_divided() else None
            ready()
            while True:
                time.sleep(LOOK_EVERY)
                for keeper in keepers:
                    keeper.look(time.monotonic())
                if workers:
                    workers.look(time.monotonic())


def is_ours(address: Address) -> bool:
    """Whether a supervisor of this home folder runs and serves at that address."""
    try:
        with only_one(address):
            return False
    except AlreadyRunning:
        told = json.loads(_note().read_text() or "{}")
        return bool(told.get("port") == address.port)


def _start_all(
    address: Address, started: list[Service], say: Callable[[str], None]
) -> list[Keeper]:
    keepers = []

    def keep(service: Service) -> None:
        keeper = Keeper(service, say)
        started.append(service)
        keeper.start()
        keepers.append(keeper)

    if not postgres.is_external():
        say("Starting the database …")
        keep(Database())
    _migrate(say)
    keep(Program("web server", _web(address)))
    if not is_divided():  # else each tenant has one
        keep(Program("job worker", list(WORKER)))
    _await_first_page(address, keepers)
    say(f"Xiaohao is at {address.url} (Ctrl-C stops it).")
    return keepers


def _migrate(say: Callable[[str], None]) -> None:
    say("Bringing the tables up to date …")
    done = subprocess.run(
        [*_COMMAND, "migrate"], check=False, stdout=_STDERR, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        message = "The tables could not be brought up to date; nothing was started."
        raise Trouble(message)


def _web(address: Address) -> list[str]:
    workers = os.environ.get("XIAOHAO_WEB_WORKERS") or "2"
    options = {
        "interface": "wsgi",
        "host": address.host,
        "port": str(address.port),
        "workers": workers,
        "blocking-threads": "4",
        "workers-kill-timeout": "5",
        "log-level": "warning",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    granian = [sys.executable, "-m", "granian", *flags, "--no-ws", "--respawn-failed-workers"]
    return [*granian, "xiaohao.site.wsgi:application"]


def _await_first_page(address: Address, keepers: Sequence[Keeper]) -> None:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end and not _answers(address):
        time.sleep(LOOK_EVERY)
        for keeper in keepers:
            keeper.look(time.monotonic())


def _answers(address: Address) -> bool:
    connection = http.client.HTTPConnection(address.reachable_host, address.port, timeout=10)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop_all(started: Sequence[Service], say: Callable[[str], None]) -> None:
    """Stop in the opposite order; those that can are told at once, so that they end together."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    say("Stopping …")
    for service in started:
        if isinstance(service, Program):
            service.ask_to_stop()
    for service in reversed(started):
        service.stop()


@contextlib.contextmanager
def _stopping_on_signals() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    yield


@contextlib.contextmanager
def only_one(address: Address) -> Iterator[None]:
    """Be the only one who runs this home folder inside the block. Raises `AlreadyRunning`.

    The note in the lock file says where the supervisor serves.
    """
    with _note().open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            told = json.loads(file.read() or "{}")
            message = (
                f"Xiaohao is already running for {home()} (process {told.get('pid', '?')}, "
                f"{told.get('url', 'still starting')}). Stop that one first, or set XIAOHAO_HOME "
                "and XIAOHAO_PORT for a second one."
            )
            raise AlreadyRunning(message) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "port": address.port, "url": address.url}))
        file.flush()
        yield
        file.truncate(0)


def _note() -> Path:
    return home() / "up.lock"


def check_port(address: Address) -> None:
    """Find out whether the address can be served. Raises `PortTaken`."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as trouble:
            message = (
                f"Nothing can be served at {address.host}:{address.port} ({trouble.strerror}). "
                "Stop what uses it, or set XIAOHAO_PORT to a free port."
            )
            raise PortTaken(message) from trouble


def _how(child: subprocess.Popen[bytes]) -> str | None:
    code = child.poll()
    if code is None:
        return None
    return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
