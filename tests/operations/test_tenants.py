"""Two provinces in one installation, as their keepers and their people see it.

The steps build on each other, in the order of the file, because making a tenant takes seconds.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tenants")]
PATIENCE = 240.0  # seconds; a busy machine is no failure
NAMES = {"east": "东省", "west": "西省"}


@dataclass
class Ground:
    """A home folder with two tenants, its port, and the `xiaohao up` that runs it."""

    home: Path
    port: int
    up: subprocess.Popen[bytes] | None = None
    passwords: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, tenant: str = "", home: Path | None = None) -> dict[str, Any]:
        """What `xiaohao WORDS --json` answers."""
        mine = {"XIAOHAO_HOME": str(home or self.home), "XIAOHAO_PORT": str(self.port)}
        done = subprocess.run(
            [sys.executable, "-m", "xiaohao.site.command", *words, "--json"],
            env={**os.environ, **mine, "XIAOHAO_WEB_WORKERS": "1", "XIAOHAO_TENANT": tenant},
            check=False,
            capture_output=True,
            text=True,
        )
        lines = done.stdout.strip().splitlines()
        assert lines, done.stderr
        return {**json.loads(lines[-1]), "exit": done.returncode}

    def office(self, tenant: str) -> str:
        """A token of a new office at the tenant's top unit, where the administrator puts it."""
        opens = (
            "from xiaohao.kernel.acting import SYSTEM, Role;"
            "from xiaohao.people.actions import open_post;"
            "from xiaohao.units.models import Unit;"
            "open_post(by=SYSTEM, code='OFFICE', title='专班办', unit=Unit.objects.get(),"
            " role=Role.OFFICE)"
        )
        self.manage(tenant, "shell", "--no-imports", "-c", opens)
        token: str = self.run("token", "--post", "OFFICE", tenant=tenant)["token"]
        return token

    def manage(self, tenant: str, *words: str) -> None:
        """`xiaohao manage WORDS` for a tenant."""
        mine = {"XIAOHAO_HOME": str(self.home), "XIAOHAO_TENANT": tenant}
        command = [sys.executable, "-m", "xiaohao.site.command", "manage", *words]
        subprocess.run(command, env={**os.environ, **mine}, check=True)

    def ask(
        self, host: str, path: str, method: str = "GET", body: str = "", **headers: str
    ) -> tuple[int, str, list[str]]:
        """Status, text and cookies of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Host": f"{host}:{self.port}", **headers})
            answer = connection.getresponse()
            cookies = [c.split(";")[0] for c in answer.headers.get_all("Set-Cookie") or []]
            return answer.status, answer.read().decode(errors="replace"), cookies
        finally:
            connection.close()

    def log_in(self, tenant: str, password: str) -> str:
        """The cookies of somebody who has logged in; as far as that went."""
        host = f"{tenant}.localhost"
        _status, page, cookies = self.ask(host, "/accounts/login/")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        body = f"csrfmiddlewaretoken={found[1]}&login=boss&password={password}"
        kind = "application/x-www-form-urlencoded"
        sent = {"Cookie": "; ".join(cookies), "Content-Type": kind}
        _status, _page, more = self.ask(host, "/accounts/login/", "POST", body, **sent)
        return "; ".join({c.split("=")[0]: c for c in [*cookies, *more]}.values())


def eventually(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Ground(tmp_path_factory.mktemp("tenants") / "home", port)
    yield made
    if made.up:
        made.up.send_signal(signal.SIGTERM)
        made.up.wait()


def test_tenants_are_made(ground: Ground) -> None:
    for slug, name in NAMES.items():
        url = f"http://{slug}.localhost:{ground.port}"
        told = ground.run("tenants", "create", slug, "--name", name, "--url", url)
        assert (told["schema"], told["ready"], told["exit"]) == (f"t_{slug}", True, 0)
        boss = ground.run("account", "admin", "boss", "--found", name, tenant=slug)
        ground.passwords[slug] = boss["password"]
        ground.tokens[slug] = ground.run("token", "--post", boss["post"], tenant=slug)["token"]
    listed = ground.run("tenants", "list")["items"]
    assert [one["slug"] for one in listed] == ["east", "west"]
    assert ground.run("tenants", "show", "east")["unapplied"] == []


def test_what_is_asked_wrongly_is_said(ground: Ground) -> None:
    def code(*words: str, tenant: str = "") -> str:
        told = ground.run(*words, tenant=tenant)
        assert told["exit"] == 1
        return str(told["errors"][0]["code"])

    again = ["--name", "x", "--url", "http://other.localhost"]
    assert code("tenants", "create", "east", *again) == "taken"
    assert code("tenants", "create", "Ost", *again) == "bad_slug"
    stolen = ["--name", "x", "--url", "http://east.localhost"]
    assert code("tenants", "create", "south", *stolen) == "host_taken"
    assert code("tenants", "show", "north") == "no_tenant"
    assert code("tenants", "drop", "east") == "not_confirmed"
    assert code("figures", "check") == "installation"
    assert code("figures", "check", tenant="north") == "installation"


def test_each_host_is_its_tenants(ground: Ground) -> None:
    command = [sys.executable, "-m", "xiaohao.site.command", "up"]
    mine = {"XIAOHAO_HOME": str(ground.home), "XIAOHAO_PORT": str(ground.port)}
    ground.up = subprocess.Popen(command, env={**os.environ, **mine, "XIAOHAO_WEB_WORKERS": "1"})

    def answers() -> bool:
        try:
            return ground.ask("east.localhost", "/accounts/login/")[0] == 200
        except OSError:
            return False

    eventually(answers)
    assert ground.ask("west.localhost", "/accounts/login/")[0] == 200
    assert ground.ask("north.localhost", "/accounts/login/")[0] == 421
    assert ground.ask("localhost", "/")[0] == 421


def test_sessions_and_tokens_of_one_are_worth_nothing_in_the_other(ground: Ground) -> None:
    cookies = ground.log_in("east", ground.passwords["east"])
    assert "sessionid" in cookies
    assert ground.ask("east.localhost", "/units/", Cookie=cookies)[0] == 200
    assert ground.ask("west.localhost", "/units/", Cookie=cookies)[0] == 302  # to log in
    assert "sessionid" not in ground.log_in("west", ground.passwords["east"])
    for mine, other in (("east", "west"), ("west", "east")):
        bearer = {"Authorization": f"Bearer {ground.tokens[mine]}"}
        assert ground.ask(f"{mine}.localhost", "/api/v1/units", **bearer)[0] == 200
        assert ground.ask(f"{other}.localhost", "/api/v1/units", **bearer)[0] == 401


def test_many_at_once_each_get_their_own(ground: Ground) -> None:
    def look(number: int) -> tuple[bool, bool]:
        mine, other = ("east", "west") if number % 2 else ("west", "east")
        bearer = {"Authorization": f"Bearer {ground.tokens[mine]}"}
        status, text, _cookies = ground.ask(f"{mine}.localhost", "/api/v1/units", **bearer)
        names = {one["name"] for one in json.loads(text)["items"]}
        return status == 200 and names == {NAMES[mine]}, NAMES[other] in names

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(look, range(240))) == {(True, False)}


def test_each_has_a_worker_for_its_jobs(ground: Ground) -> None:
    def working() -> bool:
        checks = {one["name"]: one["state"] for one in ground.run("doctor")["checks"]}
        return checks.get("east: worker") == checks.get("west: worker") == "good"

    eventually(working)
    trail = [ground.run("trail", "verify", tenant=slug) for slug in NAMES]
    assert [one["exit"] for one in trail] == [0, 0]


def test_what_each_publishes_adds_up_for_who_oversees(ground: Ground) -> None:
    def nation(tenant: str, token: str) -> tuple[int, Any]:
        bearer = {"Authorization": f"Bearer {token}"}
        status, text, _cookies = ground.ask(f"{tenant}.localhost", "/api/v1/nation", **bearer)
        return status, json.loads(text) if status == 200 else None

    url = f"http://land.localhost:{ground.port}"
    ground.run("tenants", "create", "land", "--name", "全域", "--url", url)
    ground.run("account", "admin", "boss", "--found", "全域", tenant="land")
    token = ground.office("land")
    eventually(lambda: ground.ask("land.localhost", "/accounts/login/")[0] == 200)
    assert nation("land", token)[0] == 404  # nobody oversees unless he is appointed
    assert ground.run("tenants", "oversee", "land")["oversees"] is True
    eventually(lambda: nation("land", token)[0] == 200)
    for slug, times in (("east", 7), ("west", 6)):
        bearer = {"Authorization": f"Bearer {ground.office(slug)}"}
        assert ground.ask(f"{slug}.localhost", "/api/v1/nation", **bearer)[0] == 404
        sent = {"Content-Type": "application/json", **bearer}
        for number in range(times):
            body = json.dumps({"text": f"{number} 号楼门口的路灯不亮"})
            assert (
                ground.ask(f"{slug}.localhost", "/api/v1/messages", "POST", body, **sent)[0] == 201
            )
        assert ground.run("tenants", "publish", tenant=slug)["exit"] == 0
    figures = {one["metric"]: one for one in nation("land", token)[1]["figures"]}
    received = figures["intake.received"]
    assert (received["value"], received["counted"], received["expected"]) == (13, 2, 2)
    records = {part["tenant"]: part["records"] for part in received["parts"]}
    assert records["east"].startswith(f"http://east.localhost:{ground.port}/figures/")


def test_what_an_installation_elsewhere_publishes_comes_in_by_file(
    ground: Ground, tmp_path: Path
) -> None:
    file, elsewhere = tmp_path / "south.json", tmp_path / "south"
    ground.run("account", "admin", "boss", "--found", "南省", home=elsewhere)
    key = ground.run("tenants", "key", home=elsewhere)["key"]
    made = ground.run("tenants", "publish", "--to", str(file), home=elsewhere)
    assert made["exit"] == 0
    assert ground.run("tenants", "publish", home=elsewhere)["errors"][0]["code"] == "no_tenant"
    refused = ground.run("tenants", "collect", str(file))
    assert refused["errors"][0]["code"] == "unknown_publisher"
    named = ["--name", "南省", "--url", "https://south.example.cn", "--key", key]
    assert ground.run("tenants", "trust", "south", *named)["exit"] == 0
    taken = ground.run("tenants", "collect", str(file))
    assert (taken["publisher"], taken["hash"]) == ("south", made["hash"])
    file.write_text(file.read_text().replace("南省", "北省"))
    altered = ground.run("tenants", "collect", str(file))
    assert altered["errors"][0]["code"] == "bad_signature"


def test_a_backup_holds_them_all_and_one_can_go(ground: Ground, tmp_path: Path) -> None:
    file = tmp_path / "all.tar"
    ground.run("backup", str(file))
    dropped = ground.run("tenants", "drop", "east", "--confirm", "east")
    assert dropped["dropped"] == "east"
    assert not (ground.home / "tenants" / "east").exists()
    eventually(lambda: ground.ask("east.localhost", "/accounts/login/")[0] == 421)
    assert ground.ask("west.localhost", "/accounts/login/")[0] == 200
    fresh = tmp_path / "fresh"
    assert ground.run("restore", str(file), home=fresh)["exit"] == 0
    assert ground.run("trail", "verify", tenant="east", home=fresh)["exit"] == 0
    assert (fresh / "tenants" / "east" / "secrets").is_dir()
    refused = ground.run("restore", str(file), home=fresh)
    assert "would be lost" in refused["errors"][0]["message"]
