"""A programme as its problems tell it: counts, by unit, its plan, its three lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, Value
from django.db.models.functions import Coalesce, NullIf

from xiaohao.campaigns.models import Programme
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger import scheduling
from xiaohao.ledger.behind import unit_in_scope
from xiaohao.ledger.models import OPEN, Cooperation, Measure, Plan, Problem, ProblemQuerySet
from xiaohao.ledger.scheduling import Lane

HELPING = Prefetch(
    "cooperations", Cooperation.objects.filter(until=None).select_related("unit").order_by("id")
)
LISTS = ("problems", "responsibility", "rectification")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many problems of a programme an actor may see, and how they stand. Merged ones apart."""

    found: int = 0
    spot: int = 0
    on_ledger: int = 0
    open: int = 0
    overdue: int = 0
    closed: int = 0

    @property
    def share(self) -> float | None:
        """Struck off of all found; None while none is found."""
        return self.closed / self.found if self.found else None


def _how_many() -> dict[str, Count]:
    is_open = Q(state__in=sorted(OPEN))
    found = ~Q(state="merged")
    return {
        "found": Count("pk", filter=found),
        "spot": Count("pk", filter=found & Q(track="spot")),
        "on_ledger": Count("pk", filter=found & Q(track="ledger")),
        "open": Count("pk", filter=is_open),
        "overdue": Count("pk", filter=is_open & Q(deadline__lt=clock.today())),
        "closed": Count("pk", filter=Q(state="closed")),
    }


def counts(actor: Actor, programmes: Iterable[Programme]) -> Mapping[int, Counts]:
    """The counts of each programme by its id, in one query; none for one without a problem."""
    rows = Problem.objects.visible_to(actor).filter(programme__in=list(programmes)).order_by()
    told = rows.values_list("programme_id").annotate(**_how_many())
    return {key: Counts(*numbers) for key, *numbers in told}


def by_unit(actor: Actor, programme: Programme) -> list[tuple[str, str, Counts]]:
    """Code, name and counts of each responsible unit, the one with most open problems first.

    Problems that no unit has yet stand under ("", "").
    """
    rows = Problem.objects.visible_to(actor).filter(programme=programme).order_by()
    short = Coalesce(NullIf("unit__short_name", Value("")), "unit__name")
    units = rows.values_list("unit__code", short).annotate(**_how_many())
    told = [(code or "", name or "", Counts(*numbers)) for code, name, *numbers in units]
    told.sort(key=lambda row: (-row[2].overdue, -row[2].open, -row[2].found, row[0]))
    return told


def plans(programme: Programme) -> list[Plan]:
    """Every version of the programme's plan, the one in force first."""
    return list(Plan.objects.filter(programme=programme).select_related("post").order_by("-number"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One problem as the three lists show it, the same entry in each."""

    problem: Problem
    lanes: Sequence[Lane]

    @property
    def helpers(self) -> list[Any]:
        """The units that co-operate now."""
        return [row.unit for row in self.problem.cooperations.all()]

    @property
    def owners(self) -> list[str]:
        """The posts that answer for its measures, each once."""
        return list(dict.fromkeys(lane.measure.owner for lane in self.lanes))

    @property
    def slips(self) -> list[Lane]:
        """The measures that slip."""
        return [lane for lane in self.lanes if lane.slip]


def listed(actor: Actor, programme: Programme, unit: str = "") -> ProblemQuerySet:
    """The programme's problems that the actor may see, with all that the lists tell of them.

    Args:
        unit: code of a unit at whose subtree to look; "" for all.

    Raises:
        NotFound: a unit he may not know of.
    """
    rows = Problem.objects.visible_to(actor).filter(programme=programme)
    if unit:
        rows = rows.at(unit_in_scope(actor, unit).path)
    return (
        rows.exclude(state="merged")
        .select_related("unit", "category", "programme", "lead__unit")
        .defer("search", "unit__search", "lead__unit__search")
        .prefetch_related(
            Prefetch("measures", Measure.objects.order_by("id")),
            HELPING,
        )
    )


def entries(problems: Iterable[Problem]) -> list[Entry]:
    """The entries of problems from `listed`, without another query."""
    return [Entry(one, scheduling.lanes(one, one.measures.all())) for one in problems]
