"""Repeating a draw from its proof and its frame file: no database, no network."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaohao.lookback.rules.drawing import draw
from xiaohao.lookback.rules.proof import Frame, broken_frame, commitment, digest, read_frame
from xiaohao.lookback.rules.proof import seed as seed_of

LAID = ("size", "frame_sha256", "commitment")  # what a proof holds from the laying on
LATER = ("public_value", "secret")  # what it holds from the draw, and from the last result on
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What repeating a draw gave.

    Attributes:
        sample: ids of the problems drawn, rising.
        faults: what does not agree, in English; empty when everything does.
    """

    sample: Sequence[int]
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What can be checked of a draw that cannot be repeated yet.

    Attributes:
        waits_for: what is not known yet: `public_value` until it is drawn, `secret` until the last
            result is in; empty when it can be repeated.
        count: closed problems in the frame.
        faults: what does not agree, in English; empty when everything does.
    """

    waits_for: Sequence[str]
    count: int
    faults: Sequence[str]


def look_ahead(given: Mapping[str, Any], frame: bytes) -> Ahead:
    """Check what was published when the round was laid: the frame and the commitment.

    Raises:
        ValueError: it is no proof, or the file is no frame.
    """
    _hold(given, LAID)
    read = read_frame(frame)
    faults = _of_frame(given, frame, read)
    if not _SHA256.fullmatch(str(given["commitment"])):
        faults.append("the commitment is no SHA-256")
    waits_for = [name for name in LATER if not given.get(name)]
    return Ahead(waits_for, len(read.ids), faults)


def _hold(given: Mapping[str, Any], wanted: Sequence[str]) -> None:
    lacking = [name for name in wanted if not given.get(name)]
    if lacking:
        raise ValueError(f"the proof does not hold {', '.join(lacking)}")


def _of_frame(given: Mapping[str, Any], frame: bytes, read: Frame) -> list[str]:
    """What is wrong with the frame file beside a proof."""
    faults = []
    if digest(frame) != given["frame_sha256"]:
        faults.append("the frame file is not the one whose hash was published")
    stated = (given.get("count"), given.get("total_weight"))
    held = (len(read.ids), int(read.weights.sum()))
    if any(one not in {None, other} for one, other in zip(stated, held, strict=True)):
        faults.append("the frame does not hold as many problems or weights as the proof says")
    if broken := broken_frame(read):
        faults.append(broken)
    return faults


def replay(given: Mapping[str, Any], frame: bytes) -> Replayed:
    """Repeat a draw from its proof and its frame file; needs no database.

    Raises:
        ValueError: the proof lacks what a draw needs, its secret is not published yet, or the file
            is no frame.
    """
    _hold(given, (*LATER, *LAID))
    secret, public = str(given["secret"]), str(given["public_value"])
    read = read_frame(frame)
    faults = _of_frame(given, frame, read)
    if commitment(secret) != given["commitment"]:
        faults.append("the secret is not the one that was committed to")
    seed = seed_of(secret, public)
    if given.get("seed") and seed != given["seed"]:
        faults.append("the seed is not that of the secret and the public value")
    if broken_frame(read):
        return Replayed([], faults)
    drawn = draw(read.weights, int(given["size"]), bytes.fromhex(seed))
    sample = [int(key) for key in read.ids[drawn.places]]
    if given.get("sample") is not None and sample != list(given["sample"]):
        faults.append("the sample is not the one that this draw gives")
    return Replayed(sample, faults)
