"""What of this room lies with a unit, for whoever closes it or takes its people away."""

from collections.abc import Iterator

from django.utils.translation import ngettext

from xiaohao.escalation.models import Decision, Root, Summons
from xiaohao.units.models import Unit
from xiaohao.units.queries import Work, and_what_went_into


def lying(unit: Unit) -> Iterator[Work]:
    """Roots on which the unit has not said its word, and calls to which it has not come.

    Whoever stands above decides on the one, and who called takes back the other.
    """
    units = and_what_went_into(unit)
    if n := Root.objects.filter(unit__in=units, decision=Decision.OPEN).count():
        words = ngettext(
            "%(n)s root of problems below, not claimed or declined",
            "%(n)s roots of problems below, not claimed or declined",
            n,
        )
        yield Work(words % {"n": n})
    waited = Summons.objects.filter(arrived_at=None, graded_at=None, call__withdrawn_at=None)
    if n := waited.filter(unit__in=units).exclude(comes=False).count():
        words = ngettext(
            "%(n)s joint call to which it has not come",
            "%(n)s joint calls to which it has not come",
            n,
        )
        yield Work(words % {"n": n})
