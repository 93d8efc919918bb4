"""The arithmetic of the tree is shared by all rooms: see `kernel.paths`; what a code may be."""

import re

from xiaohao.kernel.paths import (
    AFTER,
    DEEPEST,
    LADDER,
    WIDTH,
    common,
    fits_under,
    ids,
    is_within,
    moved,
    step,
)

__all__ = [
    "AFTER",
    "CODE",
    "DEEPEST",
    "LADDER",
    "WIDTH",
    "common",
    "fits_under",
    "ids",
    "is_within",
    "moved",
    "step",
]

# A code stands in addresses: letters, digits, point, dash and underline, at most 40.
CODE = re.compile(r"[\w.-]{1,40}")
