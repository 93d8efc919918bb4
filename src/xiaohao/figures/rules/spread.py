"""How long things took: kept exactly, one sum per number of days; quantiles read from it.

A change of a spread bears a number of days where others bear their day: the same columns, cells and
folding keep both. Day n is written as 1000-01-01 + n days; no figure of the product is that old.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

NOUGHT = dt.date(1000, 1, 1)
MOST = 36_500  # days; a longer time is counted as this


def as_key(days: int) -> dt.date:
    """The key under which a time of so many days is kept; less than none counts as none."""
    return NOUGHT + dt.timedelta(days=min(max(days, 0), MOST))


def as_days(key: dt.date) -> int:
    """The number of days that a key stands for."""
    return (key - NOUGHT).days


def quantile(spread: Mapping[int, int], share: Fraction | float) -> int | None:
    """The least number of days within which at least `share` of all were done; None without any.

    The inverse of the empirical distribution function (Hyndman and Fan, Sample Quantiles in
    Statistical Packages, The American Statistician 50 (1996), definition 1): always a number of
    days that really occurred. Spreads of several units may be added up before.

    Args:
        spread: how many took so many days; sums of corrections may leave zeroes.
        share: above 0, at most 1.
    """
    total = sum(spread.values())
    seen = 0
    for days, count in sorted(spread.items()):
        seen += count
        if count and seen >= Fraction(share) * total > 0:
            return days
    return None


def binned(spread: Mapping[int, int], bounds: Sequence[int]) -> list[int]:
    """How many took at most each of `bounds` days (ascending) but more than the one before.

    One number more than there are bounds: the last is of those that took longer than all.
    """
    found = [0] * (len(bounds) + 1)
    for days, count in spread.items():
        found[next((i for i, bound in enumerate(bounds) if days <= bound), len(bounds))] += count
    return found
