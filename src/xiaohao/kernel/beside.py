"""Work in a thread beside this one, for as long as a block lasts; it must not ask the database."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Protocol, TypeVar

T = TypeVar("T")


class Begin(Protocol):
    """How to have something done beside."""

    def __call__(self, work: Callable[[], T], /) -> "Future[T]":
        """Have it done after all that was begun before, under this thread's clock and language."""
        ...


@contextmanager
def beside() -> Iterator[Begin]:
    """A way to have things done beside, one after the other; whoever leaves the block waits."""
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
