"""Nothing is too long to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tree import modules, name

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
CATCH_ALL = {"utils", "helpers", "common", "misc", "util", "helper", "tools", "stuff"}


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Every function of a file and its length in lines, decorators not counted."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {name(file): len(file.read_text().splitlines()) for file in modules()}
    assert {file: n for file, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    too_long = [
        f"{name(file)}: {function} has {length} lines"
        for file in modules()
        for function, length in functions(file)
        if length > LONGEST_FUNCTION
    ]
    assert too_long == []


def test_no_module_is_a_catch_all() -> None:
    assert [name(file) for file in modules() if file.stem in CATCH_ALL] == []
