"""The arithmetic of the tree is shared by all rooms: see `kernel.paths`."""

from xiaohao.kernel.paths import (
    AFTER,
    CODE,
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
