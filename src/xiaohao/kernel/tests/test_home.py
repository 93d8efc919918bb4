import os
import stat
import threading
from pathlib import Path

import pytest

from xiaohao.kernel import home


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIAOHAO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_home_and_its_folders_are_private(own_home: Path) -> None:
    place = home.folder("files")
    assert place == own_home / "files"
    assert mode(own_home) == mode(place) == 0o700


def test_a_secret_is_made_once_and_kept_private(own_home: Path) -> None:
    first = home.secret_text("contact")
    assert home.secret_text("contact") == first
    assert len(first) >= 43  # 256 bits
    assert mode(own_home / "secrets" / "contact") == 0o600
    assert len(home.secret("contact")) == 32
    assert home.secret("lookup") != home.secret("contact")


def test_many_who_ask_at_once_get_one_secret(own_home: Path) -> None:
    found: list[str] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        found.append(home.secret_text("shared"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert os.listdir(own_home / "secrets") == ["shared"]  # noqa: PTH208 (no draft is left)


def test_the_environment_wins(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOHAO_SECRET_DATABASE_XIAOHAO", "x" * 32)
    assert home.secret_text("database-xiaohao") == "x" * 32
    assert not (own_home / "secrets").exists()


def test_a_short_secret_is_refused(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOHAO_SECRET_CONTACT", "hunter2")
    with pytest.raises(home.SecretTrouble, match="XIAOHAO_SECRET_CONTACT is too short"):
        home.secret("contact")


@pytest.mark.parametrize("name", ["", "../up", "Upper", "a b", ".hidden"])
def test_a_secret_cannot_lead_out_of_its_folder(own_home: Path, name: str) -> None:
    with pytest.raises(home.SecretTrouble):
        home.secret(name)


def test_a_private_file_is_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "key"
    home.write_private(target, b"first")
    with pytest.raises(FileExistsError):
        home.write_private(target, b"second")
    assert target.read_bytes() == b"first"
    assert [file.name for file in tmp_path.iterdir()] == ["key"]
