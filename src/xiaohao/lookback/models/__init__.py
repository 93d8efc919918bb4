"""The look-back's tables."""

from xiaohao.lookback.models.rechecks import RESULT_NAMES, Photo, Recheck, RecheckQuerySet, Relapse
from xiaohao.lookback.models.rounds import BEGINNING, Frame, Round, RoundQuerySet, Stage

__all__ = [
    "BEGINNING",
    "RESULT_NAMES",
    "Frame",
    "Photo",
    "Recheck",
    "RecheckQuerySet",
    "Relapse",
    "Round",
    "RoundQuerySet",
    "Stage",
]
