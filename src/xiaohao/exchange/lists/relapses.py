"""Relapses: what came again at the same place soon after a closing."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.exchange.lists.base import Listing, Sheet, said, shown
from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.lookback import queries
from xiaohao.lookback.models import Relapse


def _rows(actor: Actor, get: QueryDict) -> QuerySet[Relapse]:
    words = {name: str(get[name]) for name in get}
    return queries.relapses(actor, words).order_by("-pk")


def _told(actor: Actor, rows: list[Relapse]) -> list[tuple[Relapse, str]]:
    """Each with the title of what came again, where the actor may see that."""
    seen = queries.seen_later(actor, rows)
    return [(row, row.later.title if row.later_id in seen else "") for row in rows]


def _place(told: tuple[Relapse, str]) -> Any:
    before = told[0].earlier
    return before.place or shown(before.place_unit)


RELAPSES = Listing(
    "lookback_relapses",
    _("Relapses"),
    _rows,
    [
        Sheet(
            _("Relapses"),
            (
                Column(pgettext_lazy("column", "Came again"), 16, lambda r: r[0].later.number),
                Column(pgettext_lazy("column", "Problem"), 40, lambda r: r[1], "wrapped"),
                Column(pgettext_lazy("column", "Closed before"), 16,
                       lambda r: r[0].earlier.number),
                Column(pgettext_lazy("column", "Struck off"), 17, lambda r: r[0].closed_at,
                       "moment"),
                Column(pgettext_lazy("column", "Days after closing"), 12, lambda r: r[0].days,
                       "number"),
                Column(pgettext_lazy("column", "Unit"), 24, lambda r: r[0].unit, "unit"),
                Column(pgettext_lazy("column", "Category"), 16, lambda r: said(r[0].category)),
                Column(pgettext_lazy("column", "Place"), 28, _place, "wrapped"),
                Column(pgettext_lazy("column", "Found on"), 17, lambda r: r[0].found_at,
                       "moment"),
            ),
            of=_told,
            stays=_("Relapses are found every night from the ledger; nobody enters them. If one is "
                    "none, say so at the problem that came again."),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip
LISTS = (RELAPSES,)
