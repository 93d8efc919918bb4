"""Measure: `python -m bench [NAME [COUNT]] [--json]`; without a name, everything there is.

A module beside this one that has a function `run` is a measurement. `run(count)` fills the tables
of an empty installation and returns rows `(what, ours, bare)`: the product's way, and the same in
plain SQL on the same database in the same run. `UNIT` of the module says in what: "ms" (less is
better, the default) or "/s" (more is better). Each measurement has an installation of its own, with
an own PostgreSQL that waits for the disk as it does in earnest.
"""

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HEAD = f"{'':44} {'ours':>12} {'plain SQL':>12} {'ratio':>8}"

Row = dict[str, Any]


def names() -> list[str]:
    """Every measurement there is."""
    found = sorted(file.stem for file in HERE.glob("[a-z]*.py"))
    return [name for name in found if "\ndef run(" in (HERE / f"{name}.py").read_text()]


def measure(name: str, count: int | None) -> list[Row]:
    """Run one measurement in this process, over an installation made for it."""
    home = Path(tempfile.mkdtemp(prefix="xiaohao-bench-"))
    os.environ["XIAOHAO_HOME"] = str(home)
    os.environ["XIAOHAO_HOSTS"] = "testserver,localhost,127.0.0.1"
    os.environ.pop("DATABASE_URL", None)
    from xiaohao.site import boot  # noqa: PLC0415 (the environment comes first)

    try:
        with boot.ready():
            module = importlib.import_module(f"bench.{name}")
            unit = getattr(module, "UNIT", "ms")
            given = () if count is None else (count,)
            return [
                {
                    "bench": name,
                    "what": what,
                    "ours": ours,
                    "bare": bare,
                    "unit": unit,
                    "ratio": ours / bare if unit == "ms" else bare / ours,
                }
                for what, ours, bare in module.run(*given)
            ]
    finally:
        shutil.rmtree(home, ignore_errors=True)


def show(rows: Sequence[Row]) -> str:
    """The rows as a table; the ratio says how many times the bare work ours costs."""
    lines = [HEAD]
    for row in rows:
        name = f"{row['bench']}: {row['what']}"
        figures = "".join(f"{row[key]:>10.2f} {row['unit']:2}" for key in ("ours", "bare"))
        lines.append(f"{name:44} {figures} {row['ratio']:>7.1f}×")
    return "\n".join(lines)


def apart(name: str) -> list[Row]:
    """Run one measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", name, "--json"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE.parent,
    )
    rows: list[Row] = json.loads(done.stdout.splitlines()[-1])["rows"]
    return rows


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product.")
    parser.add_argument("name", nargs="?", choices=names())
    parser.add_argument("count", nargs="?", type=int, help="how much to fill in")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    given = parser.parse_args()
    if given.name:
        rows = measure(given.name, given.count)
    else:
        rows = [row for name in names() for row in apart(name)]
    sys.stdout.write(json.dumps({"rows": rows}) if given.json else show(rows))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
