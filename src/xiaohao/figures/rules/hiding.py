"""Hiding small numbers in what is published, so that they cannot be worked out either.

Primary and complementary cell suppression for one additive table with a published total, as
statistical offices do it (Willenborg and de Waal, Elements of Statistical Disclosure Control,
Springer 2001, chapter 4). The reader is taken to know this rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SMALL = 5  # numbers from 1 to below this are not told
_FAR = 10**9


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as it may be published.

    Attributes:
        value: the number; None when it is hidden.
        small: hidden because it is below `SMALL` (else hidden to protect a smaller one).
    """

    value: int | None
    small: bool = False

    def __str__(self) -> str:
        """`12`, `<5`, or `*`."""
        if self.value is not None:
            return str(self.value)
        return f"<{SMALL}" if self.small else "*"


def is_small(value: int) -> bool:
    """Whether a number would point at few people."""
    return 0 < value < SMALL


def hide(values: Sequence[int]) -> tuple[Shown, list[Shown]]:
    """The total of non-negative `values`, and each of them, as they may be published together.

    No hidden number can be computed from the others: each keeps at least two possible values.
    """
    total = sum(values)
    small = {i for i, value in enumerate(values) if is_small(value)}
    hidden = set(small)
    rest = sorted((value, i) for i, value in enumerate(values) if value >= SMALL)
    while hidden and rest and _is_told(values, small, hidden, rest[0][0]):
        hidden.add(rest.pop(0)[1])
    told = bool(hidden) and not rest and _is_told(values, small, hidden, _FAR)
    shown = [
        Shown(None, small=i in small) if i in hidden else Shown(value)
        for i, value in enumerate(values)
    ]
    if is_small(total):
        return Shown(None, small=True), shown
    return (Shown(None) if told else Shown(total)), shown


def _is_told(values: Sequence[int], small: set[int], hidden: set[int], least: int) -> bool:
    """Whether some hidden number has only one possible value left.

    Known to the reader: the sum of the hidden ones, that small ones lie in 1..SMALL-1, that the
    others lie between SMALL and the least number shown.
    """
    total = sum(values[i] for i in hidden)
    few, more = len(small), len(hidden) - len(small)
    low, high = few + more * SMALL, few * (SMALL - 1) + more * least
    for lowest, highest in {(1, SMALL - 1)} | ({(SMALL, least)} if more else set()):
        least_here = max(lowest, total - (high - highest))
        most_here = min(highest, total - (low - lowest))
        if most_here <= least_here:
            return True
    return False
