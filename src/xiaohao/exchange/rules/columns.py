"""Which column of a sheet is what: by the words in its head, then by what stands below it."""

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import fmean

from xiaohao.exchange.rules import dates
from xiaohao.exchange.rules.cells import Cell, Cells, head, is_empty, text_of
from xiaohao.exchange.rules.heads import ABOUT, ENDS, HEADS, KINDS, MANY

_NAMED = {name: (key, rank) for key, names in HEADS.items() for rank, name in enumerate(names)}
_LOOSEST = 1000
_LONGEST_HEAD = 30
_LOOK_FOR_HEAD = 40
_MOST_COLUMNS = 120  # what stands further right is not looked at
_SAMPLE = 60
_ALIKE = 0.74
_SHORTEST_FOR_SLIPS = 4
_LONG_TEXT = 10
_MOSTLY = 0.8
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is laid out.

    Attributes:
        head_row: index of the row with the heads.
        columns: for each recognised field the indices of its columns, most telling first.
        heads: every head as written, by column.
        days_first: fields of time whose slashed dates name the day first.
        guess: of a sheet whose heads nobody knows what each column was taken for by its content.
        counting: its columns that only count rows.
    """

    head_row: int
    columns: Mapping[str, Sequence[int]]
    heads: Sequence[str]
    days_first: frozenset[str] = field(default_factory=frozenset)
    guess: Mapping[int, str] | None = None
    counting: frozenset[int] = frozenset()

    @property
    def counts_rows(self) -> bool:
        """Whether its numbers only count rows, as their column's content tells."""
        return bool(self.counting.intersection(self.columns.get("number", ())))

    @property
    def known_by(self) -> Sequence[str]:
        """By what a sheet that is laid out so is known again: its heads.

        Where nobody knows these, what stands under them has to be of the same kinds, too.
        """
        if self.guess is None:
            return self.heads
        return [*self.heads, "?", *(self.guess[n] for n in sorted(self.guess))]

    def head_of(self, key: str) -> str:
        """The head over the column of a field; empty when there is none."""
        return self.heads[self.columns[key][0]] if self.columns.get(key) else ""


def layout(rows: Sequence[Cells], today: dt.date) -> Layout | None:
    """Where the head stands and what the columns hold, or None when these are no messages.

    The head may stand under title rows, with line breaks and slips of the pen in it. A column
    without a known head is taken for the text or the time when what stands in it is just that.
    """
    best = max(
        range(min(len(rows), _LOOK_FOR_HEAD)), key=lambda i: _strength(rows[i]), default=None
    )
    if best is None or not _strength(rows[best]):
        return None
    named = _by_head(rows[best])
    below = [row for row in rows[best + 1 : best + 1 + _SAMPLE * 4] if any(map(text_of, row))]
    named = _sane(named, rows[best], below[:_SAMPLE], today)
    named = _by_content(_kinds_told_apart(named, below), len(rows[best]), below[:_SAMPLE], today)
    if "text" not in named or len(named) < 2:  # noqa: PLR2004 (the text and one more)
        return None
    heads = [" ".join(text_of(cell).split()) for cell in rows[best]]
    late = frozenset(
        key
        for key in ("time", "replied")
        if key in named and dates.day_first(_column(rows[best + 1 :], named[key][0]))
    )
    return Layout(best, named, heads, late)


def _strength(row: Cells) -> int:
    """How many fields a row names; 0 when that could be chance."""
    if any(len(text_of(cell)) > _LONGEST_HEAD * 2 for cell in row):
        return 0
    named = _by_head(row)
    return len(named) if "text" in named or len(named) >= _ENOUGH else 0


def _by_head(row: Cells) -> dict[str, list[int]]:
    ranked: dict[str, list[tuple[int, int]]] = {}
    for index, cell in enumerate(row[:_MOST_COLUMNS]):
        found = _field_of(head(cell)) if isinstance(cell, str) else None
        if found:
            ranked.setdefault(found[0], []).append((found[1], index))
    return {
        key: [index for _, index in sorted(found)[: None if key in MANY else 1]]
        for key, found in ranked.items()
    }


@lru_cache(maxsize=5000)
def _field_of(bare: str) -> tuple[str, int] | None:
    if not bare or len(bare) > _LONGEST_HEAD:
        return None
    if bare in _NAMED:
        return _NAMED[bare]
    if any(word in bare for word in ABOUT):
        return None
    for key, words in ENDS.items():
        if any(bare.endswith(word) for word in words):
            return key, _LOOSEST + len(bare)
    return _with_a_slip(bare)


def _with_a_slip(bare: str) -> tuple[str, int] | None:
    if len(bare) < _SHORTEST_FOR_SLIPS:
        return None
    near = difflib.get_close_matches(bare, _NAMED, n=1, cutoff=_ALIKE)
    return (_NAMED[near[0]][0], 2 * _LOOSEST) if near else None


def _column(rows: Sequence[Cells], index: int) -> list[Cell]:
    cells = [row[index] for row in rows if index < len(row)]
    return [cell for cell in cells if not is_empty(cell)]


def _sane(
    named: dict[str, list[int]], heads: Cells, below: Sequence[Cells], today: dt.date
) -> dict[str, list[int]]:
    """Without columns of time that only sound like one and hold something else.

    Where the head says plainly what it is, what cannot be read is a fault of the rows.
    """
    for key in ("time", "replied"):
        if key not in named or head(heads[named[key][0]]) in _NAMED:
            continue
        if not _are_times(_column(below, named[key][0]), today, _MOSTLY / 2):
            del named[key]
    return named


def _kinds_told_apart(named: dict[str, list[int]], below: Sequence[Cells]) -> dict[str, list[int]]:
    """“Type” may head what a message is about or how it is meant; the entries tell."""
    for key, other in (("category", "kind"), ("kind", "category")):
        if key not in named or other in named:
            continue
        entries = [text_of(cell) for cell in _column(below, named[key][0])]
        meant = sum(entry.removesuffix("类").removesuffix("件") in KINDS for entry in entries)
        share = meant / max(len(entries), 1)
        if entries and (share >= _MOSTLY if key == "category" else share < _MOSTLY / 2):
            named[other] = named.pop(key)
            break
    return named


def _by_content(
    named: dict[str, list[int]], width: int, below: Sequence[Cells], today: dt.date
) -> dict[str, list[int]]:
    taken = {index for indices in named.values() for index in indices}
    free = [index for index in range(min(width, _MOST_COLUMNS)) if index not in taken]
    if "time" not in named:
        real = [i for i in free if _are_times(_column(below, i), today, _MOSTLY, strict=True)]
        if real:
            named["time"] = real[:1]
            free.remove(real[0])
    if "text" not in named and free:
        longest = max(free, key=lambda index: _width(below, index))
        if _tells(below, longest):
            named["text"] = [longest]
    if "text" not in named and "title" in named and _tells(below, named["title"][0]):
        named["text"] = named.pop("title")
    return named


def _are_times(
    cells: Sequence[Cell], today: dt.date, share: float, *, strict: bool = False
) -> bool:
    """Whether that share can be read as times; an empty column may be one unless `strict`.

    When strict, bare numbers do not count: they could be anything.
    """
    if not cells:
        return not strict
    read = [
        dates.moment(cell, today, days_first=dates.day_first([cell]))
        for cell in cells
        if not (strict and isinstance(cell, float | int))
    ]
    return sum(map(bool, read)) >= share * len(cells)


def _tells(below: Sequence[Cells], index: int) -> bool:
    """Whether people tell something in this column: long, in letters, and hardly ever the same."""
    texts = [text_of(cell) for cell in _column(below, index)]
    letters = [sum(char.isalpha() for char in text) for text in texts]
    return bool(texts) and fmean(letters) >= _LONG_TEXT and len(set(texts)) > len(texts) / 2


def _width(below: Sequence[Cells], index: int) -> float:
    """Mean length of the texts in a column; numbers and times count as none."""
    cells = _column(below, index)
    return fmean([len(c) if isinstance(c, str) else 0 for c in cells]) if cells else 0.0
