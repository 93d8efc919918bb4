"""Hashes over records: one canonical way to write a value down."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID


def _plain(value: Any) -> Any:  # noqa: PLR0911 (one line per kind of value)
    match value:
        case dt.datetime():
            return _moment(value)
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


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
)


def canonical(value: Any) -> bytes:
    """`value` as JSON with sorted keys, no blanks, UTF-8; dates ISO 8601 in UTC, bytes in hex."""
    return _ENCODER.encode(value).encode()


def sha256(data: bytes) -> bytes:
    """SHA-256 digest, 32 bytes."""
    return hashlib.sha256(data).digest()


def digest(value: Any) -> bytes:
    """SHA-256 over the canonical form of `value`, 32 bytes."""
    return sha256(canonical(value))


class Outline:
    """The canonical form of many dictionaries that have most of their values in common.

    Gives byte for byte what `canonical` gives, many times as fast: only what differs is written,
    column by column.
    """

    def __init__(self, fixed: Mapping[str, Any], varying: Sequence[str]) -> None:
        """Take the values in common, and the names of those that differ."""
        self.order = sorted({*fixed, *varying})
        places = {name: n for n, name in enumerate(varying)}
        takes: list[int] = []
        form = "{"
        for n, name in enumerate(self.order):
            form += ("," if n else "") + _literal(encode_basestring(name)) + ":"
            if name in places:
                takes.append(places[name])
                form += "%s"
            else:
                form += _literal(canonical(fixed[name]).decode())
        self.form, self.takes = form + "}", takes

    def texts(self, *columns: Sequence[Any]) -> list[str]:
        """The dictionaries; for each name that differs, in order, the values of all of them."""
        ordered = [said(columns[take]) for take in self.takes]
        return list(map(self.form.__mod__, zip(*ordered, strict=True)))

    def digests(self, *columns: Sequence[Any]) -> list[bytes]:
        """SHA-256 over each of `texts`, 32 bytes."""
        return [sha256(text.encode()) for text in self.texts(*columns)]


class Said(list[str]):
    """A column of values that are canonical JSON already."""


def said(values: Sequence[Any]) -> Said:
    """Each of these values in its canonical form: once for all the outlines that hold it."""
    if isinstance(values, Said):
        return values
    kinds = set(map(type, values))
    if len(kinds) == 1:
        kind = kinds.pop()
        say = _SAID.get(kind, _otherwise)
        return Said(map(lru_cache(maxsize=1000)(say) if kind in _REPEATED else say, values))
    return Said([_SAID.get(type(one), _otherwise)(one) for one in values])


def hexed(values: Sequence[bytes]) -> Said:
    """A column of bytes in its canonical form."""
    return Said([f'"{one.hex()}"' for one in values])


def _literal(text: str) -> str:
    """A text that stands for itself in a form filled in by `%`."""
    return text.replace("%", "%%")


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _otherwise(value: Any) -> str:
    return canonical(value).decode()


# By exact type: what only derives from one of these (a choice, say) takes the long way.
_SAID: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    str: encode_basestring,
    bool: lambda value: "true" if value else "false",
    int: repr,
    dt.date: lambda value: f'"{value.isoformat()}"',
    dt.datetime: lambda value: f'"{_moment(value)}"',
}
# A column holds the same few of these over and over.
_REPEATED = frozenset({dt.date, dt.datetime})
