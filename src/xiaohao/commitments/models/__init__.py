"""Tables of the lists. Every one is witnessed by the trail and guarded by the database."""

from xiaohao.commitments.models.entry import (
    KIND_NAMES,
    STAGE_NAMES,
    STATE_NAMES,
    Check,
    Entry,
    EntryQuerySet,
    Plan,
    Proof,
    Upload,
)
from xiaohao.commitments.models.household import (
    NEED_STATES,
    Aid,
    Household,
    HouseholdNeed,
    HouseholdQuerySet,
    HouseholdWord,
    NeedKind,
    Round,
    Situation,
    Visit,
)
from xiaohao.commitments.rules import OPEN, WORKED_ON, Kind, NeedState, Stage, State

__all__ = [
    "KIND_NAMES",
    "NEED_STATES",
    "OPEN",
    "STAGE_NAMES",
    "STATE_NAMES",
    "WORKED_ON",
    "Aid",
    "Check",
    "Entry",
    "EntryQuerySet",
    "Household",
    "HouseholdNeed",
    "HouseholdQuerySet",
    "HouseholdWord",
    "Kind",
    "NeedKind",
    "NeedState",
    "Plan",
    "Proof",
    "Round",
    "Situation",
    "Stage",
    "State",
    "Upload",
    "Visit",
]
