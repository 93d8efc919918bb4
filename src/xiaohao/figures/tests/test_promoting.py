"""Cells begin alike, whether unit by unit or for all units at once."""

import datetime as dt
from unittest.mock import patch

import pytest

from xiaohao.figures import queries
from xiaohao.figures.actions import add, beginning, fold, promote
from xiaohao.figures.models import Cell, Heavy
from xiaohao.figures.rules import metric
from xiaohao.figures.tests.make import DUE, FLOW, STOCK, TOOK, declared, delta, move, unit
from xiaohao.kernel import clock
from xiaohao.units.models import Unit

DAY = dt.date(2019, 11, 1)


@pytest.fixture
def tree(db: None) -> list[Unit]:
    """Units of three sizes; one is moved a level up between changes, some of which wait."""
    declared()
    root = unit()
    big, small = unit(root), unit(root)
    moved = unit(big)
    for number in range(100):
        with clock.at(dt.datetime(2019, 10, 1 + number % 20, 12, tzinfo=clock.ZONE)):
            at = (big, big, big, moved)[number % 4]
            add([
                delta(FLOW, at, number, category_id=number % 3, source="self"),
                delta(STOCK, at, number, channel="web"),
                delta(DUE, at, number, day=DAY + dt.timedelta(days=number % 5)),
                delta(TOOK, at, number, days=number % 7),
            ])  # fmt: skip
    add([delta(FLOW, small, 1), delta(STOCK, small, 1), delta(STOCK, small, 1, -1)])
    fold()
    move(moved, root)
    moved.refresh_from_db()
    add([delta(FLOW, moved, 500), delta(STOCK, moved, 500)])
    return [root, big, small, moved]


def _kept() -> tuple[dict[int, int], dict[tuple[object, ...], int]]:
    names = [field.name for field in Cell._meta.pk.fields]  # type: ignore[attr-defined]
    cells = {tuple(row[:-1]): row[-1] for row in Cell.objects.values_list(*names, "value")}
    return dict(Heavy.objects.values_list("unit_id", "finest")), cells


def test_all_at_once_keeps_what_unit_by_unit_would(
    tree: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metric, "_GRAINS", ((1, 1), (2, 4), (3, 40)))
    with patch.object(beginning, "begin", return_value=0):
        assert promote(10) == 3
    one_by_one = _kept()
    assert one_by_one[0] == {tree[0].pk: 3, tree[1].pk: 3, tree[3].pk: 2}
    for _ in range(2):  # also twice in one transaction
        Cell.objects.all().delete()
        Heavy.objects.all().delete()
        assert promote(10) == 3
        assert _kept() == one_by_one
    assert promote(10) == 0
    assert queries.check().differences == 0
    while fold():
        pass
    assert queries.check().differences == 0
