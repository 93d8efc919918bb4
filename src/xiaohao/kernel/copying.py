"""Lines for PostgreSQL's COPY in text form, written as fast as Python can."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

_MARKS = "\\\n\r\t"
_SPECIAL = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def _text(value: str) -> str:
    if "\\" in value or "\n" in value or "\t" in value or "\r" in value:
        return value.translate(_SPECIAL)
    return value


def _array(values: Sequence[Any]) -> str:
    return _text(array(values))


_SAID: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: repr,
    bool: lambda value: "t" if value else "f",
    bytes: lambda value: "\\\\x" + value.hex(),
    type(None): lambda _: "\\N",
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
    list: _array,
    tuple: _array,
    dict: lambda value: _text(json.dumps(value)),
}
# A column holds the same few of these over and over.
_REPEATED = frozenset({dt.date, dt.datetime})


def _otherwise(value: Any) -> str:
    return _text(str(value))


def _literal(text: str) -> str:
    """A text that stands for itself in a form filled in by `%`."""
    return text.replace("%", "%%")


def field(value: Any) -> str:
    """One value as COPY reads it: text, number, truth, bytes, day, moment, list, null."""
    return _SAID.get(type(value), _otherwise)(value)


class Fields(list[str]):
    """A column of values as COPY reads them."""


def fields(values: Sequence[Any]) -> Fields:
    """Each of these values as `field` writes it."""
    if isinstance(values, Fields):
        return values
    kinds = set(map(type, values))
    if len(kinds) > 1:
        return Fields([_SAID.get(type(one), _otherwise)(one) for one in values])
    kind = kinds.pop() if kinds else str
    if kind is str:
        whole = "".join(values)
        return Fields(map(_text, values) if any(map(whole.__contains__, _MARKS)) else values)
    say = _SAID.get(kind, _otherwise)
    return Fields(map(lru_cache(maxsize=1000)(say) if kind in _REPEATED else say, values))


def array(values: Sequence[Any]) -> str:
    """The literal of an array of values of one kind, e.g. `{1,2}` or `{"a","b"}`.

    Numbers, days, truths and texts; none of them null.
    """
    if not values:
        return "{}"
    if isinstance(values[0], str):
        whole = "\n".join(values)
        if '"' in whole or "\\" in whole:
            values = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
        return '{"' + '","'.join(values) + '"}'
    return "{" + ",".join(map(_SAID.get(type(values[0]), _otherwise), values)) + "}"


def whole(lines: Iterable[str]) -> bytes:
    """Lines as they are sent."""
    return "".join(lines).encode()


class Lines:
    """Lines of a table's rows that have most of their values in common."""

    def __init__(
        self, columns: Sequence[str], fixed: Mapping[str, Any], varying: Sequence[str]
    ) -> None:
        """Take the columns in the order of the COPY, the values in common, and what differs.

        Args:
            fixed: of every column that does not differ, its value.
            varying: names of the others, in the order in which their values will be given.
        """
        places = {name: n for n, name in enumerate(varying)}
        self.takes = [places[name] for name in columns if name in places]
        said = ("%s" if name in places else _literal(field(fixed[name])) for name in columns)
        self.form = "\t".join(said) + "\n"

    def lines(self, *columns: Sequence[Any]) -> list[str]:
        """The rows; for each column that differs, in order, the values of all of them."""
        ordered = [fields(columns[take]) for take in self.takes]
        return list(map(self.form.__mod__, zip(*ordered, strict=True)))
