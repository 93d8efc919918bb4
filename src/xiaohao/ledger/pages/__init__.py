"""The ledger's pages."""

from xiaohao.ledger.pages.lists import ledger_list, ledger_totals, ledger_words
from xiaohao.ledger.pages.moves import ledger_move, ledger_register
from xiaohao.ledger.pages.problem import ledger_evidence, ledger_problem
from xiaohao.ledger.pages.views import ledger_columns, ledger_view, ledger_views

__all__ = [
    "ledger_columns",
    "ledger_evidence",
    "ledger_list",
    "ledger_move",
    "ledger_problem",
    "ledger_register",
    "ledger_totals",
    "ledger_view",
    "ledger_views",
    "ledger_words",
]
