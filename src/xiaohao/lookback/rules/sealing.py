"""Whether a round's frame and commitment were sealed, and before the draw; no database."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaohao.kernel.sealing import hash_of_text, root_from, seal_hash

NAMED = ("round", "frame_sha256", "commitment")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the seal over a round's frame and commitment shows.

    Attributes:
        day, hash: of the seal, to compare with the published ones; "" while there is none.
        sealed_at: when it was made, ISO.
        came_first: it was made before the draw; None while nothing is drawn.
        in_list: the seal stands in the list of seals that was given, and those after it follow from
            it; None without a list.
        faults: what does not agree, in English; empty when everything does.
    """

    day: str = ""
    hash: str = ""
    sealed_at: str = ""
    came_first: bool | None = None
    in_list: bool | None = None
    faults: Sequence[str] = ()


def sealed(given: Mapping[str, Any], seals: Sequence[Mapping[str, Any]] | None = None) -> Sealed:
    """Check what a proof tells of its seal, with the published list of seals if it is at hand.

    Raises:
        ValueError, KeyError, TypeError: what it tells cannot be read.
    """
    told = given.get("sealed")
    if not told:
        return Sealed()
    seal, text = told["seal"], str(told["event"])
    event = json.loads(text)["data"]
    leaf, root = bytes.fromhex(told["hash"]), bytes.fromhex(seal["root"])
    faults = []
    if any(event.get(name) != given.get(name) for name in NAMED):
        faults.append("what was sealed is not this frame and this commitment")
    if hash_of_text(bytes.fromhex(told["previous"]), text.encode()) != leaf:
        faults.append("the hash of what was sealed is not that of its text")
    if not _leads_to(leaf, told, root):
        faults.append("what was sealed does not lead to the root of the seal")
    if _hash_of(seal) != seal["hash"]:
        faults.append("the seal does not have the hash that it says")
    if given.get("seal_is_chance") and (given.get("public_value") or seal["root"]) != seal["root"]:
        faults.append("the public value is not the root of the seal")
    drawn = given.get("drawn_at")
    first = _moment(seal["sealed_at"]) <= _moment(drawn) if drawn else None
    found = None if seals is None else _stands_in(seal, seals)
    if found is False:
        faults.append("the seal is not in the list of seals, or those after it do not follow")
    return Sealed(seal["day"], seal["hash"], seal["sealed_at"], first, found, faults)


def _leads_to(leaf: bytes, told: Mapping[str, Any], root: bytes) -> bool:
    path = [bytes.fromhex(node) for node in told["path"]]
    try:
        return root_from(leaf, int(told["place"]), int(told["seal"]["count"]), path) == root
    except ValueError:
        return False


def _hash_of(seal: Mapping[str, Any]) -> str:
    previous, root = bytes.fromhex(seal["previous"]), bytes.fromhex(seal["root"])
    return seal_hash(previous, str(seal["day"]), int(seal["count"]), root).hex()


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _stands_in(seal: Mapping[str, Any], seals: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the seal is in the list, and each later one there carries the hash before it."""
    line = sorted((one for one in seals if one["day"] >= seal["day"]), key=lambda one: one["day"])
    if not line or line[0]["hash"] != seal["hash"] or _hash_of(line[0]) != seal["hash"]:
        return False
    before = line[0]["hash"]
    for one in line[1:]:
        if one["previous"] != before or _hash_of(one) != one["hash"]:
            return False
        before = one["hash"]
    return True
