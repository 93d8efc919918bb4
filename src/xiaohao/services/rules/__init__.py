"""The rules of service lists and calls: plain Python, no database."""

from xiaohao.services.rules.checks import By, Given
from xiaohao.services.rules.facts import (
    BAD,
    FEW,
    GRADE_DAYS,
    GRADES,
    LIST_EDGES,
    LONGEST_PROMISE,
    OVER,
    WAITING,
    Audience,
    Facts,
    ListState,
    Need,
    State,
)
from xiaohao.services.rules.table import MOVES, SPEAKING, Move, edges, unmet

__all__ = [
    "BAD",
    "FEW",
    "GRADES",
    "GRADE_DAYS",
    "LIST_EDGES",
    "LONGEST_PROMISE",
    "MOVES",
    "OVER",
    "SPEAKING",
    "WAITING",
    "Audience",
    "By",
    "Facts",
    "Given",
    "ListState",
    "Move",
    "Need",
    "State",
    "edges",
    "unmet",
]
