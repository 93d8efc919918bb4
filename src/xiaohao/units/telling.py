"""Names of units that a sheet can carry: such as `matching` takes for the same units again."""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q

from xiaohao.units.matching import bears
from xiaohao.units.models import Placement, Unit
from xiaohao.units.rules import ids, is_within

_COLUMNS = ("code", "name", "short_name", "path", "closed_on")


class TellingNames:
    """For units a name each that nobody else bears in the reader's area, as short as can be.

    A unit's own name where it is the only one, else with a superior's before it (河东区海滨街道),
    else its code. Units outside the area, and closed ones, cannot be found there; theirs is a
    name that no unit there bears.

    Args:
        within: the path of the reader's area.
    """

    def __init__(self, within: str) -> None:
        self.within = within
        self.known: dict[int, str] = {}

    def of(self, unit: Unit | None) -> str:
        """The name; empty for no unit. Look it up first, or the bare one is given."""
        return self.known.get(unit.pk, unit.name) if unit else ""

    def look_up(self, units: Iterable[Unit | None]) -> None:
        """Find the names of these, if they are not known yet; a handful of queries for all."""
        new = {unit.pk: unit for unit in units if unit and unit.pk not in self.known}
        if not new:
            return
        bearers = self._bearers({unit.name for unit in new.values()})
        for pk, unit in new.items():
            if _is_meant(unit, bearers.get(unit.name, ()), self._is_here(unit)):
                self.known[pk] = unit.name
        rest = [unit for pk, unit in new.items() if pk not in self.known]
        if rest:
            self._with_superiors(rest, bearers)

    def _is_here(self, unit: Unit) -> bool:
        return unit.closed_on is None and is_within(unit.path, self.within)

    def _bearers(self, said: Iterable[str]) -> dict[str, list[Unit]]:
        """Units in use in the area, by each name or code of these that they bear."""
        wanted = set(said)
        bearing = Q(code__in=wanted) | bears(sorted(wanted))
        found: dict[str, list[Unit]] = {}
        for unit in Unit.objects.under(self.within).active().filter(bearing).only(*_COLUMNS):
            for name in {unit.name, unit.short_name, unit.code} & wanted:
                found.setdefault(name, []).append(unit)
        return found

    def _with_superiors(self, rest: Sequence[Unit], twins: dict[str, list[Unit]]) -> None:
        every = [*rest, *(twin for unit in rest for twin in twins.get(unit.name, ()))]
        steps = {step for unit in every for step in ids(unit.path)[:-1]}
        rows = Unit.objects.filter(pk__in=steps).only(*_COLUMNS)
        above = {unit.pk: unit for unit in rows}
        tried = {unit.pk: list(self._candidates(unit, above)) for unit in rest}
        names = {name for some in tried.values() for _superior, name in some}
        taken = self._bearers(names).keys() | self._former(names)
        for unit in rest:
            twin = [one for one in twins.get(unit.name, ()) if one.code != unit.name]
            self.known[unit.pk] = next(
                (
                    name
                    for superior, name in tried[unit.pk]
                    if name not in taken
                    and _is_meant(unit, _below(superior, twin, above), self._is_here(unit))
                ),
                unit.code,
            )

    def _candidates(self, unit: Unit, above: dict[int, Unit]) -> Iterator[tuple[Unit, str]]:
        """Its name with each superior's before it, the nearest first."""
        is_here = self._is_here(unit)
        for step in reversed(ids(unit.path)[:-1]):
            superior = above.get(step)
            if superior and (self._is_here(superior) or not is_here):
                yield superior, f"{superior.name}{unit.name}"

    def _former(self, names: Iterable[str]) -> set[str]:
        rows = Placement.objects.filter(name__in=set(names), unit__closed_on=None)
        return set(rows.values_list("name", flat=True))


def _is_meant(unit: Unit, bearers: Iterable[Unit], is_here: bool) -> bool:  # noqa: FBT001
    """Whether it is the unit that a name means of those who bear it: the highest, if only one."""
    if not is_here:
        return not list(bearers)
    others = [one for one in bearers if one.pk != unit.pk]
    return all(len(one.path) > len(unit.path) for one in others)


def _below(superior: Unit, twins: Iterable[Unit], above: dict[int, Unit]) -> list[Unit]:
    """Those of them that stand under a unit which is called as the superior is, or are such."""
    return [
        one
        for one in twins
        if any(
            superior.name in (upper.name, upper.short_name)
            for upper in (one, *(above[step] for step in ids(one.path)[:-1] if step in above))
        )
    ]
