"""Repeating a draw from its proof and its frame file: no database, no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaohao.lookback.rules.drawing import draw
from xiaohao.lookback.rules.proof import broken_frame, commitment, digest, read_frame
from xiaohao.lookback.rules.proof import seed as seed_of


@dataclass(frozen=True, slots=True)
class Replayed:
    """What repeating a draw gave.

    Attributes:
        sample: ids of the problems drawn, rising.
        faults: what does not agree, in English; empty when everything does.
    """

    sample: Sequence[int]
    faults: Sequence[str]


def replay(given: Mapping[str, Any], frame: bytes) -> Replayed:
    """Repeat a draw from its proof and its frame file; needs no database.

    Raises:
        ValueError: the proof lacks what a draw needs, its secret is not published yet, or the file
            is no frame.
    """
    if given.get("commitment") and not given.get("secret"):
        agrees = digest(frame) == given.get("frame_sha256")
        raise ValueError(
            "its secret is not published yet: it is when the last result of the round is in. "
            f"The frame file {'is' if agrees else 'is NOT'} the one whose hash was published"
        )
    wanted = ("secret", "public_value", "size", "frame_sha256", "commitment")
    lacking = [name for name in wanted if not given.get(name)]
    if lacking:
        raise ValueError(f"the proof does not hold {', '.join(lacking)}")
    secret, public = str(given["secret"]), str(given["public_value"])
    faults = []
    if digest(frame) != given["frame_sha256"]:
        faults.append("the frame file is not the one whose hash was published")
    if commitment(secret) != given["commitment"]:
        faults.append("the secret is not the one that was committed to")
    seed = seed_of(secret, public)
    if given.get("seed") and seed != given["seed"]:
        faults.append("the seed is not that of the secret and the public value")
    read = read_frame(frame)
    if broken := broken_frame(read):
        return Replayed([], [*faults, broken])
    drawn = draw(read.weights, int(given["size"]), bytes.fromhex(seed))
    sample = [int(key) for key in read.ids[drawn.places]]
    if given.get("sample") is not None and sample != list(given["sample"]):
        faults.append("the sample is not the one that this draw gives")
    return Replayed(sample, faults)
