"""How likely a closed problem is to be drawn: a pure function of facts that anybody may look up.

The weight of a problem is `BASE` plus points for each fact that makes a false closing likelier.
Points are whole numbers, so that everybody who computes again gets the same. All facts of a problem
are packed into one small number, its code, which stands in the frame file beside the weight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

BASE = 4
POINTS: Mapping[str, int] = MappingProxyType({
    "no_answer": 4,  # a reporter was asked and stayed silent
    "no_reporter": 2,  # nobody from outside could say whether it is fixed
    "near_deadline": 4,  # reported fixed within the last days before the deadline, or after it
    "reopened": 4,  # it had come back before
    "urgent": 2,
    "earlier": 2,  # for each earlier false closing of the responsible unit, up to the most counted
})  # fmt: skip
NEAR_DAYS = 1  # "near the deadline": on its last day, the day before, or later
MEMORY_DAYS = 365  # earlier false closings of the unit within this time count
MOST_EARLIER = 3

# The code: two bits for the closing, one each for three facts, two for earlier false closings.
_CLOSINGS = ("solved", "no_answer", "no_reporter")
_NEAR, _REOPENED, _URGENT, _EARLIER = 4, 8, 16, 32
CODES = 128


@dataclass(frozen=True, slots=True)
class Facts:
    """What the weight of a closed problem depends on.

    Attributes:
        closing: `solved`, `no_answer` or `no_reporter`.
        near_deadline: reported fixed at most `NEAR_DAYS` before its deadline.
        reopened: it had been closed or reported before and came back.
        urgent: it was referred as urgent.
        earlier: false closings of its unit in the `MEMORY_DAYS` before, as far as they count.
    """

    closing: str = "solved"
    near_deadline: bool = False
    reopened: bool = False
    urgent: bool = False
    earlier: int = 0

    @property
    def code(self) -> int:
        """The facts as one number below `CODES`.

        Raises:
            ValueError: a way of closing that the rule does not know.
        """
        return (
            _CLOSINGS.index(self.closing)
            + _NEAR * self.near_deadline
            + _REOPENED * self.reopened
            + _URGENT * self.urgent
            + _EARLIER * min(self.earlier, MOST_EARLIER)
        )

    @classmethod
    def of(cls, code: int) -> "Facts":
        """The facts behind a code.

        Raises:
            ValueError: no facts have this code.
        """
        if not 0 <= code < CODES or code % 4 == len(_CLOSINGS):
            raise ValueError(f"{code} is the code of no facts")
        return cls(
            _CLOSINGS[code % 4],
            bool(code & _NEAR),
            bool(code & _REOPENED),
            bool(code & _URGENT),
            code // _EARLIER,
        )


def reasons(facts: Facts) -> list[tuple[str, int]]:
    """Which facts add points, and how many each."""
    counts = {
        "no_answer": facts.closing == "no_answer",
        "no_reporter": facts.closing == "no_reporter",
        "near_deadline": facts.near_deadline,
        "reopened": facts.reopened,
        "urgent": facts.urgent,
        "earlier": min(facts.earlier, MOST_EARLIER),
    }
    return [(name, POINTS[name] * int(count)) for name, count in counts.items() if count]


def weight(facts: Facts) -> int:
    """The weight: `BASE` and the points of every fact that holds."""
    return BASE + sum(points for _name, points in reasons(facts))


def weights() -> Sequence[int]:
    """The weight of every code; 0 where no facts have that code."""
    found = []
    for code in range(CODES):
        try:
            found.append(weight(Facts.of(code)))
        except ValueError:
            found.append(0)
    return found


def weights_of(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The weights of many codes; 0 for what is no code."""
    table = np.array([*weights(), 0], dtype=np.int64)
    known = (codes >= 0) & (codes < CODES)
    return table[np.where(known, codes, CODES)]
