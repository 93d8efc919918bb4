"""Tracking codes: short, checkable, unguessable."""

import hashlib
import hmac

from xiaohao.kernel.home import secret

# Crockford's Base32: no I, L, O, U, so that a code can be read out on the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY = 11
LENGTH = BODY + 1
_TYPED = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\u3000": ""})


def _check(body: str) -> str:
    """Luhn mod 32 check character: finds every single slip and nearly all swaps of neighbours."""
    total = 0
    for place, char in enumerate(reversed(body)):
        doubled = ALPHABET.index(char) * (2 if place % 2 == 0 else 1)
        total += doubled // 32 + doubled % 32
    return ALPHABET[-total % 32]


def tracking_code(seed: str) -> str:
    """The code for one submission: 55 bits by HMAC-SHA256 of `seed` under this installation's key.

    The same seed gives the same code, so a form sent twice gets its first receipt again.
    """
    mac = hmac.new(secret("tracking"), seed.encode(), hashlib.sha256).digest()
    number = int.from_bytes(mac[:8], "big") >> 9
    body = "".join(ALPHABET[(number >> 5 * i) & 31] for i in range(BODY))
    return body + _check(body)


def show_code(code: str) -> str:
    """`K7QM4F2P9XDW` as `K7QM-4F2P-9XDW`."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def read_code(typed: str) -> str | None:
    """A code as a person typed it, brought into its one form; None when it cannot be a code."""
    code = typed.strip().upper().translate(_TYPED)
    if len(code) != LENGTH or any(c not in ALPHABET for c in code):
        return None
    return code if _check(code[:-1]) == code[-1] else None
