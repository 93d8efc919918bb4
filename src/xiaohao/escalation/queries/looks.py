"""The looks of problems' texts, read from triage's index as they are needed."""

from typing import Final

import numpy as np
import numpy.typing as npt

from xiaohao.escalation.rules import likeness_rate
from xiaohao.triage.models import Likeness
from xiaohao.triage.queries import LOOK, cosines

Ints = npt.NDArray[np.int64]
PROBLEM: Final = "ledger.problem"
SAMPLE: Final = 160  # problems of a category among which pairs are compared: 12,720 pairs
_AT_ONCE: Final = 5000


class Looks:
    """Likeness of problems by their row; sketches are kept once read."""

    def __init__(self, numbers: Ints) -> None:
        self.numbers = numbers
        self.sketches: dict[int, bytes] = {}
        self.samples: dict[int, tuple[Ints, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]] = {}

    def like(self, row: int, others: Ints) -> npt.NDArray[np.float64]:
        """Likeness of one row with each of others, between 0 and 1."""
        self._fetch(np.append(others, row))
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

    def _sampled(
        self, rows: Ints, units: Ints
    ) -> tuple[Ints, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """An even sample of rows, which of them look alike, and which stand in different units."""
        key = int(rows[0])
        if key not in self.samples:
            chosen = np.linspace(0, len(rows) - 1, min(len(rows), SAMPLE)).astype(np.int64)
            sample = np.sort(rows)[chosen]
            alike = np.stack([self.like(int(row), sample) >= LOOK for row in sample])
            apart = units[sample][:, None] != units[sample][None, :]
            self.samples[key] = (sample, alike, apart)
        return self.samples[key]

    def _fetch(self, rows: Ints) -> None:
        missing = [row for row in rows.tolist() if row not in self.sketches]
        by_number = {int(self.numbers[row]): row for row in missing}
        numbers = list(by_number)
        for start in range(0, len(numbers), _AT_ONCE):
            part = numbers[start : start + _AT_ONCE]
            found = Likeness.objects.filter(label=PROBLEM, thing_id__in=part).order_by()
            for number, sketch in found.values_list("thing_id", "sketch"):
                self.sketches[by_number[number]] = bytes(sketch)
