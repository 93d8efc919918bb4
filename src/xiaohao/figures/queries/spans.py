"""How long things took: in classes of days, and any quantile of it."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from xiaohao.figures.queries.reading import Place, Scope, spreads
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import MOST, Kind, binned, quantile

BOUNDS = (3, 7, 15, 30, 60, 90)  # calendar days; the last class is open


class Bin(NamedTuple):
    """One class: more than `low` (at least 0) up to `high` days; None is no bound."""

    low: int | None
    high: int | None
    things: int

    @property
    def word(self) -> str:
        """Its days as the address of its records names them (`took`)."""
        return (
            f"{0 if self.low is None else self.low + 1}-{MOST if self.high is None else self.high}"
        )


def distribution(
    metric: str, unit: Place, scope: Scope | None = None, bounds: Sequence[int] = BOUNDS
) -> list[Bin]:
    """How many took how long, in classes of days; of a quantile, those that it is read from.

    Raises:
        KeyError: the metric is not declared.
        ValueError: it is not kept by days.
    """
    return spans(metric, unit, (), scope, bounds)[0]


def spans(
    metric: str,
    unit: Place,
    shares: Sequence[float],
    scope: Scope | None = None,
    bounds: Sequence[int] = BOUNDS,
) -> tuple[list[Bin], list[int | None]]:
    """How many took how long, and any quantiles of it, in one query.

    Raises:
        KeyError, ValueError: as `distribution`.
    """
    key = _spread(metric)
    found = spreads([key], [unit], scope)[unit.pk].get(key, {})
    counts = binned(found, bounds)
    bins = [
        Bin(low, high, count)
        for low, high, count in zip((None, *bounds), (*bounds, None), counts, strict=True)
    ]
    return bins, _quantiles(found, shares)


def percentiles(
    metric: str, places: Sequence[Place], shares: Sequence[float], scope: Scope | None = None
) -> dict[int, list[int | None]]:
    """Any quantiles of how long it took, `{unit id: [days, …]}`, in one query.

    Raises:
        KeyError, ValueError: as `distribution`.
    """
    key = _spread(metric)
    found = spreads([key], places, scope)
    return {unit: _quantiles(sums.get(key, {}), shares) for unit, sums in found.items()}


def _quantiles(found: Mapping[int, int], shares: Sequence[float]) -> list[int | None]:
    return [quantile(found, Fraction(str(share))) for share in shares]


def _spread(metric: str) -> str:
    declared = find(metric)
    key = declared.of if declared.kind is Kind.QUANTILE else metric
    if find(key).kind is not Kind.SPREAD:
        raise ValueError(f"{metric} is not kept by days")
    return key
