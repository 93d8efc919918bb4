"""All open problems that are with a unit, as arrays that are as long as there are problems (n)."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from django.db import connection

from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import OPEN, Source
from xiaohao.triage.queries import KEYS
from xiaohao.units.models import Unit

Ints = npt.NDArray[np.int64]
PROBLEM: Final = "ledger.problem"
_LINES: Final = 1000  # problems that one message of the server holds

_BOOK = """
COPY (SELECT string_agg(line, ',' ORDER BY id) FROM (
    SELECT p.id, concat_ws(',', p.id, p.category_id, p.unit_id,
        array_to_string((l.keys || array_fill(0, ARRAY[{keys}]))[1:{keys}], ',')) AS line
    FROM ledger_problem p
    JOIN triage_likeness l ON l.label = '{label}' AND l.thing_id = p.id
    WHERE p.state IN ({states}) AND p.category_id IS NOT NULL AND p.unit_id IS NOT NULL
      AND p.source <> '{root}'
      AND NOT EXISTS (
          SELECT FROM escalation_link k WHERE k.problem_id = p.id AND k.ended_at IS NULL)
) AS open_ones GROUP BY id / {lines} ORDER BY id / {lines}) TO STDOUT
"""


class Book:
    """The problems, their units and what stands above these.

    Args:
        table: shape (n, 3 + KEYS): problem, category, unit, keys filled up with zeros.
        paths: the ids along the path of each unit, itself last.
    """

    def __init__(self, table: Ints, paths: Mapping[int, Sequence[int]]) -> None:
        self.ids, self.category, self.unit = table[:, 0], table[:, 1], table[:, 2]
        self.keys = table[:, 3:]
        self.units, self.place = np.unique(self.unit, return_inverse=True)
        self.above = _superiors(self.units, paths)
        order = np.argsort(self.category, kind="stable")
        bounds = np.flatnonzero(np.diff(self.category[order])) + 1
        parts = np.split(order, bounds) if len(order) else []
        self.of_category = {int(self.category[part[0]]): part for part in parts}

    @classmethod
    def read(cls) -> Self:
        """The book as the database has it now."""
        table = _read()
        rows = Unit.objects.filter(pk__in=np.unique(table[:, 2]).tolist()).order_by()
        return cls(table, {pk: ids(path) for pk, path in rows.values_list("pk", "path")})

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def questions(self) -> int:
        """Patterns times superiors: how many tests one could make."""
        depth = (self.above > 0).sum(axis=1)
        return int(np.maximum(depth[self.place] - 1, 0).sum())

    def at(self, depth: int, rows: Ints) -> Ints:
        """For each row the id of its superior (or itself) at that depth; 0 where there is none."""
        found: Ints = self.above[self.place[rows], depth]
        return found

    @property
    def depths(self) -> range:
        """Depths at which a superior can stand."""
        return range(max(self.above.shape[1] - 1, 0))


def _read() -> Ints:
    states = ", ".join(f"'{state}'" for state in sorted(OPEN))
    statement = _BOOK.format(
        keys=KEYS, label=PROBLEM, states=states, root=Source.ROOT.value, lines=_LINES
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        data = b"".join(copy).replace(b"\n", b",")
    flat = np.fromstring(data.decode("ascii"), dtype=np.int64, sep=",") if data else np.zeros(0)
    return flat.astype(np.int64, copy=False).reshape(-1, 3 + KEYS)


def _superiors(units: Ints, paths: Mapping[int, Sequence[int]]) -> Ints:
    """Shape (units, deepest): ids along each unit's path, filled up with zeros."""
    deepest = max(map(len, paths.values()), default=0)
    table = np.zeros((len(units), deepest), dtype=np.int64)
    for n, unit in enumerate(units.tolist()):
        line = paths[unit]
        table[n, : len(line)] = line
    return table
