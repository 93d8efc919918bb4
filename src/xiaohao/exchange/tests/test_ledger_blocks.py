"""A ledger is written block by block while the rest of it is being understood."""

import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import xlsxwriter
from django.db import connections

from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.models import Batch, Line
from xiaohao.exchange.rules import ledger
from xiaohao.exchange.tests.test_ledger_import import HEADS, book
from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city
from xiaohao.trail import actions as trail
from xiaohao.trail.queries import Checked, faults


@pytest.fixture
def town(db: None) -> Iterator[City]:
    with clock.at(DAY):
        yield city()


def row(number: int | str, text: str, unit: str = "", measure: str = "") -> list[Any]:
    return [number, text, unit, "", "", measure, "2019.9.30", "", ""]


def rows_of(town: City) -> list[list[Any]]:
    return [
        HEADS,
        row(1, "路灯不亮", town.street.name, "换灯"),
        [None, None, None, None, None, "巡查", None, None, None],
        row(2, "井盖缺失", town.west.name, "补齐"),
        row(3, "停车难"),
        row(4, "路灯不亮", town.street.name, "换灯"),
        [None, None, None, None, None, "巡查", None, None, None],
        row(5, "楼道堆物", town.east.name, "清理"),
    ]


def told() -> list[Any]:
    return [
        (one.title, one.unit_id, [m.text for m in one.measures.order_by("pk")], line.row)
        for one in Problem.objects.order_by("pk")
        for line in Line.objects.filter(problem=one)
    ]


@pytest.mark.parametrize("at_once", [1, 2, 3, 5000])
def test_in_whatever_blocks_it_comes_in_the_same(
    town: City, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(ledger, "AT_ONCE", at_once)
    seen: list[tuple[int, int]] = []
    report = import_ledger(
        by=town.office,
        source=book(rows_of(town)),
        name="台账.xlsx",
        progress=lambda *done: seen.append(done),
    )
    assert (report.imported, report.already, report.refused, report.errors) == (4, 1, 0, [])
    assert told() == [
        ("路灯不亮", town.street.pk, ["换灯", "巡查"], 2),
        ("井盖缺失", town.west.pk, ["补齐"], 4),
        ("停车难", None, [], 5),
        ("楼道堆物", town.east.pk, ["清理"], 8),
    ]
    assert seen[-1] == (4, 7)
    assert len(seen) == len({done for done, _all in seen})
    assert Batch.objects.get().imported == 4
    assert not list(faults(Checked()))
    assert check().differences == 0


def test_a_row_refused_far_down_takes_all_back_and_everything_wrong_is_told(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "AT_ONCE", 1)
    written: list[int] = []
    rows = [*rows_of(town), row(6, "漏水", "财政金融办"), row(7, "好"), [8, "", "", "", "", "x"]]
    report = import_ledger(
        by=town.office,
        source=book(rows),
        name="台账.xlsx",
        progress=lambda done, _all: written.append(done),
    )
    assert written  # it had begun
    assert (report.imported, report.refused, report.batch) == (0, 2, None)
    assert [(e.row, e.code) for e in report.errors] == [
        (9, "unit_unknown"),
        (11, "problem_empty"),
    ]
    assert not Problem.objects.exists()
    assert not Batch.objects.exists()
    assert not Line.objects.exists()
    assert check().differences == 0
    part = import_ledger(by=town.office, source=book(rows), name="台账.xlsx", skip_refused=True)
    assert (part.imported, part.already, part.refused) == (5, 1, 2)


def test_a_row_that_adds_up_the_others_is_left_out_and_told(town: City) -> None:
    rows = [*rows_of(town), row("合 计：", "6"), row("合计", ""), row("小计", "合计还没有张贴")]
    report = import_ledger(by=town.office, source=book(rows), name="a.xlsx")
    assert (report.imported, report.refused) == (5, 0)
    assert [(e.row, e.code) for e in report.errors] == [(9, "row_of_totals"), (10, "row_of_totals")]
    assert not Problem.objects.filter(title="6").exists()


def sheets(**rows: list[Any]) -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    for name, some in rows.items():
        sheet = made.add_worksheet(name)
        for index, one in enumerate([HEADS, *some]):
            sheet.write_row(index, 0, one)
    made.close()
    return target.getvalue()


def test_a_problem_of_two_sheets_comes_in_once_or_is_refused_by_both_their_names(
    town: City,
) -> None:
    same = sheets(八月=[row(1, "停车难"), row(2, "漏水")], 九月=[row(1, "停车难")])
    report = import_ledger(by=town.office, source=same, name="a.xlsx")
    assert (report.imported, report.already, report.refused) == (2, 1, 0)
    other = sheets(八月=[row(1, "噪声")], 九月=[row(1, "噪声", measure="限时")])
    report = import_ledger(by=town.office, source=other, name="b.xlsx")
    assert (report.imported, report.refused) == (0, 1)
    assert [(e.row, e.sheet, e.code, e.value) for e in report.errors] == [
        (2, "九月", "text_twice", "八月!2")
    ]
    assert report.errors[0].column == HEADS[row(1, "噪声").index("噪声")]
    named = sheets(八月=[row("津督-2019-0001", "噪声")], 九月=[row("津督-2019-0001", "粉尘")])
    report = import_ledger(by=town.office, source=named, name="c.xlsx")
    assert [(e.code, e.column) for e in report.errors] == [("problem_twice", HEADS[0])]


def test_a_number_that_is_drawn_meanwhile_names_no_problem_of_before(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "AT_ONCE", 1)
    drawn = trail.next_ids({Problem: 1})[0][0]
    number = Problem.number_of(2019, drawn + 1)
    rows = [HEADS, row(1, "停车难"), *(row(n, f"问题{n}") for n in range(2, 6))]
    rows.append([number, "停车难", "", "", "", "", "2019.9.30", "", ""])
    report = import_ledger(by=town.office, source=book(rows), name="a.xlsx", skip_refused=True)
    assert Problem.objects.order_by("pk")[0].number == number
    assert (report.imported, report.already, report.refused) == (5, 0, 1)
    assert [(one.row, one.code) for one in report.errors] == [(7, "number_unknown")]


def test_of_two_copies_at_one_moment_one_adds_nothing(committed: None) -> None:
    reports = []
    with clock.at(DAY):
        town = city()
        content = book(rows_of(town))
    both = threading.Barrier(2)

    def bring() -> None:
        try:
            both.wait()
            with clock.at(DAY):
                reports.append(import_ledger(by=town.office, source=content, name="a.xlsx"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((one.imported, one.already) for one in reports) == [(0, 5), (4, 1)]
    assert Problem.objects.count() == 4
