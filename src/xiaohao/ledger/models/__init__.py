"""The ledger's tables. Every one of them is witnessed by the trail and guarded by the database."""

from xiaohao.ledger.models.bulk import Bulk, BulkQuerySet, BulkRow
from xiaohao.ledger.models.correction import Correction
from xiaohao.ledger.models.lists import Columns, View, ViewQuerySet
from xiaohao.ledger.models.parts import (
    Answer,
    Cooperation,
    Evidence,
    Extension,
    Grade,
    Measure,
    Plan,
    Referral,
    Reporter,
    Upload,
    Verification,
    Withdrawal,
    Word,
)
from xiaohao.ledger.models.pastparts import PastPart, taken_part
from xiaohao.ledger.models.places import SMALL_KINDS, SMALL_LEVELS
from xiaohao.ledger.models.problem import Channel, Problem, ProblemQuerySet, Source, Track
from xiaohao.ledger.models.talk import Mention
from xiaohao.ledger.rules import AS_FOUND, OPEN, WITH_UNIT, State
from xiaohao.ledger.rules.places import DROPPED, NOWHERE

__all__ = [
    "AS_FOUND",
    "DROPPED",
    "NOWHERE",
    "OPEN",
    "SMALL_KINDS",
    "SMALL_LEVELS",
    "WITH_UNIT",
    "Answer",
    "Bulk",
    "BulkQuerySet",
    "BulkRow",
    "Channel",
    "Columns",
    "Cooperation",
    "Correction",
    "Evidence",
    "Extension",
    "Grade",
    "Measure",
    "Mention",
    "PastPart",
    "Plan",
    "Problem",
    "ProblemQuerySet",
    "Referral",
    "Reporter",
    "Source",
    "State",
    "Track",
    "Upload",
    "Verification",
    "View",
    "ViewQuerySet",
    "Withdrawal",
    "Word",
    "taken_part",
]
