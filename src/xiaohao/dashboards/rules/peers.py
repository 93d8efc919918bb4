"""Whether a unit differs from its peers by more than chance gives: a funnel plot.

Small units swing widely by chance alone, so a ranking by shares puts them at both ends. A funnel
plot draws each unit's share against its size, between the limits that chance keeps a unit of that
size within. Source: D. J. Spiegelhalter, Funnel plots for comparing institutional performance,
Statistics in Medicine 24 (2005), 1185-1202: binomial limits at 95 % and 99.8 %, drawn interpolated.
What is said of a unit does not come from the drawn line, which is too narrow for very small units,
but from the exact probability of a share as far from the centre as its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

NEAR, FAR = 0.95, 0.998
STEPS = 24  # sizes at which the limits are drawn


class Verdict(StrEnum):
    """What may be said about a unit beside its peers."""

    FEW = "few"
    WITHIN = "within"
    BETTER = "better"
    MUCH_BETTER = "much_better"
    WORSE = "worse"
    MUCH_WORSE = "much_worse"


@dataclass(frozen=True, slots=True)
class Peer:
    """One unit of the comparison.

    Attributes:
        key: the unit's id.
        part, size: so many out of so many.
        low, high: the shares between which chance keeps 95 % of units of this size.
    """

    key: int
    part: int
    size: int
    low: float
    high: float
    verdict: Verdict

    @property
    def share(self) -> float:
        """The unit's own share."""
        return self.part / self.size


@dataclass(frozen=True, slots=True)
class Funnel:
    """All units of the comparison.

    Attributes:
        centre: the share of all together.
        limits: for a level (`NEAR`, `FAR`): rows of size, lower and upper limit.
    """

    centre: float
    peers: Sequence[Peer]
    limits: Mapping[float, Sequence[tuple[int, float, float]]]


def funnel(counts: Mapping[int, tuple[int, int]], *, smaller_is_better: bool) -> Funnel | None:
    """Compare units: `{key: (part, size)}`; None where fewer than three have anything to compare.

    A unit is "too few to tell" when no outcome at all of its size would be unlikely enough.
    """
    told = {key: pair for key, pair in counts.items() if pair[1] > 0}
    if len(told) < 3:  # noqa: PLR2004 (two units have no peers)
        return None
    centre = sum(part for part, _ in told.values()) / sum(size for _, size in told.values())
    sizes = sorted({size for _, size in told.values()})
    near = dict(zip(sizes, _limits(sizes, centre, NEAR), strict=True))
    chances = dict(zip(told, _chances(list(told.values()), centre), strict=True))
    peers = [
        Peer(key, part, size, *near[size], _verdict(part / size, chances[key], centre,
                                                    smaller_is_better=smaller_is_better))
        for key, (part, size) in told.items()
    ]  # fmt: skip
    drawn = _drawn(sizes[0], sizes[-1])
    limits = {
        level: [(n, *pair) for n, pair in zip(drawn, _limits(drawn, centre, level), strict=True)]
        for level in (NEAR, FAR)
    }
    return Funnel(centre, sorted(peers, key=lambda peer: (-peer.size, peer.key)), limits)


@dataclass(frozen=True, slots=True)
class _Chance:
    """How likely a unit's share is by chance alone: so far or farther from the centre, one side.

    Attributes:
        least: the same for the unlikeliest outcome that its size allows.
    """

    own: float
    least: float


def _chances(pairs: Sequence[tuple[int, int]], centre: float) -> list[_Chance]:
    import numpy as np  # noqa: PLC0415 (only who compares needs it)
    from scipy.stats import binom  # noqa: PLC0415 (the same)

    part, size = np.asarray(pairs).T
    own = np.minimum(binom.cdf(part, size, centre), binom.sf(part - 1, size, centre))
    least = np.minimum(binom.pmf(0, size, centre), binom.pmf(size, size, centre))
    return [_Chance(float(a), float(b)) for a, b in zip(own, least, strict=True)]


def _verdict(share: float, chance: _Chance, centre: float, *, smaller_is_better: bool) -> Verdict:
    near, far = (1 - NEAR) / 2, (1 - FAR) / 2
    if chance.least > near:
        return Verdict.FEW
    if chance.own > near:
        return Verdict.WITHIN
    good = (share < centre) == smaller_is_better
    if chance.own > far:
        return Verdict.BETTER if good else Verdict.WORSE
    return Verdict.MUCH_BETTER if good else Verdict.MUCH_WORSE


def _limits(sizes: Sequence[int], centre: float, level: float) -> list[tuple[float, float]]:
    """Binomial limits of a share at each size, interpolated (the source's appendix A.1.1)."""
    import numpy as np  # noqa: PLC0415 (only who compares needs it)
    from scipy.stats import binom  # noqa: PLC0415 (the same)

    if centre in {0.0, 1.0}:
        return [(centre, centre)] * len(sizes)
    n = np.asarray(sizes)
    found = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        r = binom.ppf(tail, n, centre)
        at, below = binom.cdf(r, n, centre), binom.cdf(r - 1, n, centre)
        found.append(np.clip((r - (at - tail) / (at - below)) / n, 0.0, 1.0))
    low, high = found
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _drawn(first: int, last: int) -> list[int]:
    """Sizes from the smallest to the largest, closer where the limits bend."""
    if first == last:
        return [first]
    steps = min(STEPS, last - first)
    ratio = last / first
    return sorted({round(first * ratio ** (i / steps)) for i in range(steps + 1)})
