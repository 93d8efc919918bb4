"""The arithmetic of the trail: what a hash covers, and the tree over a day's hashes."""

from collections.abc import Sequence
from typing import Any

from xiaohao.kernel.hashing import digest, sha256

GENESIS = bytes(32)
_LEAF, _NODE = b"\x00", b"\x01"


def event_hash(previous: bytes, body: dict[str, Any]) -> bytes:
    """Hash of one event, 32 bytes: SHA-256 over the hash before it and the event's own content."""
    return sha256(previous + digest(body))


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Merkle tree hash of `leaves`, 32 bytes, by RFC 9162, section 2.1.1.

    The hash of no leaves is SHA-256 of the empty string. Built level by level, which gives the
    same tree as the recursive definition: a node without a neighbour goes up unchanged.
    """
    if not leaves:
        return sha256(b"")
    level = [sha256(_LEAF + leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [sha256(_NODE + a + b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def seal_hash(previous: bytes, day: str, count: int, root: bytes) -> bytes:
    """Hash that chains one day's seal to the one before it, 32 bytes."""
    return sha256(previous + digest({"day": day, "count": count, "root": root}))
