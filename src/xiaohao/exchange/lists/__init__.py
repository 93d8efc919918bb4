"""Every list that goes out as a workbook, beside the ledger itself."""

from xiaohao.exchange.lists import commitments, programmes, raised, registers
from xiaohao.exchange.lists.base import Listing, page_of

LISTS: dict[str, Listing] = {
    what.page: what
    for what in (*registers.LISTS, *programmes.LISTS, *commitments.LISTS, *raised.LISTS)
}

__all__ = ["LISTS", "Listing", "page_of"]
