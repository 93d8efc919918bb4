"""Units that have open problems and nobody in post: nobody there sees them or is reminded."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import OPEN, Problem
from xiaohao.people.queries import held_today, periods_of
from xiaohao.units.models import Unit
from xiaohao.units.queries import labels

# Who sees what lies there, and who can give somebody a post.
LOOKING = (Permission.SEE_LEDGER, Permission.MANAGE_PEOPLE)


@dataclass(frozen=True, slots=True)
class Unattended:
    """A unit where nobody holds a post, and how many open problems lie with it."""

    code: str
    name: str
    problems: int


def unattended() -> list[Unattended]:
    """All such units of this installation, those with most open problems first; one query."""
    rows = _empty(Problem.objects.order_by()).values("unit__code", "unit__name")
    rows = rows.annotate(problems=Count("pk")).order_by("-problems", "unit__code")
    return [Unattended(row["unit__code"], row["unit__name"], row["problems"]) for row in rows]


def _empty(problems: QuerySet[Problem]) -> QuerySet[Problem]:
    """Of these, the open ones that lie with a unit at which nobody is in post."""
    lying = problems.filter(state__in=sorted(OPEN), unit__isnull=False)
    return lying.exclude(unit__in=held_today().values("post__unit"))


def empty_units(actor: Actor) -> QuerySet[Unit]:
    """Such units of the actor's area, unordered.

    Each has the number of open problems `lying` there, and the `late` ones of them.

    An administrator, who may not see the problems, is told how many there are: it is for him to
    give somebody a post.
    """
    if not any(actor.may(permission) for permission in LOOKING):
        return Unit.objects.none()
    inside = {"path__gte": actor.unit_path, "path__lt": actor.unit_path + AFTER}
    nobody = ~Exists(held_today().filter(post__unit=OuterRef("pk")))
    lying = Problem.objects.filter(unit=OuterRef("pk"), state__in=sorted(OPEN)).order_by()
    late = lying.filter(deadline__lt=clock.today())
    rows = Unit.objects.filter(Exists(lying), nobody, **inside).order_by()
    return rows.annotate(lying=_how_many(lying), late=_how_many(late)).defer("search")


def _how_many(rows: QuerySet[Problem]) -> Coalesce:
    counted = rows.values("unit").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def any_empty(actor: Actor) -> int:
    """How many such units there are in the actor's area; one query."""
    if not any(actor.may(permission) for permission in LOOKING):
        return 0
    inside = Q(unit__path__gte=actor.unit_path, unit__path__lt=actor.unit_path + AFTER)
    rows = _empty(Problem.objects.filter(inside).order_by())
    found: int = rows.aggregate(units=Count("unit", distinct=True))["units"]
    return found


@dataclass(frozen=True, slots=True)
class Empty:
    """A unit without anybody, as it is told.

    Attributes:
        problems, late: how many open ones lie there, and how many of them are late.
        above: what tells it from its namesakes.
        since: the day from which on nobody held a post; None where that is not known, or nobody
            ever did.
        has_posts: whether a post in use stands there that somebody could be given.
    """

    unit: Unit
    problems: int
    late: int
    above: str
    since: dt.date | None
    has_posts: bool


def told_of_empty(units: Iterable[Any]) -> Sequence[Empty]:
    """Each of these with what stands above it and since when nobody is there; three queries.

    Args:
        units: as `empty_units` gives them.
    """
    rows = list(units)
    above, known = labels(rows), periods_of(rows)
    return [
        Empty(
            unit,
            unit.lying,
            unit.late,
            above[unit.pk],
            known[unit.pk].empty_since,
            known[unit.pk].has_posts,
        )
        for unit in rows
    ]
