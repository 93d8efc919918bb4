"""Pages by key, not by count: the hundredth page costs what the first one does."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.errors import Refused

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page of rows and the cursor of the next one (None at the end)."""

    items: list[M]
    next: str | None


def encode(values: Sequence[Any]) -> str:
    """A cursor for the row with these key values."""
    raw = json.dumps([str(v) if v is not None else None for v in values]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(cursor: str, count: int) -> list[str | None]:
    """The key values in a cursor.

    Raises:
        Refused: `bad_cursor`, when it was not made by `encode` for `count` keys.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != count or not all(map(_storable, values)):
        raise broken()
    return values


def _storable(value: Any) -> bool:
    """Whether a database can be asked for it: a text without NUL and without half characters."""
    if not isinstance(value, str):
        return value is None
    return "\0" not in value and value == value.encode("utf-8", "ignore").decode()


def broken() -> Refused:
    """The answer to a cursor that leads nowhere."""
    text = _("This page address is broken. Start from the first page.")
    return Refused.because("bad_cursor", text, "cursor")


def take(rows: QuerySet[M], keys: Sequence[str], cursor: str | None, size: int) -> Page[M]:
    """The page of `rows` after `cursor`, ordered by `keys` (each `name` or `-name`, none null).

    The last key must be unique. Costs one query whatever the page.

    Raises:
        Refused: `bad_cursor`, when it was not made for these rows.
    """
    names = [key.lstrip("-") for key in keys]
    if cursor:
        values = decode(cursor, len(keys))
        try:
            rows = rows.filter(_after(keys, names, values))
        except (ValueError, TypeError, OverflowError, ValidationError):
            raise broken() from None
    items = list(rows.order_by(*keys)[: size + 1])
    more = len(items) > size
    items = items[:size]
    last = [getattr(items[-1], name) for name in names] if more else None
    return Page(items, encode(last) if last else None)


def _after(keys: Sequence[str], names: Sequence[str], values: Sequence[Any]) -> Q:
    condition = Q()
    for i, key in enumerate(keys):
        side = "lt" if key.startswith("-") else "gt"
        equal = {names[j]: values[j] for j in range(i)}
        condition |= Q(**equal, **{f"{names[i]}__{side}": values[i]})
    # A plain bound on the first key lets the index do the walking.
    first = "lte" if keys[0].startswith("-") else "gte"
    return Q(**{f"{names[0]}__{first}": values[0]}) & condition
