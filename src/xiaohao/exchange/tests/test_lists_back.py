"""A list's workbook comes back: the same, changed by hand, filled in by hand, and refused."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from xiaohao.commitments import actions as commitments
from xiaohao.commitments.models import Entry, Household, HouseholdNeed, Visit
from xiaohao.commitments.tests import make
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.models import Batch, Entered
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.rules import cells
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests.make import Sheets, workbook
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.tests.make import DAY, City, actor, city
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
Row = dict[str, Any]


@pytest.fixture
def town() -> City:
    return city()


def exported(browser: Client, page: str, query: str = "", **keys: str) -> bytes:
    answer = browser.get(reverse(LISTS[page].address, kwargs=keys or None) + query)
    assert answer.status_code == 200
    return b"".join(answer)


def rows_of(content: bytes, sheet: int = 0) -> list[Row]:
    _name, (head, *below) = sheets(content)[sheet]
    return [dict(zip(map(str, head), row, strict=False)) for row in below]


def filled(content: bytes, change: Callable[[list[Row]], None], sheet: int = 0) -> bytes:
    """The workbook after a hand has been at one of its sheets."""
    found: Sheets = {}
    for n, (name, rows) in enumerate(sheets(content)):
        head = list(map(str, rows[0])) if rows else []
        below = [dict(zip(head, row, strict=False)) for row in rows[1:]]
        if n == sheet:
            change(below)
        found[name] = [head, *([row.get(name, "") for name in head] for row in below)]
    return workbook(found)


def office(town: City) -> Client:
    return logged_in(holder(town.city, Role.OFFICE))


def test_every_sheet_that_comes_back_has_heads_of_its_own_in_each_language() -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            for page, what in LISTS.items():
                for sheet in what.sheets:
                    heads = [cells.head(str(column.head)) for column in sheet.columns]
                    assert len(set(heads)) == len(heads), (page, str(sheet.name))
                    keys = [column.key for column in sheet.columns if column.key]
                    assert len(set(keys)) == len(keys), (page, str(sheet.name))
                    if sheet.back:
                        assert sheet.identifying.key == sheet.back.key


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_goes_out_comes_back_as_it_stands(town: City, language: str) -> None:
    with clock.at(DAY):
        for kind in ("project", "petition", "weak"):
            make.walked(town, "under_way", kind)
        home = make.household(town)
        needs = [{"kind": "minimum", "text": "=符合条件但不在册"}, {"kind": "work", "text": "找活"}]
        commitments.visit(
            household=home, by=town.handler, day=DAY.date(), situation=["ill", "alone"],
            note="家中有病人", needs=needs,
        )  # fmt: skip
        browser = office(town)
        browser.cookies["django_language"] = language
        for page, count in (
            ("commitments_list", 3),
            ("commitments_households", 2),
            ("commitments_needs", 2),
        ):
            content = exported(browser, page)
            reading = understand_list(town.office, content, "back.xlsx")
            assert reading.remarks == []
            assert (reading.same, reading.refused) == (count, 0), page
            assert reading.changed + reading.fresh == []


def test_cells_changed_by_hand_become_the_moves_of_whoever_sends_them(town: City) -> None:
    with clock.at(DAY):
        weak = make.walked(town, "under_way", "weak")
        project = make.walked(town, "under_way", "project")

        def change(rows: list[Row]) -> None:
            by = {row["编号"]: row for row in rows}
            by[weak.number] |= {"方案": "第三步：换届", "改动理由": "班子已定"}
            by[project.number] |= {"到位（元）": "50万", "完成数量": 12, "改动理由": "首批车位"}

        content = filled(exported(office(town), "commitments_list"), change)
        report = import_list(by=town.handler, source=content, name="三个一批.xlsx")
        assert (report.imported, report.changed, report.refused, report.already) == (0, 2, 0, 0)
        weak.refresh_from_db()
        project.refresh_from_db()
        assert [plan.text for plan in weak.plans.order_by("number")][-1] == "第三步：换届"
        assert (project.arrived, project.achieved) == (Decimal(500_000), Decimal(12))
        again = import_list(by=town.handler, source=content, name="三个一批.xlsx")
        assert (again.imported, again.changed, again.refused, again.already) == (0, 0, 0, 2)
        assert not list(faults(Checked()))
        assert project.version == Entry.objects.get(pk=project.pk).version


def test_a_gate_or_a_rule_that_refuses_keeps_the_whole_file_out(town: City) -> None:
    with clock.at(DAY):
        first = make.walked(town, "under_way", "project")
        second = make.walked(town, "under_way", "project")

        def change(rows: list[Row]) -> None:
            by = {row["编号"]: row for row in rows}
            by[first.number] |= {"到位（元）": 1000}
            by[second.number] |= {"支出（元）": 9000}

        content = filled(exported(office(town), "commitments_list"), change)
        own = import_list(by=town.handler, source=content)
        assert (own.refused, own.changed, own.batch) == (1, 0, None)
        assert [(one.code, one.column) for one in own.errors] == [
            ("spent_beyond_arrived", "支出（元）")
        ]
        other = import_list(by=town.office, source=content)
        assert {one.code for one in other.errors} == {"not_permitted"}
        assert other.refused == 2
        first.refresh_from_db()
        assert first.arrived == 0
        assert not Batch.objects.exists()


def test_a_sheet_made_before_somebody_else_wrote_is_stale(town: City) -> None:
    with clock.at(DAY):
        project = make.walked(town, "under_way", "project")
        book = exported(office(town), "commitments_list")
        commitments.move(entry=project, move="money", by=town.handler, arrived="100")
        content = filled(book, lambda rows: rows[0].update({"到位（元）": 70}))
        report = import_list(by=town.handler, source=content)
        assert [one.code for one in report.errors] == ["list_stale"]
        bare = filled(book, lambda rows: rows[0].update({"到位（元）": 70, "版本": ""}))
        assert import_list(by=town.handler, source=bare).errors[0].code == "list_no_version"


def test_what_no_sheet_may_say_is_refused_cell_by_cell(town: City) -> None:
    with clock.at(DAY):
        project = make.walked(town, "under_way", "project")
        book = exported(office(town), "commitments_list")

        def change(rows: list[Row]) -> None:
            rows[0] |= {"状态": "已完成", "整改期限": "", "计划（元）": "#REF!"}
            rows.append(dict(rows[0]))
            rows.append({"编号": "QD-2019-999999", "事项": "没有的"})

        report = import_list(by=town.handler, source=filled(book, change))
        assert [(one.row, one.column, one.code) for one in report.errors] == [
            (2, "状态", "list_fixed"),
            (2, "整改期限", "list_emptied"),
            (2, "计划（元）", "cell_broken"),
            (3, "", "list_twice"),
            (4, "编号", "list_unknown"),
        ]
        assert "办理中" in report.errors[0].message or project.get_state_display() in (
            report.errors[0].message
        )


def test_nobody_reads_records_by_sending_their_numbers(town: City) -> None:
    with clock.at(DAY):
        make.walked(town, "under_way", "project")
        content = exported(office(town), "commitments_list")
        outside = actor("OFFICE-WEST", town.west, Role.OFFICE, 77)
        report = import_list(by=outside, source=content)
        assert [one.code for one in report.errors] == ["list_unknown"]
        assert "新增停车泊位" not in report.errors[0].message


NEW = {
    "编号": "", "事项": "消除危房", "清单": "安全隐患", "事项内容": "三处危房", "单位": "",
    "包案领导": "LEADER", "整改期限": dt.date(2019, 11, 30), "承诺数量": 3, "计量单位": "处",
    "计划（元）": "30万元",
}  # fmt: skip


def test_rows_added_by_hand_are_entered_once(town: City) -> None:
    with clock.at(DAY):
        make.entry(town)
        new = {**NEW, "单位": town.street.name}

        def change(rows: list[Row]) -> None:
            rows += [new, dict(new)]

        content = filled(exported(office(town), "commitments_list"), change)
        report = import_list(by=town.office, source=content)
        assert [one.message for one in report.errors] == []
        assert (report.imported, report.already) == (1, 2)
        made = Entry.objects.order_by("-pk")[0]
        assert (made.title, made.kind, made.unit_id, made.promised, made.planned) == (
            "消除危房", "hazard", town.street.pk, Decimal(3), Decimal(300_000),
        )  # fmt: skip
        assert made.lead.code == "LEADER"
        assert Entered.objects.get().thing_id == made.pk
        again = import_list(by=town.office, source=content)
        assert (again.imported, again.changed, again.already) == (0, 0, 3)
        assert not list(faults(Checked()))
        handler = import_list(by=town.handler, source=content)
        assert {one.code for one in handler.errors} == {"not_permitted"}


def test_a_new_row_says_only_what_a_new_entry_says(town: City) -> None:
    with clock.at(DAY):
        make.entry(town)

        def change(rows: list[Row]) -> None:
            rows.append({**NEW, "单位": "没有这个单位", "承诺数量": "几处"})
            rows.append({**NEW, "单位": town.street.name, "状态": "已完成"})
            rows.append({**NEW, "单位": town.street.name, "清单": "没有的清单"})

        content = filled(exported(office(town), "commitments_list"), change)
        report = import_list(by=town.office, source=content)
        assert [(one.row, one.column, one.code) for one in report.errors] == [
            (3, "单位", "no_such_unit"),
            (3, "承诺数量", "not_a_quantity"),
            (3, "承诺数量", "promised_missing"),
            (4, "状态", "list_not_new"),
            (5, "清单", "no_such_list"),
        ]
        assert "安全隐患" in report.errors[-1].message
        assert Entry.objects.count() == 1


def test_households_and_visits_are_filled_in(town: City) -> None:
    with clock.at(DAY):
        home = make.household(town)
        book = exported(office(town), "commitments_households")

        def more(rows: list[Row]) -> None:
            rows.append(
                {"走访户": "5号楼102", "村（社区）": town.street.name, "走访轮次": "九月大走访"}
            )

        def seen(rows: list[Row]) -> None:
            rows.append({
                "走访户编号": str(home.pk), "走访户": home.number, "走访日期": DAY.date(),
                "家庭情况": "大病、独居老人", "说明": "王秀英家",
                "发现的需求": "低保：符合条件但不在册\n其他：盼修路",
            })  # fmt: skip

        content = filled(filled(book, more), seen, 1)
        report = import_list(by=town.handler, source=content)
        assert [one.message for one in report.errors] == []
        assert report.imported == 2
        assert Household.objects.filter(unit=town.street, number="5号楼102").exists()
        visit = Visit.objects.get()
        assert visit.situation == ["alone", "ill"]
        assert "王秀英" not in visit.note
        assert set(HouseholdNeed.objects.values_list("kind", "text")) == {
            ("minimum", "符合条件但不在册"),
            ("other", "盼修路"),
        }
        again = import_list(by=town.handler, source=content)
        assert (again.imported, again.refused, again.already) == (0, 0, 3)
        assert not list(faults(Checked()))


def test_a_visit_says_whose_it_is_and_what_was_found(town: City) -> None:
    with clock.at(DAY):
        home = make.household(town)
        book = exported(office(town), "commitments_households")

        def seen(rows: list[Row]) -> None:
            rows.append({"走访户编号": "999999", "走访日期": DAY.date(), "家庭情况": "大病"})
            rows.append({"走访户编号": str(home.pk), "走访户": "别家", "走访日期": "2020-01-01",
                         "家庭情况": "富裕", "发现的需求": "缺钱"})  # fmt: skip

        report = import_list(by=town.handler, source=filled(book, seen, 1))
        assert [(one.row, one.column, one.code) for one in report.errors] == [
            (2, "走访户编号", "not_found"),
            (3, "走访日期", "day_ahead"),
            (3, "家庭情况", "situation_unknown"),
            (3, "发现的需求", "need_kind_missing"),
            (3, "发现的需求", "need_text_missing"),
            (3, "走访户", "other_household"),
        ]
        assert not Visit.objects.exists()


def test_needs_are_checked_and_never_written(town: City) -> None:
    with clock.at(DAY):
        home = make.household(town)
        commitments.visit(
            household=home, by=town.handler, day=DAY.date(), situation=["ill"],
            needs=[{"kind": "minimum", "text": "不在册"}],
        )  # fmt: skip
        book = exported(office(town), "commitments_needs")
        content = filled(book, lambda rows: rows[0].update({"需求": "在册"}))
        report = import_list(by=town.office, source=content)
        assert [(one.column, one.code) for one in report.errors] == [("需求", "list_fixed")]
        assert "不在册" in report.errors[0].message
        assert "走访户" in report.errors[0].message


def test_a_file_of_no_list_is_refused_in_words(town: City) -> None:
    content = workbook({"随便": [["甲", "乙"], ["1", "2"]]})
    with pytest.raises(Refused) as refused:
        understand_list(town.office, content, "x.xlsx")
    assert [one.code for one in refused.value.unmet] == ["no_list"]


def test_a_longer_list_costs_no_more_queries(
    town: City, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    with clock.at(DAY):
        for _n in range(6):
            make.entry(town)
        content = exported(office(town), "commitments_list")
        with django_assert_max_num_queries(2):
            assert understand_list(town.office, content, "back.xlsx").same == 6
