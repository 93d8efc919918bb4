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
from xiaohao.lookback.rules.parting import Candidate, Case, deal, farness, had_part
from xiaohao.lookback.rules.proof import Frame, broken_frame, commitment, digest, read_frame, seed
from xiaohao.lookback.rules.replaying import Ahead, Replayed, look_ahead, replay
from xiaohao.lookback.rules.sealing import Sealed, sealed
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
    "Ahead",
    "Candidate",
    "Case",
    "Checked",
    "Drawn",
    "Estimate",
    "Facts",
    "Frame",
    "Replayed",
    "Result",
    "Sealed",
    "broken_frame",
    "commitment",
    "deal",
    "digest",
    "draw",
    "estimate",
    "farness",
    "had_part",
    "look_ahead",
    "read_frame",
    "reasons",
    "replay",
    "ripe_through",
    "sealed",
    "seed",
    "usual_size",
    "weight",
    "weights",
]
