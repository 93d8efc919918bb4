"""What still waits for somebody at a unit: told by the rooms above, which know of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from xiaohao.kernel.paths import AFTER
from xiaohao.units.models import Unit


@dataclass(frozen=True, slots=True)
class Work:
    """One sort of work that lies with a unit, or with closed ones that went into it.

    Attributes:
        words: how much of what, in the reader's language.
        href: the list of it, for whoever may see it; "" for none.
        stays: whether nobody else goes on with it by himself: a unit that has it is not closed.
    """

    words: str
    href: str = ""
    stays: bool = False


_tellers: dict[str, Callable[[Unit], Iterable[Work]]] = {}


def tell_work(room: str, find: Callable[[Unit], Iterable[Work]]) -> None:
    """Let a room above say what of its work lies with a unit."""
    _tellers[room] = find


def and_what_went_into(unit: Unit) -> QuerySet[Unit]:
    """The unit, and closed ones that went into it: what those left is looked after there."""
    rows = Unit.objects.under(unit.path)
    for path in unit.children.active().values_list("path", flat=True):
        rows = rows.exclude(path__gte=path, path__lt=path + AFTER)
    return rows


def stays_in_use(unit: Unit) -> bool:
    """Whether the unit is in use now, and will be until this transaction ends.

    Whoever closes it or merges it away waits until then, and finds what was handed to it; many may
    hand to it side by side.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT closed_on FROM units_unit WHERE id = %s FOR SHARE", [unit.pk])
        row = cursor.fetchone()
    return row is not None and row[0] is None


def stay_in_use(units: Iterable[int]) -> set[int]:
    """Which of these are in use now, and will be until this transaction ends, by id.

    As `stays_in_use`, for many at once; asked for in one order, so that nobody waits in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM units_unit WHERE id = ANY(%s) AND closed_on IS NULL "
            "ORDER BY id FOR SHARE",
            [sorted(set(units))],
        )
        return {row[0] for row in cursor.fetchall()}


def work_at(unit: Unit) -> list[Work]:
    """Everything that lies with the unit, what keeps it from being closed first."""
    found = [one for find in _tellers.values() for one in find(unit)]
    return sorted(found, key=lambda one: not one.stays)
