"""Work in a thread beside this one, for as long as a block lasts; it must not ask the database."""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Final, Protocol, TypeVar

T = TypeVar("T")
# Seconds after which a thread that is busy lets another one have its turn. With Python's own five
# milliseconds, whoever waits for the database waits as long again for each part of an answer.
_TURN: Final = 0.0005


class Begin(Protocol):
    """How to have something done beside."""

    def __call__(self, work: Callable[[], T], /) -> "Future[T]":
        """Have it done after all that was begun before, under this thread's clock and language."""
        ...


@contextmanager
def beside() -> Iterator[Begin]:
    """A way to have things done beside, one after the other; whoever leaves the block waits.

    From then on the threads of this process take turns more often.
    """
    sys.setswitchinterval(_TURN)
    with ThreadPoolExecutor(1) as thread:
        yield lambda work: thread.submit(copy_context().run, work)


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, each found while whoever asks is at work on the one before it.

    What goes wrong with one is raised where it is asked for.
    """
    each = iter(items)
    with beside() as begin:
        coming = begin(lambda: list(_one(each)))
        while found := coming.result():
            coming = begin(lambda: list(_one(each)))
            yield from found


def _one(each: Iterator[T]) -> Iterator[T]:
    for item in each:
        yield item
        return
