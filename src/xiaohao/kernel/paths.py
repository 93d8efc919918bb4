"""Paths in the tree and the ladder of levels, without a database.

A unit's path is its ancestors' ids and its own, each as five base-36 digits, from the root down.
Under C collation a subtree is then one range: `path >= p and path < p + '~'`.
"""

import re
from collections.abc import Sequence

# The code of a unit or a post stands in addresses: letters, digits, point, dash, underline.
CODE = re.compile(r"[\w.-]{1,40}")
WIDTH = 5
DEEPEST = 20  # levels that a path can hold
AFTER = "~"  # sorts after every digit used in a path
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [a + b for a in _DIGITS for b in _DIGITS]


def step(unit_id: int) -> str:
    """One id as a fixed-width path step.

    Raises:
        ValueError: beyond 36^5 - 1 = 60,466,175 units.
    """
    if not 0 <= unit_id < 36**WIDTH:
        raise ValueError(f"unit id {unit_id} does not fit into a path")
    high, low = divmod(unit_id, 36**2)
    return _DIGITS[high // 36**2] + _PAIRS[high % 36**2] + _PAIRS[low]


def ids(path: str) -> list[int]:
    """The ids along a path, root first, the unit itself last."""
    return [int(path[i : i + WIDTH], 36) for i in range(0, len(path), WIDTH)]


def last_id(path: str) -> int:
    """The id of the unit that the path ends in."""
    return int(path[-WIDTH:], 36)


def is_within(path: str, above: str) -> bool:
    """Whether the unit at `path` is the unit at `above` or lies under it."""
    return path.startswith(above)


def common(paths: Sequence[str]) -> str:
    """The path of the lowest common superior; empty when there is none."""
    if not paths:
        return ""
    low, high = min(paths), max(paths)
    n = 0
    while n < min(len(low), len(high)) and low[n : n + WIDTH] == high[n : n + WIDTH]:
        n += WIDTH
    return low[:n]


def superior(paths: Sequence[str]) -> str:
    """The path of the lowest unit that stands above every unit at `paths`; empty for none."""
    return common([path[:-WIDTH] for path in paths])


LADDER = ("central", "province", "city", "county", "township", "village", "group")


def fits_under(level: str, above: str) -> bool:
    """Whether a unit of `level` may stand under one of level `above`.

    On the same level too: a city's department stands under the city.
    """
    return LADDER.index(level) >= LADDER.index(above)


def moved(path: str, old: str, new: str) -> str:
    """The path of a unit at `path` after the unit at `old` (itself or a superior) went to `new`."""
    return new + path[len(old) :]
