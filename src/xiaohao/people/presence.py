"""Where somebody is in post: work that lies with a unit is seen by its people or by nobody."""

import datetime as dt

from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Upper

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paths import ids
from xiaohao.people.models import Holding
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


def has_anybody(unit: Unit) -> bool:
    """Whether anybody who can log in holds a post in use at `unit` today."""
    return held_today().filter(post__unit=unit).exists()


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
    days = list(ends.values_list("end", flat=True))
    today = clock.today()
    return max(days) if days and all(day and day <= today for day in days) else None
