"""Units with open problems and nobody in post."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.exchange.lists.base import Listing, Sheet
from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.queries import LOOKING, empty_units, told_of_empty
from xiaohao.units.models import Unit


def _units(actor: Actor, get: QueryDict) -> QuerySet[Unit]:
    del get  # the page narrows nothing
    return empty_units(actor).order_by("-lying", "code")  # type: ignore[misc]  # annotated


def _told(_actor: Actor, units: list[Unit]) -> Any:
    return told_of_empty(units)


UNATTENDED = Listing(
    "ledger_unattended",
    _("Open problems, nobody in post"),
    _units,
    [
        Sheet(
            _("Nobody in post"),
            (
                Column(pgettext_lazy("column", "Code"), 18, lambda e: e.unit.code),
                Column(pgettext_lazy("column", "Name"), 32, lambda e: e.unit.name),
                Column(pgettext_lazy("column", "Superiors"), 36, lambda e: e.above,
                       "wrapped"),
                Column(pgettext_lazy("column", "Open problems"), 14,
                       lambda e: e.problems, "number"),
                Column(pgettext_lazy("column", "Of them late"), 14, lambda e: e.late,
                       "number"),
                Column(pgettext_lazy("column", "Nobody in post since"), 16, lambda e: e.since,
                       "day"),
            ),
            of=_told,
            stays=_("What stands here follows from the posts. Say on the page “Posts” who holds "
                    "them; the list changes by itself."),
        )
    ],
    LOOKING,
)  # fmt: skip
LISTS = (UNATTENDED,)
