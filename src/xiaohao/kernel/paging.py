"""Pages by key, not by count: the hundredth page costs what the first one does."""

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.errors import Refused
from xiaohao.kernel.text import is_storable

M = TypeVar("M", bound=Model)
MOST_COUNTED = 10_000  # rows; a list that holds more says so, which costs no more than this


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a list holds; with `more` there are more than `number`."""

    number: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page of rows and the cursor of the next one (None at the end).

    Attributes:
        rows: all rows of the list, unordered; None where nobody asks how many there are.
        whole: whether this page is all of them.
    """

    items: list[M]
    next: str | None
    rows: QuerySet[M] | None = None
    whole: bool = False

    @property
    def total(self) -> Total | None:
        """How many rows there are on all pages; asks the database when this is not all of them."""
        if self.whole:
            return Total(len(self.items))
        return None if self.rows is None else count(self.rows)


def count(rows: QuerySet[M], most: int = MOST_COUNTED) -> Total:
    """How many rows there are, exactly up to `most`. Costs one query."""
    found = rows.order_by()[: most + 1].count()
    return Total(min(found, most), more=found > most)


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
    """Whether a database can be asked for it."""
    return value is None or (isinstance(value, str) and is_storable(value))


def broken() -> Refused:
    """The answer to a cursor that leads nowhere."""
    text = _("This page address is broken. Start from the first page.")
    return Refused.because("bad_cursor", text, "cursor")


def take(
    rows: QuerySet[M],
    keys: Sequence[str],
    cursor: str | None,
    size: int,
    nullable: Collection[str] = (),
) -> Page[M]:
    """The page of `rows` after `cursor`, ordered by `keys` (each `name` or `-name`).

    The last key must be unique. Costs one query whatever the page.

    Args:
        rows: unordered.
        keys: what to order by.
        cursor: of the page; None for the first one.
        size: rows on a page.
        nullable: names among the keys that may be empty; such rows come last in both directions.

    Raises:
        Refused: `bad_cursor`, when it was not made for these rows.
    """
    names = [key.lstrip("-") for key in keys]
    every = rows
    if cursor:
        values = decode(cursor, len(keys))
        try:
            rows = rows.filter(_after(keys, names, values, nullable))
        except (ValueError, TypeError, OverflowError, ValidationError):
            raise broken() from None
    items = list(rows.order_by(*ordering(keys, nullable))[: size + 1])
    more = len(items) > size
    items = items[:size]
    last = [getattr(items[-1], name) for name in names] if more else None
    return Page(items, encode(last) if last else None, every, whole=not cursor and not more)


def ordering(keys: Sequence[str], nullable: Collection[str] = ()) -> list[Any]:
    """What to order by, so that rows stand as on the pages that `take` gives."""
    return [_ordering(key, key.lstrip("-") in nullable) for key in keys]


def _ordering(key: str, nullable: bool) -> Any:  # noqa: FBT001 (told of each key)
    if not nullable:
        return key
    column = F(key.lstrip("-"))
    if key.startswith("-"):
        return column.desc(nulls_last=True)
    return column.asc(nulls_last=True)


def _after(
    keys: Sequence[str], names: Sequence[str], values: Sequence[Any], nullable: Collection[str]
) -> Q:
    condition = Q()
    for i in range(len(keys)):
        before = [_same(names[j], values[j]) for j in range(i)]
        condition |= reduce(and_, before, _beyond(keys[i], values[i], names[i] in nullable))
    if names[0] in nullable:
        return condition
    # A plain bound on the first key lets the index do the walking.
    first = "lte" if keys[0].startswith("-") else "gte"
    return Q(**{f"{names[0]}__{first}": values[0]}) & condition


def _same(name: str, value: Any) -> Q:
    return Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})


def _beyond(key: str, value: Any, nullable: bool) -> Q:  # noqa: FBT001 (told of each key)
    """What comes after `value` in one column; nothing comes after its empty places."""
    name = key.lstrip("-")
    if value is None and nullable:
        return Q(pk__in=())
    side = "lt" if key.startswith("-") else "gt"
    after = Q(**{f"{name}__{side}": value})
    return after | Q(**{f"{name}__isnull": True}) if nullable else after
