"""The command line's manners: what scripts may rely on."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xiaohao.site import command


def test_each_word_explains_itself() -> None:
    for word in command.modules():
        shown = CliRunner().invoke(command.build([word]), [word, "--help"])
        if word not in command.HIDDEN:
            assert shown.exit_code == 0, (word, shown.output)
            assert "Usage" in shown.output


def test_trouble_is_said_to_people_and_to_scripts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "backup.tar"
    there.write_text("precious")
    with pytest.raises(SystemExit) as end:
        command.main(["backup", str(there), "--json"])
    said = capsys.readouterr()
    assert end.value.code == 1
    (error,) = json.loads(said.out.splitlines()[-1])["errors"]
    assert error == {"code": "installation", "message": error["message"], "field": None}
    assert "add --force" in error["message"]
    assert error["message"] in said.err
    assert there.read_text() == "precious"


def test_without_json_trouble_leaves_stdout_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.tar").touch()
    with pytest.raises(SystemExit):
        command.main(["backup", str(tmp_path / "x.tar")])
    assert capsys.readouterr().out == ""


def test_an_unknown_word_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["dance"])
    assert end.value.code == 2
    assert "dance" in capsys.readouterr().err
