"""From the bytes of a file to rows of cells, whatever program wrote them."""

import csv
import io
from collections import Counter

from xiaohao.exchange.rules.workbooks import Rows, Unreadable, Weighed, sheets

Table = tuple[str, Rows]
_DELIMITERS = ",\t;|，"
_LONGEST_FIELD = 1024 * 1024
_PROBE = 200_000
_ENCODINGS = ("utf-8-sig", "gb18030")
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def tables(content: bytes, *, is_text: bool) -> list[Table]:
    """The sheets in a file, each as its name and rows; a text file is one sheet without a name.

    Raises:
        Unreadable: see `workbooks.sheets`; `encoding_unknown` for a text in none that we know;
            `workbook_too_large` beyond 200,000 rows or eight million cells.
    """
    return [("", separated(decoded(content)))] if is_text else sheets(content)


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8 (with or without mark), GB 18030, or UTF-16 with mark.

    Raises:
        Unreadable: `encoding_unknown`.
    """
    for encoding in ("utf-16",) if content.startswith(_MARKS) else _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("encoding_unknown", "neither UTF-8 nor GB 18030")


def separated(text: str) -> Rows:
    """Rows of a text with separators; fields in quotes may hold line ends.

    Raises:
        Unreadable: `workbook_unreadable`, or `workbook_too_large` as soon as that shows.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    text = text.removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text[:_PROBE]))
    rows, weighed = Rows(), Weighed()
    try:
        for row in reader:
            weighed.add([row])
            rows.append([*row])
    except csv.Error as fault:
        raise Unreadable("workbook_unreadable", str(fault)) from fault
    return rows


def delimiter(text: str) -> str:
    """The separator: the sign that cuts most rows into the same number of fields, two at least."""
    return max(_DELIMITERS, key=lambda sign: _regularity(text, sign))


def _regularity(text: str, sign: str) -> tuple[int, int]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        counts = Counter(len(row) for _, row in zip(range(100), rows, strict=False) if row)
    except csv.Error:
        return 0, 0
    width, rows_alike = max(
        counts.items(), key=lambda pair: pair[1] * (pair[0] > 1), default=(1, 0)
    )
    return (rows_alike, width) if width > 1 else (0, 0)
