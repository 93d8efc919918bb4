"""Habits that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from tree import ROOT, SOURCE, modules, name, rooms

SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals")
# Third parties' signals that Django itself sends are heard nowhere either.
INLINE = re.compile(
    r"<script(?![^>]*\b(src|type=\"application/json\")\b)|\sstyle=\"|\son[a-z]+=\"|javascript:|<style",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"(?:src|href)=\"(?:https?:)?//", re.IGNORECASE)
MACHINE = re.compile(r"datetime\.now\(|timezone\.now\(|date\.today\(|utcnow\(")
KNOWS_THE_TIME = {"clock.py"}
UNDER_DJANGO = {"kernel", "site"}  # what a command may import before Django is ready


def imports(file: Path) -> set[str]:
    """Every module and name that a file imports, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_nobody_listens_to_signals() -> None:
    listeners = [
        name(file)
        for file in modules(migrations=True)
        if any(found.startswith(SIGNALS) for found in imports(file))
    ]
    assert listeners == []


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    askers = [
        name(file)
        for file in SOURCE.rglob("*.py")
        if "tests" not in file.parts and file.name not in KNOWS_THE_TIME
        if MACHINE.search(file.read_text())
    ]
    assert askers == []


def test_pages_hold_no_script_and_no_style_of_their_own() -> None:
    pages = sorted(SOURCE.rglob("templates/**/*.html"))
    assert [name(page) for page in pages if INLINE.search(page.read_text())] == []
    assert [name(page) for page in pages if ELSEWHERE.search(page.read_text())] == []


def test_each_room_says_what_it_is_for() -> None:
    assert [room.name for room in rooms() if not (room / "README.md").exists()] == []


def test_the_command_line_loads_no_django_to_show_its_words() -> None:
    code = (
        "import sys\nfrom xiaohao.site import command\ncommand.build(list(command.modules()))\n"
        "print(*(m for m in sys.modules if m.split('.')[0] in {'django', 'sklearn', 'numpy'}))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert shown.stdout.split() == []


def test_a_process_starts_without_what_only_some_work_needs() -> None:
    code = (
        "import os, sys, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'xiaohao.site.settings'\n"
        "django.setup()\nimport xiaohao.site.urls\n"
        "print(*sorted({m.split('.')[0] for m in sys.modules} & set(sys.argv[1:])))"
    )
    heavy = ["sklearn", "scipy", "pypinyin", "xlsxwriter", "playwright", "faker"]
    shown = subprocess.run(
        [sys.executable, "-c", code, *heavy], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert shown.stdout.split() == []


def test_commands_touch_no_room_before_django_is_ready() -> None:
    """A room imported above `boot.ready()` ends the command before it has begun."""
    early = []
    for file in sorted((SOURCE / "site" / "commands").glob("*.py")):
        for function in ast.walk(ast.parse(file.read_text())):
            if isinstance(function, ast.FunctionDef):
                early += [f"{file.name} {function.name}: {room}" for room in _early(function)]
    assert early == []


def _early(function: ast.FunctionDef) -> list[str]:
    """Rooms that a function imports outside its `with boot.ready()`; none where it has no such."""
    blocks = [node for node in ast.walk(function) if isinstance(node, ast.With) and _boots(node)]
    inside = {id(node) for block in blocks for node in ast.walk(block)}
    return [
        node.module
        for node in (ast.walk(function) if blocks else ())
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in inside
        if node.module.startswith("xiaohao.") and node.module.split(".")[1] not in UNDER_DJANGO
    ]


def _boots(block: ast.With) -> bool:
    return any(ast.unparse(item.context_expr) == "boot.ready()" for item in block.items)
