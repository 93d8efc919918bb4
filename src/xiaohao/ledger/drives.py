"""A programme as its figures and its problems tell it: counts, by unit, plan, three lists."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Prefetch
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from xiaohao.campaigns.models import Programme
from xiaohao.figures.queries import Asked, Value, ask, records_address, split, table
from xiaohao.kernel.acting import Actor
from xiaohao.ledger import scheduling
from xiaohao.ledger.behind import unit_in_scope
from xiaohao.ledger.models import Cooperation, Measure, Plan, Problem, ProblemQuerySet
from xiaohao.ledger.scheduling import Lane
from xiaohao.units.models import Unit

HELPING = Prefetch(
    "cooperations", Cooperation.objects.filter(until=None).select_related("unit").order_by("id")
)
LISTS = ("problems", "responsibility", "rectification")


OPEN_NOW, OVERDUE, DONE, SPOT = "ledger.open", "ledger.overdue", "ledger.done", "ledger.spot"
FIGURES = (OPEN_NOW, OVERDUE, DONE, SPOT)


@dataclass(frozen=True, slots=True)
class Counts:
    """How the problems of a programme stand, by its figures. Merged ones are in none.

    Attributes:
        spot: how many were put right where they were found, whatever became of them.
    """

    open: int = 0
    overdue: int = 0
    closed: int = 0
    spot: int = 0

    @property
    def found(self) -> int:
        """All that stand."""
        return self.open + self.closed

    @property
    def share(self) -> float | None:
        """Struck off of all found; None while none is found."""
        return self.closed / self.found if self.found else None

    def without(self, parts: Sequence["Counts"], apart: Mapping[str, int]) -> "Counts":
        """What is left when the parts are taken away.

        Args:
            apart: what they hold beside it, by figure, because units have moved.
        """
        names = zip(("open", "overdue", "closed", "spot"), FIGURES, strict=True)
        more = {name: apart.get(key, 0) for name, key in names}
        gone = {name: sum(getattr(part, name) for part in parts) for name in more}
        return Counts(**{name: getattr(self, name) - gone[name] + more[name] for name in more})


@dataclass(frozen=True, slots=True)
class Part:
    """A unit right below, or the unit itself (`code` ""), and what is counted there."""

    code: str
    name: str
    counts: Counts
    links: Mapping[str, str]


def counts(actor: Actor, programmes: Iterable[Programme]) -> Mapping[int, Counts]:
    """The figures of each programme in the actor's area by its id, in one query.

    None for one of which nothing is counted.
    """
    found = split(FIGURES, Unit.objects.get(pk=actor.unit_id), "programme")
    told = {int(key): _counts(values) for key, values in found.items()}
    return {row.pk: told[row.pk] for row in programmes if row.pk in told}


def asked_of(actor: Actor, programme: Programme, unit: str = "") -> Asked:
    """Where a programme's figures are read: at a unit of the actor's area, his own when left out.

    Raises:
        NotFound: a unit he may not know of.
    """
    return ask(actor, unit=unit, programme=programme.code)


def by_unit(asked: Asked) -> tuple[Counts, list[Part]]:
    """What is counted at a unit, and at each unit right below it, in one query.

    The one with most that is late first; units with nothing are left out. What is counted at the
    unit itself, or was under units that have left it since, has a row of its own.
    """
    below, programme = asked.below(), str(asked.words["programme"])
    found = table(FIGURES, [asked.unit, *below], asked.scope)
    whole = _counts(found[asked.unit.pk])
    parts = [
        Part(one.code, one.shown, _counts(found[one.pk]), links(programme, one.code))
        for one in below
    ]
    own = whole.without([part.counts for part in parts], asked.apart(FIGURES, below))
    told = [part for part in parts if part.counts != Counts()]
    if told and own != Counts():
        told.append(
            Part("", _("the unit itself"), own, links(programme, asked.unit.code, own=True))
        )
    told.sort(key=lambda part: (-part.counts.overdue, -part.counts.open, -part.counts.found))
    return whole, told


def links(programme: str, unit: str, *, own: bool = False) -> dict[str, str]:
    """Address of the records behind each number of a programme at a unit, by their codes.

    Those found are the open and the closed ones.

    Args:
        own: only what no unit right below counts.
    """
    keys = {"open": OPEN_NOW, "overdue": OVERDUE, "closed": DONE, "spot": SPOT}
    more = {"own": 1} if own else {}
    found = [("programme", programme), ("unit", unit), ("state", "open"), ("state", "closed")]
    return {
        "found": f"{reverse('ledger_list')}?{urlencode([*found, *more.items()])}",
        **{
            name: records_address(key, unit, programme=programme, **more)
            for name, key in keys.items()
        },
    }


def _counts(values: Mapping[str, Value]) -> Counts:
    return Counts(*(int(values[key] or 0) for key in FIGURES))


def units_of(actor: Actor, programme: Programme) -> list[tuple[str, str]]:
    """Code and name of every unit that answers for a problem of the programme, by name."""
    rows = Problem.objects.visible_to(actor).filter(programme=programme, unit__isnull=False)
    short = Coalesce(NullIf("unit__short_name", models.Value("")), "unit__name")
    told = rows.order_by().annotate(called=short).values_list("unit__code", "called").distinct()
    return list(told.order_by("called", "unit__code"))


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
    return dressed(rows)


def dressed(rows: ProblemQuerySet) -> ProblemQuerySet:
    """Problems with all that the three lists tell of them; merged and withdrawn ones on none."""
    return (
        rows.exclude(state__in=("merged", "withdrawn"))
        .select_related("unit", "category", "programme", "lead__unit")
        .defer("search", "unit__search", "lead__unit__search")
        .prefetch_related(
            Prefetch("measures", Measure.objects.order_by("id")),
            HELPING,
        )
    )


def entries(problems: Iterable[Problem], amendable: Container[int] = ()) -> list[Entry]:
    """The entries of problems from `dressed`, without another query.

    Args:
        amendable: ids of those whose measures the reader may amend.
    """
    return [
        Entry(one, scheduling.lanes(one, one.measures.all(), amendable=one.pk in amendable))
        for one in problems
    ]
