"""How services are kept running, without Django and without a database."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from xiaohao.kernel.home import Trouble
from xiaohao.site import supervisor
from xiaohao.site.supervisor import Address, Keeper, Program


class Fragile:
    """A service that ends whenever the test says so."""

    name = "thing"

    def __init__(self) -> None:
        self.starts = 0
        self.end: str | None = None
        self.refuse = False

    def start(self) -> None:
        if self.refuse:
            raise Trouble("not now")
        self.starts += 1
        self.end = None

    def ended(self) -> str | None:
        return self.end

    def stop(self) -> None:
        self.end = "was stopped"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], float]:
    """Monotonic time that goes on only when the test says so."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def advance(seconds: float) -> float:
        now[0] += seconds
        return now[0]

    return advance


def test_what_ends_is_started_again_after_ever_longer_pauses(
    clock: Callable[[float], float],
) -> None:
    service, said = Fragile(), list[str]()
    keeper = Keeper(service, said.append)
    keeper.start()
    pauses = []
    for _ in range(10):
        service.end = "was ended by signal 9"
        now = clock(0.1)
        keeper.look(now)
        assert keeper.due is not None
        pauses.append(round(keeper.due - now, 3))
        keeper.look(clock(pauses[-1]))
        assert keeper.due is None
    assert service.starts == 11
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]
    assert said[0] == "thing was ended by signal 9; starting it again in 0.2 s."


def test_what_ran_steadily_is_started_again_at_once(clock: Callable[[float], float]) -> None:
    service = Fragile()
    keeper = Keeper(service, lambda _text: None, pause=supervisor.LONGEST_PAUSE)
    keeper.start()
    service.end = "ended with code 1"
    now = clock(supervisor.STEADY_AFTER)
    keeper.look(now)
    assert keeper.due == now + supervisor.FIRST_PAUSE


def test_a_start_that_fails_is_tried_again(clock: Callable[[float], float]) -> None:
    service, said = Fragile(), list[str]()
    keeper = Keeper(service, said.append)
    keeper.start()
    service.end, service.refuse = "ended with code 1", True
    keeper.look(clock(1))
    keeper.look(clock(1))
    assert said[-1] == "thing did not start: not now; starting it again in 0.4 s."
    service.refuse = False
    keeper.look(clock(1))
    assert (service.starts, keeper.due) == (2, None)


def gone(pid: int, within: float = 10) -> bool:
    end = time.monotonic() + within
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_what_a_program_started_ends_with_it() -> None:
    program = Program("shell", ["bash", "-c", "sleep 600 & echo $! >&2; wait"])
    program.start()
    assert program.child is not None
    children = Path(f"/proc/{program.child.pid}/task/{program.child.pid}/children")
    while not children.read_text():
        time.sleep(0.01)
    grandchild = int(children.read_text())
    program.child.kill()
    program.child.wait()
    assert program.ended() == "was ended by signal 9"
    assert gone(grandchild)


def test_programs_end_with_a_supervisor_that_is_killed() -> None:
    code = (
        "import os, signal\nfrom xiaohao.site.supervisor import Program\n"
        "program = Program('sleep', ['sleep', '600'])\nprogram.start()\n"
        "print(program.child.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    assert gone(int(done.stdout))


def test_a_taken_port_is_refused_with_advice() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(supervisor.PortTaken, match="set XIAOHAO_PORT to a free port"),
    ):
        supervisor.check_port(Address("127.0.0.1", other.getsockname()[1]))


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8 0"])
def test_a_port_that_is_no_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOHAO_PORT", port)
    with pytest.raises(Trouble, match="XIAOHAO_PORT must be a number"):
        Address.from_environment()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),  # noqa: S104 (it is what people set)
        ("::", "http://[::1]:8000/"),
    ],
)
def test_the_address_shown_can_be_opened_here(host: str, url: str) -> None:
    assert Address(host, 8000).url == url


def test_a_second_supervisor_is_refused_and_told_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOHAO_HOME", str(tmp_path))
    first = Address("127.0.0.1", 8123)
    assert not supervisor.is_ours(first)
    with supervisor.only_one(first):
        assert supervisor.is_ours(first)
        assert not supervisor.is_ours(Address("127.0.0.1", 8124))
        with (
            pytest.raises(supervisor.AlreadyRunning, match=r"http://127\.0\.0\.1:8123/"),
            supervisor.only_one(first),
        ):
            pass
    assert not supervisor.is_ours(first)
