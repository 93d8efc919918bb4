"""The arithmetic of the trail, against its definition."""

from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel.hashing import canonical
from xiaohao.trail.rules import GENESIS, event_hash, merkle_root, seal_hash

LEAVES = st.lists(st.binary(min_size=1, max_size=40), max_size=40)


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = by_definition(leaves[:k]), by_definition(leaves[k:])
    return sha256(b"\x01" + left + right).digest()


@given(LEAVES)
def test_the_root_is_that_of_the_standard(leaves: list[bytes]) -> None:
    assert merkle_root(leaves) == by_definition(leaves)


def test_known_roots() -> None:
    """Published test values of Certificate Transparency for its eight sample leaves."""
    samples = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    samples.append("606162636465666768696a6b6c6d6e6f")
    leaves = [bytes.fromhex(sample) for sample in samples]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for count, root in roots.items():
        assert merkle_root(leaves[:count]).hex() == root


@given(LEAVES.filter(bool), st.data())
def test_no_leaf_changes_unseen(leaves: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.binary(max_size=40).filter(lambda leaf: leaf != leaves[at]))
    changed = [*leaves[:at], other, *leaves[at + 1 :]]
    assert merkle_root(changed) != merkle_root(leaves)
    assert merkle_root(leaves[:-1]) != merkle_root(leaves)
    assert merkle_root([*leaves, b"x"]) != merkle_root(leaves)


BODIES = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4)


@given(BODIES, BODIES)
def test_different_content_has_a_different_hash(one: dict[str, Any], two: dict[str, Any]) -> None:
    same = canonical(one) == canonical(two)
    assert (event_hash(GENESIS, one) == event_hash(GENESIS, two)) is same
    assert event_hash(event_hash(GENESIS, one), two) != event_hash(GENESIS, two)


def test_a_seal_binds_its_day_its_count_and_the_one_before() -> None:
    root = merkle_root([b"x"])
    whole = seal_hash(GENESIS, "2019-09-13", 1, root)
    assert whole not in {
        seal_hash(root, "2019-09-13", 1, root),
        seal_hash(GENESIS, "2019-09-14", 1, root),
        seal_hash(GENESIS, "2019-09-13", 2, root),
        seal_hash(GENESIS, "2019-09-13", 1, GENESIS),
    }
