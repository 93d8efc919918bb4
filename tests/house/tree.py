"""What the tests of the house look at: the project's own files."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "xiaohao"


def rooms() -> list[Path]:
    """The folders of the rooms, in order."""
    return sorted(init.parent for init in SOURCE.glob("*/__init__.py"))


def modules(*, migrations: bool = False) -> Iterator[Path]:
    """Every Python file of the project; those that Django writes only when asked for."""
    for folder in (ROOT / "src", ROOT / "tests", ROOT / "bench"):
        for file in sorted(folder.rglob("*.py")):
            if migrations or "migrations" not in file.parts:
                yield file


def name(file: Path) -> str:
    """A file as people call it."""
    return file.relative_to(ROOT).as_posix()
