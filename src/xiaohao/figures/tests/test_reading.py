"""Figures are live and exact: now, as of a moment, split, and down to their records."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from xiaohao.figures import jobs, queries
from xiaohao.figures.actions import Delta, add, fold, fold_all, promote
from xiaohao.figures.models import Cell, Entry, Heavy, Pending
from xiaohao.figures.queries.registry import _registry
from xiaohao.figures.tests.make import (
    DUE,
    FLOW,
    OVERDUE,
    PART,
    RATE,
    STOCK,
    declared,
    delta,
    move,
    unit,
)
from xiaohao.kernel import clock
from xiaohao.kernel.paths import step

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("weight")]


@pytest.fixture(autouse=True)
def _declared() -> None:
    declared()


def moment(day: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2019, 9, day, hour, tzinfo=clock.ZONE)


def test_a_change_counts_at_its_unit_and_all_above_before_and_after_folding() -> None:
    root = unit()
    district, other = unit(root), unit(root)
    street = unit(district)
    add([delta(FLOW, street, 1), delta(FLOW, street, 2), delta(FLOW, other, 3)])

    def seen() -> list[queries.Value]:
        return [queries.value(FLOW, place) for place in (root, district, other, street)]

    assert seen() == [3, 2, 1, 2]
    assert fold() == 3
    assert seen() == [3, 2, 1, 2]
    assert Pending.objects.count() == 0
    add([delta(FLOW, street, 4)])
    assert seen() == [4, 3, 1, 3]


def test_folding_in_bits_never_changes_what_is_read() -> None:
    root = unit()
    leaf = unit(root)
    add([delta(FLOW, leaf, n) for n in range(10)])
    while fold(3):
        assert queries.value(FLOW, root) == 10
    assert queries.value(FLOW, root) == 10


def test_a_past_moment_is_read_as_it_was_known_then() -> None:
    root = unit()
    for day, hour in ((1, 9), (1, 15), (2, 9), (4, 9)):
        with clock.at(moment(day, hour)):
            add([delta(STOCK, root, day * 100 + hour)])
    with clock.at(moment(5)):
        add([delta(STOCK, root, 109, -1)])
    asked = [moment(1, 8), moment(1, 9), moment(1, 14), moment(2), moment(3), moment(4), moment(6)]
    for _ in range(2):
        assert [queries.value(STOCK, root, asof=at) for at in asked] == [0, 1, 1, 3, 3, 4, 3]
        fold_all()
    with clock.at(moment(6)):
        add([delta(STOCK, root, 110)])
    assert queries.value(STOCK, root, asof=moment(6, 11)) == 3
    assert queries.value(STOCK, root) == 4


def test_a_late_correction_leaves_what_was_known_readable() -> None:
    root = unit()
    with clock.at(moment(1)):
        add([delta(FLOW, root, 1)])
    fold_all()
    with clock.at(moment(3)):
        add([delta(FLOW, root, 1, -1, day=dt.date(2019, 9, 1))])
    fold_all()
    assert queries.value(FLOW, root, asof=moment(2)) == 1
    assert queries.value(FLOW, root, asof=moment(4)) == 0
    with clock.at(moment(4)):
        assert queries.value(FLOW, root, since=dt.date(2019, 9, 1)) == 0
        assert queries.value(FLOW, root, since=dt.date(2019, 9, 2)) == 0


def test_overdue_turns_by_itself_with_the_day() -> None:
    root = unit()
    with clock.at(moment(1)):
        add([delta(DUE, root, 1, day=dt.date(2019, 9, 3)),
             delta(DUE, root, 2, day=dt.date(2019, 9, 5))])  # fmt: skip
    with clock.at(moment(4, 10)):
        add([delta(DUE, root, 1, -1, day=dt.date(2019, 9, 3))])
    for _ in range(2):
        assert [queries.value(OVERDUE, root, asof=moment(day)) for day in (2, 3, 4, 5, 6)] == [
            0, 0, 0, 0, 1,
        ]  # fmt: skip
        assert queries.value(OVERDUE, root, asof=moment(4, 9)) == 1
        with clock.at(moment(6)):
            assert queries.value(OVERDUE, root) == 1
        with clock.at(moment(5)):
            assert queries.value(OVERDUE, root) == 0
        fold_all()


def test_splits_and_filters_add_up() -> None:
    root = unit()
    a, b = unit(root), unit(root)
    add([
        delta(FLOW, a, 1, category_id=7, channel="web"),
        delta(FLOW, a, 2, category_id=8, channel="phone"),
        delta(FLOW, b, 3, category_id=7, channel="phone"),
        delta(FLOW, b, 4),
        delta(PART, b, 3, category_id=7, channel="phone"),
    ])  # fmt: skip
    for _ in range(2):
        assert queries.by_category(FLOW, root) == {None: 1, 7: 2, 8: 1}
        assert queries.by_channel(FLOW, root) == {"": 1, "phone": 2, "web": 1}
        assert queries.by_channel(FLOW, root, category=7) == {"phone": 1, "web": 1}
        assert queries.value(FLOW, root, category=[7, 8]) == 3
        assert queries.value(FLOW, root, category=7, channel="phone") == 1
        assert queries.value(RATE, root) == Decimal("0.2500")
        assert queries.value(RATE, a) == 0
        assert queries.value(RATE, root, category=9) is None
        assert [(c.unit.pk, c.value) for c in queries.by_child(FLOW, root)] == [
            (a.pk, 2),
            (b.pk, 2),
        ]
        fold_all()


def test_series_gives_a_flow_per_day_and_a_stock_as_it_stood() -> None:
    root = unit()
    for day in (1, 2, 2, 4):
        with clock.at(moment(day)):
            add([delta(FLOW, root, day), delta(STOCK, root, Entry.objects.count() + 1)])
    fold_all()
    with clock.at(moment(5)):
        add([delta(STOCK, root, 1, -1)])
        first, last = dt.date(2019, 9, 2), dt.date(2019, 9, 5)
        flow = queries.series(FLOW, root, first=first, last=last)
        stock = queries.series(STOCK, root, first=first, last=last)
        early = queries.series(STOCK, root, first=first, last=last, asof=moment(4, 9))
    assert [point.value for point in flow] == [2, 0, 1, 0]
    assert [point.value for point in stock] == [3, 3, 4, 3]
    assert [point.value for point in early] == [3, 3, 3, 3]


@pytest.mark.parametrize("window", [(None, -1), (0, 1), (-2, None), (1, 1)])
def test_the_course_of_a_window_is_its_value_at_the_end_of_each_day(
    window: tuple[int | None, int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    metric = replace(queries.find(OVERDUE), window=window)
    monkeypatch.setitem(_registry, OVERDUE, metric)
    root = unit()
    for day, due, amount in ((1, 2, 1), (1, 4, 1), (2, 2, -1), (3, 1, 1), (3, 9, 1), (5, 4, -1)):
        with clock.at(moment(day)):
            add([delta(DUE, root, due, amount, day=dt.date(2019, 9, due))])
    with clock.at(moment(9)):
        days = [dt.date(2019, 9, day) for day in range(1, 9)]
        course = queries.series(OVERDUE, root, first=days[0], last=days[-1])
        ends = [queries.value(OVERDUE, root, asof=moment(day.day, 23)) for day in days]
    assert [point.value for point in course] == ends


def test_the_records_add_up_to_the_figure() -> None:
    root = unit()
    leaf = unit(root)
    with clock.at(moment(1)):
        add([delta(STOCK, leaf, 1), delta(STOCK, leaf, 2), delta(STOCK, root, 3)])
    with clock.at(moment(2)):
        add([delta(STOCK, leaf, 1, -1), delta(FLOW, leaf, 9), delta(FLOW, leaf, 9)])
    assert [row["thing_id"] for row in queries.records(STOCK, root)] == [3, 2]
    assert [row["thing_id"] for row in queries.records(STOCK, leaf, asof=moment(1))] == [2, 1]
    assert list(queries.records(FLOW, root)) == [{"thing_id": 9, "amount": 2}]
    assert {row["thing_id"] for row in queries.thing_ids(STOCK, leaf)} == {2}


def test_stock_follows_a_moved_unit_and_history_stays() -> None:
    root = unit()
    a, b = unit(root), unit(root)
    child = unit(a)
    grandchild = unit(child)
    with clock.at(moment(1)):
        add([delta(STOCK, child, 1), delta(STOCK, grandchild, 2), delta(STOCK, a, 3)])
        add([delta(FLOW, grandchild, 2)])
    fold_all()
    with clock.at(moment(2)):
        add([delta(STOCK, grandchild, 4)])
        set_moment(moment(2, 15))
        move(child, b)

    def stocks(asof: dt.datetime | None = None) -> list[queries.Value]:
        return [queries.value(STOCK, u, asof=asof) for u in (root, a, b, child, grandchild)]

    for _ in range(2):
        assert stocks() == [4, 1, 3, 3, 2]
        assert stocks(asof=moment(2, 14)) == [4, 4, 0, 3, 2]
        assert stocks(asof=moment(1)) == [3, 3, 0, 2, 1]
        assert [queries.value(FLOW, u) for u in (a, b, child)] == [1, 0, 1]
        fold_all()
    assert {r["thing_id"] for r in queries.thing_ids(STOCK, b)} == {1, 2, 4}
    assert {r["thing_id"] for r in queries.thing_ids(STOCK, a)} == {3}
    add([delta(STOCK, grandchild, 2, -1)])  # the path in hand is the old one
    assert stocks() == [3, 1, 2, 2, 1]


def set_moment(at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('xiaohao.now', %s, true)", [at.isoformat()])


def test_moving_twice_and_back_comes_out_even() -> None:
    root = unit()
    a, b = unit(root), unit(root)
    child = unit(a)
    add([delta(STOCK, child, 1), delta(DUE, child, 1, day=dt.date(2019, 9, 3))])
    for target in (b, a, b, root, None, a):
        move(child, target)
        above = {a.pk: 0, b.pk: 0} | ({target.pk: 1} if target in (a, b) else {})
        assert {u.pk: queries.value(STOCK, u) for u in (a, b)} == above
        assert queries.value(STOCK, root) == (0 if target is None else 1)
        assert queries.value(OVERDUE, a) == above[a.pk]
        fold_all()


def test_a_parent_that_moves_after_its_child_left_takes_nothing_of_it() -> None:
    root = unit()
    a, b, c = unit(root), unit(root), unit(root)
    child = unit(a)
    add([delta(STOCK, child, 1), delta(STOCK, a, 2)])
    move(child, b)
    move(a, c)
    assert [queries.value(STOCK, u) for u in (root, a, b, c)] == [2, 1, 1, 1]


def test_changes_are_never_changed_and_name_units_that_exist() -> None:
    root = unit()
    add([delta(FLOW, root, 1)])
    for harm in (
        lambda: Entry.objects.update(amount=5),
        lambda: Entry.objects.all().delete(),
        lambda: add([Delta(metric=FLOW, path=step(999_999), thing_id=1)]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            harm()
    with pytest.raises(KeyError, match="derived"):
        add([delta(RATE, root, 1)])
    with pytest.raises(ValueError, match="day of its own"):
        add([delta(DUE, root, 1)])


def test_one_statement_whatever_is_asked() -> None:
    root = unit()
    below = [unit(root) for _ in range(5)]
    add([delta(FLOW, u, u.pk) for u in below])
    with CaptureQueriesContext(connection) as seen:
        queries.table([FLOW, PART, STOCK, OVERDUE, RATE], [root, *below])
    assert len(seen) == 1
    with CaptureQueriesContext(connection) as seen:
        add([delta(FLOW, u, u.pk) for u in below])
    assert len([q for q in seen if "SAVEPOINT" not in q["sql"]]) == 1
    assert Cell.objects.count() == 0


def test_a_unit_that_grows_heavy_reads_the_same_before_and_after() -> None:
    root = unit()
    a, b = unit(root), unit(root)
    with clock.at(moment(1)):
        add([delta(STOCK, a, n, category_id=n % 3) for n in range(5)])
    fold_all()
    with clock.at(moment(2)):
        add([delta(STOCK, b, 7), delta(STOCK, a, 1, -1, category_id=1)])
    move(a, b)

    def seen() -> object:
        scope = queries.Scope(asof=moment(1))
        places = [root, a, b]
        now, then = queries.table([STOCK], places), queries.table([STOCK], places, scope)
        return now, then, queries.by_category(STOCK, b)

    before = seen()
    promote(3)
    assert {root.pk, b.pk} <= set(Heavy.objects.values_list("unit_id", flat=True).order_by())
    assert seen() == before
    fold_all()
    assert seen() == before
    assert queries.check().differences == 0


def test_the_jobs_fold_and_promote() -> None:
    root = unit()
    add([delta(FLOW, root, 1), delta(FLOW, root, 2)])
    assert jobs.fold(0) == 2
    assert jobs.promote(0) == 0
    assert queries.value(FLOW, root) == 2
