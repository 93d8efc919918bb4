"""Sheets for tests, written on the spot."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter

HEAD = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级标签"]
STREET, MARKET, PAPERS = (
    "小区门口的路灯已经两个星期不亮了。",
    "菜场后门的垃圾每天都堆到马路上来。",
    "办一张证明跑了四趟，窗口每次说的都不一样。",
)
ROWS = [
    ["101", "网友甲", "路灯不亮", "2019/9/3 8:05:00", STREET, "城乡建设"],
    ["102", "网友乙", "菜场太脏", "2019-09-04 19:30", MARKET, "环境保护"],
    ["103", "", "", "", PAPERS, ""],
]

Sheets = dict[str, Sequence[Sequence[Any]]]


def workbook(sheets: Sheets) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    dated = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(r, c, value)
                else:
                    sheet.write(r, c, value, dated if hasattr(value, "year") else None)
    book.close()
    return target.getvalue()


def sheet(rows: Sequence[Sequence[Any]] = ROWS, head: Sequence[str] = HEAD) -> bytes:
    return workbook({"留言": [head, *rows]})


def text(
    rows: Sequence[Sequence[Any]] = ROWS,
    head: Sequence[str] = HEAD,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows([head, *rows])
    return target.getvalue().encode(encoding)


def far_cell() -> bytes:
    """A few kilobytes with a cell in the last row and column of a sheet."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    page.write(0, 0, "留言详情")
    page.write(1_048_575, 16_383, "x")
    book.close()
    return target.getvalue()


def mended(content: bytes, place: str, text: str, sheet: int = 1) -> bytes:
    """The workbook with a text put into one of its cells, as a person would: nothing else moves."""
    target = io.BytesIO()
    part = f"xl/worksheets/sheet{sheet}.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            given = old.read(name)
            if name == part:
                form = rf'<c r="{place}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)'
                said = rf'<c r="{place}"\1 t="inlineStr"><is><t>{text}</t></is></c>'
                written, n = re.subn(form, said, given.decode())
                assert n == 1
                given = written.encode()
            new.writestr(name, given)
    return target.getvalue()
