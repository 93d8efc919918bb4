"""`xiaohao account`, `token`, `import units` and `trail`, as scripts use them."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest

from xiaohao.kernel.acting import Role
from xiaohao.people.models import Account, Post
from xiaohao.people.queries import actor_of_token
from xiaohao.people.tests import make as people
from xiaohao.site import command
from xiaohao.units.models import Unit
from xiaohao.units.tests import make as units

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the test's own database; its exit code and its last line."""
    monkeypatch.setattr("xiaohao.site.boot.ready", lambda **_more: nullcontext())

    def running(*words: str) -> tuple[int, dict[str, Any]]:
        with pytest.raises(SystemExit) as ended:
            command.main([*words, "--json"])
        code = ended.value.code
        told = capsys.readouterr().out.splitlines()[-1]
        return (code if isinstance(code, int) else int(bool(code))), json.loads(told)

    return running


def codes(told: dict[str, Any]) -> list[str]:
    return [error["code"] for error in told["errors"]]


@pytest.mark.django_db
def test_an_empty_installation_gets_its_first_administrator(run: Run) -> None:
    assert codes(run("account", "admin", "boss")[1]) == ["no_unit"]
    code, told = run("account", "admin", "boss", "--found", "河州市")
    assert code == 0
    account = Account.objects.get(username="boss")
    assert account.check_password(told["password"])
    post = Post.objects.get(code=told["post"])
    assert (post.role, post.unit.name) == (Role.ADMINISTRATOR, "河州市")
    code, told = run("account", "admin", "boss", "--unit", "ROOT")
    assert (code, codes(told)) == (1, ["username_taken"])
    assert codes(run("account", "admin", "second", "--found", "又一个")[1]) == ["unit_unclear"]
    assert run("account", "admin", "second")[0] == 0  # the post is there, a second person holds it
    assert Post.objects.count() == 1
    code, told = run("account", "password", "boss")
    account.refresh_from_db()
    assert account.check_password(told["password"])
    assert run("account", "password", "nobody")[0] == 1


@pytest.mark.django_db
def test_a_token_is_printed_once_and_works(run: Run) -> None:
    post = people.post(units.unit(), Role.OFFICE, "OFFICE")
    code, told = run("token", "--post", "OFFICE", "--scope", "all")
    actor = actor_of_token(told["token"])
    assert code == 0
    assert actor is not None
    assert actor.post_id == post.pk
    code, told = run("token", "--post", "OFFICE", "--scope", "see_ledger, import", "--days", "7")
    assert told["scopes"] == ["import", "see_ledger"]
    for words, why in (
        (("--post", "NONE"), "no_such_post"),
        (("--post", "OFFICE", "--scope", "fly"), "unknown_scope"),
        (("--post", "OFFICE", "--scope", ""), "no_scope"),
        (("--post", "OFFICE", "--days", "0"), "out_of_range"),
    ):
        code, told = run("token", *words)
        assert (code, codes(told)) == (1, [why])


@pytest.mark.django_db
def test_units_are_imported_and_refused_rows_listed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    file.write_text("代码,名称,层级,上级代码\nA,甲市,市,\nB,乙区,区,A\nC,丙街道,街道,X\n")
    code, told = run("import", "units", str(file))
    assert code == 0
    assert (told["imported"], told["refused"], told["already"]) == (2, 1, 0)
    assert told["errors"][0].items() >= {
        "row": 4, "column": "parent_code", "code": "unknown_parent",
    }.items()  # fmt: skip
    code, told = run("import", "units", str(file), "--under", "A")
    assert (told["imported"], told["refused"], told["already"]) == (0, 1, 2)
    assert codes(run("import", "units", str(tmp_path / "none"))[1]) == ["not_found"]
    file.write_bytes(b"PK\x03\x04")
    code, told = run("import", "units", str(file))
    assert (code, codes(told)) == (1, ["not_text"])
    assert Unit.objects.count() == 2


def test_the_trail_is_sealed_checked_and_found_wanting(
    run: Run, committed: None, superuser: psycopg.Connection[Any]
) -> None:
    assert run("trail", "seal") == (0, {"sealed": False})
    post = people.post(units.unit(), Role.OFFICE, "OFFICE")
    code, told = run("trail", "seal")
    assert (code, told["sealed"], told["count"]) == (0, True, 2)
    assert len(told["root"]) == 64
    assert codes(run("trail", "seal")[1]) == ["already_sealed"]
    code, told = run("trail", "verify")
    assert (code, told["clean"], told["events"], told["seals"]) == (0, True, 2, 1)
    superuser.execute("UPDATE people_post SET role = 'administrator'")
    code, told = run("trail", "verify")
    assert (code, told["clean"]) == (1, False)
    assert [fault["thing"] for fault in told["faults"]] == [f"people.post/{post.pk}"]
