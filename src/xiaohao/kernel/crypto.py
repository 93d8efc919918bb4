"""What is stored so that a copy of the database alone does not reveal it."""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xiaohao.kernel.home import secret

_NONCE = 12


def seal(text: str, context: str) -> bytes:
    """`text` under AES-256-GCM, bound to `context` so that it opens only in its own row."""
    return seal_bytes(text.encode(), context)


def seal_bytes(content: bytes, context: str) -> bytes:
    """The same for bytes; opened by `unseal_bytes`."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(secret("contact")).encrypt(nonce, content, context.encode())


def unseal(sealed: bytes, context: str) -> str:
    """The text that `seal` was given.

    Raises:
        cryptography.exceptions.InvalidTag: wrong key, wrong context, or altered bytes.
    """
    return unseal_bytes(sealed, context).decode()


def unseal_bytes(sealed: bytes, context: str) -> bytes:
    """The bytes that `seal_bytes` was given; raises as `unseal` does."""
    nonce, body = sealed[:_NONCE], sealed[_NONCE:]
    return AESGCM(secret("contact")).decrypt(nonce, body, context.encode())


def fingerprint(text: str, purpose: str) -> bytes:
    """Keyed hash for looking a secret up without storing it: HMAC-SHA256, 32 bytes."""
    return hmac.new(secret("lookup"), f"{purpose}:{text}".encode(), hashlib.sha256).digest()
