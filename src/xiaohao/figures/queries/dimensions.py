"""What splits and filters of figures are called; the rooms above say so."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiaohao.kernel.errors import NotFound, Unmet


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to split figures, apart from units and days.

    Attributes:
        names: from keys as kept, to the code and the name of each.
        keys: from a code as addresses name it, to the keys it stands for (with all below it).
    """

    names: Callable[[Collection[str]], Mapping[str, tuple[str, str]]]
    keys: Callable[[str], Sequence[str]]


_dimensions: dict[str, Dimension] = {}


def declare_dimension(by: str, dimension: Dimension) -> None:
    """Say how the parts of `category` or `channel` are called; done once, at the start."""
    _dimensions[by] = dimension


def part_names(by: str, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Code and name of each part of a split; “not given” for what has none."""
    known = _dimensions[by].names(keys) if by in _dimensions else {}
    none = ("", _("not given"))
    return {key: none if key in {"", "0"} else known.get(key, (key, key)) for key in keys}


def keys_of(by: str, code: str) -> list[str] | None:
    """The keys that a code stands for; None for no code.

    Raises:
        NotFound: nothing has this code.
    """
    if not code:
        return None
    keys = list(_dimensions[by].keys(code)) if by in _dimensions else []
    if not keys:
        text = _("There is nothing called “%(code)s” by which figures are kept.")
        raise NotFound([Unmet("not_found", text % {"code": code}, by)])
    return keys
