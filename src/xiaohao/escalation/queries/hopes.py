"""Which problems could be a pattern beyond chance, by counts alone: nearly all are left out here.

A pattern under a superior can be alike only to problems that share a key with it. The children of
the superior that have such a problem are therefore the most it can hit, h. Chance gives least when
its rate is lowest. The rate is measured without the problems that are alike; those stand below the
superior, so it is never under

    (pairs alike in the sample, none of them below the superior, + 1) / (all pairs + 1).

With that rate, and without the child that chance hits most easily (the pattern's own is left out,
whichever it is), the probability of h or more is a lower bound of what `rules.scan` would find.
Where even that bound is over the threshold no text needs to be compared. This is exact: nothing is
left out that the test would let pass.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from xiaohao.escalation.queries.looks import Looks
from xiaohao.escalation.rules import fewest_hits

if TYPE_CHECKING:
    from xiaohao.escalation.queries.book import Book
    from xiaohao.escalation.queries.groups import Groups

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
UNIT_BITS: Final = 26  # ids in paths stay below 36^5 < 2^26
_WORD: Final = 64  # children of a superior that one word has a bit for


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Hits that a pattern needs, by category and superior, and children that could be hit.

    Codes are in rising order.
    """

    codes: Ints
    hits: Ints
    children: Ints

    def of(self, codes: Ints) -> tuple[Ints, Ints]:
        """Hits needed and children, of each; more than there are where nobody asks."""
        hits = np.full(len(codes), np.iinfo(np.int64).max)
        children = np.zeros(len(codes), dtype=np.int64)
        if len(self.codes):
            at = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
            there = self.codes[at] == codes
            hits[there] = self.hits[at[there]]
            children[there] = self.children[at[there]]
        return hits, children


def hopeful(
    book: "Book", groups: "Groups", looks: Looks, threshold: float, depth: int, asked: Ints
) -> Bools:
    """For each row whether it could be a pattern below its superior at that depth.

    Args:
        threshold: the probability up to which a root is proposed.
        asked: codes `category << UNIT_BITS | superior` that are asked about, each once, rising.
    """
    rows = np.arange(len(book))
    code = (book.category << UNIT_BITS) | book.at(depth, rows)
    child = book.at(depth + 1, rows)
    hits, children = _wanted(book, looks, threshold, code, child, asked).of(code)
    own = child > 0
    possible = np.isin(code, np.unique(code[children - own >= hits]))
    reach = _reach(book, groups, depth, possible)
    return np.asarray(reach - own >= hits, dtype=bool)


def _wanted(
    book: "Book", looks: Looks, threshold: float, code: Ints, child: Ints, asked: Ints
) -> _Wanted:
    """Counts the problems of each child, and asks the test how many hits it takes."""
    below = np.flatnonzero((child > 0) & np.isin(code, asked))
    order = below[np.lexsort((child[below], code[below]))]
    if not len(order):
        return _Wanted(order, order, order)
    edge = np.flatnonzero(np.diff(code[order]) | np.diff(child[order])) + 1
    starts = np.append(0, edge)
    problems = np.diff(np.append(starts, len(order)))
    of = code[order][starts]
    codes, first = np.unique(of, return_index=True)
    hits = np.zeros(len(codes), dtype=np.int64)
    for n, counts in enumerate(np.split(problems, first[1:])):
        category, superior = divmod(int(codes[n]), 1 << UNIT_BITS)
        rate = looks.lowest_rate(book.of_category[category], book, superior)
        hits[n] = fewest_hits(np.sort(counts)[:-1], rate, threshold)
    return _Wanted(codes, hits, np.diff(np.append(first, len(of))))


def _reach(book: "Book", groups: "Groups", depth: int, possible: Bools) -> Ints:
    """For each row how many children of its superior have a problem that shares a key with it.

    Args:
        possible: rows that are counted; all of a category below a superior, or none.
    """
    asked = np.flatnonzero(possible[groups.rows_of_entries])
    if not len(asked):
        return np.zeros(len(book), dtype=np.int64)
    rows, cell = groups.rows_of_entries[asked], groups.cell[asked]
    above, below = book.at(depth, rows), book.at(depth + 1, rows)
    rank = _ranks(book, depth)[book.place[rows]]
    code = (groups.entry[asked] << UNIT_BITS) | above
    order = np.argsort(code)
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    sizes = np.diff(np.append(starts, len(order)))
    total = np.zeros(len(book), dtype=np.int64)
    for word in range(int(rank.max(initial=0)) // _WORD + 1):
        here = (below > 0) & (rank // _WORD == word)
        bit = np.where(here, np.uint64(1) << (rank % _WORD).astype(np.uint64), np.uint64(0))
        met = np.bitwise_or.reduceat(bit[order], starts)
        cells = np.zeros(book.keys.size, dtype=np.uint64)
        cells[cell[order]] = np.repeat(met, sizes)
        union = np.bitwise_or.reduce(cells.reshape(book.keys.shape), axis=1)
        total += np.bitwise_count(union)
    return total


def _ranks(book: "Book", depth: int) -> Ints:
    """For each unit of the book the place of its child-of-the-superior among its siblings."""
    above, below = book.above[:, depth], book.above[:, depth + 1]
    code, at = np.unique((above << UNIT_BITS) | below, return_inverse=True)
    first = np.searchsorted(code >> UNIT_BITS, code >> UNIT_BITS)
    ranks: Ints = (np.arange(len(code)) - first)[at]
    return ranks
