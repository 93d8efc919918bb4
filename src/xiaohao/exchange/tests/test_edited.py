"""The ledger's own workbook, edited by hand and sent back: every cell that differs is told."""

import datetime as dt
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from xiaohao.exchange.models import Draft
from xiaohao.exchange.tests.test_lists_back import Row, filled
from xiaohao.exchange.understanding import LedgerReading, understand
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import City, city, problem, walk
from xiaohao.people.tests.make import holder, logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


@pytest.fixture
def browser(town: City) -> Client:
    return logged_in(holder(town.city, Role.OFFICE))


def exported(browser: Client) -> bytes:
    return b"".join(browser.get(reverse("exchange_ledger")))


def told(reading: LedgerReading) -> set[tuple[int | None, str, str]]:
    return {(one.row, one.column, one.code) for one in reading.remarks if one.row}


def two(town: City) -> list[Problem]:
    first = walk(town, problem(town, title="路灯不亮", text="甲路的路灯不亮"), "in_progress")
    return [walk(town, problem(town, title="井盖缺失", text="乙路缺井盖"), "referred"), first]


def test_an_untouched_workbook_differs_nowhere(town: City, browser: Client) -> None:
    two(town)
    reading = understand(town.office, exported(browser), "台账.xlsx")
    assert (reading.already, reading.edited, len(reading.fresh)) == (2, 0, 0)
    assert told(reading) == set()
    english = b"".join(browser.get(reverse("exchange_ledger"), headers={"accept-language": "en"}))
    assert told(understand(town.office, english, "ledger.xlsx")) == set()


def test_each_edited_cell_is_told_with_its_record(town: City, browser: Client) -> None:
    newer, older = two(town)
    by_number = {newer.number: "referred", older.number: "in_progress"}

    def edit(rows: list[Row]) -> None:
        places = {row["编号"]: row for row in rows}
        assert set(places) == set(by_number)
        places[newer.number] |= {"标题": "井盖被盗", "状态": "已销号"}
        places[older.number] |= {"措施责任人": "别的科", "整改期限": dt.date(2030, 1, 1)}

    reading = understand(town.office, filled(exported(browser), edit), "台账.xlsx")
    assert (reading.already, reading.edited, len(reading.fresh)) == (2, 2, 0)
    assert {(column, code) for _row, column, code in told(reading)} == {
        ("标题", "row_differs"), ("状态", "row_differs"),
        ("措施责任人", "row_differs"), ("整改期限", "row_differs"),
    }  # fmt: skip
    said = next(one for one in reading.remarks if one.column == "标题")
    assert "井盖缺失" in said.message
    assert said.problem == newer.number


def test_an_edited_text_does_not_come_in_as_new(town: City, browser: Client) -> None:
    (row, _other) = two(town)

    def edit(rows: list[Row]) -> None:
        for one in rows:
            if one["编号"] == row.number:
                one["问题表现"] = "完全另写的一段话"

    reading = understand(town.office, filled(exported(browser), edit), "台账.xlsx")
    assert len(reading.fresh) == 0
    assert [said[1:] for said in told(reading)] == [("问题表现", "row_differs")]

    def another(rows: list[Row]) -> None:
        for one in rows:
            if one["编号"] == row.number:
                assert "收到时间" in one
                one |= {"问题表现": "另一处的事", "标题": "另一件", "收到时间": "2019-01-02 08:00"}

    other = understand(town.office, filled(exported(browser), another), "台账.xlsx")
    assert (len(other.fresh), other.already, other.refused) == (0, 1, 1)
    (said,) = [one for one in other.remarks if one.code == "number_reused"]
    assert (said.column, row.number in said.message) == ("编号", True)


def test_a_withdrawn_problem_is_told_as_such(town: City, browser: Client) -> None:
    row = problem(town)
    content = exported(browser)
    actions.move(problem=row, move="withdraw", by=town.office, reason="录错了")
    reading = understand(town.office, content, "台账.xlsx")
    assert len(reading.fresh) == 0
    assert "row_withdrawn" in {one.code for one in reading.remarks}


def test_the_preview_and_the_coloured_copy_show_it(town: City, browser: Client) -> None:
    row, _other = two(town)
    content = filled(exported(browser), lambda rows: rows[0].update({"地点": "改过的地点"}))
    file = SimpleUploadedFile("台账.xlsx", content)
    look = browser.post(reverse("exchange_import_ledger"), {"file": file}, follow=True)
    text = look.content.decode()
    assert reverse("ledger_problem", args=[row.number]) in text
    marked = browser.get(reverse("exchange_marked", args=[Draft.objects.get().key]))
    with zipfile.ZipFile(BytesIO(marked.getvalue())) as archive:
        comments = archive.read("xl/comments1.xml").decode()
    assert row.number in comments
