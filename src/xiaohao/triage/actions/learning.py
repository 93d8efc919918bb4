"""What the office confirms is learnt; what it corrects is learnt anew."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from xiaohao.kernel import clock
from xiaohao.triage.models import Habit, Lesson
from xiaohao.triage.queries.routing import Place, place_of


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the office decided about one text.

    Attributes:
        label, thing_id: whose text it is; told again, the lesson is corrected.
        category_id, unit_id, urgent: what was decided; None where nothing was.
        place_unit_id: where it is, for the habits of that region.
        at: when it was decided; now if left out.
    """

    label: str
    thing_id: int
    title: str
    text: str
    category_id: int | None = None
    unit_id: int | None = None
    urgent: bool | None = None
    place_unit_id: int | None = None
    at: dt.datetime | None = None


def learn(
    *,
    label: str,
    thing_id: int,
    title: str,
    text: str,
    category_id: int | None = None,
    unit_id: int | None = None,
    urgent: bool | None = None,
    place_unit_id: int | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Learn what was confirmed; belongs in the transaction of the confirming itself.

    The trail event is that of the thing decided on; see `Confirmed` for the arguments.
    """
    one = Confirmed(label, thing_id, title, text, category_id, unit_id, urgent, place_unit_id, at)
    learn_many(confirmed=[one])


def learn_many(*, confirmed: Sequence[Confirmed]) -> int:
    """As `learn` for many; returns how many. Of the same thing twice the last one counts."""
    newest = {(one.label, one.thing_id): one for one in confirmed}
    places: dict[int, Place | None] = {}
    with transaction.atomic():
        former = _former(list(newest))
        rows = [_lesson(one, places) for one in newest.values()]
        Lesson.objects.bulk_create(
            rows,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["label", "thing_id"],
            update_fields=["title", "text", "category", "unit", "region", "urgent", "at"],
        )
        _count([(row, -1) for row in former] + [(row, 1) for row in rows])
    return len(rows)


def _former(keys: Sequence[tuple[str, int]]) -> list[Lesson]:
    by_label: dict[str, list[int]] = {}
    for label, thing in keys:
        by_label.setdefault(label, []).append(thing)
    return [
        row
        for label, things in by_label.items()
        for row in Lesson.objects.select_for_update()
        .filter(label=label, thing_id__in=things)
        .order_by("id")
    ]


def _lesson(one: Confirmed, places: dict[int, Place | None]) -> Lesson:
    region = None
    if one.place_unit_id is not None:
        if one.place_unit_id not in places:
            places[one.place_unit_id] = place_of(one.place_unit_id)
        place = places[one.place_unit_id]
        region = place.region if place else None
    return Lesson(
        label=one.label,
        thing_id=one.thing_id,
        title=one.title[:400],
        text=one.text,
        category_id=one.category_id,
        unit_id=one.unit_id,
        region_id=region,
        urgent=one.urgent,
        at=one.at or clock.now(),
    )


def _count(steps: Sequence[tuple[Lesson, int]]) -> None:
    """Add each step to the habit that its lesson shows, in one order for everybody."""
    sums: dict[tuple[int, int | None, int], int] = {}
    for row, step in steps:
        if row.category_id is not None and row.unit_id is not None:
            key = (row.category_id, row.region_id, row.unit_id)
            sums[key] = sums.get(key, 0) + step
    changed = sorted(((*key, n) for key, n in sums.items() if n), key=str)
    if not changed:
        return
    table = Habit._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (category_id, region_id, unit_id, count)"  # noqa: S608
            " VALUES (%s, %s, %s, %s) ON CONFLICT (category_id, region_id, unit_id)"
            f" DO UPDATE SET count = {table}.count + excluded.count",
            changed,
        )
