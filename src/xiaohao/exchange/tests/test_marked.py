"""The marked copy is the sender's own file: mended, it says what the mended file says."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaohao.exchange.marked import marked
from xiaohao.exchange.queries import Remark, read
from xiaohao.exchange.rules.ledger import read_ledger
from xiaohao.exchange.rules.ledger_entries import LedgerSheet
from xiaohao.exchange.rules.marked_comments import column_of, letters
from xiaohao.exchange.rules.marked_sheet import Marks, Note
from xiaohao.exchange.rules.marking import coloured, mark
from xiaohao.exchange.rules.package import Unmarkable
from xiaohao.exchange.rules.workbooks import Rows, sheets
from xiaohao.exchange.tests.make import mended, text, workbook
from xiaohao.exchange.tests.test_ledger_import import HEADS
from xiaohao.exchange.understanding import understand
from xiaohao.ledger.tests.make import City, city

DAY = dt.date(2019, 9, 13)
SAID = "这一格读不出来 <&>"
REAL = Path(__file__).parents[5] / "shared" / "data" / "excel"


def marks(*notes: Note, name: str = "台账", width: int = len(HEADS), **more: Any) -> Marks:
    usual = {"head_row": 1, "earlier": None, "head": "核对结果", "elsewhere": "%(row)d:%(said)s"}
    return Marks(sheet=name, width=width, notes=notes, **(usual | more))


def office_book(
    rows: Sequence[Sequence[Any]], merged: Sequence[tuple[int, int, int]] = ()
) -> bytes:
    """A ledger as offices keep them: a title, merged cells, formats, a formula, another sheet.

    Args:
        merged: column, first and last row of cells that are one.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    form = book.add_format({"border": 1, "bold": True, "num_format": 'yyyy"年"m"月"d"日"'})
    page = book.add_worksheet("台账")
    page.merge_range(0, 0, 0, len(HEADS) - 1, "某办整改台账", form)
    for n, row in enumerate([HEADS, *rows], 1):
        for column, cell in enumerate(row):
            page.write(n, column, cell, form if column in {2, 6} else None)
    page.write_formula(2, 0, "=ROW()-2", None, 1)
    for column, first, last in merged:
        page.merge_range(first, column, last, column, rows[first - 2][column], form)
    page.set_column(1, 1, 44)
    page.set_row(2, 40)
    page.write_comment(1, 0, "科里自己写的批注")
    other = book.add_worksheet("说明")
    other.write(3, 3, "不动")
    other.insert_textbox(1, 1, "框里的话")
    book.close()
    return target.getvalue()


def cells_of(
    found_sheets: Sequence[tuple[str, Rows]], without: int
) -> list[tuple[str, list[list[Any]], Any]]:
    """What stands in each sheet, but for the column of words; empty cells at the end left out."""
    found = []
    for name, rows in found_sheets:
        bare = [row[:without] + row[without + 1 :] for row in rows]
        for row in bare:
            while row and row[-1] in {None, ""}:
                row.pop()
        found.append((name, bare, sorted(rows.merged)))
    return found


def preview(rows: Rows) -> LedgerSheet:
    return read_ledger("台账", rows, DAY, merged=rows.merged)


units = st.sampled_from(["", "某街道", "某局", "某局、某街道"])
days = st.sampled_from(["", "2019.9.30", "马上", "9月底"])
lines = st.lists(
    st.tuples(units, st.sampled_from(["", "换灯", "修路"]), days), min_size=2, max_size=9
)
spans = st.lists(st.tuples(st.sampled_from([0, 1, 2, 5]), st.integers(0, 8), st.integers(1, 4)))


@settings(max_examples=30, deadline=None)
@given(lines, spans, st.data())
def test_the_mended_copy_is_the_mended_file(
    some: list[tuple[str, str, str]], spans: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    rows = [[n, f"问题{n}", u, "", "", m, d, "", ""] for n, (u, m, d) in enumerate(some, 1)]
    merged: list[tuple[int, int, int]] = []
    used: set[tuple[int, int]] = set()
    for column, first, more in spans:
        last = min(first + more, len(rows) - 1)
        places = {(column, row) for row in range(first, last + 1)}
        if first < last and not places & used:
            used |= places
            merged.append((column, first + 2, last + 2))
    content = office_book(rows, merged)
    row = data.draw(st.integers(2, len(rows) + 1))
    noted = [
        Note(row, 6, SAID, grave=True),
        Note(row, 2, "单位不明", grave=False),
        Note(2, 0, "整行", grave=False),
    ]
    target = io.BytesIO()
    mark(content, [marks(*noted)], target)
    place = f"G{row + 1}"
    want = sheets(mended(content, place, "2019年9月20日"))
    got = sheets(mended(target.getvalue(), place, "2019年9月20日"))
    assert cells_of(got, len(HEADS)) == cells_of(want, len(HEADS))
    (_, ours), (_, theirs) = got[0], want[0]
    assert preview(ours).entries == preview(theirs).entries
    assert preview(ours).faults == preview(theirs).faults
    assert SAID in str(ours[row][len(HEADS)])


def test_everything_but_the_marked_cells_stays_byte_by_byte() -> None:
    content = office_book([[1, "路灯", "某街道", "", "", "", "马上", "", ""]] * 3, [(2, 2, 4)])
    with coloured(content, [marks(Note(3, 6, SAID, grave=True))]) as copy:
        new = zipfile.ZipFile(io.BytesIO(copy.read()))
    old = zipfile.ZipFile(io.BytesIO(content))
    changed = {
        "[Content_Types].xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml", "xl/worksheets/_rels/sheet1.xml.rels",
    }  # fmt: skip
    assert set(old.namelist()) == set(new.namelist())
    for name in set(old.namelist()) - changed:
        assert new.read(name) == old.read(name)
    sheet = new.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>ROW()-2</f><v>1</v>" in sheet
    (form,) = re.findall(r'<c r="G4" s="(\d+)"', sheet)
    formats = new.read("xl/styles.xml").decode().split("<cellXfs")[1].split("<xf ")
    assert 'numFmtId="164"' in formats[int(form) + 1]  # a day, as it was, on red
    comments = new.read("xl/comments1.xml").decode()
    assert "科里自己写的批注" in comments
    assert "这一格读不出来 &lt;&amp;&gt;" in comments
    boxes = new.read("xl/drawings/vmlDrawing1.vml").decode()
    assert boxes.count("<x:Row>") == comments.count("<comment ") == 2


def test_of_a_covered_cell_is_told_where_it_can_be_seen() -> None:
    content = office_book([[1, "路灯", "某街", "", "", "", "", "", ""]] * 3, [(2, 2, 4)])
    with coloured(content, [marks(Note(4, 2, "单位不明", grave=True))]) as copy:
        archive = zipfile.ZipFile(io.BytesIO(copy.read()))
    comments = archive.read("xl/comments1.xml").decode()
    assert re.search(r'<comment ref="C3".*5:单位不明', comments)


def test_a_copy_of_a_copy_tells_only_what_is_wrong_now() -> None:
    content = office_book([[n, f"路灯{n}", "", "", "", "", "马上", "", ""] for n in (1, 2)])
    wrong = [Note(row, 6, SAID, grave=True) for row in (2, 3)]
    with coloured(content, [marks(*wrong)]) as copy:
        first = mended(copy.read(), "G3", "2019.9.20")
    width = len(HEADS) + 1
    with coloured(
        first, [marks(Note(3, 6, "还是不行", grave=True), width=width, earlier=width - 1)]
    ) as copy:
        second = copy.read()
    (_, rows), *_rest = sheets(second)
    assert [row[width - 1] for row in rows[1:4]] == ["核对结果", "", "还是不行"]
    archive = zipfile.ZipFile(io.BytesIO(second))
    comments = archive.read("xl/comments1.xml").decode()
    assert SAID not in comments
    assert comments.count("<comment ") == 2  # the office's own, and the new one
    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    formats = archive.read("xl/styles.xml").decode().split("<cellXfs")[1].split("<xf ")
    (mended_form,) = re.findall(r'<c r="G3" s="(\d+)"', sheet)
    assert 'fillId="0"' in formats[int(mended_form) + 1]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", workbook({"别的": [["a"]]}), text()])
def test_what_cannot_be_written_into_is_said(content: bytes) -> None:
    with pytest.raises(Unmarkable):
        coloured(content, [marks()])


@given(st.integers(0, 16_383))
def test_columns_have_letters(column: int) -> None:
    assert column_of(letters(column)) == column


def test_a_text_is_made_anew_with_everything_in_it() -> None:
    content = text([["101", "甲", "灯", "某一天", "路灯不亮", ""]])
    with translation.override("zh-hans"), marked(read(content, "x.csv"), content, "x.csv") as copy:
        ((_, rows),) = sheets(copy.read())
    assert rows[1][:5] == ["101", "甲", "灯", "某一天", "路灯不亮"]
    assert "某一天" in str(rows[1][6])


@pytest.mark.skipif(not REAL.exists(), reason="the real sheets are not here")
@pytest.mark.parametrize("name", ["forms_module.xls", "forms_sample.xls"])
def test_an_old_workbook_made_anew_keeps_its_merged_cells(name: str) -> None:
    content = (REAL / name).read_bytes()
    (title, rows), *_rest = before = sheets(content)
    heads = [str(cell) for cell in rows[0]]
    layout = SimpleNamespace(head_row=0, heads=heads)
    sheet = SimpleNamespace(name=title, layout=layout)
    reading = SimpleNamespace(sheets=[sheet], remarks=[Remark(3, heads[0], "problem_empty")])
    with marked(reading, content, name) as copy:
        after = sheets(copy.read())
    assert [sorted(rows.merged) for _, rows in after] == [sorted(rows.merged) for _, rows in before]
    assert any(rows.merged for _, rows in after)


@pytest.mark.django_db
def test_a_unit_merged_over_three_problems_outlives_the_mending() -> None:
    town: City = city()
    rows = [
        [n, f"问题{n}", town.street.name if n == 1 else None, "", "", "", day, "", ""]
        for n, day in enumerate(["2019.9.30", "没有定", "2019.9.30"], 1)
    ]
    content = office_book(rows, [(2, 2, 4)])
    reading = understand(town.office, content, "x.xlsx")
    assert (len(reading.fresh), reading.refused) == (2, 1)
    with marked(reading, content, "x.xlsx") as copy:
        again = understand(town.office, mended(copy.read(), "G4", "2019.9.30"), "x.xlsx")
    assert again.refused == 0
    assert [one.unit for one in again.fresh] == [town.street] * 3
