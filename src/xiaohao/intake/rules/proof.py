"""Proof of work for senders without an account: cheap once, dear in thousands.

A challenge belongs to one submission, so that one solution serves one message only; it carries its
own expiry and signature, so that nothing is kept on the server. The work is Hashcash's: find a
number whose SHA-256 together with the challenge begins with so many zero bits (A. Back, 2002).
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

EASIEST: Final = 14  # bits; a fraction of a second on a telephone
HARDEST: Final = 21  # bits; about a minute
FREE: Final = 5  # messages from one address within the hour before the work grows
LIFE: Final = 6 * 3600  # seconds; a long message is typed slowly
LONGEST_ANSWER: Final = 20  # digits


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a sender is asked: `text` goes into the hash, `bits` leading zeros are wanted."""

    text: str
    bits: int


def bits_for(recent: int) -> int:
    """Bits asked of an address that sent `recent` messages in the hour: one more per doubling."""
    return min(HARDEST, EASIEST + max(0, recent // FREE).bit_length())


def challenge(key: bytes, submission: str, bits: int, now: float) -> Challenge:
    """A signed challenge for one submission; `now` in seconds since 1970."""
    body = f"{submission}.{bits}.{int(now) + LIFE}"
    return Challenge(f"{body}.{_sign(key, body)}", bits)


def is_proof(key: bytes, text: str, answer: str, submission: str, now: float) -> bool:
    """Whether `answer` solves the challenge `text`, which we made for this submission lately."""
    body, _, signature = text.rpartition(".")
    if not hmac.compare_digest(_sign(key, body).encode(), signature.encode(errors="replace")):
        return False
    made_for, bits, expiry = body.split(".")
    if made_for != submission or int(expiry) < now:
        return False
    if not (answer.isascii() and answer.isdigit() and len(answer) <= LONGEST_ANSWER):
        return False
    return zero_bits(hashlib.sha256(f"{text}:{answer}".encode()).digest()) >= int(bits)


def zero_bits(digest: bytes) -> int:
    """How many zero bits `digest` begins with."""
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def solve(text: str, bits: int) -> str:
    """The first answer to a challenge; takes about 2^bits hashes."""
    number = 0
    while zero_bits(hashlib.sha256(f"{text}:{number}".encode()).digest()) < bits:
        number += 1
    return str(number)


def _sign(key: bytes, body: str) -> str:
    return hmac.new(key, body.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]
