"""Writing: roots gathered, claimed, declined and brought down; departments called and graded."""

from xiaohao.escalation.actions.answering import (
    against_grade,
    answer,
    check_in,
    grade,
    note_late,
)
from xiaohao.escalation.actions.bringing import bring_down
from xiaohao.escalation.actions.calling import call, withdraw
from xiaohao.escalation.actions.claiming import add_case, claim, decline, part
from xiaohao.escalation.actions.gathering import gather, propose
from xiaohao.escalation.actions.recalling import recall

__all__ = [
    "add_case",
    "against_grade",
    "answer",
    "bring_down",
    "call",
    "check_in",
    "claim",
    "decline",
    "gather",
    "grade",
    "note_late",
    "part",
    "propose",
    "recall",
    "withdraw",
]
