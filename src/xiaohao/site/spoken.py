"""The sentences of a command in the language of its terminal."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.utils import translation


def language() -> str:
    """The language of whoever sits at the terminal: English where its locale says so."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "en" if next(filter(None, named), "").startswith("en") else "zh-hans"


@contextlib.contextmanager
def spoken() -> Iterator[None]:
    """Have our sentences in the language of the terminal inside the block.

    Where no Django is set up yet (`boot.ready` does that), only so much of it is as sentences need:
    no database and no installation. The command that asks so is to do nothing else.
    """
    if not settings.configured:
        rooms = Path(__file__).parents[1]
        settings.configure(LOCALE_PATHS=[str(place) for place in rooms.glob("*/locale")])
        django.setup()
    with translation.override(language()):
        yield
