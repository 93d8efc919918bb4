"""Lines for PostgreSQL's COPY in text form, written as fast as Python can."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

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


def _otherwise(value: Any) -> str:
    return _text(str(value))


def _literal(text: str) -> str:
    """A text that stands for itself in a form filled in by `%`."""
    return text.replace("%", "%%")


def field(value: Any) -> str:
    """One value as COPY reads it: text, number, truth, bytes, day, moment, list, null."""
    return _SAID.get(type(value), _otherwise)(value)


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

    def line(self, *values: Any) -> str:
        """The row with these values."""
        ordered = [values[take] for take in self.takes]
        return self.form % tuple([_SAID.get(type(one), _otherwise)(one) for one in ordered])
