"""A list of the ledger as somebody sees it, row by row, for what is made of it elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import QueryDict

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paging import ordering
from xiaohao.ledger.columns import Column, chosen
from xiaohao.ledger.leading import Next, next_steps
from xiaohao.ledger.models import Problem, ProblemQuerySet
from xiaohao.ledger.models.problem import STATE_NAMES
from xiaohao.ledger.narrowing import filters_of, listed, order_of, ordered

AT_ONCE = 500
# How wide a column of each kind stands in a sheet, in characters, and the form of its cells.
_SHAPES = {
    "title": (40, "wrapped"),
    "next": (30, "wrapped"),
    "unit": (24, "text"),
    "place": (24, "wrapped"),
    "state": (12, "text"),
    "number": (10, "number"),
    "deadline": (12, "day"),
    "day": (17, "moment"),
}
_TEXT = (16, "text")


@dataclass(frozen=True, slots=True)
class Shown:
    """A list with its columns, in the order of its address.

    Attributes:
        columns: what stands beside the number.
        problems: the rows, in order.
    """

    actor: Actor
    columns: Sequence[Column]
    problems: ProblemQuerySet

    def shapes(self) -> list[tuple[Any, int, str]]:
        """Head, width and form (`text`, `wrapped`, `number`, `day`, `moment`) of each column."""
        return [(c.head, *_shape(c)) for c in self.columns]

    def rows(self) -> Iterator[tuple[str, list[Any]]]:
        """Number and values of each problem; memory does not grow with the list."""
        leading = any(column.kind == "next" for column in self.columns)
        found = self.problems.iterator(chunk_size=AT_ONCE)
        while some := list(islice(found, AT_ONCE)):
            steps = next_steps(some, self.actor) if leading else {}
            for problem in some:
                step = steps.get(problem.pk)
                yield problem.number, [_value(column, problem, step) for column in self.columns]


def _shape(column: Column) -> tuple[int, str]:
    # A due day is a day; the other days are moments that the page shows without their time.
    return (12, "day") if column.key == "due" else _SHAPES.get(column.kind, _TEXT)


def _value(column: Column, problem: Problem, step: Next | None) -> Any:
    value = column.value(problem)
    if column.kind == "state":
        return str(STATE_NAMES[value])
    if column.kind == "next":
        return (
            "" if step is None else "\n".join([step.label, *(str(u.message) for u in step.unmet)])
        )
    if column.kind in {"number", "day", "deadline"}:
        return value
    return str(value) if value else ""


def shown(actor: Actor, get: QueryDict) -> Shown:
    """The list that an address shows, on all its pages.

    Raises:
        NotFound: a unit, programme or figure that the actor may not know of.
    """
    _name, order = order_of(get.get("sort", ""))
    rows = ordered(listed(actor, filters_of(actor, get)), order)
    columns = chosen(actor, get.get("columns", ""))
    rows = rows.order_by(*ordering(order.keys, order.nullable))
    return Shown(actor, columns, rows)
