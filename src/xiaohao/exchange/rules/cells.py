"""Single cells of a sheet, and the words in its head."""

import datetime as dt
import re
import unicodedata

from xiaohao.kernel.text import clean

Cell = str | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
Cells = list[Cell]

# Office programs write characters that XML cannot hold as _xHHHH_; line ends come as _x000D_.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ASIDE = re.compile(r"[（(\[【].*?[）)\]】]")
_NOISE = re.compile(r"[\W_]+")
_WHOLE = re.compile(r"(\d+)\.0+")
NOTHING = frozenset(
    {"", "-", "--", "/", "无", "null", "none", "nan", "n/a", "空", "暂无", "不详", "未知", "不明"}
)
_LONGEST_NOTHING = max(map(len, NOTHING))
BROKEN = frozenset(
    {"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)


def text_of(cell: Cell) -> str:
    """A cell as cleaned text: whole numbers without “.0”, days and times as written in ISO 8601."""
    match cell:
        case str():
            return clean(_ESCAPED.sub(_unescaped, cell)) if "_x" in cell else clean(cell)
        case float() | int() if not isinstance(cell, bool):
            return str(int(cell)) if float(cell).is_integer() else repr(cell)
        case dt.datetime():
            return cell.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    return "" if cell is None else str(cell)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def is_empty(cell: Cell) -> bool:
    """Whether there is nothing in the cell, or only a word for nothing."""
    return text_of(cell).lower() in NOTHING


def word(cell: Cell) -> str:
    """A short entry, on one line; empty for words that mean nothing (无, null, -)."""
    return bare(text_of(cell))


def bare(text: str) -> str:
    """A cleaned text as `word` gives it."""
    line = " ".join(text.split())
    return "" if len(line) <= _LONGEST_NOTHING and line.lower() in NOTHING else line


def number(cell: Cell) -> str:
    """A number of a record: “97457”, though the sheet may hold 97457.0 or “97457.0”."""
    line = word(cell)
    whole = _WHOLE.fullmatch(line)
    return whole[1] if whole else line


def head(cell: Cell) -> str:
    """A head as it is compared: small letters, without blanks, line breaks, brackets and marks."""
    plain = unicodedata.normalize("NFKC", text_of(cell)).lower()
    bare = _NOISE.sub("", _ASIDE.sub("", plain))
    return bare or _NOISE.sub("", plain)
