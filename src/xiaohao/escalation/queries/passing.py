"""What units pass to each other: cases that wait for a word, and figures per unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch

from xiaohao.figures.queries import Asked, Value, children, table
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Problem, ProblemQuerySet, Referral, State
from xiaohao.units.models import Unit

PASSING: Final = (
    "ledger.handed",
    "ledger.returned",
    "ledger.return_rate",
    "ledger.in_arbitration",
    "ledger.arbitrated",
    "ledger.overruled",
)


@dataclass(frozen=True, slots=True)
class Passed:
    """A unit and its figures, by metric."""

    unit: Unit
    figures: Mapping[str, Value]


def cases(actor: Actor) -> ProblemQuerySet:
    """Problems in arbitration that the actor may see, with who returned them and why."""
    ways = Prefetch(
        "referrals",
        Referral.objects.select_related("unit", "better_unit").order_by("id"),
        to_attr="ways",
    )
    rows = Problem.objects.visible_to(actor).filter(state=State.ARBITRATION.value)
    return rows.select_related("arbiter", "category").defer("search").prefetch_related(ways)


def passing(asked: Asked) -> list[Passed]:
    """The unit's children that problems were handed to; those that return most first."""
    below = children(asked.unit, asked.scope.asof)
    found = table(list(PASSING), below, asked.scope)
    rows = [Passed(unit, dict(found[unit.pk])) for unit in below]
    busy = [row for row in rows if row.figures["ledger.handed"]]
    return sorted(busy, key=lambda row: (-(row.figures["ledger.returned"] or 0), row.unit.path))
