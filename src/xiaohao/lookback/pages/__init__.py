"""The look-back's pages."""

from xiaohao.lookback.pages.estimates import (
    lookback_estimates,
    lookback_relapses,
    lookback_verifiers,
)
from xiaohao.lookback.pages.rechecks import (
    lookback_assign,
    lookback_evidence,
    lookback_photo,
    lookback_recheck,
    lookback_rechecks,
)
from xiaohao.lookback.pages.rounds import (
    lookback_draw,
    lookback_frame,
    lookback_lay,
    lookback_proof,
    lookback_public,
    lookback_round,
    lookback_rounds,
)

__all__ = [
    "lookback_assign",
    "lookback_draw",
    "lookback_estimates",
    "lookback_evidence",
    "lookback_frame",
    "lookback_lay",
    "lookback_photo",
    "lookback_proof",
    "lookback_public",
    "lookback_recheck",
    "lookback_rechecks",
    "lookback_relapses",
    "lookback_round",
    "lookback_rounds",
    "lookback_verifiers",
]
