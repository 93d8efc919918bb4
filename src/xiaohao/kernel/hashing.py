"""Hashes over records: one canonical way to write a value down."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID


def _plain(value: Any) -> Any:  # noqa: PLR0911 (one line per kind of value)
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
        case dt.date():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case Decimal() | UUID():
            return str(value)
        case Enum():
            return value.value
        case set() | frozenset():
            return sorted(value)
    return str(value)


def canonical(value: Any) -> bytes:
    """`value` as JSON with sorted keys, no blanks, UTF-8; dates ISO 8601 in UTC, bytes in hex."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    ).encode()


def sha256(data: bytes) -> bytes:
    """SHA-256 digest, 32 bytes."""
    return hashlib.sha256(data).digest()


def digest(value: Any) -> bytes:
    """SHA-256 over the canonical form of `value`, 32 bytes."""
    return sha256(canonical(value))
