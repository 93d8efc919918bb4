"""Open problems that look alike and stand in many sibling units: the search behind proposals.

Candidates are problems of one category that share a key of triage's index of looks, under one
superior, in at least `FEWEST_SIBLINGS` of the units right below it. What counts alone show to be
within chance is left out (`hopes`). The rest is looked at exactly, by the likeness of the texts,
and put to the test of `rules.scan`. Arrays are as long as there are open problems (n) or keys
(n × KEYS); all run in memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from xiaohao.escalation.queries.book import Book
from xiaohao.escalation.queries.groups import Candidates, Groups
from xiaohao.escalation.queries.hopes import UNIT_BITS, hopeful
from xiaohao.escalation.queries.looks import Looks
from xiaohao.escalation.rules import ALPHA, FEWEST_SIBLINGS, Scan, Sibling, likeness_rate, scan
from xiaohao.triage.queries import LOOK

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_ALIKE: Final = 3000  # texts that one pattern is compared with
SEEDS: Final = 3  # patterns tried among those that share a key
_AT_ONCE: Final = 50  # candidates whose looks are read together


@dataclass(frozen=True, slots=True)
class Found:
    """Like problems in more siblings than chance gives.

    Attributes:
        superior: id of the lowest unit above them all.
        pattern: id of the problem that the others look like.
        problems: ids, the pattern's among them.
        siblings: each unit right below the superior that has problems of the category.
    """

    category: int
    superior: int
    pattern: int
    problems: Sequence[int]
    scan: Scan
    siblings: Sequence[Sibling]


class Crowds:
    """One run of the search."""

    def __init__(self, book: Book, looks: Looks | None = None) -> None:
        self.book = book
        self.threshold = ALPHA / max(book.questions, 1)
        self.looks = looks or Looks(book.ids)
        self.groups = Groups(book)
        self.taken = np.zeros(len(book), dtype=bool)
        self.tried: set[tuple[int, int]] = set()
        self.hopeful: dict[int, Bools] = {}

    def __iter__(self) -> Iterator[Found]:
        places = self._places()
        for start in range(0, len(places), _AT_ONCE):
            part = places[start : start + _AT_ONCE]
            self.looks.read(np.concatenate([self._seeds(*place) for place in part]))
            for group, depth, superior in part:
                found = self._look(group, depth, superior)
                if found is not None:
                    yield found

    def _places(self) -> list[tuple[int, int, int]]:
        """(group, depth, superior id), those with most siblings and highest up first."""
        parts = []
        for depth in self.book.depths:
            found = self.groups.candidates(self._passes, depth)
            self.hopeful[depth] = self._hopeful(found, depth)
            found = self.groups.holding(found, self.hopeful[depth], depth)
            depths = np.full(len(found.group), depth)
            parts.append(np.stack((found.group, depths, found.superior, found.hits), axis=1))
        table = np.concatenate(parts) if parts else np.zeros((0, 4), np.int64)
        order = np.lexsort((table[:, 0], table[:, 1], -table[:, 3]))
        return [(int(a), int(b), int(c)) for a, b, c, _hits in table[order]]

    def _hopeful(self, found: Candidates, depth: int) -> Bools:
        """Rows that counts alone do not show to be within chance."""
        category = self.groups.codes[found.group] >> 32
        asked = np.unique((category << UNIT_BITS) | found.superior)
        self.looks.sample([self.book.of_category[c] for c in np.unique(category).tolist()])
        return hopeful(self.book, self.groups, self.looks, self.threshold, depth, asked)

    def _seeds(self, group: int, depth: int, superior: int) -> Ints:
        """Rows of the group below the superior that are not spoken for."""
        rows = self.groups.rows(group)
        seeds: Ints = rows[(self.book.at(depth, rows) == superior) & ~self.taken[rows]]
        return seeds

    def _passes(self, category: Ints, problems: Ints, hits: Ints) -> npt.NDArray[np.bool_]:
        """A rough look: could it pass with the lowest rate and half of the problems counted?"""
        from scipy import stats  # noqa: PLC0415 (half a second that only the search needs)

        each, at = np.unique(category, return_inverse=True)
        rows = [len(self.book.of_category[c]) for c in each.tolist()]
        lowest = np.array([likeness_rate(0, self.looks.pairs(n)) for n in rows])[at]
        low = stats.poisson.sf(hits - 2, lowest * problems / 2)
        return np.asarray(low <= self.threshold, dtype=bool)

    def _look(self, group: int, depth: int, superior: int) -> Found | None:
        rows = self._seeds(group, depth, superior)
        for _ in range(SEEDS):
            rows = np.array([r for r in rows.tolist() if (r, superior) not in self.tried], np.int64)
            able = rows[self.hopeful[depth][rows]]
            if not len(able) or not self._is_wide(rows, depth):
                return None
            pattern = int(able[0])
            alike = self._alike(pattern, depth, superior)
            self.tried.update((r, superior) for r in (pattern, *alike.tolist()))
            if self._is_wide(alike, depth):
                found = self._test(pattern, alike, depth, superior)
                if found.scan.is_beyond_chance:
                    self.taken[alike] = True
                    return found
        return None

    def _is_wide(self, rows: Ints, depth: int) -> bool:
        return len(np.unique(self.book.at(depth + 1, rows))) >= FEWEST_SIBLINGS

    def _alike(self, pattern: int, depth: int, superior: int) -> Ints:
        """Rows under the superior that look like the pattern, itself among them."""
        near = self.groups.sharing(pattern)
        near = near[(self.book.at(depth, near) == superior) & ~self.taken[near]]
        near = near[self.book.at(depth + 1, near) > 0]
        if len(near) > MOST_ALIKE:
            near = near[np.linspace(0, len(near) - 1, MOST_ALIKE).astype(np.int64)]
        near = np.union1d(near, [pattern])
        return near[self.looks.like(pattern, near) >= LOOK]

    def _test(self, pattern: int, alike: Ints, depth: int, superior: int) -> Found:
        category = int(self.book.category[pattern])
        rows = self.book.of_category[category]
        rows = rows[self.book.at(depth, rows) == superior]
        children = self.book.at(depth + 1, rows)
        rows, children = rows[children > 0], children[children > 0]
        units, counts = np.unique(children, return_counts=True)
        hit, alike_counts = np.unique(self.book.at(depth + 1, alike), return_counts=True)
        hits = dict(zip(hit.tolist(), alike_counts.tolist(), strict=True))
        siblings = [
            Sibling(unit, count, hits.get(unit, 0))
            for unit, count in zip(units.tolist(), counts.tolist(), strict=True)
        ]
        rate = self.looks.rate(self.book.of_category[category], self.book.unit, alike)
        own = int(self.book.at(depth + 1, np.array([pattern]))[0])
        tested = scan(siblings, own, rate, self.book.questions)
        numbers = self.book.ids[alike].tolist()
        number = int(self.book.ids[pattern])
        return Found(category, superior, number, numbers, tested, siblings)
