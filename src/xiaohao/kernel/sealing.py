"""The arithmetic of the trail: what a hash covers, and the tree over a day's hashes."""

from collections.abc import Sequence
from typing import Any

from xiaohao.kernel.hashing import canonical, digest, sha256

GENESIS = bytes(32)
_LEAF, _NODE = b"\x00", b"\x01"


def event_hash(previous: bytes, body: dict[str, Any]) -> bytes:
    """Hash of one event, 32 bytes: SHA-256 over the hash before it and the event's own content."""
    return hash_of_text(previous, canonical(body))


def hash_of_text(previous: bytes, text: bytes) -> bytes:
    """`event_hash` of an event whose content is there in its canonical form."""
    return sha256(previous + sha256(text))


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Merkle tree hash of `leaves`, 32 bytes, by RFC 9162, section 2.1.1.

    The hash of no leaves is SHA-256 of the empty string. Built level by level, which gives the
    same tree as the recursive definition: a node without a neighbour goes up unchanged.
    """
    if not leaves:
        return sha256(b"")
    level = [sha256(_LEAF + leaf) for leaf in leaves]
    while len(level) > 1:
        level = _above(level)
    return level[0]


def _above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [sha256(_NODE + a + b) for a, b in zip(level[::2], level[1::2], strict=False)]
    return [*pairs, *level[len(pairs) * 2 :]]


def audit_path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """What leads from the leaf at `place` (from 0) to the root, by RFC 9162, section 2.1.3.1.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= place < len(leaves):
        raise IndexError(place)
    path = []
    level = [sha256(_LEAF + leaf) for leaf in leaves]
    while len(level) > 1:
        if (beside := place ^ 1) < len(level):
            path.append(level[beside])
        level, place = _above(level), place // 2
    return path


def root_from(leaf: bytes, place: int, count: int, path: Sequence[bytes]) -> bytes:
    """The root to which `path` leads from the leaf at `place` of `count`; RFC 9162, 2.1.3.2.

    Raises:
        ValueError: a tree of that many leaves has no such path.
    """
    if not 0 <= place < count:
        raise ValueError("the place lies outside the tree")
    at, last, found = place, count - 1, sha256(_LEAF + leaf)
    for node in path:
        if last == 0:
            raise ValueError("the path is too long")
        if at & 1 or at == last:
            found = sha256(_NODE + node + found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = sha256(_NODE + found + node)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return found


def seal_hash(previous: bytes, day: str, count: int, root: bytes) -> bytes:
    """Hash that chains one day's seal to the one before it, 32 bytes."""
    return sha256(previous + digest({"day": day, "count": count, "root": root}))
