"""From a sample with unequal chances to the share of closings that were true.

The share is estimated by the Hájek ratio: fixed ones over all, each weighted with one over its
chance (J. Hájek, comment in Godambe and Sprott (eds.), Foundations of Statistical Inference, 1971).
Its variance is that of the linearised total, by Hájek's approximation for designs of large entropy
and fixed size, which needs no joint probabilities (J. Hájek, Annals of Mathematical Statistics 35
(1964), 1491-1523; Y. Tillé, "Sampling Algorithms", Springer 2006, chapter 7), one round a stratum.

The interval is Wilson's (E. B. Wilson, JASA 22 (1927), 209-212) with the effective sample size in
place of the size, as E. L. Korn and B. I. Graubard (Survey Methodology 24 (1998), 193-201) and
C. Franco, R. Little, T. Louis and E. Slud (Journal of Survey Statistics and Methodology 7 (2019),
334-364) do. The effective size is the smaller of Kish's, (Σ1/π)² / Σ(1/π)² (L. Kish, "Survey
Sampling", Wiley 1965), and of p(1−p)/V: so no failure at all still has an interval, and a variance
that came out small by luck does not narrow it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import NormalDist

CONFIDENCE = 0.95
FEWEST = 10  # re-checks; below that nothing is estimated
WIDEST = 0.4  # an interval wider than this says nothing


@dataclass(frozen=True, slots=True)
class Checked:
    """A re-check with its result.

    Attributes:
        round: in which it was drawn.
        chance: its probability of being drawn, in (0, 1].
        fixed: whether it was found fixed.
        inside: whether it belongs to the unit or category that is asked for.
    """

    round: int
    chance: float
    fixed: bool
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated share of true closings.

    Attributes:
        checked: re-checks with a result that it rests on.
        failed: how many of them were not fixed.
        closings: how many closings they stand for (the sum of 1/chance).
        effective: to how many equally likely ones they amount.
        share, low, high: the estimate and its interval; None when there are too few to tell.
    """

    checked: int
    failed: int
    closings: float = 0.0
    effective: float = 0.0
    share: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_told(self) -> bool:
        """Whether there are enough re-checks to say anything."""
        return self.share is not None


def estimate(rows: Iterable[Checked], confidence: float = CONFIDENCE) -> Estimate:
    """The share of true closings among those `inside`, with its interval.

    Too few to tell: fewer than `FEWEST` re-checks, or an interval wider than `WIDEST`.

    Args:
        rows: every re-check with a result of the rounds looked at, those outside included: they
            tell how much the sample varies.
    """
    rows = sorted(rows, key=lambda row: row.round)
    inside = [row for row in rows if row.inside]
    failed = sum(not row.fixed for row in inside)
    if not inside:
        return Estimate(0, 0)
    total = sum(1 / row.chance for row in inside)
    share = sum(1 / row.chance for row in inside if row.fixed) / total
    variance = sum(_variance(list(group), share) for _key, group in groupby(rows, _round))
    effective = _effective(inside, share, variance / total**2)
    low, high = wilson(share, effective, confidence)
    if len(inside) < FEWEST or high - low > WIDEST:
        return Estimate(len(inside), failed, total, effective)
    return Estimate(len(inside), failed, total, effective, share, low, high)


def _round(row: Checked) -> int:
    return row.round


def _variance(rows: Sequence[Checked], share: float) -> float:
    """Hájek's variance of the total of residuals within one round."""
    size = len(rows)
    if size < 2:  # noqa: PLR2004 (one element does not vary)
        return 0.0
    factors = [(1 - row.chance) * size / (size - 1) for row in rows]
    values = [(row.fixed - share) / row.chance if row.inside else 0.0 for row in rows]
    if not (mass := sum(factors)):
        return 0.0
    middle = sum(c * v for c, v in zip(factors, values, strict=True)) / mass
    return sum(c * (v - middle) ** 2 for c, v in zip(factors, values, strict=True))


def _effective(inside: Sequence[Checked], share: float, variance: float) -> float:
    """The smaller of Kish's effective size and that of the estimated variance."""
    spread = [1 / row.chance for row in inside]
    kish = sum(spread) ** 2 / sum(one**2 for one in spread)
    binomial = share * (1 - share)
    return min(kish, binomial / variance) if binomial > 0 and variance > 0 else kish


def wilson(share: float, size: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval for a share among `size` (> 0, need not be whole)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    scale = 1 + z * z / size
    middle = (share + z * z / (2 * size)) / scale
    half = z * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size)) / scale
    # Of all or none the bound is the share itself, which sums of fractions miss by a hair.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))
