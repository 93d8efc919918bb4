"""Sentences from templates: `[a|b|]` is a choice, `{slot}` a filling, `{n:2-8}` a number."""

import random
import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)(?::(\d+)-(\d+))?\}")
_NUMBER = re.compile(r"\{n:(\d+)-(\d+)\}|\{n:(\d+)\}")
DEEPEST = 12  # a slot's text may hold slots again, but not for ever

Fill = Callable[[str], str]


def lines(block: str) -> list[str]:
    """The sentences of a block, one a line."""
    return [line.strip() for line in block.splitlines() if line.strip()]


@cache
def words(name: str) -> dict[str, Any]:
    """One of the TOML files in `words/`."""
    text = (files(__package__) / "words" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def expand(template: str, rng: random.Random, fill: Fill) -> str:
    """One sentence of all that `template` can give.

    `fill` gives the text (again a template) for the slot of a name.

    Raises:
        KeyError: `fill` knows no slot of that name.
        RecursionError: slots that go on for ever.
    """
    text = template
    for _ in range(DEEPEST):
        before = text
        text = _NUMBER.sub(lambda m: _number(m, rng), text)
        while _CHOICE.search(text):
            text = _CHOICE.sub(lambda m: rng.choice(m.group(1).split("|")), text, count=1)
        text = _SLOT.sub(lambda m: fill(m.group(1)), text)
        if text == before:
            return text
    raise RecursionError(template)


def _number(match: re.Match[str], rng: random.Random) -> str:
    low, high, only = match.groups()
    return only or str(rng.randint(int(low), int(high)))
