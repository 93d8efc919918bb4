"""A whole installation as its keeper sees it: up, kill -9, backup, restore, Ctrl-C.

The steps build on each other, in the order of the file, because starting it takes seconds.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from xiaohao.kernel import postgres

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installation")]
PATIENCE = 240.0  # seconds; a busy machine is no failure


@dataclass
class Installation:
    """A home folder, its port, and the `xiaohao up` that runs it."""

    home: Path
    port: int
    up: subprocess.Popen[str] | None = None

    def run(self, *words: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
        """`xiaohao WORDS` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "xiaohao.site.command", *words],
            env=self.environment(home),
            check=False,
            capture_output=True,
            text=True,
        )

    def environment(self, home: Path | None = None) -> dict[str, str]:
        mine = {
            "XIAOHAO_HOME": str(home or self.home),
            "XIAOHAO_PORT": str(self.port),
            "XIAOHAO_WEB_WORKERS": "1",
        }
        return {**os.environ, **mine}

    @property
    def url(self) -> str:
        code = "from xiaohao.kernel.postgres import database_url; print(database_url())"
        shown = subprocess.run(
            [sys.executable, "-c", code],
            env=self.environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        return shown.stdout.strip()

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/accounts/login/", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def child(self, word: str) -> int | None:
        """Process id of the supervisor's child with that word in its command line."""
        assert self.up is not None
        children = Path(f"/proc/{self.up.pid}/task/{self.up.pid}/children").read_text().split()
        for pid in children:
            if word in command_line(int(pid)):
                return int(pid)
        return None

    def kill(self, word: str) -> int:
        """Kill that child as hard as can be; returns the process id of its successor."""
        # It may be between end and restart: what ended with the database waits its pause.
        eventually(lambda: self.child(word) is not None)
        before = self.child(word)
        assert before is not None
        os.kill(before, signal.SIGKILL)
        eventually(lambda: self.child(word) not in {None, before})
        after = self.child(word)
        assert after is not None
        return after


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def eventually(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def one_value(home: Path, query: str) -> str:
    """What the database of that home says, started for the question."""
    code = (
        "import sys, psycopg\nfrom xiaohao.kernel import postgres\n"
        "with postgres.running(), psycopg.connect(postgres.database_url()) as connection:\n"
        "    print(connection.execute(sys.argv[1]).fetchone()[0])\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, query],
        env={**os.environ, "XIAOHAO_HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
    )
    return shown.stdout.strip()


def last_line(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def installation(home_ground: Path) -> Iterator[Installation]:
    """`xiaohao up` in a new home, answering."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    found = Installation(home_ground / "installation", port)
    log = (home_ground / "up.log").open("w")
    found.up = subprocess.Popen(
        [sys.executable, "-m", "xiaohao.site.command", "up"],
        env=found.environment(),
        stderr=log,
        stdout=log,
        text=True,
    )
    log.close()
    try:
        eventually(found.answers)
        yield found
    finally:
        found.up.terminate()
        found.up.wait(PATIENCE)


def test_a_second_one_is_refused_politely(installation: Installation) -> None:
    done = installation.run("up")
    assert done.returncode == 1
    assert "is already running" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_finds_nothing_wrong_with_it(installation: Installation) -> None:
    # Before anything is killed: what a job loses by that stands among the failed ones.
    working = "SELECT count(*) > 0 FROM procrastinate_workers"
    with psycopg.connect(installation.url, autocommit=True) as connection:
        eventually(lambda: connection.execute(working).fetchone() == (True,))
    answer = last_line(installation.run("doctor", "--json"))
    states = {check["name"]: check["state"] for check in answer["checks"]}
    of_the_machine = {"assets", "translations", "disk", "calendar", "mail"}
    assert {name for name, state in states.items() if state != "good"} <= of_the_machine, answer
    assert {"database", "extensions", "migrations", "worker", "seal", "port"} <= set(states)


def test_a_killed_database_comes_back_with_every_acknowledged_row(
    installation: Installation,
) -> None:
    url = installation.url
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE acknowledged (n int PRIMARY KEY)")
    acknowledged: list[int] = []
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    while not stop.is_set():
                        number += 1
                        connection.execute("INSERT INTO acknowledged VALUES (%s)", [number])
                        acknowledged.append(number)
            except psycopg.Error:
                time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        eventually(lambda: len(acknowledged) > 20)
        installation.kill("bin/postgres")
        before = len(acknowledged)
        eventually(lambda: len(acknowledged) > before + 20)
    finally:
        stop.set()
        writer.join()
    with psycopg.connect(url) as connection:
        kept = {n for (n,) in connection.execute("SELECT n FROM acknowledged")}
        connection.execute("DROP TABLE acknowledged")
    assert set(acknowledged) <= kept
    eventually(installation.answers)


def test_a_killed_web_server_comes_back(installation: Installation) -> None:
    installation.kill("granian")
    eventually(installation.answers)


def test_a_killed_worker_comes_back_and_does_what_it_left_undone(
    installation: Installation,
) -> None:
    left = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, status, args, attempts)"
        " VALUES ('default', 'figures.fold', 'figures.fold', 'doing', '{\"timestamp\": 1}', 1)"
        " RETURNING id"
    )
    alive = "SELECT max(last_heartbeat) > now() - '5s'::interval FROM procrastinate_workers"
    undone = "SELECT count(*) FROM procrastinate_jobs WHERE id = %s AND status <> 'succeeded'"
    with psycopg.connect(installation.url, autocommit=True) as connection:
        row = connection.execute(left).fetchone()
        installation.kill("procrastinate")
        eventually(lambda: connection.execute(alive).fetchone() == (True,))
        eventually(lambda: connection.execute(undone, row).fetchone() == (0,))


_POST = """
from xiaohao.site import boot
with boot.ready():
    from xiaohao.kernel.acting import SYSTEM
    from xiaohao.people.actions import open_post
    from xiaohao.units.queries import by_code
    open_post(by=SYSTEM, code="office", title="办公室", unit=by_code("31"), role="office")
"""


def test_files_come_in_by_command(installation: Installation, tmp_path: Path) -> None:
    units, ledger = tmp_path / "units.csv", tmp_path / "台账.csv"
    units.write_text("code,name,level,parent_code\n31,某市,city,\n3101,城东区,county,31\n")
    assert last_line(installation.run("import", "units", str(units), "--json"))["imported"] == 2
    code = [sys.executable, "-c", _POST]
    subprocess.run(code, env=installation.environment(), check=True)
    ledger.write_text(
        "序号,存在问题,责任单位,整改时限\n1,路灯不亮,城东区,2027.9.30\n2,井盖缺失,,\n"
    )
    for taken, there in ((2, 0), (0, 2)):
        done = installation.run("import", "ledger", str(ledger), "--post", "office", "--json")
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
        answer = last_line(done)
        assert (answer["imported"], answer["already"], answer["errors"]) == (taken, there, [])
    refused = installation.run("import", "list", str(ledger), "--post", "office", "--json")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


def test_a_backup_of_the_running_one_restores_elsewhere(
    installation: Installation, home_ground: Path
) -> None:
    secret = (installation.home / "secrets" / "django").read_text()
    with psycopg.connect(installation.url) as connection:
        connection.execute("CREATE TABLE treasure AS SELECT 7 AS n")
    (installation.home / "files" / "ab").mkdir(parents=True, exist_ok=True)
    (installation.home / "files" / "ab" / "abcd").write_bytes(b"a photo")
    backup = home_ground / "backup.tar"
    done = installation.run("backup", str(backup), "--json")
    assert last_line(done)["bytes"] == backup.stat().st_size
    assert backup.stat().st_mode & 0o077 == 0

    refused = installation.run("restore", str(backup), "--json")
    assert refused.returncode == 1
    assert "already running" in last_line(refused)["errors"][0]["message"]

    elsewhere = home_ground / "elsewhere"
    restored = installation.run("restore", str(backup), "--json", home=elsewhere)
    assert last_line(restored).get("restored") is True, (restored.stdout, restored.stderr)
    assert (elsewhere / "secrets" / "django").read_text() == secret
    assert (elsewhere / "files" / "ab" / "abcd").read_bytes() == b"a photo"
    assert one_value(elsewhere, "SELECT n FROM treasure") == "7"

    damaged = home_ground / "damaged.tar"
    content = bytearray(backup.read_bytes())
    content[2000] ^= 1  # inside the dump
    damaged.write_bytes(content)
    refused = installation.run("restore", str(damaged), "--json", home=elsewhere)
    assert "damaged" in last_line(refused)["errors"][0]["message"]
    assert sorted(place.name for place in elsewhere.glob(".*")) == []


def test_ctrl_c_stops_everything_and_leaves_no_process(installation: Installation) -> None:
    assert installation.up is not None
    data = str(installation.home / "database")
    installation.up.send_signal(signal.SIGINT)
    assert installation.up.wait(PATIENCE) == 0
    mine = [str(installation.home), f"--port {installation.port}"]
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    left = [command_line(pid) for pid in pids if any(word in command_line(pid) for word in mine)]
    assert left == []
    assert not (Path(data) / "data" / "postmaster.pid").exists()


def test_a_backup_restores_into_a_server_that_others_run(
    installation: Installation, home_ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = postgres.Cluster(home_ground / "theirs")
    server = postgres.start(theirs, bound=True, durable=False)
    assert server is not None
    monkeypatch.setenv("DATABASE_URL", theirs.url())
    backup, ours = str(home_ground / "backup.tar"), home_ground / "ours"
    try:
        refused = installation.run("restore", backup, "--json", home=ours)
        assert "ALTER ROLE xiaohao CREATEDB" in last_line(refused)["errors"][0]["message"]
        with psycopg.connect(theirs.admin_url(), autocommit=True) as connection:
            connection.execute("ALTER ROLE xiaohao CREATEDB")
        restored = installation.run("restore", backup, "--json", home=ours)
        assert last_line(restored).get("restored") is True, (restored.stdout, restored.stderr)
        assert not (ours / "database").exists()
        with psycopg.connect(theirs.url()) as connection:
            assert connection.execute("SELECT n FROM treasure").fetchone() == (7,)
            names = connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()
        assert [name for (name,) in names if name.startswith("xiaohao")] == ["xiaohao"]
    finally:
        postgres.stop(theirs)
        server.wait()


def test_what_is_no_backup_is_refused(installation: Installation, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.tar"
    with tarfile.open(stranger, "w") as archive:
        archive.add(__file__, arcname="../outside")
    for file, word in ((stranger, "should not"), (tmp_path / "none.tar", "no file")):
        done = installation.run("restore", str(file), "--json", home=tmp_path / "empty")
        assert done.returncode == 1
        assert word in last_line(done)["errors"][0]["message"]
