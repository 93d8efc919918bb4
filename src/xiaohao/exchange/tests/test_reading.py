import datetime as dt
import time
import tracemalloc
from collections.abc import Iterator
from typing import IO, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaohao.exchange.rules import workbooks
from xiaohao.exchange.rules.messages import Sheet, read_sheet
from xiaohao.exchange.rules.tables import delimiter, separated, tables
from xiaohao.exchange.rules.workbooks import MOST_ROWS, Unreadable, sheets
from xiaohao.exchange.tests import make
from xiaohao.kernel.clock import ZONE

TODAY = dt.date(2019, 9, 30)


def only(rows: list[list[Any]]) -> Sheet:
    return read_sheet("", rows, TODAY)


def columns(sheet: Sheet) -> dict[str, list[str]]:
    assert sheet.layout is not None
    heads = sheet.layout.heads
    return {key: [heads[i] for i in found] for key, found in sheet.layout.columns.items()}


def test_a_plain_sheet() -> None:
    ((name, rows),) = tables(make.sheet(), is_text=False)
    sheet = read_sheet(name, rows, TODAY)
    assert [e.number for e in sheet.entries] == ["101", "102", "103"]
    first = sheet.entries[0]
    assert (first.title, first.category, first.user) == ("路灯不亮", "城乡建设", "网友甲")
    assert first.received_at == dt.datetime(2019, 9, 3, 8, 5, tzinfo=ZONE)
    assert sheet.entries[2].received_at is None
    assert (sheet.refused, sheet.faults, sheet.repeated) == (0, [], [])


def test_title_rows_line_breaks_remarks_and_slips_in_the_head() -> None:
    head = [
        "序号",
        "工单\n编号",
        "诉求件內容",
        "信息 来源",
        "性质",
        "受理时间（必填）",
        "内容长度",
        "备注",
    ]
    rows: list[list[Any]] = [
        ["××市12345热线诉求件汇总表", "", "", "", "", "", "", ""],
        ["统计时间：2019年9月", "", "", "", "", "", "", ""],
        [],
        head,
        [1.0, "A-1", "河边的步道上护栏坏了三处。", "电话", "投诉", "9月3日 8:05", 13.0, ""],
        head,
        [2.0, "A-2", "想问一下居住证在哪里办理。", "网站", "咨询", dt.date(2019, 9, 4), 13.0, "急"],
        ["合计", "", "", "", "", "", 26.0, ""],
    ]
    sheet = only(rows)
    assert columns(sheet) == {
        "number": ["工单 编号"],
        "text": ["诉求件內容"],
        "channel": ["信息 来源"],
        "kind": ["性质"],
        "time": ["受理时间（必填）"],
    }
    assert [(e.row, e.number, e.channel, e.kind) for e in sheet.entries] == [
        (5, "A-1", "电话", "投诉"),
        (7, "A-2", "网站", "咨询"),
    ]
    assert not sheet.faults


def test_a_number_as_a_head_is_no_obstacle() -> None:
    rows: list[list[Any]] = [["id", "标题", "性质", 1.0, "时间"]]
    rows += [
        [float(n), f"第{n}件", "投诉", f"{n}号楼的电梯又停了，没有人来修理过。", "2019/9/3"]
        for n in range(5)
    ]
    sheet = only(rows)
    assert [e.text[0] for e in sheet.entries] == list("01234")
    assert sheet.entries[1].number == "1"


def test_columns_without_a_head_are_known_by_what_is_in_them() -> None:
    rows: list[list[Any]] = [["编号", "标题", "来源", "", ""]]
    rows += [
        [f"{n}", "水", "电话", f"2019-09-{n:02} 10:00", f"{n}单元的水管漏水，楼下都湿透了。"]
        for n in range(1, 9)
    ]
    sheet = only(rows)
    assert len(sheet.entries) == 8
    assert sheet.entries[0].received_at == dt.datetime(2019, 9, 1, 10, tzinfo=ZONE)


def test_type_is_a_category_or_a_kind_by_its_entries() -> None:
    def typed(words: list[str]) -> dict[str, list[str]]:
        rows = [["编号", "内容", "类型"]]
        rows += [[str(n), f"第{n}件事情需要有人来处理一下。", w] for n, w in enumerate(words)]
        return columns(only(rows))

    assert "kind" in typed(["投诉", "咨询", "建议", "投诉类"])
    assert "category" in typed(["环保", "交通", "教育", "投诉"])


def test_every_bad_row_is_named_with_what_is_wrong() -> None:
    rows = [
        make.HEAD,
        ["1", "", "", "2019-09-01", "", ""],
        ["2", "", "", "某一天", "路口的红绿灯坏了很久。", ""],
        ["3", "", "", "2091-09-01", "路口的红绿灯坏了很久。", ""],
        ["4", "", "", "", "长" * 20_001, ""],
        ["5", "", "", "", "#REF!", ""],
        ["6", "", "", "", "路口的红绿灯坏了很久。", ""],
        ["6", "", "", "", "另外一件完全不同的事情。", ""],
        ["6", "", "", "", "路口的红绿灯 坏了很久。_x000D_\n", ""],
        ["", "", "", "", "", ""],
        ["9" * 65, "", "", "某一天", "……", ""],
    ]
    sheet = only([list(row) for row in rows])
    assert [(f.row, f.column, f.code) for f in sheet.faults] == [
        (2, "留言详情", "text_empty"),
        (3, "留言时间", "time_unreadable"),
        (4, "留言时间", "time_in_future"),
        (5, "留言详情", "text_too_long"),
        (6, "留言详情", "cell_broken"),
        (8, "留言编号", "number_taken"),
        (11, "留言详情", "text_empty"),
        (11, "留言编号", "number_too_long"),
        (11, "留言时间", "time_unreadable"),
    ]
    assert (sheet.refused, [e.row for e in sheet.entries], sheet.repeated) == (7, [7], [9])


def test_a_time_that_nobody_can_read_is_a_fault_even_in_every_row() -> None:
    rows = [["编号", "时间", "内容", "办结时间"], ["1", "某一天", "路口的红绿灯坏了很久。", ""]]
    assert [fault.code for fault in only(rows).faults] == ["time_unreadable"]


def test_words_for_not_known_and_not_answered_are_no_fault() -> None:
    rows = [["编号", "时间", "内容", "办结时间"], ["1", "不详", "路口的红绿灯坏了很久。", "未办结"]]
    (entry,) = only(rows).entries
    assert (entry.received_at, entry.replied_at) == (None, None)


def test_formulas_emoji_and_foreign_letters_are_text() -> None:
    words = [
        '=HYPERLINK("http://x","领奖")说明',
        "+86开头的电话一直骚扰",
        "مرحبا 你好",
        "太吵了😡😡",
    ]
    sheet = only([["内容", "编号"], *([w, str(n)] for n, w in enumerate(words))])
    assert [e.text for e in sheet.entries] == words


def test_a_long_title_goes_on_in_the_text() -> None:
    title = "题" * 300
    (entry,) = only([["标题", "内容"], [title, "事情是这样的。"]]).entries
    assert entry.text == f"{title}\n事情是这样的。"
    assert len(entry.title) == 200


def test_a_petition_signed_by_many_is_many_messages() -> None:
    same = "请尽快修好我们小区门口的路。"
    rows = [["用户", "内容"], ["甲", same], ["乙", same], ["甲", same]]
    sheet = only(rows)
    assert len(sheet.entries) == 2
    assert sheet.repeated == [4]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[""]],
        [["检验申请批复单", ""], ["承包单位：甲", "标段："], ["编号：", "1"]],
        [["一级分类", "二级分类", "三级分类"], ["城乡建设", "安全生产", "事故处理"]],
        [["日期", "数量"], ["2019-09-01", 3.0]],
    ],
)
def test_sheets_without_messages_are_left_alone(rows: list[list[Any]]) -> None:
    assert only(rows).layout is None


def test_heads_of_messages_without_a_row_are_known_for_what_they_are() -> None:
    sheet = only([["留言编号", "留言详情"]])
    assert sheet.layout
    assert (sheet.entries, sheet.faults) == ([], [])


def test_small_statistics_beside_the_data_do_not_matter() -> None:
    rows: list[list[Any]] = [["编号", "内容", "", "", "类别", "件数"]]
    rows += [[str(n), f"第{n}栋楼的外墙在掉砖，很危险。", "", "", "", ""] for n in range(30)]
    rows[1][4:] = ["环保", 12.0]
    rows[2][4:] = ["交通", 18.0]
    rows.append(["", "", "", "", "合计", 30.0])
    sheet = only(rows)
    assert len(sheet.entries) == 30
    assert [f.code for f in sheet.faults] in ([], ["text_empty"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_text_files_in_every_encoding_and_separator(encoding: str, sign: str) -> None:
    ((_, rows),) = tables(make.text(delimiter=sign, encoding=encoding), is_text=True)
    assert [e.title for e in read_sheet("", rows, TODAY).entries] == ["路灯不亮", "菜场太脏", ""]


FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0\ufeff"), max_size=12)


@given(st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_separated_text_comes_back_as_it_was_written(rows: list[list[str]]) -> None:
    head = ["编号", "标题", "内容"]
    read = separated(make.text(rows, head).decode())
    written = [[field.replace("\r\n", "\n") for field in row] for row in rows]
    assert read[0] == head
    if delimiter(make.text(rows, head).decode()) == ",":
        assert [row for row in read[1:] if row] == written


CELLS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)


@settings(max_examples=150)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=8))
def test_whatever_stands_in_a_sheet_it_is_read(rows: list[list[Any]]) -> None:
    sheet = read_sheet("x", [list(make.HEAD), *rows], TODAY)
    assert len(sheet.entries) + sheet.refused + len(sheet.repeated) <= len(rows)
    assert all(entry.text for entry in sheet.entries)


def test_cells_come_through_as_what_they_are() -> None:
    when = dt.datetime(2019, 9, 3, 8, 5)  # noqa: DTZ001 (as a sheet has it)
    ((name, rows),) = sheets(make.workbook({"甲": [["", ""], ["字", 1.5, True, when]]}))
    assert (name, rows) == ("甲", [[], ["字", 1.5, True, when]])


def test_a_cell_at_the_end_of_the_world_does_no_harm() -> None:
    with pytest.raises(Unreadable) as refused:
        sheets(make.far_cell())
    assert refused.value.code == "workbook_too_large"


def test_wide_and_long_nonsense_costs_little_time() -> None:
    wide: list[list[Any]] = [[f"列名{n % 977}x{n}" for n in range(16_000)] for _ in range(3)]
    blank = ["x" + " " * 200_000 + "y", "(" * 200_000]
    rows = [*wide, list(make.HEAD), *[["1", "", "", word, make.STREET, ""] for word in blank]]
    before = time.process_time()
    assert [fault.code for fault in only(rows).faults] == ["time_unreadable"] * 2
    assert time.process_time() - before < 5


def test_more_rows_than_anybody_looks_through_are_refused() -> None:
    with pytest.raises(Unreadable, match="rows"):
        tables(b"a,b\n" * (MOST_ROWS + 1), is_text=True)


@pytest.mark.parametrize("text", ["a" + "," * 1000, "a,b\n" + ("1," * 9 + "1\n") * 100])
def test_more_cells_than_a_ledger_has_are_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MOST_CELLS", 1000)
    with pytest.raises(Unreadable, match="cells") as refused:
        tables(text.encode(), is_text=True)
    assert refused.value.code == "workbook_too_large"


@pytest.mark.parametrize(
    "text",
    ["ab," * 3_000_000, '"' + ('x","y","' * 2000 + "\n") * 100, ("x" * 900_000 + ",") * 9],
)
def test_a_row_without_end_is_not_taken_apart(text: str) -> None:
    content = text.encode()
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as refused:
            tables(content, is_text=True)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.code == "workbook_too_large"
    assert (
        most < 2 * len(content) + 10 * 1024**2
    )  # the text, and a little; not a cell for each sign


@pytest.mark.parametrize("line", [b"[" + b"[]," * 999 + b"[]]\n", b"[[" + b"1," * 9999 + b"1]]\n"])
def test_the_reader_is_left_as_soon_as_it_sends_too_much(line: bytes) -> None:
    """Rows without cells and short numbers take ten times what they were sent as."""
    sent = 0

    def lines() -> Iterator[bytes]:
        nonlocal sent
        yield b'"=one"\n'
        for sent in range(1, 10_000):  # noqa: B007 (looked at below)
            yield line

    with pytest.raises(Unreadable, match="cells"):
        workbooks._received(cast("IO[bytes]", lines()))
    assert sent < 1000


def test_a_line_of_merged_cells_without_end_is_not_understood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbooks, "MOST_LINE", 1000)
    ranges = b",".join([b"[0,0,1,0]"] * 100)
    told = [b'"=one"\n', b'{"merged": [' + ranges + b"]}\n", b'"end"\n']
    with pytest.raises(Unreadable) as refused:
        workbooks._received(cast("IO[bytes]", iter(told)))
    assert refused.value.code == "workbook_too_large"


def test_a_damaged_workbook_is_said_to_be_unreadable() -> None:
    with pytest.raises(Unreadable) as refused:
        sheets(b"PK\x03\x04 nothing")
    assert refused.value.code == "workbook_unreadable"
