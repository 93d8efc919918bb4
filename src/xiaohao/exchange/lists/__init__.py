"""Every list that goes out as a workbook, beside the ledger itself."""

from django.utils.translation import gettext_lazy as _

from xiaohao.exchange.ledger_sheet import COLUMNS
from xiaohao.exchange.lists import (
    commitments,
    empty,
    kept,
    ladders,
    passed,
    programmes,
    raised,
    reckoned,
    registers,
    relapses,
    services,
    verifiers,
)
from xiaohao.exchange.lists.base import Listing, Sheet, page_of
from xiaohao.ledger.models import Problem

LISTS: dict[str, Listing] = {
    what.page: what
    for what in (
        *registers.LISTS,
        *programmes.LISTS,
        *commitments.LISTS,
        *raised.LISTS,
        *empty.LISTS,
        *relapses.LISTS,
        *services.LISTS,
        *verifiers.LISTS,
        *passed.LISTS,
        *ladders.LISTS,
        *reckoned.LISTS,
        *kept.LISTS,
    )
}
# The ledger goes out and comes in by itself; here it is only told from the lists like it.
LEDGER = Listing(
    "ledger_list",
    _("Ledger"),
    lambda actor, _get: Problem.objects.visible_to(actor),
    [
        Sheet(
            _("Ledger"),
            COLUMNS,
            stays=_("This is the ledger's own workbook. Bring it in on the page “Ledger”."),
        )
    ],
)

__all__ = ["LEDGER", "LISTS", "Listing", "page_of"]
