"""Looks of texts go into the index, and out of it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from xiaohao.triage.likeness import look
from xiaohao.triage.models import Likeness

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Thing:
    """A text to be found by its like: `label` and id of its owner, and when it came."""

    label: str
    thing_id: int
    at: dt.datetime
    title: str
    text: str


def index(*, label: str, thing_id: int, at: dt.datetime, title: str, text: str) -> None:
    """Put a text into the index of looks, or put its present look in place of the former."""
    index_many(things=[Thing(label, thing_id, at, title, text)])


def index_many(*, things: Iterable[Thing]) -> int:
    """As `index` for many; returns how many. Of the same thing twice the last one counts."""
    rows = list({(one.label, one.thing_id): _row(one) for one in things}.values())
    Likeness.objects.bulk_create(
        rows,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["label", "thing_id"],
        update_fields=["at", "keys", "marks", "sketch"],
    )
    return len(rows)


def forget(*, label: str, thing_id: int) -> None:
    """Take a text out of the index."""
    Likeness.objects.filter(label=label, thing_id=thing_id).delete()


def _row(thing: Thing) -> Likeness:
    seen = look(thing.title, thing.text)
    return Likeness(
        label=thing.label,
        thing_id=thing.thing_id,
        at=thing.at,
        keys=list(seen.keys),
        marks=list(seen.marks),
        sketch=seen.sketch,
    )
