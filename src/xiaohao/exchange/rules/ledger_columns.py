"""Which column of a ledger is what: by its head (which may take two rows), then by content."""

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import fmean

from xiaohao.exchange.rules import dates
from xiaohao.exchange.rules.cells import Cell, Cells, head, is_empty, number, text_of
from xiaohao.exchange.rules.columns import Layout
from xiaohao.exchange.rules.ledger_heads import ABOUT, ENDS, HEADS, MANY, NO_TEXT
from xiaohao.exchange.rules.own import is_own

_NAMED = {name: (key, rank) for key, names in HEADS.items() for rank, name in enumerate(names)}
_LOOSE = 1000
_LONGEST_HEAD = 30
_LOOK_FOR_HEAD = 40
_MOST_COLUMNS = 120
_SAMPLE = 60
_ALIKE = 0.78
_SHORTEST_FOR_SLIPS = 4
_ENOUGH = 3
_LONG_TEXT = 8
LEFT_OUT = ""
_OF_DAYS = frozenset({"received", "deadline", "measure_deadline"})


def ledger_layout(
    rows: Sequence[Cells], chosen: Mapping[int, str] | None = None, head_row: int | None = None
) -> Layout | None:
    """Where the head of a ledger stands and what its columns hold; None when this is none.

    Args:
        rows: the sheet's.
        chosen: what a person said that columns are: a field, or `LEFT_OUT`.
        head_row: the row of the heads, where a person named it.
    """
    found = _best(rows)
    if found is None:
        return None
    index, two = found
    if head_row is not None:
        index, two = head_row, False
    tops = rows[index - 1] if two else []
    heads = _joined(tops, rows[index])
    named = _named(tops, rows[index])
    below = [row for row in rows[index + 1 : index + 1 + _SAMPLE * 4] if any(map(text_of, row))]
    own = _tells_own(named, below)
    if not chosen and not (own and not _strength(named)):
        free = [n for n in range(len(rows[index])) if head(heads[n]) not in NO_TEXT]
        named = _by_content(named, free, below[:_SAMPLE])
    elif chosen:
        named = _as_chosen(named, chosen)
    if "text" not in named and "title" not in named and not own:
        return None
    return Layout(index, named, heads, _days_first(rows[index + 1 :], named))


def _days_first(below: Sequence[Cells], named: Mapping[str, Sequence[int]]) -> frozenset[str]:
    """The fields of days whose slashed ones name the day first, as far as their column tells."""
    found = set()
    for key in named.keys() & _OF_DAYS:
        column = named[key][0]
        if dates.day_first(row[column] for row in below if column < len(row)):
            found.add(key)
    return frozenset(found)


def _best(rows: Sequence[Cells]) -> tuple[int, bool] | None:
    """The row that names most fields; whether the row above it is part of the head."""
    best, most = None, 0
    for index in range(min(len(rows), _LOOK_FOR_HEAD)):
        if any(len(text_of(cell)) > _LONGEST_HEAD * 2 for cell in rows[index]):
            continue
        for two in (False, True):
            if two and (not index or not _is_upper(rows[index - 1])):
                continue
            named = _named(rows[index - 1] if two else [], rows[index])
            strength = _strength(named)
            if not strength and _tells_own(named, rows[index + 1 : index + 1 + _SAMPLE]):
                strength = len(named)
            if strength > most:
                best, most = (index, two), strength
    return best


def _is_upper(row: Cells) -> bool:
    """Whether a row can be the upper one of two: at least two heads, none of them a long title."""
    texts = [text_of(cell) for cell in row if not is_empty(cell)]
    return len(texts) > 1 and all(len(text) <= _LONGEST_HEAD for text in texts)


def _strength(named: Mapping[str, Sequence[int]]) -> int:
    """How many fields a row names; 0 when that could be chance."""
    return len(named) if ("text" in named and len(named) > 1) or len(named) >= _ENOUGH else 0


def _tells_own(named: Mapping[str, Sequence[int]], below: Sequence[Cells]) -> bool:
    """Whether numbers of the ledger's own stand below: then a sheet need not tell the problems."""
    column = next(iter(named.get("number", ())), None)
    if column is None:
        return False
    return any(is_own(number(row[column])) for row in below if column < len(row))


def _spread(tops: Cells) -> list[str]:
    """Upper heads over every column that they cover: a merged cell tells its text only once."""
    last, spread = "", []
    for cell in tops:
        last = text_of(cell) or last
        spread.append(last)
    return spread


def _joined(tops: Cells, row: Cells) -> list[str]:
    """The heads as people read them, one line each."""
    width = max(len(tops), len(row))
    upper = [text_of(cell) for cell in tops] + [""] * width
    lower = [text_of(cell) for cell in row] + [""] * width
    return [" ".join((lower[n] or upper[n]).split()) for n in range(width)]


def _named(tops: Cells, row: Cells) -> dict[str, list[int]]:
    ranked: dict[str, list[tuple[int, int]]] = {}
    over = _spread(tops)
    for index in range(min(max(len(row), len(tops)), _MOST_COLUMNS)):
        cell = row[index] if index < len(row) else None
        above = over[index] if index < len(over) else ""
        found = _field_at(cell, above)
        if found:
            ranked.setdefault(found[0], []).append((found[1], index))
    named = {
        key: [index for _, index in sorted(found)[: None if key in MANY else 1]]
        for key, found in ranked.items()
    }
    return _settled(named, ranked)


def _field_at(cell: Cell, above: str) -> tuple[str, int] | None:
    bare = head(cell) if isinstance(cell, str) else ""
    upper = head(above)
    if bare and upper and (whole := _NAMED.get(upper + bare)):
        return whole
    return _field_of(bare or upper)


def _settled(
    named: dict[str, list[int]], ranked: Mapping[str, list[tuple[int, int]]]
) -> dict[str, list[int]]:
    """A second deadline or owner right of the measures belongs to them."""
    if "measure" not in named:
        return named
    column = named["measure"][0]
    for key, own in (("deadline", "measure_deadline"), ("owner", "measure_owner")):
        others = [n for _, n in sorted(ranked.get(key, []), key=lambda pair: pair[1])]
        if own not in named and len(others) > 1 and others[-1] > column:
            named[own] = [others[-1]]
            named[key] = others[:1]
    return named


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
            return key, _LOOSE + len(bare)
    if len(bare) < _SHORTEST_FOR_SLIPS:
        return None
    near = difflib.get_close_matches(bare, _NAMED, n=1, cutoff=_ALIKE)
    return (_NAMED[near[0]][0], 2 * _LOOSE) if near else None


def _as_chosen(named: dict[str, list[int]], chosen: Mapping[int, str]) -> dict[str, list[int]]:
    left = {key: [n for n in columns if n not in chosen] for key, columns in named.items()}
    for column, key in chosen.items():
        if key != LEFT_OUT:
            left[key] = [*left.get(key, []), column] if key in MANY else [column]
    return {key: columns for key, columns in left.items() if columns}


def _by_content(
    named: dict[str, list[int]], columns: Sequence[int], below: Sequence[Cells]
) -> dict[str, list[int]]:
    """A column without a known head is the problem's text when people tell something in it."""
    if "text" in named:
        return named
    taken = {index for indices in named.values() for index in indices}
    free = [index for index in columns[:_MOST_COLUMNS] if index not in taken]
    longest = max(free, key=lambda index: _width(below, index), default=None)
    if longest is not None and _width(below, longest) >= _LONG_TEXT:
        named["text"] = [longest]
    elif "title" in named and _width(below, named["title"][0]) >= _LONG_TEXT:
        named["text"] = named.pop("title")
    return named


def _width(below: Sequence[Cells], index: int) -> float:
    """Mean number of letters in the texts of a column."""
    cells = [row[index] for row in below if index < len(row) and not is_empty(row[index])]
    texts = [cell for cell in cells if isinstance(cell, str)]
    if len(texts) * 2 < len(cells) or not texts:
        return 0.0
    return fmean(sum(char.isalpha() for char in text) for text in texts)


def unmerged(
    rows: Sequence[Cells], merged: Sequence[tuple[int, int, int, int]], layout: Layout
) -> tuple[dict[tuple[int, int], Cell], set[tuple[int, int]]]:
    """What covered cells say, and which cells go on with the one above."""
    filled: dict[tuple[int, int], Cell] = {}
    again: set[tuple[int, int]] = set()
    for top, left, bottom, right in merged:
        if top <= layout.head_row or bottom == top or left != right:
            continue
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else None
        for row in range(top + 1, min(bottom + 1, len(rows))):
            filled[row, left] = value
            again.add((row, left))
    return filled, again
