"""A ledger kept elsewhere comes in: many problems at once, each with its events and figures.

What happens to each is what `register` and `refer` do, no more: an import never speaks for a unit
(`accept`), for a leader (`report`) or for whoever checks. Measures that the sheet names are laid
down with the problem; the unit that accepts it goes on with them or adds others. A deadline is
kept also when it has passed: what was late there is late here.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.beside import Begin, beside
from xiaohao.ledger.actions.listing import Bundle, Ids, Listed, Plain
from xiaohao.ledger.actions.readying import Ready, ready
from xiaohao.ledger.models import Cooperation, Measure, Problem, Referral
from xiaohao.trail.actions import next_ids

AT_ONCE = 5_000
# New words wait in a list before the index of search until they fill 4 MB. Sorted in so often, each
# time among all that is there, they are a twentieth of the database's work for an import. All wait
# until it is over: found they are meanwhile too, only not as fast.
_WAITING_WORDS = "SET LOCAL gin_pending_list_limit = '256MB'"


def register_many(
    *, by: Actor, rows: Sequence[Listed], progress: Callable[[int, int], None] | None = None
) -> list[int]:
    """Put many problems on the ledger and hand them on; gives their ids in order.

    One transaction, few statements: the trail verifies and the figures recount as if each had
    been registered and referred by itself.

    Args:
        by: whose office registers them.
        rows: taken slice by slice.
        progress: called with problems done and problems in all.
    """
    made: list[int] = []
    starts = range(0, len(rows), AT_ONCE)
    bundles = (Plain(rows[start : start + AT_ONCE]) for start in starts)
    with transaction.atomic(), beside() as begin:
        for ids, _nothing in register_bundles(by=by, bundles=bundles, begin=begin):
            made += ids
            if progress:
                progress(len(made), len(rows))
    return made


def register_bundles(
    *, by: Actor, bundles: Iterable[Bundle], begin: Begin
) -> Iterator[tuple[list[int], Any]]:
    """Put problems on the ledger, each bundle made ready while the one before it is written.

    For whoever holds a transaction, in which all of it stands or falls. Their words are sorted into
    the index of search afterwards, by a job.

    Args:
        by: whose office registers them.
        bundles: asked for in this thread, one ahead of what is written.
        begin: how a bundle is made ready (`kernel.beside`).

    Yields:
        For a bundle that was written the ids of its problems, in order, and its `besides`.
    """
    coming: deque[Future[Ready]] = deque()
    with connection.cursor() as cursor:
        cursor.execute(_WAITING_WORDS)
    app.configure_task("ledger.words").defer()
    for bundle in bundles:
        coming.append(begin(partial(ready, by, bundle, _numbers(bundle))))
        if len(coming) > 1:
            yield _written(coming.popleft().result())
    while coming:
        yield _written(coming.popleft().result())


def sort_words() -> int:
    """Sort the words that wait into the index of search; how many pages of them there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('ledger_search')")
        return int(cursor.fetchone()[0])


def _numbers(bundle: Bundle) -> Ids:
    models = (Problem, Referral, Cooperation, Measure)
    return Ids(*next_ids(dict(zip(models, bundle.sizes, strict=True))))


def _written(made: Ready) -> tuple[list[int], Any]:
    made.write()
    return made.ids, made.besides
