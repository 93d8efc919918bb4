"""A recount finds what does not agree, and names it."""

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import DateField, F, IntegerField, Value

from xiaohao.figures import queries
from xiaohao.figures.actions import add, fold_all, promote
from xiaohao.figures.queries.registry import _registry
from xiaohao.figures.tests.make import DUE, FLOW, METRICS, STOCK, declared, delta, move, unit
from xiaohao.units.models import HeadCount, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("weight")]
DAY = dt.date(2019, 9, 3)


def _records(day: str | F) -> Any:
    """Head-counts stand for records here: each of them one thing at its unit."""
    rows = HeadCount.objects.order_by().annotate(category=Value(7, IntegerField()), by=Value("web"),
                                                source=Value("self"), drive=Value(2))  # fmt: skip
    return rows.annotate(no_day=Value(None, DateField())).values_list(
        "pk", "unit_id", "category", "by", day, "source", "drive"
    )


@pytest.fixture(autouse=True)
def _only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    declared()
    days: dict[str, str | F] = {FLOW: "no_day", STOCK: "no_day", DUE: F("day")}
    for metric in METRICS:
        if metric.key in days:
            recount = partial(_records, days[metric.key])
            monkeypatch.setitem(_registry, metric.key, replace(metric, recount=recount))
    for key in [key for key in _registry if not key.startswith("test.")]:
        monkeypatch.delitem(_registry, key)


def record(at: Unit) -> HeadCount:
    made = HeadCount.objects.create(
        unit=at, measure="members", day=DAY, value=HeadCount.objects.count()
    )
    more: dict[str, Any] = {"category_id": 7, "channel": "web", "source": "self",
                            "programme_id": 2}  # fmt: skip
    add([delta(FLOW, at, made.pk, **more), delta(STOCK, at, made.pk, **more),
         delta(DUE, at, made.pk, day=DAY, **more)])  # fmt: skip
    return made


@pytest.fixture
def tree() -> list[Unit]:
    root = unit()
    a, b = unit(root), unit(root)
    leaf = unit(a)
    for place in (a, b, leaf):
        record(place)
    return [root, a, b, leaf]


@pytest.mark.parametrize("sample", [None, 5])
def test_clean_books_have_no_difference(tree: list[Unit], sample: int | None) -> None:
    for step in (None, fold_all, lambda: move(tree[3], tree[2]), fold_all):
        if step:
            step()
        report = queries.check(sample)
        assert report.differences == 0, report.examples
        assert report.checked >= 5
    assert report.unchecked == ["test.part", "test.took"]


def test_a_cell_changed_behind_the_application_is_named(tree: list[Unit]) -> None:
    promote(1)
    fold_all()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE figures_cell SET value = value + 1 "
            "WHERE metric = %s AND unit_id = %s AND grain = 1",
            [STOCK, tree[0].pk],
        )
    found = queries.named(queries.check().examples)
    assert {(one["metric"], one["unit"], one["against"]) for one in found} == {
        (STOCK, tree[0].code, "cells")
    }
    assert {(one["kept"], one["counted"]) for one in found} == {(4, 3)}


def test_a_record_nobody_counted_is_named(tree: list[Unit]) -> None:
    HeadCount.objects.create(unit=tree[2], measure="leaders", day=DAY, value=1)
    report = queries.check()
    found = {(one.metric, one.unit_id, one.against) for one in report.examples}
    assert (FLOW, tree[2].pk, "records") in found
    assert (DUE, tree[2].pk, "records") in found
    assert (STOCK, tree[0].pk, "tree") in found
    assert report.differences == len(report.examples) == 3 + 4
