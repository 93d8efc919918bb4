"""Holding many things at once without Python looking through them again and again."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def unwatched() -> Iterator[None]:
    """Run a block in which a lot is made and nothing goes round in circles.

    Each thing still goes when nobody holds it. Python's search for circles is let off meanwhile:
    with a hundred thousand rows in hand it takes a quarter of the time and finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
