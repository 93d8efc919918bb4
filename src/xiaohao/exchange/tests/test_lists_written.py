"""What a hand writes in the lists of programmes and calls becomes the moves of their rooms."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaohao.campaigns.models import Programme
from xiaohao.escalation.actions import check_in
from xiaohao.escalation.models import Summons
from xiaohao.escalation.tests import make as escalation
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests.make import Sheets, workbook
from xiaohao.exchange.tests.test_every_list_returns import book
from xiaohao.exchange.tests.test_lists_back import Row, filled
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Permission, Role
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, actor, city, problem, unit, walk
from xiaohao.ledger.tests.test_programmes import drive
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
RESPONSIBILITY, RECTIFICATION = 1, 2


@pytest.fixture
def town() -> City:
    with clock.at(DAY):
        town = city()
        drive(town)
    return town


def begun(town: City, to: str = "in_progress") -> Problem:
    """A problem of the programme; under way with three measures, each after the one before."""
    row = problem(town, programme=Programme.objects.get())
    until = dt.date(2019, 11, 29)
    ledger.move(problem=row, move="refer", by=town.operator, unit=town.street, deadline=until)
    walk(town, row, "accepted")
    if to == "in_progress":
        days = [dt.date(2019, 9, 20), dt.date(2019, 9, 27), dt.date(2019, 10, 8)]
        texts = ["摸底", "施划", "验收"]
        measures = [
            {"text": text, "owner": "城管科", "deadline": day, "after": [n] if n else []}
            for n, (text, day) in enumerate(zip(texts, days, strict=True))
        ]
        ledger.move(problem=row, move="plan", by=town.handler, measures=measures)
    return row


def three(town: City) -> bytes:
    return book(town.office, LISTS["programmes_lists"])


def told(row: Problem) -> list[tuple[Any, ...]]:
    rows = list(row.measures.filter(dropped_at=None).order_by("pk"))
    places = {one.pk: n for n, one in enumerate(rows, 1)}
    return [
        (one.text, one.owner, one.deadline, one.days, [places[key] for key in one.after])
        for one in rows
    ]


def errors(report: Any) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.column, one.code) for one in report.errors]


def with_rows(content: bytes, sheet: int, after: int, rows: list[Row]) -> bytes:
    """The workbook with rows put in below that row (from 1, the head)."""
    found: Sheets = {}
    for n, (name, lines) in enumerate(sheets(content)):
        made = [list(line) for line in lines]
        if n == sheet:
            head = list(map(str, lines[0]))
            assert {key for row in rows for key in row} <= set(head)
            made[after:after] = [[row.get(name, "") for name in head] for row in rows]
        found[name] = made
    return workbook(found)


def test_measures_are_amended_each_with_its_own_reason(town: City) -> None:
    with clock.at(DAY):
        row = begun(town)

        def change(rows: list[Row]) -> None:
            rows[0] |= {"措施责任人": "停车办", "改动理由": "分工调整"}
            rows[2] |= {
                "整改措施": "联合验收",
                "措施期限": "2019年10月11日",
                "改动理由": "并入联验",
            }

        content = filled(three(town), change, RECTIFICATION)
        reading = understand_list(town.handler, content, "三张清单.xlsx")
        assert [(c.row, c.column) for one in reading.changed for c in one.changes] == [
            (2, "措施责任人"), (4, "整改措施"), (4, "措施期限"),
        ]  # fmt: skip
        report = import_list(by=town.handler, source=content)
        assert [one.message for one in report.errors] == []
        assert report.changed == 1
        assert told(row) == [
            ("摸底", "停车办", dt.date(2019, 9, 20), 1, []),
            ("施划", "城管科", dt.date(2019, 9, 27), 1, [1]),
            ("联合验收", "城管科", dt.date(2019, 10, 11), 1, [2]),
        ]
        again = import_list(by=town.handler, source=content)
        assert (again.changed, again.refused) == (0, 0)
        assert not list(faults(Checked()))


def test_an_amendment_is_refused_in_its_row_as_its_page_refuses_it(town: City) -> None:
    with clock.at(DAY):
        row = begun(town)

        def change(rows: list[Row]) -> None:
            rows[1] |= {"措施责任人": "停车办"}
            rows[2] |= {"措施期限": "2019-09-25", "改动理由": "提前"}

        content = filled(three(town), change, RECTIFICATION)
        report = import_list(by=town.handler, source=content)
        assert errors(report) == [
            (3, "改动理由", "reason_missing"), (4, "措施期限", "deadline_too_soon"),
        ]  # fmt: skip
        other = import_list(by=town.office, source=content)
        assert {one.code for one in other.errors} >= {"not_permitted"}
        assert told(row)[1][1] == "城管科"


def test_what_a_measure_waits_for_is_cleared_by_a_word_and_not_by_nothing(town: City) -> None:
    with clock.at(DAY):
        row = begun(town)
        head = "前置措施"
        empty = filled(three(town), lambda rows: rows[2].update({head: ""}), RECTIFICATION)
        assert errors(import_list(by=town.handler, source=empty)) == [(4, head, "list_emptied")]

        def change(rows: list[Row]) -> None:
            rows[2] |= {head: "无", "改动理由": "可先行验收"}

        content = filled(three(town), change, RECTIFICATION)
        assert import_list(by=town.handler, source=content).changed == 1
        assert told(row)[2][4] == []


def test_a_stale_sheet_amends_nothing(town: City) -> None:
    with clock.at(DAY):
        row = begun(town)

        def change(rows: list[Row]) -> None:
            rows[0] |= {"措施责任人": "停车办", "改动理由": "分工调整"}

        content = filled(three(town), change, RECTIFICATION)
        ledger.move(problem=row, move="comment", by=town.handler, note="已到场")
        report = import_list(by=town.handler, source=content)
        assert [one.code for one in report.errors] == ["list_stale"]


def test_measures_are_added_below_a_problem_once(town: City) -> None:
    with clock.at(DAY):
        row = begun(town)
        new = [
            {"整改措施": "公示", "措施责任人": "办公室", "措施期限": dt.date(2019, 10, 15),
             "措施工作日": 2, "前置措施": "3"},
            {"措施序号": 5, "整改措施": "回访", "措施责任人": "办公室", "措施期限": "2019-10-18",
             "前置措施": "4"},
        ]  # fmt: skip
        content = with_rows(three(town), RECTIFICATION, 4, new)
        report = import_list(by=town.handler, source=content)
        assert [one.message for one in report.errors] == []
        assert report.changed == 1
        assert told(row)[3:] == [
            ("公示", "办公室", dt.date(2019, 10, 15), 2, [3]),
            ("回访", "办公室", dt.date(2019, 10, 18), 1, [4]),
        ]
        again = import_list(by=town.handler, source=content)
        assert (again.changed, again.refused) == (0, 0)
        assert len(told(row)) == 5
        assert not list(faults(Checked()))


def test_the_first_measures_of_an_accepted_problem_are_its_plan(town: City) -> None:
    with clock.at(DAY):
        row = begun(town, "accepted")

        def change(rows: list[Row]) -> None:
            assert len(rows) == 1
            rows[0] |= {"整改措施": "换灯", "措施责任人": "城管科", "措施期限": "2019-09-20"}

        content = filled(three(town), change, RECTIFICATION)
        assert import_list(by=town.handler, source=content).changed == 1
        row.refresh_from_db()
        assert row.state == "in_progress"
        assert told(row) == [("换灯", "城管科", dt.date(2019, 9, 20), 1, [])]


def test_a_new_measure_says_only_what_a_measure_says(town: City) -> None:
    with clock.at(DAY):
        begun(town)
        new: list[Row] = [
            {"措施序号": 2, "整改措施": "公示", "措施责任人": "办公室", "措施期限": "2019-10-15"},
            {"整改措施": "回访", "措施完成时间": "2019-10-18"},
        ]
        content = with_rows(three(town), RECTIFICATION, 4, new)
        assert errors(import_list(by=town.handler, source=content)) == [
            (6, "措施完成时间", "list_not_new")
        ]
        content = with_rows(three(town), RECTIFICATION, 4, new[:1])
        assert errors(import_list(by=town.handler, source=content)) == [
            (5, "措施序号", "bad_number")
        ]
        bare: list[Row] = [{"整改措施": "回访", "前置措施": "9"}]
        content = with_rows(three(town), RECTIFICATION, 4, bare)
        assert {(row, column) for row, column, _code in errors(
            import_list(by=town.handler, source=content)
        )} == {(5, "措施责任人"), (5, "前置措施")}  # fmt: skip


def test_who_answers_and_who_helps_are_assigned_by_whoever_refers(town: City) -> None:
    with clock.at(DAY):
        row = begun(town)
        helper = unit("1201-H", town.east, "county")

        def change(rows: list[Row]) -> None:
            rows[0] |= {"包案领导": "单位120101 · LEADER", "配合单位": helper.name}

        content = filled(three(town), change, RESPONSIBILITY)
        refused = import_list(by=town.handler, source=content)
        assert {one.code for one in refused.errors} >= {"not_permitted"}
        assert import_list(by=town.office, source=content).changed == 1
        row.refresh_from_db()
        assert (row.lead.code if row.lead else "") == "LEADER"
        assert [one.unit for one in row.cooperations.filter(until=None)] == [helper]
        assert import_list(by=town.office, source=content).changed == 0

        def clear(rows: list[Row]) -> None:
            rows[0] |= {"包案领导": "无", "配合单位": "无"}

        assert import_list(
            by=town.office, source=filled(three(town), clear, RESPONSIBILITY)
        ).changed == 1  # fmt: skip
        row.refresh_from_db()
        assert row.lead is None
        assert not row.cooperations.filter(until=None).exists()
        unknown = filled(
            three(town), lambda rows: rows[0].update({"配合单位": "没有这个局"}), RESPONSIBILITY
        )
        assert [one.code for one in import_list(by=town.office, source=unknown).errors] == [
            "no_such_unit"
        ]


def test_two_sheets_may_write_to_one_problem(town: City) -> None:
    with clock.at(DAY):
        row = begun(town)
        # No role grants both today; the second move must know of the first all the same.
        both = replace(town.office, permissions=town.office.permissions | {Permission.HANDLE})

        def lead(rows: list[Row]) -> None:
            rows[0] |= {"包案领导": "单位120101 · LEADER"}

        def measure(rows: list[Row]) -> None:
            rows[0] |= {"措施责任人": "停车办", "改动理由": "分工调整"}

        content = filled(filled(three(town), lead, RESPONSIBILITY), measure, RECTIFICATION)
        report = import_list(by=both, source=content)
        assert [one.message for one in report.errors] == []
        assert report.changed == 2
        row.refresh_from_db()
        assert row.lead_id
        assert told(row)[0][1] == "停车办"


NEW = {
    "编码": "illegal-build", "中文名称": "违建专项整治", "英文名称": "Illegal buildings",
    "部署层级": "地方自定", "牵头单位": "单位1201", "整治内容": "违法建设",
    "完成时限": "2019-11-20",
}  # fmt: skip


def test_programmes_are_changed_and_set_up_with_the_gate_of_the_page(town: City) -> None:
    with clock.at(DAY):
        content = book(town.office, LISTS["programmes_list"])
        heads = set(map(str, sheets(content)[0][1][0]))
        assert heads >= set(NEW)

        def change(rows: list[Row]) -> None:
            rows[0] |= {"中文名称": "停车治理", "完成时限": dt.date(2019, 12, 6)}
            rows.append(dict(NEW))

        content = filled(content, change)
        refused = import_list(by=town.handler, source=content)
        assert {one.code for one in refused.errors} == {"not_permitted"}

        def only_the_first(rows: list[Row]) -> None:
            del rows[1:]

        district = import_list(by=town.district, source=filled(content, only_the_first))
        assert {one.code for one in district.errors} == {"set_above"}
        report = import_list(by=town.office, source=content)
        assert [one.message for one in report.errors] == []
        assert (report.imported, report.changed) == (1, 1)
        old, new = Programme.objects.order_by("pk")
        assert (old.name, old.final, old.name_en) == ("停车治理", dt.date(2019, 12, 6), "Parking")
        assert (new.code, new.origin, new.lead_unit, new.final) == (
            "illegal-build", "local", town.east, dt.date(2019, 11, 20),
        )  # fmt: skip
        again = import_list(by=town.office, source=content)
        assert (again.imported, again.changed, again.refused) == (0, 0, 0)
        assert not list(faults(Checked()))


def test_a_new_programme_needs_all_that_its_page_needs(town: City) -> None:
    with clock.at(DAY):
        content = book(town.office, LISTS["programmes_list"])
        bad = {**NEW, "完成时限": "年底", "部署层级": "某级", "牵头单位": "没有"}

        def change(rows: list[Row]) -> None:
            rows.append(bad)
            rows.append({**NEW, "编码": "no-code-of-ours", "版本": 3})

        report = import_list(by=town.office, source=filled(content, change))
        assert set(errors(report)) == {
            (3, "完成时限", "final_missing"),
            (3, "部署层级", "bad_origin"), (3, "牵头单位", "no_such_lead"),
            (4, "编码", "list_unknown"),
        }  # fmt: skip


def came(town: City) -> Summons:
    summons = escalation.called(town)
    department = actor("DEPARTMENT", summons.unit, Role.HANDLER, 92)
    check_in(summons=summons, by=department, who="执法科")
    return summons


def test_the_caller_grades_in_the_sheet_once(town: City) -> None:
    with clock.at(DAY):
        summons = came(town)
        content = book(town.office, LISTS["escalation_calls"])
        bad = filled(content, lambda rows: rows[0].update({"评价": "无效"}))
        report = import_list(by=town.handler, source=bad)
        assert [one.code for one in report.errors] == ["reason_missing"]
        good = filled(content, lambda rows: rows[0].update({"评价": "有效"}))
        stranger = import_list(by=actor("D2", summons.unit, Role.HANDLER, 94), source=good)
        assert {one.code for one in stranger.errors} == {"not_your_unit"}
        assert import_list(by=town.handler, source=good).changed == 1
        summons.refresh_from_db()
        assert summons.grade == "good"
        assert import_list(by=town.handler, source=good).changed == 0
        other = book(town.office, LISTS["escalation_calls"])
        other = filled(other, lambda rows: rows[0].update({"评价": "部分有效"}))
        assert [one.code for one in import_list(by=town.handler, source=other).errors] == [
            "not_now"
        ]


def test_no_department_is_called_by_a_sheet(town: City) -> None:
    with clock.at(DAY):
        came(town)
        content = book(town.office, LISTS["escalation_calls"])
        content = with_rows(content, 0, 2, [{"部门": "没有这个局", "评价": "有效"}])
        report = import_list(by=town.handler, source=content)
        assert errors(report) == [(3, "部门", "list_unknown")]


def test_the_page_names_each_measure_by_its_own_row(town: City) -> None:
    with clock.at(DAY):
        begun(town)

        def change(rows: list[Row]) -> None:
            rows[2] |= {"措施责任人": "停车办", "改动理由": "分工调整"}

        content = filled(three(town), change, RECTIFICATION)
        browser = logged_in(holder(town.street, Role.HANDLER))
        sent = browser.post(
            reverse("exchange_import_list"), {"file": SimpleUploadedFile("三张清单.xlsx", content)}
        )
        text = browser.get(sent["Location"]).content.decode()
        assert 'data-label="行">4</td>' in text
        assert 'data-label="行">2</td>' not in text
