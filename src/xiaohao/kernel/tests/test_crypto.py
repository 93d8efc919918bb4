"""What is sealed opens only with its key and in its own row."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel.crypto import fingerprint, seal, unseal

TEXTS = st.text(max_size=200)


@given(TEXTS, TEXTS)
def test_what_is_sealed_opens_in_its_own_place_only(words: str, place: str) -> None:
    sealed = seal(words, place)
    assert unseal(sealed, place) == words
    with pytest.raises(InvalidTag):
        unseal(sealed, place + "x")


@given(TEXTS, st.data())
def test_no_byte_is_changed_unseen(words: str, data: st.DataObject) -> None:
    sealed = bytearray(seal(words, "row 1"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InvalidTag):
        unseal(bytes(sealed), "row 1")


def test_the_same_text_is_never_sealed_alike() -> None:
    assert seal("13800000000", "row 1") != seal("13800000000", "row 1")


def test_a_fingerprint_finds_again_and_tells_nothing() -> None:
    one = fingerprint("13800000000", "contact")
    assert one == fingerprint("13800000000", "contact")
    assert one != fingerprint("13800000000", "token")
    assert one != fingerprint("13800000001", "contact")
    assert len(one) == 32
