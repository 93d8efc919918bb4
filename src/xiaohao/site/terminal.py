"""How commands talk: progress and remarks on stderr, the answer on stdout.

With `--json` the last line of stdout is exactly one JSON object.
"""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

AsJson = Annotated[bool, typer.Option("--json", help="End with one JSON object on the last line.")]


def say(text: str) -> None:
    """A remark for the person at the terminal."""
    Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(text)


def progress() -> Progress:
    """A progress bar on stderr; use as a context manager and add tasks to it."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=False,
    )


def answer(result: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """What the command found: as one line of JSON, or as text for people."""
    shown = json.dumps(result, ensure_ascii=False, default=str) if as_json else text
    sys.stdout.write(f"{shown}\n")
    sys.stdout.flush()
