"""What units pass to each other: cases that wait for a word, and figures per unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Prefetch, QuerySet

from xiaohao.escalation.models import Link, Root
from xiaohao.figures.queries import Asked, Value, children, table
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Problem, ProblemQuerySet, Referral, State
from xiaohao.ledger.queries import gone_from
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


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A problem that a unit gave back, as far as the reader may know what became of it.

    What the office took back from a unit is no longer its business: of that it learns no more.

    Attributes:
        way: the referral that ended so, with the reason and the better unit named.
        taken: whether the office took it back.
        is_seen: whether the reader may open the problem as it is now.
        now: the unit that has it now, that decides, or whose office it went back to; None where
            it was taken back and is out of sight.
        link: what the unit said about its root, if it did.
        root_is_seen: whether the reader may open that root.
    """

    way: Referral
    taken: bool
    is_seen: bool
    now: Unit | None
    link: Link | None
    root_is_seen: bool


def given_back(actor: Actor) -> QuerySet[Referral]:
    """What units of the actor's area gave back or had taken back, for `told_of`."""
    shown = ("unit", "better_unit", "problem__unit", "problem__arbiter", "problem__origin_unit")
    rows = gone_from(actor).select_related(*shown)
    return rows.defer("problem__search", "problem__text")


def told_of(ways: Sequence[Referral], actor: Actor) -> list[GivenBack]:
    """Each with where it is now; in three queries, whatever their number."""
    keys = [way.problem_id for way in ways]
    rows = Problem.objects.visible_to(actor).filter(pk__in=keys).order_by()
    seen = set(rows.values_list("pk", flat=True))
    links = Link.objects.filter(problem__in=keys, event__isnull=False).select_related("root__unit")
    said = list(links.order_by("id"))
    known = Root.objects.visible_to(actor).filter(pk__in={link.root_id for link in said})
    roots = set(known.order_by().values_list("pk", flat=True))
    found = []
    for way in ways:
        link = _last(said, way)
        root_is_seen = link is not None and link.root_id in roots
        is_seen, taken = way.problem_id in seen, way.recalled_at is not None
        now = _holder(way.problem) if is_seen or not taken else None
        found.append(GivenBack(way, taken, is_seen, now, link, root_is_seen))
    return found


def _holder(problem: Problem) -> Unit | None:
    if problem.unit is not None:
        return problem.unit
    return problem.arbiter if problem.state == State.ARBITRATION else problem.origin_unit


def _last(links: Sequence[Link], way: Referral) -> Link | None:
    """The last word about a root that was said while the unit had the problem."""
    during = [
        link
        for link in links
        if link.problem_id == way.problem_id and way.at <= link.at <= (_gone_at(way) or link.at)
    ]
    return during[-1] if during else None


def _gone_at(way: Referral) -> datetime | None:
    return way.returned_at or way.recalled_at


def passing(asked: Asked) -> list[Passed]:
    """The unit's children that problems were handed to; the highest share given back first."""
    below = children(asked.unit, asked.scope.asof)
    found = table(list(PASSING), below, asked.scope)
    rows = [Passed(unit, dict(found[unit.pk])) for unit in below]
    busy = [row for row in rows if row.figures["ledger.handed"]]
    return sorted(busy, key=_by_share)


def _by_share(row: Passed) -> tuple[float, float, str]:
    share, count = row.figures["ledger.return_rate"], row.figures["ledger.returned"]
    return -float(share or 0), -float(count or 0), row.unit.path
