"""What is stored so that a copy of the database alone does not reveal it."""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xiaohao.kernel.home import secret

_NONCE = 12


def seal(text: str, context: str) -> bytes:
    """`text` under AES-256-GCM, bound to `context` so that it opens only in its own row."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(secret("contact")).encrypt(nonce, text.encode(), context.encode())


def unseal(sealed: bytes, context: str) -> str:
    """The text that `seal` was given.

    Raises:
        cryptography.exceptions.InvalidTag: wrong key, wrong context, or altered bytes.
    """
    nonce, body = sealed[:_NONCE], sealed[_NONCE:]
    return AESGCM(secret("contact")).decrypt(nonce, body, context.encode()).decode()


def fingerprint(text: str, purpose: str) -> bytes:
    """Keyed hash for looking a secret up without storing it: HMAC-SHA256, 32 bytes."""
    return hmac.new(secret("lookup"), f"{purpose}:{text}".encode(), hashlib.sha256).digest()
