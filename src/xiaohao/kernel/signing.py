"""Signatures that somebody without our secrets can check: Ed25519 (RFC 8032)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xiaohao.kernel.home import secret

KEY, SIGNATURE = 32, 64  # bytes


def public_key() -> bytes:
    """What others check our signatures with, 32 bytes; each tenant has its own."""
    return _private().public_key().public_bytes_raw()


def sign(content: bytes) -> bytes:
    """The signature over `content`, 64 bytes; always the same for the same content."""
    return _private().sign(content)


def is_signed(content: bytes, signature: bytes, key: bytes) -> bool:
    """Whether the holder of the public `key` signed exactly this."""
    if len(key) != KEY or len(signature) != SIGNATURE:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret("signing"))
