"""What a metric is, how signed changes are put, what the public may be told; no database."""

from xiaohao.figures.rules.freezing import Lot, fingerprint
from xiaohao.figures.rules.hiding import SMALL, Shown, hide, is_small
from xiaohao.figures.rules.metric import (
    EVER,
    HEAVY,
    LAST,
    Delta,
    Kind,
    Metric,
    Per,
    columns,
    finest,
    levels,
)
from xiaohao.figures.rules.spread import MOST, as_days, as_key, binned, quantile

__all__ = [
    "EVER",
    "HEAVY",
    "LAST",
    "MOST",
    "SMALL",
    "Delta",
    "Kind",
    "Lot",
    "Metric",
    "Per",
    "Shown",
    "as_days",
    "as_key",
    "binned",
    "columns",
    "finest",
    "fingerprint",
    "hide",
    "is_small",
    "levels",
    "quantile",
]
