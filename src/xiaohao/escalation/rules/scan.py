"""Do like problems stand in more sibling units than chance would put there?

*The question.* Under one superior there are sibling units; the i-th has n_i open problems of a
category. One problem is taken as the pattern. In s siblings at least one problem looks like it. Is
that more than chance?

*The null hypothesis.* Any problem of this category at another unit looks like the pattern with the
rate q at which two problems of the category from different units look alike anyway. Then sibling i
has at least one with p_i = 1 - (1 - q)^n_i, independently of the others, and the number of siblings
that have one follows the Poisson binomial distribution with the p_i (S. D. Poisson, "Recherches sur
la probabilité des jugements", 1837; Y. H. Wang, "On the number of successes in independent trials",
Statistica Sinica 3, 1993). The probability of s or more is computed exactly with
`scipy.stats.poisson_binom`. The pattern's own sibling is left out on both sides: it has one anyway.

*The rate q* is measured on pairs of problems of the category from different units, without those
that are taken to be alike (they are what is being asked about), as (alike + 1) / (pairs + 1): few
pairs allow no small claim.

*Many questions.* Every open problem could have been the pattern, under each of its superiors. With
m such questions a root is proposed only if the probability is at most ALPHA / m (C. E. Bonferroni,
1936; O. J. Dunn, JASA 56, 1961): among all proposals ever made in a run, chance alone makes one in
no more than ALPHA of the runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ALPHA: Final = 0.05
FEWEST_SIBLINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Sibling:
    """One unit right under the superior.

    Attributes:
        unit: its id.
        problems: open problems of the category at it and below it.
        alike: how many of them look like the pattern.
    """

    unit: int
    problems: int
    alike: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found, and what chance would give.

    Attributes:
        siblings: siblings with problems of the category.
        observed: siblings with at least one that looks like the pattern, the pattern's own too.
        expected: how many of them chance gives, the pattern's own counted as one.
        rate: q, the rate at which two problems of the category look alike anyway.
        p: probability of as many or more by chance.
        questions: m, how many patterns under how many superiors were looked at.
        threshold: ALPHA / m.
    """

    siblings: int
    observed: int
    expected: float
    rate: float
    p: float
    questions: int
    threshold: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether a root is to be proposed."""
        return self.observed >= FEWEST_SIBLINGS and self.p <= self.threshold


def likeness_rate(alike: int, pairs: int) -> float:
    """How often two problems of a category look alike anyway, between 0 (excluded) and 1."""
    return (alike + 1) / (pairs + 1)


def scan(siblings: Sequence[Sibling], own: int, rate: float, questions: int) -> Scan:
    """Test one pattern under one superior.

    Args:
        siblings: every unit right under the superior that has problems of the category.
        own: id of the one at which the pattern itself stands.
        rate: q, from `likeness_rate`.
        questions: how many tests this run makes, ≥ 1.
    """
    others = [one for one in siblings if one.unit != own]
    chances = by_chance([one.problems for one in others], rate)
    hit = sum(1 for one in others if one.alike)
    return Scan(
        siblings=len(others) + 1,
        observed=hit + 1,
        expected=float(chances.sum()) + 1,
        rate=rate,
        p=_at_least(hit, chances),
        questions=questions,
        threshold=ALPHA / max(questions, 1),
    )


def fewest_hits(problems: Sequence[int] | npt.NDArray[np.int64], rate: float, most: float) -> int:
    """How many siblings have to be hit until chance gives as many in no more than `most`.

    Computed by the recursion over the siblings; every term is positive, so nothing is lost by
    taking differences. A millionth is allowed for rounding.

    Args:
        problems: of each sibling, the pattern's own left out.
        rate: q, from `likeness_rate`.
        most: the largest probability that counts as beyond chance.

    Returns:
        A number between 1 and `len(problems) + 1`; the latter where even all are too few.
    """
    exactly = np.ones(1)
    for chance in by_chance(problems, rate):
        grown = np.zeros(len(exactly) + 1)
        grown[:-1] = exactly * (1 - chance)
        grown[1:] += exactly * chance
        exactly = grown
    at_least = np.cumsum(exactly[::-1])[::-1]
    return 1 + int((at_least[1:] > most * (1 + 1e-6)).sum())


def by_chance(problems: Sequence[int] | npt.NDArray[np.int64], rate: float) -> Floats:
    """For each sibling the chance that at least one of its problems looks like the pattern."""
    counts = np.asarray(problems, dtype=np.float64)
    return np.asarray(-np.expm1(counts * np.log1p(-min(rate, 1 - 1e-12))), dtype=np.float64)


def _at_least(hits: int, chances: Floats) -> float:
    """Probability of `hits` or more successes."""
    from scipy import stats  # noqa: PLC0415 (half a second that only the search needs)

    if hits == 0:
        return 1.0
    return float(stats.poisson_binom.sf(hits - 1, np.clip(chances, 0.0, 1.0)))
