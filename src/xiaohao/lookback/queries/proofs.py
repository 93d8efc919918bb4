"""The proof of a draw, and repeating it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaohao.kernel.crypto import unseal
from xiaohao.lookback import rules
from xiaohao.lookback.models import Round, Stage
from xiaohao.lookback.queries.pool import frame_text
from xiaohao.trail.queries import events_of, seal_over

KIND = "xiaohao-lookback-1"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What repeating a draw gave.

    Attributes:
        sample: ids of the problems drawn, rising.
        faults: what does not agree, in English; empty when everything does.
    """

    sample: Sequence[int]
    faults: Sequence[str]


def proof(round_: Round) -> dict[str, Any]:
    """What is public about a round, as plain data; the secret only once it is revealed."""
    laid = events_of(round_.trail_label(), round_.pk).first()
    seal = seal_over(laid) if laid else None
    drawn = round_.stage is Stage.REVEALED
    return {
        "kind": KIND,
        "round": round_.number,
        "unit": round_.unit.code,
        "wave": round_.wave,
        "closed_from": round_.first_day.isoformat() if round_.first_day else None,
        "closed_through": round_.last_day.isoformat(),
        "count": round_.count,
        "total_weight": round_.total,
        "size": round_.size,
        "frame_sha256": round_.frame_sha256,
        "commitment": round_.commitment,
        "laid_at": round_.laid_at.isoformat(),
        "laid_event_hash": bytes(laid.hash).hex() if laid else None,
        "public_source": round_.source or "the trail's first seal over the laying of this round",
        "seal_day": seal.day.isoformat() if seal else None,
        "public_value": round_.public_value or None,
        "secret": round_.secret or None,
        "seed": round_.seed or None,
        "sample": sample_of(round_) if drawn else None,
    }


def sample_of(round_: Round) -> list[int]:
    """Ids of the problems drawn, rising."""
    rows = round_.rechecks.order_by("problem_id")
    return list(rows.values_list("problem_id", flat=True))


def public_value_of(round_: Round) -> str:
    """The root of the seal that covers the laying of a round; "" while there is none."""
    laid = events_of(round_.trail_label(), round_.pk).first()
    seal = seal_over(laid) if laid else None
    return seal.root_hex if seal else ""


def secret_of(round_: Round) -> str:
    """The office's secret, out of its seal."""
    return unseal(bytes(round_.sealed_secret), f"lookback:{round_.commitment}")


def replay(given: Mapping[str, Any], frame: bytes) -> Replayed:
    """Repeat a draw from its proof and its frame file; needs no database.

    Raises:
        ValueError: the proof lacks what a draw needs, or the file is no frame.
    """
    wanted = ("secret", "public_value", "size", "frame_sha256", "commitment")
    lacking = [name for name in wanted if not given.get(name)]
    if lacking:
        raise ValueError(f"the proof does not hold {', '.join(lacking)}")
    secret, public = str(given["secret"]), str(given["public_value"])
    faults = []
    if rules.digest(frame) != given["frame_sha256"]:
        faults.append("the frame file is not the one whose hash was published")
    if rules.commitment(secret) != given["commitment"]:
        faults.append("the secret is not the one that was committed to")
    seed = rules.seed(secret, public)
    if given.get("seed") and seed != given["seed"]:
        faults.append("the seed is not that of the secret and the public value")
    read = rules.read_frame(frame)
    if broken := rules.broken_frame(read):
        return Replayed([], [*faults, broken])
    drawn = rules.draw(read.weights, int(given["size"]), bytes.fromhex(seed))
    sample = [int(key) for key in read.ids[drawn.places]]
    if given.get("sample") is not None and sample != list(given["sample"]):
        faults.append("the sample is not the one that this draw gives")
    return Replayed(sample, faults)


def replayed(round_: Round) -> Replayed:
    """Repeat the draw of a round from what the database holds, sealed secret included.

    Raises:
        ValueError: it is not drawn yet.
    """
    given = {**proof(round_), "secret": secret_of(round_), "sample": sample_of(round_)}
    return replay(given, frame_text(round_))
