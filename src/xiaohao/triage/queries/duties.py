"""Who answers for what, where."""

from collections.abc import Iterable

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Length

from xiaohao.kernel.access import By
from xiaohao.kernel.paths import AFTER, WIDTH, ids
from xiaohao.triage.models import Category, Duty
from xiaohao.triage.rules import Post
from xiaohao.units.models import Kind, Unit

_MOST = 60


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


def posts(categories: Iterable[int], place: str | None, whole: str) -> list[Post]:
    """Units with a duty for one of `categories`, around the place or else below it.

    Args:
        categories: ids that count as the same thing.
        place: path of the place; None for nowhere: the highest units then.
        whole: the plain text, for the words of the duties.
    """
    rows = Duty.objects.filter(
        is_active=True, category_id__in=list(categories), unit__closed_on=None
    )
    if place is None:
        near = rows.annotate(depth=Length("unit__path")).order_by("depth", "id")[:_MOST]
        return _posts(near, None, whole)
    above = ids(place)
    around = Q(unit_id__in=above) | Q(unit__parent_id__in=above) & ~Q(unit__kind=Kind.REGION)
    found = _posts(rows.filter(around).order_by("id"), place, whole)
    if found:
        return found
    below = rows.filter(unit__path__gte=place, unit__path__lt=place + AFTER)
    return _posts(below.order_by("id")[:_MOST], place, whole)


def reach(path: str, kind: str, place: str | None = None) -> str:
    """The territory a unit answers for: that of a region its own, that of others the one above."""
    if kind == Kind.REGION or (place is not None and place.startswith(path)):
        return path
    return path[:-WIDTH] or path


def _posts(rows: QuerySet[Duty], place: str | None, whole: str) -> list[Post]:
    values = rows.values_list("unit_id", F("unit__path"), F("unit__kind"), "words")
    return [
        Post(unit, reach(path, kind, place), sum(1 for word in words if word in whole))
        for unit, path, kind, words in values
    ]
