"""The state table as a page of the docs: `python -m xiaohao.ledger.drawing > docs/moves.md`."""

import sys
from collections.abc import Iterator

from xiaohao.ledger.rules import MOVES, Move
from xiaohao.ledger.rules.checks import system_only


def lines() -> Iterator[str]:
    """The page in Markdown: a drawing, then every move with its reason."""
    yield "# The moves of a problem"
    yield ""
    yield "Drawn from `ledger/rules/table.py`; a test fails when this page and the table differ."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> registered"
    for move in MOVES.values():
        for origin in sorted(move.origins):
            for end in move.ends:
                if end != origin:
                    yield f"    {origin} --> {end}: {move.name}"
    yield "    closed --> [*]"
    yield "```"
    yield ""
    yield "| move | from | to | permission | inputs | why it exists |"
    yield "|---|---|---|---|---|---|"
    for move in MOVES.values():
        yield _row(move)


def _row(move: Move) -> str:
    origins = ", ".join(sorted(move.origins))
    by_itself = "the citizen alone" if system_only not in move.needs else "the system alone"
    permission = f"`{move.permission.value}`" if move.permission else by_itself
    inputs = ", ".join(move.inputs) or "–"
    to = " or ".join(end.value for end in move.ends) or "(stays)"
    return f"| `{move.name}` | {origins} | {to} | {permission} | {inputs} | {move.why} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
