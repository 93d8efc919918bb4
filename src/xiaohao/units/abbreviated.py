"""Units by the short forms of their names (`brevity`), found by an index over their characters."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from xiaohao.kernel.paths import ids
from xiaohao.units import brevity
from xiaohao.units.models import ABBREVIATED, Kind, Unit, UnitQuerySet

MOST = 200  # candidates looked at of each kind; where there are more, nobody is the only one
_PLACES = 20
_HAN = re.compile(r"[\u3400-\u9fff]+")


class Letters(Func):
    """The characters of a unit's names, as the index `units_letters` holds them."""

    template = "string_to_array(%(expressions)s, NULL)"
    arg_joiner = " || "
    output_field = ArrayField(models.TextField())

    def __init__(self) -> None:
        """Of the official name and the short one."""
        super().__init__(F("name"), F("short_name"))


def shortened(units: UnitQuerySet, typed: str) -> tuple[list[Unit], bool]:
    """The units of which `typed` is a short form, the likeliest first; and whether that is all.

    Those whose place lies nearest to what was typed hide the others. Four queries at most.

    Args:
        units: among which to look.
        typed: Chinese characters; anything else names nobody here.
    """
    typed = typed.strip()
    if not _HAN.fullmatch(typed) or not brevity.SHORTEST <= len(typed) <= brevity.LONGEST:
        return [], True
    rows, whole = _candidates(units.filter(ABBREVIATED), typed)
    above = _places(rows)
    found = []
    for unit in rows:
        places = [above[pk] for pk in reversed(ids(unit.path)[:-1]) if pk in above]
        far = brevity.distance(typed, unit.name, places)
        if far is not None:
            found.append((far, len(unit.path), len(unit.name), unit.path, unit))
    nearest = min((one[0] for one in found), default=0)
    return [one[-1] for one in sorted(found, key=_rank) if one[0] == nearest], whole


def _rank(one: tuple[int, int, int, str, Unit]) -> tuple[int, int, int, str]:
    return one[:-1]


def _candidates(units: UnitQuerySet, typed: str) -> tuple[list[Unit], bool]:
    """Units that hold the characters: all of them, all but the first, or in a place named first."""
    lettered = units.annotate(letters=Letters()).order_by()
    some = lettered.filter(letters__contains=_letters(typed))[:MOST]
    if len(typed) == brevity.SHORTEST:
        parts = [list(some)]
    else:
        rest = lettered.filter(letters__contains=_letters(typed[1:]))[:MOST]
        parts = [list(some), list(rest)]
    there = _in_places(typed)
    if there:
        parts.append(list(lettered.filter(there)[:MOST]))
    rows = {unit.pk: unit for part in parts for unit in part}
    return list(rows.values()), all(len(part) < MOST for part in parts)


def _letters(typed: str) -> Any:
    """Each character once, as the lookup takes them (its stub thinks of a text)."""
    return sorted(set(typed))


def _in_places(typed: str) -> Q | None:
    """In which places to look for which characters, when `typed` begins with places' names."""
    if len(typed) < 2 * brevity.SHORTEST:
        return None
    start = typed[: brevity.SHORTEST]
    upper = Unit.objects.filter(search__has=f"'{start}' & '^'", kind=Kind.REGION).order_by("path")
    condition: Q | None = None
    for name, path in list(upper.values_list("name", "path")[: 10 * _PLACES]):
        if not name.startswith(start):
            continue
        cut = max(n for n in range(len(start), len(typed)) if name.startswith(typed[:n]))
        for end in {len(start), cut}:
            if len(typed) - end >= brevity.SHORTEST:
                inside = Q(
                    path__gt=path, path__lt=path + "~", letters__contains=_letters(typed[end:])
                )
                condition = inside if condition is None else condition | inside
    return condition


def _places(units: Iterable[Unit]) -> dict[int, str]:
    """Names of the places above these units, by id."""
    wanted: Sequence[int] = list({pk for unit in units for pk in ids(unit.path)[:-1]})
    if not wanted:
        return {}
    rows = Unit.objects.filter(pk__in=wanted, kind=Kind.REGION).order_by()
    return dict(rows.values_list("pk", "name"))
