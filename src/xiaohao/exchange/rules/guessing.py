"""What the columns of a ledger may hold whose heads nobody knows, or that has none: a proposal.

It is told by what the cells look like, and is only ever proposed: a person confirms or corrects it
before anything is read by it. What looks like a telephone or an identity number is left out.
"""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise
from statistics import fmean

from xiaohao.exchange.rules import dates
from xiaohao.exchange.rules.cells import Cell, Cells, is_empty, text_of
from xiaohao.exchange.rules.columns import Layout
from xiaohao.exchange.rules.due import due
from xiaohao.exchange.rules.ledger_cells import claims_done, names
from xiaohao.exchange.rules.ledger_columns import LEFT_OUT
from xiaohao.exchange.rules.ledger_heads import DONE, NOT_DONE

Known = Callable[[Sequence[str]], Collection[str]]
_LOOK, _SAMPLE, _MOST_COLUMNS, _LONGEST_HEAD = 40, 200, 60, 30
_FEWEST_ROWS, _MOSTLY, _SOME, _LONG, _VERY_LONG = 3, 0.8, 0.2, 8, 12
_FEW_WORDS, _LONGEST_UNIT = 0.4, 40
_MUCH, _SHORT_TITLE = 0.3, 6  # of the longest column's letters; letters of a title
_ANSWERS = ("您好", "你好", "尊敬的", "关于您", "网友", "市民", "经核实", "经查", "已", "感谢您")
# One of these a list of problems has beside what is told; texts alone may be anything.
_OF_LISTS = frozenset({"number", "received", "deadline", "unit", "status", "category", "place"})
_LONGEST_COUNT = 6  # digits of a number that counts rows
_NAMES = 12  # entries of a column that are looked for among the units
_PRIVATE = re.compile(r"(?:\+?86)?1\d{10}|\d{17}[\dXx]|\d{15}|0\d{2,3}[-—]?\d{7,8}")
_PLACE = re.compile(r"(?:路|街|巷|号|楼|小区|村|社区|桥|广场|市场|园)(?:\S{0,12})$")
_SEPARATORS = str.maketrans("", "", " -—\u3000")


def proposed(rows: Sequence[Cells], today: dt.date, units: Known) -> Layout | None:
    """How a sheet may be laid out by its content alone; None where it tells no problems.

    Args:
        rows: the sheet's.
        today: near which days without a year lie.
        units: of these names those that are surely units of the reader's area.
    """
    first = next((n for n, row in enumerate(rows[:_LOOK]) if _width(row) > 1), None)
    if first is None:
        return None
    has_head = _is_head(rows[first], rows[first + 1 : first + 1 + _SAMPLE])
    begin = first + 1 if has_head else first
    below = [row for row in rows[begin : begin + _SAMPLE] if any(map(text_of, row))]
    if len(below) < _FEWEST_ROWS:
        return None
    width = min(max(map(len, below)), _MOST_COLUMNS)
    columns = [[row[n] for row in below if n < len(row) and not is_empty(row[n])]
               for n in range(width)]  # fmt: skip
    if max(map(len, columns)) < (1 - _FEW_WORDS) * len(below):
        return None
    guess, counting = _guessed(columns, today, units)
    if "text" not in guess.values() or not _OF_LISTS.intersection(guess.values()):
        return None
    said = [" ".join(text_of(cell).split()) for cell in rows[first]] if has_head else []
    heads = [
        said[n] if n < len(said) and said[n] else letter(n) for n in range(max(width, len(said)))
    ]
    return Layout(
        begin - 1, by_field(guess), heads, _days_first(guess, columns), guess, counting
    )  # fmt: skip


def letter(column: int) -> str:
    """How a spreadsheet calls a column: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def by_field(columns: Mapping[int, str]) -> dict[str, list[int]]:
    """The columns of each field, as a layout has them."""
    found: dict[str, list[int]] = {}
    for column, key in sorted(columns.items()):
        if key != LEFT_OUT:
            found.setdefault(key, []).append(column)
    return found


def _width(row: Cells) -> int:
    return sum(not is_empty(cell) for cell in row)


def _is_head(row: Cells, below: Sequence[Cells]) -> bool:
    """Whether a row names its columns: short words, each once, over what is something else."""
    texts = [text_of(cell) for cell in row if not is_empty(cell)]
    if not all(isinstance(cell, str) for cell in row if not is_empty(cell)):
        return False
    if len(set(texts)) < len(texts) or any(len(text) > _LONGEST_HEAD for text in texts):
        return False
    if any(_PRIVATE.fullmatch(text.translate(_SEPARATORS)) for text in texts):
        return False
    others = 0
    for n, cell in enumerate(row):
        column = [line[n] for line in below if n < len(line) and not is_empty(line[n])]
        if is_empty(cell) or not column:
            continue
        same = [one for one in column if isinstance(one, str)]
        longer = bool(same) and fmean(map(len, same)) > 2 * max(len(text_of(cell)), _LONG // 2)
        others += longer or len(same) * 2 < len(column)
    return others > 0


def _guessed(
    columns: Sequence[Sequence[Cell]], today: dt.date, units: Known
) -> tuple[dict[int, str], frozenset[int]]:
    """A field for each column, and those that only count rows."""
    guess = dict.fromkeys(range(len(columns)), LEFT_OUT)
    private = {n for n, cells in enumerate(columns) if _is_private(cells)}
    free = [n for n, cells in enumerate(columns) if cells and n not in private]
    counting = frozenset(n for n in free if _counts(columns[n]))
    for n in sorted(counting)[:1]:
        guess[n] = "number"
    free = [n for n in free if n not in counting]
    days = [n for n in free if _tells_days(columns[n], today)]
    guess |= _dated(days, columns, today)
    free = [n for n in free if n not in days]
    named = _of_units(free, columns, units)
    guess |= dict(zip(named, ("unit", "helpers"), strict=False))
    free = [n for n in free if n not in named]
    guess |= _told(free, columns)
    return guess, counting


def _is_private(cells: Sequence[Cell]) -> bool:
    """Whether telephone or identity numbers stand in a column: such is never a public field."""
    found = sum(bool(_PRIVATE.fullmatch(text_of(cell).translate(_SEPARATORS))) for cell in cells)
    return bool(cells) and found >= _SOME * len(cells)


def _counts(cells: Sequence[Cell]) -> bool:
    """Whether a column counts its rows: 1, 2, 3 and so on."""
    texts = [text_of(cell) for cell in cells]
    whole = [text for text in texts if text.isascii() and text.isdigit()]
    numbers = [int(text) for text in whole if len(text) <= _LONGEST_COUNT]
    if len(numbers) < max(_FEWEST_ROWS, _MOSTLY * len(cells)):
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    return numbers[0] <= 1 and sum(step == 1 for step in steps) >= _MOSTLY * len(steps)


def _tells_days(cells: Sequence[Cell], today: dt.date) -> bool:
    """Whether most cells are days, or say when something is due; bare numbers could be anything."""
    late = dates.day_first(cells)
    read = sum(
        not isinstance(cell, bool | int | float)
        and len(text_of(cell)) <= _LONGEST_HEAD
        and (dates.moment(cell, today, days_first=late) or due(cell, today)) is not None
        for cell in cells
    )
    return read >= _MOSTLY * len(cells)


def _dated(
    days: Sequence[int], columns: Sequence[Sequence[Cell]], today: dt.date
) -> dict[int, str]:
    """The earlier days are when something was received, the later when it is due."""
    mean: dict[int, float] = {}
    words: set[int] = set()
    for n in days:
        found = [dates.moment(cell, today) for cell in columns[n]]
        known = [one.timestamp() for one in found if one]
        mean[n] = fmean(known) if known else float("inf")
        if any((said := due(cell, today)) and said.word for cell in columns[n]):
            words.add(n)
    order = sorted(days, key=lambda n: (n in words, mean[n], n))
    if not order:
        return {}
    noon = dt.datetime(today.year, today.month, today.day, 12, tzinfo=dt.UTC).timestamp()
    if len(order) == 1:
        (only,) = order
        return {only: "deadline" if only in words or mean[only] > noon else "received"}
    return {order[0]: "received", order[-1]: "deadline"}


def _of_units(free: Sequence[int], columns: Sequence[Sequence[Cell]], units: Known) -> list[int]:
    """The columns in which units stand, the one with most of them first."""
    said: dict[int, list[str]] = {}
    for n in free:
        texts = [text_of(cell) for cell in columns[n][:_NAMES] if isinstance(cell, str)]
        if texts and fmean(map(len, texts)) <= _LONGEST_UNIT:
            said[n] = [name for text in texts for name, _role in names(text, exact=False)]
    known = set(units(list(dict.fromkeys(name for some in said.values() for name in some))))
    share = {n: fmean(name in known for name in some) for n, some in said.items() if some}
    found = [n for n, part in share.items() if part >= 1 - _FEW_WORDS]
    return sorted(found, key=lambda n: (-len(said[n]), n))


def _told(free: Sequence[int], columns: Sequence[Sequence[Cell]]) -> dict[int, str]:
    """What people wrote: the problem stands left of what was answered or is to be done about it."""
    letters = {n: _letters(columns[n]) for n in free}
    long = [n for n in free if letters[n] >= _LONG and _differs(columns[n])]
    height = max(map(len, columns), default=0)
    # In a form every row has something, but hardly any column: that is no list.
    long = [n for n in long if len(columns[n]) >= (1 - _FEW_WORDS) * height]
    most = max((letters[n] for n in long), default=0.0)
    tells = [n for n in long if letters[n] >= _MUCH * most]
    if not tells:
        return {}
    text = next((n for n in tells if not _answers(columns[n])), tells[0])
    guess = {text: "text"}
    before = [n for n in free if n < text and letters[n] >= _SHORT_TITLE and _differs(columns[n])]
    if before:
        guess[before[-1]] = "title"
    for n in (one for one in long if one > text and letters[one] >= _VERY_LONG):
        key = "progress" if _answers(columns[n]) else "measure"
        if key not in guess.values():
            guess[n] = key
    for n in free:
        key = "" if n in guess else _short(columns[n], taken=set(guess.values()))
        if key:
            guess[n] = key
    return guess


def _answers(cells: Sequence[Cell]) -> bool:
    """Whether a column holds answers, by how letters and replies of offices begin."""
    texts = [text_of(cell) for cell in cells]
    return sum(text.startswith(_ANSWERS) for text in texts) >= (1 - _FEW_WORDS) * len(texts)


def _short(cells: Sequence[Cell], taken: Collection[str]) -> str:
    """What a column of short entries says: how it stands, where, of which kind; empty for none."""
    texts = [text_of(cell) for cell in cells]
    if not texts:
        return ""
    states = sum(_is_state(one) for one in texts)
    places = sum(bool(_PLACE.search(one)) for one in texts)
    kinds = len(set(texts)) <= _FEW_WORDS * len(texts) and _letters(cells) >= 2  # noqa: PLR2004 (a word)
    found = [
        key
        for key, fits in (
            ("status", states >= _MOSTLY * len(texts)),
            ("place", places >= _MOSTLY * len(texts)),
            ("category", kinds),
        )
        if fits and key not in taken
    ]
    return found[0] if found else ""


def _is_state(text: str) -> bool:
    """Whether a short entry says that something is done or not."""
    short = len(text) <= _VERY_LONG
    return claims_done(text) or (short and (text in DONE or any(one in text for one in NOT_DONE)))


def _letters(cells: Sequence[Cell]) -> float:
    """Mean number of letters in the texts of a column; 0 where most is no text."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    if len(texts) * 2 < len(cells) or not texts:
        return 0.0
    return fmean(sum(char.isalpha() for char in text) for text in texts)


def _differs(cells: Sequence[Cell]) -> bool:
    """Whether hardly any two entries say the same."""
    return len({text_of(cell) for cell in cells}) > len(cells) / 2


def _days_first(guess: Mapping[int, str], columns: Sequence[Sequence[Cell]]) -> frozenset[str]:
    return frozenset(
        key
        for n, key in guess.items()
        if key in {"received", "deadline"} and dates.day_first(columns[n])
    )
