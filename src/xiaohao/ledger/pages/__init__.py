"""The ledger's pages."""

from xiaohao.ledger.pages.bulk import ledger_bulk, ledger_bulk_one, ledger_bulk_progress
from xiaohao.ledger.pages.lists import ledger_list, ledger_totals, ledger_words
from xiaohao.ledger.pages.moves import ledger_move
from xiaohao.ledger.pages.problem import (
    ledger_evidence,
    ledger_history,
    ledger_problem,
    ledger_schedule,
)
from xiaohao.ledger.pages.programmes import (
    programmes_changes,
    programmes_list,
    programmes_lists,
    programmes_plan,
    programmes_programme,
    programmes_schedule,
)
from xiaohao.ledger.pages.registering import ledger_register, ledger_spot
from xiaohao.ledger.pages.talk import ledger_mentions
from xiaohao.ledger.pages.unattended import ledger_unattended
from xiaohao.ledger.pages.views import ledger_columns, ledger_view, ledger_views

__all__ = [
    "ledger_bulk",
    "ledger_bulk_one",
    "ledger_bulk_progress",
    "ledger_columns",
    "ledger_evidence",
    "ledger_history",
    "ledger_list",
    "ledger_mentions",
    "ledger_move",
    "ledger_problem",
    "ledger_register",
    "ledger_schedule",
    "ledger_spot",
    "ledger_totals",
    "ledger_unattended",
    "ledger_view",
    "ledger_views",
    "ledger_words",
    "programmes_changes",
    "programmes_list",
    "programmes_lists",
    "programmes_plan",
    "programmes_programme",
    "programmes_schedule",
]
