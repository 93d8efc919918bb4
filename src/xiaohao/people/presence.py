"""Where somebody is in post: work that lies with a unit is seen by its people or by nobody."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Upper

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paths import ids
from xiaohao.people.models import Holding, Post
from xiaohao.people.rules import roles_granting
from xiaohao.units.models import Unit


def held_today() -> QuerySet[Holding]:
    """What is held today of the posts in use, by people who can log in."""
    return Holding.objects.filter(
        during__contains=clock.today(), account__is_active=True, post__is_active=True
    )


def somebody_may(permission: Permission, unit: str) -> QuerySet[Holding]:
    """What is held today of the posts that grant `permission` at the unit of an outer row.

    Args:
        unit: the name of the outer row's unit, for `Exists`.
    """
    roles = roles_granting(permission)
    return held_today().filter(post__unit=OuterRef(unit), post__role__in=roles)


def lowest_with(line: Iterable[int], permissions: Iterable[Permission]) -> Unit | None:
    """The lowest of the units in `line` (ids) where somebody in post today may do one of these.

    Where nobody is in post at any of them, the lowest with a post in use that grants it: what is
    put to it waits there to be filled.
    """
    roles = sorted({role for permission in permissions for role in roles_granting(permission)})
    able = Post.objects.filter(unit_id__in=list(line), is_active=True, role__in=roles)
    there = held_today().filter(post__unit=OuterRef("pk"), post__role__in=roles)
    units = Unit.objects.filter(posts__in=able).annotate(attended=Exists(there))
    return units.order_by("-attended", "-path").first()


def has_anybody(unit: Unit) -> bool:
    """Whether anybody who can log in holds a post in use at `unit` today."""
    return held_today().filter(post__unit=unit).exists()


def attended(units: Iterable[int]) -> set[int]:
    """Those of the units (ids) at which somebody who can log in holds a post in use today."""
    rows = held_today().filter(post__unit__in=set(units)).values_list("post__unit", flat=True)
    return set(rows.distinct())


def left_empty(goes: QuerySet[Holding]) -> list[Unit]:
    """The units where nobody would be in post any more today if these holdings went."""
    stays = held_today().exclude(pk__in=goes.values("pk")).values("post__unit")
    now = held_today().filter(pk__in=goes.values("pk")).values("post__unit")
    return list(Unit.objects.filter(pk__in=now).exclude(pk__in=stays).order_by("path"))


def attended_above(unit: Unit) -> Unit | None:
    """The nearest unit above `unit` that is not closed and where somebody holds a post."""
    above = [key for key in ids(unit.path) if key != unit.pk]
    attended = held_today().filter(post__unit__in=above).values("post__unit")
    return Unit.objects.filter(pk__in=attended, closed_on=None).order_by("-path").first()


def empty_since(unit: Unit) -> dt.date | None:
    """From what day on nobody held a post at `unit`; None when nobody ever did, or it is not known.

    Not known: a post in use is held, by somebody who was shut out, whose day holdings do not say.
    """
    ends = Holding.objects.filter(post__unit=unit).annotate(end=Upper("during"))
    return _last(list(ends.values_list("end", flat=True)))


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of a unit at which nobody is in post.

    Attributes:
        empty_since: as the function of that name says.
        has_posts: whether it has a post in use.
    """

    empty_since: dt.date | None
    has_posts: bool


def periods_of(units: Sequence[Unit]) -> dict[int, Presence]:
    """Of each of these units since when it is empty; two queries whatever their number."""
    ends: dict[int, list[dt.date | None]] = {unit.pk: [] for unit in units}
    held = Holding.objects.filter(post__unit__in=units).annotate(end=Upper("during")).order_by()
    for unit, end in held.values_list("post__unit", "end"):
        ends[unit].append(end)
    posts = Post.objects.filter(unit__in=units, is_active=True).order_by()
    with_posts = set(posts.values_list("unit_id", flat=True))
    return {unit: Presence(_last(days), unit in with_posts) for unit, days in ends.items()}


def _last(ends: Sequence[dt.date | None]) -> dt.date | None:
    """The day on which the last of these periods ended; None while one goes on."""
    over = [day for day in ends if day and day <= clock.today()]
    return max(over) if over and len(over) == len(ends) else None
