"""What of the ledger lies with a unit, for whoever closes it or takes its people away."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import ngettext

from xiaohao.ledger.models import OPEN, Cooperation, Problem
from xiaohao.ledger.narrowing import standing_at
from xiaohao.units.models import Unit
from xiaohao.units.queries import Work, and_what_went_into


def lying(unit: Unit) -> Iterator[Work]:
    """Open problems that stand with the unit, and those of others with which it helps.

    Counted as the list that they link to: with what closed units left that went into it.
    """
    problems = standing_at(Problem.objects.open(), unit)
    if n := problems.count():
        words = ngettext("%(n)s open problem", "%(n)s open problems", n) % {"n": n}
        asked = urlencode({"unit": unit.code, "own": 1, "state": "open"})
        yield Work(words, f"{reverse('ledger_list')}?{asked}", stays=True)
    helps = Cooperation.objects.filter(until=None, problem__state__in=sorted(OPEN))
    helps = helps.filter(unit__in=and_what_went_into(unit)).exclude(problem__in=problems)
    if n := helps.values("problem").distinct().count():
        words = ngettext(
            "%(n)s problem of another unit with which it helps",
            "%(n)s problems of other units with which it helps",
            n,
        )
        yield Work(words % {"n": n})
