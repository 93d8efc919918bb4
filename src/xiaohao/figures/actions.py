"""Writing changes of figures, and folding them into cells."""

from collections.abc import Iterable

from django.db import connection, transaction

from xiaohao.figures.queries import kept
from xiaohao.figures.rules import Delta, Kind, columns
from xiaohao.kernel import clock

__all__ = ["Delta", "add"]

_ADD = "SELECT figures_add(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_WIDTH = 9


def add(deltas: Iterable[Delta]) -> None:
    """Write all changes of one action, in its transaction and in one statement.

    The path written is the one at which the unit stands now, also when it has just been moved.

    Raises:
        KeyError: a metric that is not declared, or is not kept (a ratio, a window).
        ValueError: a dated stock without its day.
        InternalError: a unit that does not exist, or a call outside any transaction's write.
    """
    moment, today = clock.now(), clock.today()
    rows = []
    for delta in deltas:
        metric = kept(delta.metric)
        if metric.dated and delta.day is None:
            raise ValueError(f"{delta.metric} is kept by a day of its own; none was given")
        rows.append((
            delta.metric,
            delta.unit_id,
            delta.thing_id,
            delta.amount,
            delta.day or today,
            delta.category_id or 0,
            delta.channel,
            metric.kind is Kind.STOCK,
            metric.dated,
        ))  # fmt: skip
    if not rows:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ADD, [moment, today, *columns(rows, _WIDTH)])
