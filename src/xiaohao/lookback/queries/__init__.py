"""Reading look-backs: the pool, rounds and their proofs, re-checks, estimates, relapses."""

from xiaohao.lookback.queries.estimates import Estimated, Outlook, latest_wave, outlook
from xiaohao.lookback.queries.finding import (
    DONE,
    FAILED,
    figure_ids,
    find_photo,
    find_proof,
    find_recheck,
    find_round,
    listed,
    narrowed,
    post_for,
    posts_free_for,
    rounds,
    to_check,
)
from xiaohao.lookback.queries.pool import Ripe, copied, frame_text, next_closings, offices, ripe
from xiaohao.lookback.queries.proofs import (
    PUBLISHED,
    proof,
    public_value_of,
    replayed,
    whole_proof,
)
from xiaohao.lookback.queries.relapses import Recognised, recognised, relapses, seen_later
from xiaohao.lookback.rules import Replayed, replay

__all__ = [
    "DONE",
    "FAILED",
    "PUBLISHED",
    "Estimated",
    "Outlook",
    "Recognised",
    "Replayed",
    "Ripe",
    "copied",
    "figure_ids",
    "find_photo",
    "find_proof",
    "find_recheck",
    "find_round",
    "frame_text",
    "latest_wave",
    "listed",
    "narrowed",
    "next_closings",
    "offices",
    "outlook",
    "post_for",
    "posts_free_for",
    "proof",
    "public_value_of",
    "recognised",
    "relapses",
    "replay",
    "replayed",
    "ripe",
    "rounds",
    "seen_later",
    "to_check",
    "whole_proof",
]
