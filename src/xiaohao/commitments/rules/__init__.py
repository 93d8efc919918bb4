"""Plain rules of the lists: who may do what, what it requires, where it leads."""

from xiaohao.commitments.rules.checks import By, Given, date_needs, link_needs
from xiaohao.commitments.rules.facts import (
    MAY_BE_PROBLEM,
    MOST_EXTENSIONS,
    NEEDS_PLAN,
    ONCE,
    OPEN,
    SETTLED,
    Facts,
    Kind,
    Money,
    Need,
    Stage,
    State,
)
from xiaohao.commitments.rules.households import (
    EARLIEST,
    NEED_EDGES,
    NEED_LABEL,
    NeedState,
    household_rows,
    visit_day_fault,
)
from xiaohao.commitments.rules.money import (
    as_money,
    as_quantity,
    exact,
    fen,
    plain,
    yuan,
)
from xiaohao.commitments.rules.table import MOVES, Move, edges, unmet

__all__ = [
    "EARLIEST",
    "MAY_BE_PROBLEM",
    "MOST_EXTENSIONS",
    "MOVES",
    "NEEDS_PLAN",
    "NEED_EDGES",
    "NEED_LABEL",
    "ONCE",
    "OPEN",
    "SETTLED",
    "By",
    "Facts",
    "Given",
    "Kind",
    "Money",
    "Move",
    "Need",
    "NeedState",
    "Stage",
    "State",
    "as_money",
    "as_quantity",
    "date_needs",
    "edges",
    "exact",
    "fen",
    "household_rows",
    "link_needs",
    "plain",
    "unmet",
    "visit_day_fault",
    "yuan",
]
