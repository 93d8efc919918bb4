"""What splits and filters of figures are called; the rooms above say so."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.units.models import Line, Unit


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to split figures, apart from units and days.

    Attributes:
        names: from keys as kept, to the code and the name of each.
        keys: from a code as addresses name it, to the keys it stands for (with all below it).
        options: what somebody may choose from, as code and name.
        known: whether somebody may know that there is anything of this code.
    """

    names: Callable[[Collection[str]], Mapping[str, tuple[str, str]]]
    keys: Callable[[str], Sequence[str]]
    options: Callable[[Actor], Sequence[tuple[str, str]]] = lambda _actor: ()
    known: Callable[[Actor, str], bool] = lambda _actor, _code: True


NONE = "-"  # in an address: those that have none, e.g. no category
_dimensions: dict[str, Dimension] = {}


def declare_dimension(by: str, dimension: Dimension) -> None:
    """Say how the parts are called by which figures are split; done once, at the start.

    Args:
        by: `category`, `channel`, `source` or `programme`; lines are called as the units room does.
    """
    _dimensions[by] = dimension


def part_names(by: str, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Code and name of each part of a split; “not given” for what has none."""
    known = _dimensions[by].names(keys) if by in _dimensions else {}
    none = ("", _("not given"))
    return {key: none if key in {"", "0"} else known.get(key, (key, key)) for key in keys}


def options_of(by: str, actor: Actor) -> Sequence[tuple[str, str]]:
    """Code and name of everything by which the actor may narrow figures."""
    return _dimensions[by].options(actor) if by in _dimensions else ()


def keys_of(by: str, code: str, actor: Actor | None = None) -> list[str] | None:
    """The keys that a code stands for; None for no code. `NONE` stands for what has none.

    Raises:
        NotFound: nothing has this code, or nothing that the actor may know of.
    """
    if not code:
        return None
    if code == NONE and by != "line":
        return ["0" if by in {"category", "programme"} else ""]
    found = _dimensions.get(by)
    keys = list(found.keys(code)) if found else []
    if not keys or (actor and found and not found.known(actor, code)):
        text = _("There is nothing called “%(code)s” by which figures are kept.")
        raise NotFound([Unmet("not_found", text % {"code": code}, by)])
    return keys


def _line_names(keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
    rows = Line.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()])
    return {str(row.pk): (row.code, row.label) for row in rows.order_by("code")}


def _line_keys(code: str) -> Sequence[str]:
    return [
        str(pk) for pk in Line.objects.filter(code=code).order_by().values_list("pk", flat=True)
    ]


def _line_options(actor: Actor) -> Sequence[tuple[str, str]]:
    units = Unit.objects.under(actor.unit_path).order_by()
    rows = Line.objects.filter(
        pk__in=Unit.lines.through.objects.filter(unit__in=units).values("line")
    )
    return [(row.code, row.label) for row in rows.order_by("code")]


declare_dimension("line", Dimension(names=_line_names, keys=_line_keys, options=_line_options))
