"""The ledger's pages."""

from xiaohao.ledger.pages.lists import ledger_list, ledger_words
from xiaohao.ledger.pages.moves import ledger_move, ledger_register
from xiaohao.ledger.pages.problem import ledger_evidence, ledger_problem

__all__ = [
    "ledger_evidence",
    "ledger_list",
    "ledger_move",
    "ledger_problem",
    "ledger_register",
    "ledger_words",
]
