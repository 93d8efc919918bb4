"""Look-back without a database: weights, the draw and its proof, who may check, the estimate."""

from xiaohao.lookback.rules.drawing import Drawn, draw
from xiaohao.lookback.rules.estimating import (
    CONFIDENCE,
    FEWEST,
    WIDEST,
    Checked,
    Estimate,
    estimate,
)
from xiaohao.lookback.rules.parting import Candidate, Case, deal, had_part
from xiaohao.lookback.rules.proof import Frame, broken_frame, commitment, digest, read_frame, seed
from xiaohao.lookback.rules.replaying import Replayed, replay
from xiaohao.lookback.rules.waves import (
    BY_RULE,
    DAYS_TO_CHECK,
    LARGEST,
    RELAPSE_DAYS,
    WAVES,
    Result,
    ripe_through,
    usual_size,
)
from xiaohao.lookback.rules.weights import (
    BASE,
    CODES,
    MEMORY_DAYS,
    MOST_EARLIER,
    NEAR_DAYS,
    POINTS,
    Facts,
    reasons,
    weight,
    weights,
)

__all__ = [
    "BASE",
    "BY_RULE",
    "CODES",
    "CONFIDENCE",
    "DAYS_TO_CHECK",
    "FEWEST",
    "LARGEST",
    "MEMORY_DAYS",
    "MOST_EARLIER",
    "NEAR_DAYS",
    "POINTS",
    "RELAPSE_DAYS",
    "WAVES",
    "WIDEST",
    "Candidate",
    "Case",
    "Checked",
    "Drawn",
    "Estimate",
    "Facts",
    "Frame",
    "Replayed",
    "Result",
    "broken_frame",
    "commitment",
    "deal",
    "digest",
    "draw",
    "estimate",
    "had_part",
    "read_frame",
    "reasons",
    "replay",
    "ripe_through",
    "seed",
    "usual_size",
    "weight",
    "weights",
]
