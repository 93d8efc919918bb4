"""From the bytes of a file to rows of cells, whatever program wrote them."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from xiaohao.exchange.rules.workbooks import Rows, Unreadable, Weighed, sheets

Table = tuple[str, Rows]
_DELIMITERS = ",\t;|，"
_LONGEST_FIELD = 1024 * 1024
_PROBE = 200_000
MOST_COLUMNS = 16_384  # as many as a workbook has
_LONGEST_ROW = 4 * _LONGEST_FIELD
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
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
    lines = _Lines(text, delimiter(text[:_PROBE]))
    rows, weighed = Rows(), Weighed()
    try:
        for row in csv.reader(lines, delimiter=lines.sign):
            lines.begin()
            weighed.add([row])
            rows.append([*row])
    except csv.Error as fault:
        raise Unreadable("workbook_unreadable", str(fault)) from fault
    return rows


class _Lines:
    """The lines of a text, each looked at before it is taken apart: a row has its bounds.

    A row may go over several lines, in quotes; they are counted together until it is whole.
    """

    def __init__(self, text: str, sign: str) -> None:
        self.sign = sign
        self._text = text
        self._found = _LINE.finditer(text)
        self.begin()

    def begin(self) -> None:
        """What comes now is of the next row."""
        self._cells = self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line with its end.

        Raises:
            Unreadable: `workbook_too_large`: the row has more cells or signs than one may have.
        """
        start, end = next(self._found).span()
        if start == end:
            raise StopIteration
        self._length += end - start
        self._cells += self._text.count(self.sign, start, end) + 1
        if self._length > _LONGEST_ROW or self._cells > MOST_COLUMNS:
            detail = f"a row of {self._cells} cells and {self._length} signs, at least"
            raise Unreadable("workbook_too_large", detail)
        return self._text[start:end]


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
