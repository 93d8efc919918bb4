"""The state table of a problem and what each move requires. Plain Python, no Django.

Python enforces it here, the database by triggers made from the same table (`guards.py`), pages and
API offer what `unmet` lets through, and the drawing in the docs is made from `MOVES`.
"""

from xiaohao.ledger.rules.amending import AMENDABLE, Amended, amended
from xiaohao.ledger.rules.asking import needed
from xiaohao.ledger.rules.checks import (
    Given,
    gate_measures,
    gate_verified,
    gate_words,
    is_own,
)
from xiaohao.ledger.rules.facts import (
    DAYS_TO_ANSWER,
    DAYS_TO_FIX,
    DAYS_TO_FIX_URGENT,
    HANDS,
    LONGEST_DEADLINE,
    MOST_EXTENSIONS,
    MOST_RETURNS,
    OPEN,
    STILL_BEGINNING,
    WITH_UNIT,
    Begun,
    Facts,
    Hand,
    MeasureFact,
    Need,
    State,
    WordFact,
)
from xiaohao.ledger.rules.hands import is_himself, on_the_lines, units_of
from xiaohao.ledger.rules.planning import Laid, laid_down
from xiaohao.ledger.rules.schedule import (
    MOST_DAYS,
    Slip,
    Slot,
    Task,
    Why,
    begins,
    laid_out,
    slip,
    without,
)
from xiaohao.ledger.rules.table import (
    BEGINNINGS,
    MOVES,
    Move,
    closing,
    default_deadline,
    edges,
    unmet,
)

__all__ = [
    "AMENDABLE",
    "BEGINNINGS",
    "DAYS_TO_ANSWER",
    "DAYS_TO_FIX",
    "DAYS_TO_FIX_URGENT",
    "HANDS",
    "LONGEST_DEADLINE",
    "MOST_DAYS",
    "MOST_EXTENSIONS",
    "MOST_RETURNS",
    "MOVES",
    "OPEN",
    "STILL_BEGINNING",
    "WITH_UNIT",
    "Amended",
    "Begun",
    "Facts",
    "Given",
    "Hand",
    "Laid",
    "MeasureFact",
    "Move",
    "Need",
    "Slip",
    "Slot",
    "State",
    "Task",
    "Why",
    "WordFact",
    "amended",
    "begins",
    "closing",
    "default_deadline",
    "edges",
    "gate_measures",
    "gate_verified",
    "gate_words",
    "is_himself",
    "is_own",
    "laid_down",
    "laid_out",
    "needed",
    "on_the_lines",
    "slip",
    "units_of",
    "unmet",
    "without",
]
