"""The ledger's tables. Every one of them is witnessed by the trail and guarded by the database."""

from xiaohao.ledger.models.parts import (
    Answer,
    Evidence,
    Extension,
    Grade,
    Measure,
    Referral,
    Reporter,
    Upload,
    Verification,
    Word,
)
from xiaohao.ledger.models.problem import Channel, Problem, ProblemQuerySet, Source
from xiaohao.ledger.rules import OPEN, State

__all__ = [
    "OPEN",
    "Answer",
    "Channel",
    "Evidence",
    "Extension",
    "Grade",
    "Measure",
    "Problem",
    "ProblemQuerySet",
    "Referral",
    "Reporter",
    "Source",
    "State",
    "Upload",
    "Verification",
    "Word",
]
