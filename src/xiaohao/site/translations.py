"""Chinese for every room: compile what translators wrote, and find what they have not written.

`python -m xiaohao.site.translations` compiles (run by `make install`); with `--check` it compares
each room's strings, extracted afresh, with its committed file. Extraction needs GNU gettext.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import polib

from xiaohao.kernel.home import Trouble

ROOT: Final = Path(__file__).resolve().parents[1]
LOCALE: Final = "zh_Hans"
DOMAINS: Final = {"django": "html,txt,py", "djangojs": "js"}
_PO: Final = "locale/*/LC_MESSAGES/*.po"


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile each room's .po file that is newer than its .mo file, and name what was compiled."""
    fresh = [po for po in sorted(root.glob(f"*/{_PO}")) if _is_stale(po)]
    for po in fresh:
        draft = po.with_suffix(f".{os.getpid()}")
        polib.pofile(str(po)).save_as_mofile(str(draft))
        draft.rename(po.with_suffix(".mo"))
    return fresh


def uncompiled(root: Path = ROOT) -> list[Path]:
    """The .po files whose .mo file is missing or older."""
    return [po for po in sorted(root.glob(f"*/{_PO}")) if _is_stale(po)]


def rooms(root: Path = ROOT) -> list[Path]:
    """The folders of the rooms, in order."""
    return sorted(path.parent for path in root.glob("*/__init__.py"))


def untranslated(root: Path = ROOT) -> list[str]:
    """What the rooms say without Chinese, or with doubtful Chinese, one remark each.

    Raises:
        Trouble: GNU gettext is not installed, or cannot read a file.
    """
    if not shutil.which("xgettext"):
        raise Trouble("Extracting strings needs GNU gettext: install the package `gettext`.")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / root.name
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("assets", "tests", "*.mo"))
        for room in rooms(copy):
            (room / "locale").mkdir(exist_ok=True)
        for domain, kinds in DOMAINS.items():
            _extract(copy, domain, kinds)
        return [remark for po in sorted(copy.glob(f"*/{_PO}")) for remark in _remarks(po)]


def _extract(root: Path, domain: str, kinds: str) -> None:
    """Merge the strings of the code into each room's .po file, as translators do."""
    command = [sys.executable, "-m", "django", "makemessages", "--locale", LOCALE]
    options = ["--domain", domain, "--extension", kinds, "--no-wrap", "--no-obsolete"]
    alone = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [*command, *options], cwd=root, env=alone, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise Trouble(f"Extracting strings failed:\n{done.stderr}")


def _remarks(po: Path) -> list[str]:
    room = po.parents[3].name
    wanting = [entry for entry in polib.pofile(str(po)) if entry.fuzzy or not _is_said(entry)]
    return [
        f"{room}: {'doubtful (fuzzy)' if entry.fuzzy else 'missing'}: {entry.msgid!r}"
        for entry in wanting
    ]


def _is_said(entry: polib.POEntry) -> bool:
    return all(entry.msgstr_plural.values()) if entry.msgid_plural else bool(entry.msgstr)


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def main(arguments: list[str]) -> int:
    """Compile; or, with `--check`, list what lacks a translation and return 1 if anything does."""
    if "--check" in arguments:
        remarks = untranslated()
        sys.stdout.writelines(f"{remark}\n" for remark in remarks)
        return int(bool(remarks))
    sys.stdout.writelines(f"compiled {po.relative_to(ROOT)}\n" for po in compile_all())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
