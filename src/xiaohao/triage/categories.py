"""The categories a fresh installation starts with, read from `categories.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("categories.toml")


@dataclass(frozen=True, slots=True)
class Seed:
    """One category as the file tells it; `parent` is a code that came before it, or ""."""

    code: str
    name: str
    name_en: str
    parent: str
    aliases: tuple[str, ...]
    words: tuple[str, ...]


def seeds() -> list[Seed]:
    """Every category of the file, parents first."""
    tree = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = []
    for code, table in tree.items():
        children = {name: child for name, child in table.items() if isinstance(child, dict)}
        found.append(_seed(code, "", table))
        found += [_seed(name, code, child) for name, child in children.items()]
    return found


def _seed(code: str, parent: str, table: dict[str, Any]) -> Seed:
    return Seed(
        code=code,
        name=table["name"],
        name_en=table["name_en"],
        parent=parent,
        aliases=tuple(table.get("aliases", ())),
        words=tuple(table.get("words", ())),
    )
