"""A ledger whose heads nobody knows is proposed by its content, and comes in only after a yes."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.models import Draft, Habit
from xiaohao.exchange.rules.guessing import letter, proposed
from xiaohao.exchange.tests.make import workbook
from xiaohao.exchange.understanding import understand
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city
from xiaohao.people.tests.make import holder, logged_in

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "excel"
TODAY = dt.date(2019, 9, 10)
PHONE = "13812345678"
TEXTS = (
    "小区门口的路灯已经两个星期不亮了，老人夜里不敢出门",
    "菜场后门的垃圾每天都堆到马路上来，没有人清运",
    "办一张证明跑了四趟，窗口每次说的都不一样",
    "学校门前没有人行横道，放学时车和人挤成一团",
)
HEADS = [f"栏目{n}" for n in "一二三四五六七"]
FIELDS = ["number", "received", "text", "unit", "deadline", "", "status"]


def rows(units: Sequence[str] = ("单位120101", "单位1202")) -> list[list[Any]]:
    return [
        [n + 1, f"2019-08-{10 + n}", text, units[n % 2], dt.date(2019, 10, 20 + n),
         f"{PHONE[:-1]}{n}", "已完成" if n % 2 else "未完成"]
        for n, text in enumerate(TEXTS)
    ]  # fmt: skip


def guessed(found: Sequence[Sequence[Any]]) -> dict[int, str] | None:
    layout = proposed(
        [list(row) for row in found],
        TODAY,
        lambda names: {n for n in names if n.startswith("单位")},
    )
    return dict(layout.guess or {}) if layout else None


@pytest.mark.parametrize("above", [[], [["某区问题台账"], []]])
@pytest.mark.parametrize("head", [[], [HEADS]])
def test_columns_are_told_by_what_their_cells_look_like(head: list[Any], above: list[Any]) -> None:
    assert guessed([*above, *head, *rows()]) == dict(enumerate(FIELDS))


def test_a_head_over_other_things_is_a_head_and_else_the_first_row_is_data() -> None:
    known = lambda names: [n for n in names if n.startswith("单位")]  # noqa: E731
    with_head = proposed([list(HEADS), *rows()], TODAY, known)
    without = proposed(rows(), TODAY, known)
    assert with_head is not None
    assert without is not None
    assert (with_head.head_row, list(with_head.heads)) == (0, HEADS)
    assert (without.head_row, list(without.heads)) == (-1, list("ABCDEFG"))


@pytest.mark.parametrize(
    "number",
    ["13812345678", "+86 138 1234 5678", "120101199001011234", "12010119900101123X", "022-23456789",
     13812345678, 13812345678.0],
)  # fmt: skip
def test_numbers_of_people_are_never_a_field(number: Any) -> None:
    found = [[*row[:5], number, row[6]] for row in rows()]
    guess = guessed(found)
    assert guess is not None
    assert guess[5] == ""


def test_answers_and_measures_stand_right_of_the_problem_whatever_is_longer() -> None:
    answers = [f"您好，{text}，现答复如下：已责成有关单位办理" for text in TEXTS]
    found = [[text[:9], text, answer, f"{n}日前由街道牵头现场办公，{text}", f"单位{n}"]
             for n, (text, answer) in enumerate(zip(TEXTS, answers, strict=True))]  # fmt: skip
    assert guessed(found) == {
        0: "title", 1: "text", 2: "progress", 3: "measure", 4: "unit",
    }  # fmt: skip
    assert guessed([row[:4] for row in found]) is None, "texts alone may be anything"


def test_what_tells_no_problems_is_not_proposed() -> None:
    assert guessed([]) is None
    assert guessed([["甲", "乙"], ["丙", "丁"]]) is None
    assert guessed([[n, n * 2] for n in range(9)]) is None
    assert guessed(rows()[:2]) is None


def test_columns_are_called_as_a_spreadsheet_calls_them() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


@pytest.fixture
def town(db: None) -> City:
    return city()


def sheet(head: Sequence[str] = HEADS) -> bytes:
    return workbook({"表": [*([head] if head else []), *rows()]})


@pytest.mark.parametrize("head", [HEADS, []])
def test_nothing_comes_in_by_a_guess(town: City, head: list[str]) -> None:
    with clock.at(DAY):
        with pytest.raises(Refused) as refused:
            import_ledger(by=town.office, source=sheet(head), name="x.xlsx")
        (unmet,) = refused.value.unmet
        assert unmet.code == "columns_unsure"
        assert "--as-proposed" in str(unmet.message)
        assert "问题表现" in str(unmet.message)
        assert Problem.objects.count() == Habit.objects.count() == 0
        done = import_ledger(by=town.office, source=sheet(head), name="x.xlsx", as_proposed=True)
        assert (done.imported, done.refused) == (len(TEXTS), 0)
        again = import_ledger(by=town.office, source=sheet(head), name="x.xlsx")
    assert (again.imported, again.already) == (0, len(TEXTS))
    row = Problem.objects.order_by("pk")[0]
    assert (row.text, row.unit, row.deadline) == (TEXTS[0], town.street, dt.date(2019, 10, 20))
    assert PHONE[:-1] not in str(list(Problem.objects.values()))


def test_what_was_said_of_one_sheet_is_not_said_of_another_without_heads(town: City) -> None:
    """It has as many columns, but other things stand in them."""
    other = workbook({"表": [[row[2], row[3], row[0], row[1], row[6], row[4], row[5]]
                            for row in rows()]})  # fmt: skip
    with clock.at(DAY):
        import_ledger(by=town.office, source=sheet([]), name="x.xlsx", as_proposed=True)
        with pytest.raises(Refused) as refused:
            import_ledger(by=town.office, source=other, name="y.xlsx")
    assert refused.value.unmet[0].code == "columns_unsure"


def sent(browser: Client, content: bytes) -> str:
    file = SimpleUploadedFile("台账.xlsx", content)
    answer = browser.post(reverse("exchange_import_ledger"), {"file": file})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return str(answer["Location"])


@pytest.mark.parametrize("head", [HEADS, []])
def test_the_page_proposes_takes_corrections_and_remembers(town: City, head: list[str]) -> None:
    with clock.at(DAY):
        browser = logged_in(holder(town.city, Role.OFFICE))
        page = sent(browser, sheet(head))
        shown = browser.get(page).content.decode()
        assert "请确认各列的含义" in shown
        assert 'name="import"' not in shown
        browser.post(page, {"import": ""})
        assert Problem.objects.count() == 0
        assert "--as-proposed" in Draft.objects.get().fault
        said = dict(enumerate(FIELDS)) | {6: ""}
        given = {f"column-{n}": key for n, key in said.items()}
        browser.post(page, {"sheet": "0", "columns": "", **given})
        shown = browser.get(page).content.decode()
        assert 'name="import"' in shown
        browser.post(page, {"import": ""})
        assert Problem.objects.count() == len(TEXTS)
        later = browser.get(sent(browser, sheet(head))).content.decode()
    assert "请确认各列的含义" not in later


REAL = pytest.mark.skipif(not SHARED.exists(), reason="the real sheets are not beside the project")


@REAL
@pytest.mark.realdata
@pytest.mark.parametrize("blank", ["none", "unknown"])
@pytest.mark.parametrize(
    "name", ["hotline_export.xlsx", "hotline_coded_mixed_sheets.xlsx", "leaders_board.xlsx"]
)
def test_real_workbooks_without_their_heads_are_proposed(town: City, name: str, blank: str) -> None:
    content = (SHARED / name).read_bytes()
    with clock.at(dt.datetime(2026, 1, 1, 9, tzinfo=clock.ZONE)):
        known = understand(town.office, content, name).sheets[0]
        assert known.layout is not None
        below = [list(row) for row in known.cells[known.layout.head_row + 1 :]]
        unknown = [[f"栏目{n}" for n, _head in enumerate(known.layout.heads)]]
        bare = workbook({known.name: [*(unknown if blank == "unknown" else []), *below]})
        with pytest.raises(Refused) as refused:
            import_ledger(by=town.office, source=bare, name=name)
        (one,) = understand(town.office, bare, name).proposed
    assert refused.value.unmet[0].code == "columns_unsure"
    assert one.layout is not None
    for key in ("text", "received"):
        assert one.layout.columns.get(key) == known.layout.columns.get(key), key
    assert one.layout.head_row == (0 if blank == "unknown" else -1)
