"""Amounts larger than one: sums of money are kept, recounted and carried along like things."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db.models import DateField, IntegerField, Value

from xiaohao.figures import queries
from xiaohao.figures.actions import add, fold_all
from xiaohao.figures.queries.registry import _registry
from xiaohao.figures.tests.make import METRICS, STOCK, declared, delta, move, unit
from xiaohao.units.models import HeadCount

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("weight")]
MUCH = 1_700_000_000_00  # 1.7 billion yuan in fen: more than 32 bits hold


def _records() -> Any:
    none = {"category": Value(0, IntegerField()), "by": Value("")}
    rows = HeadCount.objects.order_by().annotate(no_day=Value(None, DateField()), **none)
    return rows.values_list("pk", "unit_id", "category", "by", "no_day", "value")


@pytest.fixture(autouse=True)
def _summed(monkeypatch: pytest.MonkeyPatch) -> None:
    declared()
    stock = next(metric for metric in METRICS if metric.key == STOCK)
    monkeypatch.setitem(
        _registry, STOCK, replace(stock, summed=True, sourced=False, recount=_records)
    )
    for key in [key for key in _registry if key != STOCK]:
        monkeypatch.delitem(_registry, key)


def test_amounts_add_up_are_recounted_and_follow_a_unit() -> None:
    root = unit()
    a, b = unit(root), unit(root)
    leaf = unit(a)
    made = HeadCount.objects.create(unit=leaf, measure="x", day=dt.date(2019, 9, 3), value=0)
    HeadCount.objects.filter(pk=made.pk).update(value=7)
    add([delta(STOCK, leaf, made.pk, 7)])
    assert queries.check().differences == 0
    add([delta(STOCK, leaf, made.pk, MUCH - 7)])
    assert queries.check().differences > 0  # the record says 7
    add([delta(STOCK, leaf, made.pk, 7 - MUCH), delta(STOCK, leaf, 999, MUCH)])
    fold_all()
    move(leaf, b)
    assert [queries.value(STOCK, one) for one in (root, a, b)] == [MUCH + 7, 0, MUCH + 7]
