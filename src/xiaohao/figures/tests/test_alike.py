"""Many things counted by one call stand as if each had been counted by itself."""

import datetime as dt
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.figures import queries
from xiaohao.figures.actions import Alike, add, alike, beginning, fold_all, promote
from xiaohao.figures.models import Cell, Entry, Heavy, Pending
from xiaohao.figures.queries.checking import check
from xiaohao.figures.tests.make import DUE, FLOW, PART, RATE, STOCK, TOOK, declared, delta, unit
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db
DAYS = [dt.date(2019, 9, 3), dt.date(2019, 10, 8), dt.date(2019, 9, 3)]
METRICS = (FLOW, PART, STOCK, DUE)
SAID = ("metric", "path", "unit_id", "thing_id", "written", "day", "category_id", "channel",
        "source", "programme_id", "amount", "stock", "dated", "transfer")  # fmt: skip


@pytest.fixture
def places() -> list[Unit]:
    declared()
    root = unit()
    return [unit(root), root, unit(unit(root))]


def three(places: list[Unit]) -> Alike:
    return Alike(
        metrics=METRICS,
        units=[one.pk for one in places],
        things=[7, 8, 9],
        categories=[None, 3, 3],
        channels=["web", "other", "web"],
        sources=["self", "message", 'a"b\\'],
        programmes=[4, None, 4],
        days=DAYS,
    )


def written() -> list[tuple[Any, ...]]:
    return sorted(Entry.objects.order_by().values_list(*SAID))


def run(given: Alike) -> None:
    with connection.cursor() as cursor:
        cursor.execute(*(alike(given) or ("SELECT", [])))


def test_they_are_written_as_add_writes_them(places: list[Unit]) -> None:
    given = three(places)
    with transaction.atomic():
        add(
            delta(metric, at, thing, category_id=category, channel=channel, source=source,
                  programme_id=programme, day=day if metric == DUE else None)
            for metric in METRICS
            for at, thing, category, channel, source, programme, day in zip(
                places, given.things, given.categories, given.channels, given.sources,
                given.programmes, DAYS, strict=True)
        )  # fmt: skip
        expected = written()
        transaction.set_rollback(True)
    assert len(expected) == len(METRICS) * len(places)
    run(given)
    assert written() == expected
    assert Pending.objects.count() == len(expected)


@pytest.mark.parametrize("at_once", [True, False])
def test_those_that_cells_do_not_tell_apart_wait_as_one(*, at_once: bool) -> None:
    declared()
    root = unit()
    street = unit(root)
    same: dict[str, Any] = {
        "metrics": [FLOW], "units": [street.pk] * 3, "things": [1, 2, 3], "categories": [None] * 3,
        "channels": ["web", "web", "other"], "sources": ["self"] * 3, "programmes": [None] * 3,
    }  # fmt: skip
    run(Alike(**same))
    assert sorted(Pending.objects.values_list("channel", "amount", "changes")) == [
        ("other", 1, 1),
        ("web", 2, 2),
    ]
    begins = beginning.begin if at_once else (lambda _heavy: 0)
    with patch.object(beginning, "begin", begins):
        assert promote(heavy=3) == 2
    # What waits is in no cell yet, however the cells began.
    assert (Cell.objects.count(), queries.value(FLOW, root)) == (0, 3)
    assert fold_all() == 3
    assert (queries.value(FLOW, root), queries.value(FLOW, street)) == (3, 3)
    assert check().differences == 0
    assert Heavy.objects.get(pk=root.pk).changes == 6  # three as they began, three folded


def test_what_cannot_be_counted_is_refused(places: list[Unit]) -> None:
    given = three(places)
    with pytest.raises(DatabaseError, match="4 of 12 changes of figures name a unit"):
        run(replace(given, units=[places[0].pk, 10**9, places[2].pk]))
    with pytest.raises(ValueError, match="a day of its own"):
        alike(replace(given, days=()))
    with pytest.raises(ValueError, match="of its own: use add"):
        alike(replace(given, metrics=[TOOK]))
    with pytest.raises(KeyError):
        alike(replace(given, metrics=[RATE]))
    assert alike(replace(given, metrics=[FLOW], units=[], things=[], days=[])) is None
