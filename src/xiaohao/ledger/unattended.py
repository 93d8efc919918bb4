"""Units that have open problems and nobody in post: nobody there sees them or is reminded."""

from dataclasses import dataclass

from django.db.models import Count

from xiaohao.ledger.models import OPEN, Problem
from xiaohao.people.queries import held_today


@dataclass(frozen=True, slots=True)
class Unattended:
    """A unit where nobody holds a post, and how many open problems lie with it."""

    code: str
    name: str
    problems: int


def unattended() -> list[Unattended]:
    """All such units of this installation, those with most open problems first; one query."""
    lying = Problem.objects.filter(state__in=sorted(OPEN), unit__isnull=False)
    rows = (
        lying.exclude(unit__in=held_today().values("post__unit"))
        .values("unit__code", "unit__name")
        .annotate(problems=Count("pk"))
        .order_by("-problems", "unit__code")
    )
    return [Unattended(row["unit__code"], row["unit__name"], row["problems"]) for row in rows]
