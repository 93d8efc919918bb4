"""A list of the ledger as somebody sees it, row by row, for what is made of it elsewhere."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from django.http import QueryDict

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paging import ordering
from xiaohao.ledger.columns import COLUMNS, Column, chosen
from xiaohao.ledger.leading import Next, next_steps
from xiaohao.ledger.models import Problem, ProblemQuerySet
from xiaohao.ledger.models.problem import STATE_NAMES
from xiaohao.ledger.narrowing import filters_of, listed, order_of, ordered, whole
from xiaohao.units.queries import TellingNames

AT_ONCE = 500
# How wide a column of each kind stands in a sheet, in characters, and the form of its cells.
_SHAPES = {
    "title": (40, "wrapped"),
    "next": (30, "wrapped"),
    "unit": (24, "unit"),
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
        """Head, width and form (`text`, `wrapped`, `unit`, `number`, `day`, `moment`) of each."""
        return [(c.head, *_shape(c)) for c in self.columns]

    def rows(self) -> Iterator[tuple[str, list[Any]]]:
        """Number and values of each problem; memory does not grow with the list."""
        leading = any(column.kind == "next" for column in self.columns)
        names = TellingNames(self.actor.unit_path)
        found = self.problems.iterator(chunk_size=AT_ONCE)
        while some := list(islice(found, AT_ONCE)):
            steps = next_steps(some, self.actor) if leading else {}
            names.look_up(problem.unit for problem in some)
            for problem in some:
                step = steps.get(problem.pk)
                values = [_value(column, problem, names, step) for column in self.columns]
                yield problem.number, values


def _shape(column: Column) -> tuple[int, str]:
    # A due day is a day; the other days are moments that the page shows without their time.
    return (12, "day") if column.key == "due" else _SHAPES.get(column.kind, _TEXT)


def _value(column: Column, problem: Problem, names: TellingNames, step: Next | None = None) -> Any:
    value = column.value(problem)
    if column.kind == "unit":
        return names.of(value)
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


@dataclass(frozen=True, slots=True)
class Recorded:
    """A column of lists that says what stands on record.

    Attributes:
        head: what stands above it.
        form: of its cells, as `Shown.shapes` names it.
        value: what a list writes for a problem there.
    """

    head: Any
    form: str
    value: Callable[[Problem], Any]


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What a list that comes back is held against.

    Attributes:
        columns: all that say what stands on record.
        problems: with all that those columns show.
    """

    columns: Sequence[Recorded]
    problems: Sequence[Problem]


def on_record(actor: Actor, keys: Collection[int]) -> OnRecord:
    """Of the problems with these ids those that lists of an actor can hold."""
    own, helped = Problem.objects.visible_to(actor), Problem.objects.helped_by(actor)
    some = [
        whole(rows.filter(pk__in=keys)).defer("search").order_by("pk") for rows in (own, helped)
    ]
    found = {problem.pk: problem for rows in some for problem in rows}
    names = TellingNames(actor.unit_path)
    names.look_up(problem.unit for problem in found.values())
    columns = [
        Recorded(column.head, _shape(column)[1], partial(_value, column, names=names))
        for column in COLUMNS.values()
        if not column.fleeting
    ]
    return OnRecord(columns, list(found.values()))
