"""Comparing units without ranking them by chance: funnel limits and shrunken rates.

Sources: Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in
Medicine 24 (2005) 1185-1202 (normal limits of a proportion around the common rate); Clayton and
Kaldor, Empirical Bayes estimates of age-standardized relative risks, Biometrics 43 (1987) 671-681,
and Marshall, Mapping disease and mortality rates using empirical Bayes estimators, Applied
Statistics 40 (1991) 283-294 (global moment estimator) for the shrunken rate.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95, Z998 = 1.959964, 3.090232  # standard normal deviates of 95 % and 99.8 %


@dataclass(frozen=True, slots=True)
class Compared:
    """One unit among its peers.

    Attributes:
        rate: its own share; None where there is nothing to share.
        shrunken: its share drawn towards the peers' as far as few cases leave it uncertain.
        low, high: 99.8 % limits within which chance alone would leave it.
        verdict: `above` or `below` these limits, `usual` within, `few` below `least` cases.
    """

    rate: float | None
    shrunken: float
    low: float
    high: float
    verdict: str


def limits(common: float, cases: int, z: float = Z998) -> tuple[float, float]:
    """Between which shares chance alone leaves a unit with so many cases (0 to 1)."""
    if cases <= 0:
        return 0.0, 1.0
    half = z * math.sqrt(common * (1 - common) / cases)
    return max(0.0, common - half), min(1.0, common + half)


def compare(units: Sequence[tuple[int, int]], least: int) -> list[Compared]:
    """Each of `(part, whole)` beside all of them together.

    Args:
        units: of each unit how many of how many; 0 <= part <= whole.
        least: units with fewer cases are not told apart.
    """
    whole = sum(cases for _, cases in units)
    common = sum(part for part, _ in units) / whole if whole else 0.0
    between = _variance(units, common, whole)
    return [_one(part, cases, common, between, least) for part, cases in units]


def _variance(units: Sequence[tuple[int, int]], common: float, whole: int) -> float:
    """Marshall's estimate of how much the true rates differ; 0 where chance explains it all."""
    if not whole:
        return 0.0
    spread = sum(n * (part / n - common) ** 2 for part, n in units if n) / whole
    mean = whole / sum(1 for _, n in units if n)
    return max(0.0, spread - common * (1 - common) / mean)


def _one(part: int, cases: int, common: float, between: float, least: int) -> Compared:
    low, high = limits(common, cases)
    if not cases:
        return Compared(None, common, low, high, "few")
    rate = part / cases
    chance = common * (1 - common) / cases
    weight = between / (between + chance) if between + chance else 0.0
    verdict = "above" if rate > high else "below" if rate < low else "usual"
    shrunken = common + weight * (rate - common)
    return Compared(rate, shrunken, low, high, verdict if cases >= least else "few")
