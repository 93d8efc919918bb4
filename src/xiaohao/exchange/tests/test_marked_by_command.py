"""`xiaohao import ledger --marked FOLDER`: what is wrong stands in a copy of the file."""

import contextlib
import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from xiaohao.exchange.tests.test_api import BAD, GOOD, HEADS
from xiaohao.exchange.tests.test_ledger_import import book
from xiaohao.kernel.acting import Role
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import city
from xiaohao.people.tests.make import post
from xiaohao.site import boot
from xiaohao.site.commands.import_ import app

pytestmark = pytest.mark.django_db


def test_a_refused_file_comes_back_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "ready", contextlib.nullcontext)  # the tests' database goes on
    office = post(city().city, Role.OFFICE)
    file = tmp_path / "台账.xlsx"
    file.write_bytes(book([HEADS, GOOD, BAD]))
    folder = tmp_path / "out"
    words = ["ledger", str(file), "--post", office.code, "--marked", str(folder), "--json"]
    told = CliRunner().invoke(app, words)
    assert json.loads(told.stdout.splitlines()[-1])["refused"] == 1
    assert not Problem.objects.exists()
    [copy] = folder.iterdir()
    rows = CalamineWorkbook.from_path(copy).get_sheet_by_index(0).to_python()
    assert "没有这个单位" in str(rows[2][-1])
    assert "没有这个单位" not in str(rows[1])
    copy.unlink()
    file.write_bytes(book([HEADS, GOOD]))
    CliRunner().invoke(app, words)
    assert Problem.objects.count() == 1
    assert list(folder.iterdir()) == []
