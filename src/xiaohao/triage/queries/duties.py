"""Who answers for what, where."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Length

from xiaohao.kernel.access import By
from xiaohao.kernel.paths import AFTER, WIDTH, ids
from xiaohao.triage.models import Category, Duty
from xiaohao.units.models import Kind, Unit

_MOST = 2000


def duties_of(unit: Unit) -> QuerySet[Duty]:
    """The duties of one unit that are in force."""
    rows = Duty.objects.filter(unit=unit, is_active=True)
    return rows.select_related("category", "unit").order_by("category__code")


def duty_of(unit: Unit, code: str) -> Duty | None:
    """The duty of that unit for the category with that code, on the list or off it."""
    rows = Duty.objects.select_related("category", "unit")
    return rows.filter(unit=unit, category__code=code).first()


def unanswered() -> list[Category]:
    """Categories of the lowest kind that nobody answers for, neither themselves nor those above."""
    taken = set(Duty.objects.filter(is_active=True).values_list("category_id", flat=True))
    rows = list(Category.objects.order_by("id"))
    parents = {row.pk: row.parent_id for row in rows}
    above = set(parents.values())
    return [row for row in rows if row.pk not in above and not _line(row.pk, parents) & taken]


def _line(category: int, parents: dict[int, int | None]) -> set[int]:
    found: set[int] = set()
    at: int | None = category
    while at is not None:
        found.add(at)
        at = parents[at]
    return found


def duty_units(actor: By) -> QuerySet[Unit]:
    """Units within the actor's scope that have duties, with their number as `duty_count`."""
    path = getattr(actor, "unit_path", "")
    active = Count("duties", filter=Q(duties__is_active=True))
    rows = Unit.objects.filter(path__gte=path, path__lt=path + AFTER)
    return rows.annotate(duty_count=active).filter(duty_count__gt=0).order_by("path")


class Answerer(NamedTuple):
    """A unit that answers for a category, as routing needs it."""

    category: int
    unit: int
    name: str
    path: str
    kind: str
    words: Sequence[str]


def around(place: str | None) -> list[Answerer]:
    """Everybody who answers for anything around a place; the highest units for nowhere.

    Args:
        place: path of the place.
    """
    rows = Duty.objects.filter(is_active=True, unit__closed_on=None)
    if place is None:
        return _answerers(rows.annotate(depth=Length("unit__path")).order_by("depth", "id")[:_MOST])
    above = ids(place)
    near = Q(unit_id__in=above) | Q(unit__parent_id__in=above) & ~Q(unit__kind=Kind.REGION)
    return _answerers(rows.filter(near).order_by("id"))


def below(place: str, categories: Iterable[int]) -> list[Answerer]:
    """Those within the place who answer for one of the categories."""
    rows = Duty.objects.filter(
        is_active=True,
        unit__closed_on=None,
        category_id__in=list(categories),
        unit__path__gte=place,
        unit__path__lt=place + AFTER,
    )
    return _answerers(rows.order_by("id")[:_MOST])


def _answerers(rows: QuerySet[Duty]) -> list[Answerer]:
    values = rows.values_list(
        "category_id", "unit_id", "unit__name", "unit__path", "unit__kind", "words"
    )
    return [Answerer(*row) for row in values]


def reach(path: str, kind: str, place: str | None = None) -> str:
    """The territory a unit answers for: that of a region its own, that of others the one above."""
    if kind == Kind.REGION or (place is not None and place.startswith(path)):
        return path
    return path[:-WIDTH] or path
