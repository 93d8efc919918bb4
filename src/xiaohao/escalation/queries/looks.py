"""The looks of problems' texts, read from triage's index as they are needed."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from django.db import connection

from xiaohao.escalation.rules import likeness_rate
from xiaohao.triage.queries import LOOK, cosines, likenesses

if TYPE_CHECKING:
    from xiaohao.escalation.queries.book import Book

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
PROBLEM: Final = "ledger.problem"
SAMPLE: Final = 160  # problems of a category among which pairs are compared: 12,720 pairs
_AT_ONCE: Final = 5000
_CATEGORIES: Final = 100  # whose samples are read together
_KEPT: Final = 50_000  # looks in memory, of some hundred bytes each
_SKETCHES = "SELECT thing_id, sketch FROM triage_likeness WHERE label = %s AND thing_id = ANY(%s)"


class Looks:
    """Likeness of problems by their row; sketches are kept once read."""

    def __init__(self, numbers: Ints) -> None:
        self.numbers = numbers
        self.sketches: dict[int, bytes] = {}
        self.likes: dict[int, tuple[Ints, Bools]] = {}  # by the first row of a category

    def like(self, row: int, others: Ints) -> npt.NDArray[np.float64]:
        """Likeness of one row with each of others, between 0 and 1."""
        self._fetch(np.append(others, row).tolist())
        return cosines(self.sketches[row], [self.sketches[other] for other in others.tolist()])

    def pairs(self, problems: int) -> int:
        """How many pairs are compared to measure the rate of a category of that many problems."""
        few = min(problems, SAMPLE)
        return few * (few - 1) // 2

    def rate(self, rows: Ints, units: Ints, without: Ints) -> float:
        """How often two problems of a category from different units look alike anyway.

        Args:
            rows: all rows of the category.
            units: each row's unit.
            without: rows that are asked about and do not count.
        """
        sample, alike, apart = self._sampled(rows, units)
        kept = ~np.isin(sample, without)
        counted = apart & kept[:, None] & kept[None, :]
        return likeness_rate(int((alike & counted).sum()) // 2, int(counted.sum()) // 2)

    def lowest_rate(self, rows: Ints, book: "Book", superior: int) -> float:
        """What `rate` can be at least, whichever problems below the superior are asked about."""
        sample, alike, apart = self._sampled(rows, book.unit)
        outside = ~(book.above[book.place[sample]] == superior).any(axis=1)
        counted = apart & outside[:, None] & outside[None, :]
        return likeness_rate(int((alike & counted).sum()) // 2, int(apart.sum()) // 2)

    def sample(self, categories: Sequence[Ints]) -> None:
        """Read together what `rate` will compare; each entry holds all rows of a category."""
        for start in range(0, len(categories), _CATEGORIES):
            part = categories[start : start + _CATEGORIES]
            new = [_evenly(rows) for rows in part if int(rows[0]) not in self.likes]
            if new:
                self._fetch(np.concatenate(new).tolist())
            for sample in new:
                looks = [self.sketches[row] for row in sample.tolist()]
                self.likes[int(sample[0])] = (sample, likenesses(looks) >= LOOK)

    def read(self, rows: Ints) -> None:
        """Read together the looks that will be asked for next; older ones may be let go."""
        if len(self.sketches) > _KEPT:
            self.sketches.clear()
        self._fetch(rows.tolist())

    def _sampled(self, rows: Ints, units: Ints) -> tuple[Ints, Bools, Bools]:
        """An even sample of rows, which of them look alike, and which stand in different units."""
        self.sample([rows])
        sample, alike = self.likes[int(rows[0])]
        return sample, alike, units[sample][:, None] != units[sample][None, :]

    def _fetch(self, rows: Iterable[int]) -> None:
        missing = {int(self.numbers[row]): row for row in rows if row not in self.sketches}
        numbers = list(missing)
        for start in range(0, len(numbers), _AT_ONCE):
            with connection.cursor() as cursor:
                cursor.execute(_SKETCHES, [PROBLEM, numbers[start : start + _AT_ONCE]])
                for number, sketch in cursor.fetchall():
                    self.sketches[missing[number]] = bytes(sketch)


def _evenly(rows: Ints) -> Ints:
    """At most `SAMPLE` of the rows, evenly chosen, in rising order."""
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), SAMPLE)).astype(np.int64)
    found: Ints = np.sort(rows)[chosen]
    return found
