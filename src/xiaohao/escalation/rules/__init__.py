"""Plain rules: the test behind a proposed root, and the clocks of a joint call."""

from xiaohao.escalation.rules.calls import (
    LONGEST_HOURS,
    MOST_DEPARTMENTS,
    Clock,
    Standing,
    standing,
)
from xiaohao.escalation.rules.scan import (
    ALPHA,
    FEWEST_SIBLINGS,
    Scan,
    Sibling,
    by_chance,
    fewest_hits,
    likeness_rate,
    scan,
)

__all__ = [
    "ALPHA",
    "FEWEST_SIBLINGS",
    "LONGEST_HOURS",
    "MOST_DEPARTMENTS",
    "Clock",
    "Scan",
    "Sibling",
    "Standing",
    "by_chance",
    "fewest_hits",
    "likeness_rate",
    "scan",
    "standing",
]
