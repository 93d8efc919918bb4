"""Where the figures of the units below do not add up to that of a unit: some have moved.

A unit that moves carries its history along: its own figure goes on holding what happened to it
elsewhere. The superiors count each change where it was written. So a unit that moved in shows
changes that its new superior does not count, and one that moved between two units below the same
superior shows changes that the other one shows, too. What is left over for the unit itself is
therefore not simply the whole less the rows; what must be given back is counted here, and only
where there is such a path at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from xiaohao.figures.models import Entry
from xiaohao.figures.queries.lines import Place, segments
from xiaohao.figures.queries.reading import Scope
from xiaohao.figures.queries.records import narrowed, under
from xiaohao.figures.queries.registry import find
from xiaohao.units.models import Unit


def apart(
    metrics: Iterable[str], unit: Place, below: Sequence[Place], scope: Scope
) -> dict[str, int]:
    """By how much the figures of the units below exceed what `unit` counts of them, by metric.

    The whole, less the sum of the units below, plus this is exactly what `netted(own=True)` lists.
    Metrics that do not add up, and those for which it is nothing, are left out.
    """
    paths = segments([unit, *below], scope.line)
    odd = _odd(paths, unit.pk)
    if not odd:
        return {}
    sums = _sums(paths, unit.pk, odd)
    found = {key: _excess(narrowed(key, scope), odd, sums) for key in metrics if find(key).adds_up}
    return {key: amount for key, amount in found.items() if amount}


def crossed(unit: Unit) -> bool:
    """Whether a unit has ever moved into or out of what stands under `unit`.

    What happened is then counted where it did, while a record stands where its unit stands now.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CROSSED, {"path": unit.path})
        return bool(cursor.fetchone()[0])


_CROSSED = """SELECT EXISTS (
    SELECT FROM figures_formerpath f JOIN units_unit u ON u.id = f.unit_id
    WHERE starts_with(f.path, %(path)s) <> starts_with(u.path, %(path)s)
)"""


def _odd(paths: Mapping[int, Sequence[str]], unit: int) -> list[str]:
    """Paths of units below that lie outside the unit, or within a path of another of them."""
    whole = tuple(paths[unit])
    below = sorted((path, key) for key, own in paths.items() if key != unit for path in own)
    odd, around = set(), list[tuple[str, int]]()
    for path, key in below:
        while around and not path.startswith(around[-1][0]):
            around.pop()
        if not path.startswith(whole) or any(other != key for _path, other in around):
            odd.add(path)
        around.append((path, key))
    return sorted(odd)


def _sums(paths: Mapping[int, Sequence[str]], unit: int, odd: Sequence[str]) -> dict[str, Sum]:
    """What each unit below counts of the changes at the odd paths, and what the unit does of it."""
    meets = {
        key: [path for path in own if _touches(path, odd)]
        for key, own in paths.items()
        if key != unit
    }
    meeting = {key: found for key, found in meets.items() if found}
    once = under(paths[unit]) & under([path for found in meeting.values() for path in found])
    sums = {f"unit{key}": _sum(under(found)) for key, found in meeting.items()}
    return {**sums, "once": _sum(once)}


def _touches(path: str, odd: Sequence[str]) -> bool:
    return any(path.startswith(one) or one.startswith(path) for one in odd)


def _sum(where: Q) -> Sum:
    return Sum("amount", filter=where, default=0)


def _excess(rows: QuerySet[Entry], odd: Sequence[str], sums: Mapping[str, Sum]) -> int:
    found: dict[str, Any] = rows.filter(under(odd)).order_by().aggregate(**sums)
    once = found.pop("once")
    return int(sum(found.values()) - once)
