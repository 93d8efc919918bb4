"""Relapses as somebody may see them, and of how many closings one could be recognised."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from xiaohao.figures.queries import table
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Problem
from xiaohao.lookback.models import Relapse
from xiaohao.lookback.queries.finding import figure_ids
from xiaohao.units.models import Unit


@dataclass(frozen=True, slots=True)
class Recognised:
    """Of how many closings at a unit a relapse can be recognised.

    Attributes:
        closings: all, as `ledger.closed`.
        placed: those with a category and a known place: the denominator of the relapse rate.
    """

    closings: int
    placed: int

    @property
    def lost(self) -> int:
        """Those of which nobody can tell."""
        return self.closings - self.placed


def recognised(unit: Unit) -> Recognised:
    """How many closings at and below the unit can be told to have relapsed."""
    keys = ("ledger.closed", "ledger.closed_placed")
    values = table(keys, [unit])[unit.pk]
    return Recognised(*(int(values[key] or 0) for key in keys))


def relapses(actor: Actor, get: Mapping[str, str]) -> QuerySet[Relapse]:
    """Relapses of closings that the actor may see; those behind a figure where one is named.

    Raises:
        NotFound: no such figure, or a unit out of sight.
    """
    rows = Relapse.objects.filter(earlier__in=Problem.objects.visible_to(actor))
    rows = rows.select_related("earlier__place_unit", "later", "unit", "category")
    heavy = ("earlier__search", "earlier__place_unit__search", "later__search", "unit__search")
    rows = rows.defer(*heavy)
    if get.get("figure"):
        rows = rows.filter(pk__in=figure_ids(actor, {name: str(get[name]) for name in get}))
    return rows


def seen_later(actor: Actor, rows: list[Relapse]) -> set[int]:
    """Which of the problems that came again the actor may open: another unit may have them."""
    seen = Problem.objects.visible_to(actor).filter(pk__in=[row.later_id for row in rows])
    return set(seen.values_list("pk", flat=True))
