"""Rows of one category that share a key of triage's index of looks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from xiaohao.escalation.queries.book import Book
from xiaohao.escalation.queries.hopes import UNIT_BITS
from xiaohao.escalation.rules import FEWEST_SIBLINGS
from xiaohao.triage.queries import KEYS

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Rough = Callable[[Ints, Ints, Ints], Bools]
_KEY_MASK: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Candidates:
    """Groups below superiors, and in how many units right below each; arrays of one length."""

    group: Ints
    superior: Ints
    hits: Ints

    @property
    def codes(self) -> Ints:
        """One number for each."""
        return (self.group << UNIT_BITS) | self.superior


class Groups:
    """One run's groups. An entry is a row in a group, its cell where its key stands in the book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        keys = book.keys.ravel()
        cell = np.flatnonzero(keys)
        code = (book.category[cell // KEYS] << 32) | (keys[cell] & _KEY_MASK)
        order = np.argsort(code)
        code, cell = code[order], cell[order]
        starts = np.flatnonzero(np.diff(code, prepend=-1))
        sizes = np.diff(np.append(starts, len(code)))
        wide = sizes >= FEWEST_SIBLINGS
        kept = np.repeat(wide, sizes)
        self.sizes, self.cell = sizes[wide], cell[kept]
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.codes = code[starts[wide]]
        self.entry = np.repeat(np.arange(len(self.sizes)), self.sizes)
        self.rows_of_entries = self.cell // KEYS

    def rows(self, group: int) -> Ints:
        """The rows of a group, by number."""
        start = int(self.starts[group])
        return np.sort(self.rows_of_entries[start : start + int(self.sizes[group])])

    def sharing(self, row: int) -> Ints:
        """Rows that share at least one key with this one."""
        keys = self.book.keys[row]
        codes = (self.book.category[row] << 32) | (keys[keys != 0] & _KEY_MASK)
        at = np.searchsorted(self.codes, codes)
        there = [int(n) for n, c in zip(at, codes, strict=True)
                 if n < len(self.codes) and self.codes[n] == c]  # fmt: skip
        found = [self.rows(group) for group in there]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)

    def candidates(self, passes: Rough, depth: int) -> Candidates:
        """Groups and superiors at that depth that pass the rough look."""
        group, superior, hits = self._spread(depth)
        if not len(group):
            return Candidates(group, superior, hits)
        category = self.codes[group] >> 32
        good = passes(category, self._problems(category, superior, depth), hits)
        return Candidates(group[good], superior[good], hits[good])

    def holding(self, found: Candidates, rows: Bools, depth: int) -> Candidates:
        """Those candidates in which at least one of the marked rows stands below the superior."""
        marked = np.flatnonzero(rows[self.rows_of_entries])
        superior = self.book.at(depth, self.rows_of_entries[marked])
        good = np.isin(found.codes, (self.entry[marked] << UNIT_BITS) | superior)
        return Candidates(found.group[good], found.superior[good], found.hits[good])

    def _spread(self, depth: int) -> tuple[Ints, Ints, Ints]:
        """Groups and superiors at that depth with enough different units right below."""
        entry, rows = self.entry, self.rows_of_entries
        above, below = self.book.at(depth, rows), self.book.at(depth + 1, rows)
        here = below > 0
        pairs = np.unique((entry[here] << UNIT_BITS) | below[here])
        parent = _parents(above[here], below[here], pairs & ((1 << UNIT_BITS) - 1))
        both = ((pairs >> UNIT_BITS) << UNIT_BITS) | parent
        codes, hits = np.unique(both, return_counts=True)
        wide = hits >= FEWEST_SIBLINGS
        codes = codes[wide]
        return codes >> UNIT_BITS, codes & ((1 << UNIT_BITS) - 1), hits[wide]

    def _problems(self, category: Ints, superior: Ints, depth: int) -> Ints:
        """Open problems of the category below each superior."""
        everyone = np.arange(len(self.book))
        code = (self.book.category << UNIT_BITS) | self.book.at(depth, everyone)
        codes, counts = np.unique(code, return_counts=True)
        found: Ints = counts[np.searchsorted(codes, (category << UNIT_BITS) | superior)]
        return found


def _parents(above: Ints, below: Ints, wanted: Ints) -> Ints:
    """The superior of each unit in `wanted`, as rows tell it."""
    units, first = np.unique(below, return_index=True)
    return above[first][np.searchsorted(units, wanted)] if len(units) else wanted
