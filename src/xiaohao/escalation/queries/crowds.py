"""Open problems that look alike and stand in many sibling units: the search behind proposals.

Candidates are problems of one category that share a key of triage's index of looks, under one
superior, in at least `FEWEST_SIBLINGS` of the units right below it. Each is then looked at exactly,
by the likeness of the texts, and put to the test of `rules.scan`. Arrays are as long as there are
open problems (n) or keys (n × KEYS); all run in memory, about 0.5 GB for a million problems.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection

from xiaohao.escalation.queries.looks import Looks
from xiaohao.escalation.rules import ALPHA, FEWEST_SIBLINGS, Scan, Sibling, likeness_rate, scan
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import OPEN, Source
from xiaohao.triage.queries import KEYS, LOOK
from xiaohao.units.models import Unit

Ints = npt.NDArray[np.int64]
PROBLEM: Final = "ledger.problem"
_UNIT_BITS: Final = 26  # ids in paths stay below 36^5 < 2^26
_KEY_MASK: Final = 0xFFFFFFFF
MOST_ALIKE: Final = 3000  # texts that one pattern is compared with
SEEDS: Final = 3  # patterns tried among those that share a key

_BOOK = """
COPY (
    SELECT concat_ws(',', p.id, p.category_id, p.unit_id,
        array_to_string((l.keys || array_fill(0, ARRAY[{keys}]))[1:{keys}], ','))
    FROM ledger_problem p
    JOIN triage_likeness l ON l.label = '{label}' AND l.thing_id = p.id
    WHERE p.state IN ({states}) AND p.category_id IS NOT NULL AND p.unit_id IS NOT NULL
      AND p.source <> '{root}'
      AND NOT EXISTS (SELECT FROM escalation_link k WHERE k.problem_id = p.id)
    ORDER BY p.id
) TO STDOUT
"""


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


class Book:
    """All open problems that are with a unit, as arrays."""

    def __init__(self) -> None:
        table = _read()
        self.ids, self.category, self.unit = table[:, 0], table[:, 1], table[:, 2]
        self.keys = table[:, 3:]
        self.units, self.place = np.unique(self.unit, return_inverse=True)
        self.above = _superiors(self.units)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def questions(self) -> int:
        """Patterns times superiors: how many tests one could make."""
        depth = (self.above > 0).sum(axis=1)
        return int(np.maximum(depth[self.place] - 1, 0).sum())

    def at(self, depth: int, rows: Ints) -> Ints:
        """For each row the id of its superior (or itself) at that depth; 0 where there is none."""
        found: Ints = self.above[self.place[rows], depth]
        return found

    @property
    def depths(self) -> range:
        """Depths at which a superior can stand."""
        return range(max(self.above.shape[1] - 1, 0))


def _read() -> Ints:
    states = ", ".join(f"'{state}'" for state in sorted(OPEN))
    statement = _BOOK.format(keys=KEYS, label=PROBLEM, states=states, root=Source.ROOT.value)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        data = b"".join(copy).replace(b"\n", b",")
    flat = np.fromstring(data.decode("ascii"), dtype=np.int64, sep=",") if data else np.zeros(0)
    return flat.astype(np.int64, copy=False).reshape(-1, 3 + KEYS)


def _superiors(units: Ints) -> Ints:
    """Shape (units, deepest): ids along each unit's path, filled up with zeros."""
    rows = Unit.objects.filter(pk__in=units.tolist()).order_by().values_list("pk", "path")
    paths = {pk: ids(path) for pk, path in rows}
    deepest = max(map(len, paths.values()), default=0)
    table = np.zeros((len(units), deepest), dtype=np.int64)
    for n, unit in enumerate(units.tolist()):
        line = paths[unit]
        table[n, : len(line)] = line
    return table


class Crowds:
    """One run of the search."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.threshold = ALPHA / max(book.questions, 1)
        self.looks = Looks(book.ids)
        self.taken = np.zeros(len(book), dtype=bool)
        self.tried: set[tuple[int, int]] = set()
        order = np.argsort(book.category, kind="stable")
        bounds = np.flatnonzero(np.diff(book.category[order])) + 1
        parts = np.split(order, bounds) if len(order) else []
        self.of_category = {int(book.category[part[0]]): part for part in parts}

    def __iter__(self) -> Iterator[Found]:
        groups = _Groups(self.book)
        for group, depth, superior in groups.worth_a_look(self._passes):
            found = self._look(groups, group, depth, superior)
            if found is not None:
                yield found

    def _passes(self, category: Ints, problems: Ints, hits: Ints) -> npt.NDArray[np.bool_]:
        """A rough look: could it pass with the lowest rate and half of the problems counted?"""
        from scipy import stats  # noqa: PLC0415 (half a second that only the search needs)

        pairs = {c: self.looks.pairs(len(rows)) for c, rows in self.of_category.items()}
        lowest = np.array([likeness_rate(0, pairs[int(c)]) for c in category])
        low = stats.poisson.sf(hits - 2, lowest * problems / 2)
        return np.asarray(low <= self.threshold, dtype=bool)

    def _look(self, groups: "_Groups", group: int, depth: int, superior: int) -> Found | None:
        rows = groups.rows(group)
        rows = rows[(self.book.at(depth, rows) == superior) & ~self.taken[rows]]
        for _ in range(SEEDS):
            rows = np.array([r for r in rows.tolist() if (r, superior) not in self.tried], np.int64)
            if not self._is_wide(rows, depth):
                return None
            pattern = int(rows[0])
            alike = self._alike(groups, pattern, depth, superior)
            self.tried.update((r, superior) for r in (pattern, *alike.tolist()))
            if self._is_wide(alike, depth):
                found = self._test(pattern, alike, depth, superior)
                if found.scan.is_beyond_chance:
                    self.taken[alike] = True
                    return found
        return None

    def _is_wide(self, rows: Ints, depth: int) -> bool:
        return len(np.unique(self.book.at(depth + 1, rows))) >= FEWEST_SIBLINGS

    def _alike(self, groups: "_Groups", pattern: int, depth: int, superior: int) -> Ints:
        """Rows under the superior that look like the pattern, itself among them."""
        near = groups.sharing(pattern)
        near = near[(self.book.at(depth, near) == superior) & ~self.taken[near]]
        near = near[self.book.at(depth + 1, near) > 0]
        if len(near) > MOST_ALIKE:
            near = near[np.linspace(0, len(near) - 1, MOST_ALIKE).astype(np.int64)]
        near = np.union1d(near, [pattern])
        return near[self.looks.like(pattern, near) >= LOOK]

    def _test(self, pattern: int, alike: Ints, depth: int, superior: int) -> Found:
        category = int(self.book.category[pattern])
        rows = self.of_category[category]
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
        rate = self.looks.rate(self.of_category[category], self.book.unit, alike)
        own = int(self.book.at(depth + 1, np.array([pattern]))[0])
        tested = scan(siblings, own, rate, self.book.questions)
        numbers = self.book.ids[alike].tolist()
        number = int(self.book.ids[pattern])
        return Found(category, superior, number, numbers, tested, siblings)


class _Groups:
    """Rows of one category that share a key of the index of looks."""

    def __init__(self, book: Book) -> None:
        self.book = book
        keys = book.keys.ravel()
        row = np.repeat(np.arange(len(book)), KEYS)[keys != 0]
        code = (book.category[row] << 32) | (keys[keys != 0] & _KEY_MASK)
        order = np.argsort(code)
        code, row = code[order], row[order]
        starts = np.flatnonzero(np.concatenate(([True], np.diff(code) != 0))) if len(code) else code
        sizes = np.diff(np.concatenate((starts, [len(code)]))) if len(code) else code
        wide = sizes >= FEWEST_SIBLINGS
        self.starts, self.sizes, self.row = starts[wide], sizes[wide], row
        self.codes = code[self.starts]

    def rows(self, group: int) -> Ints:
        """The rows of a group, by number."""
        start = int(self.starts[group])
        return np.sort(self.row[start : start + int(self.sizes[group])])

    def sharing(self, row: int) -> Ints:
        """Rows that share at least one key with this one."""
        keys = self.book.keys[row]
        codes = (self.book.category[row] << 32) | (keys[keys != 0] & _KEY_MASK)
        at = np.searchsorted(self.codes, codes)
        there = [int(n) for n, c in zip(at, codes, strict=True)
                 if n < len(self.codes) and self.codes[n] == c]  # fmt: skip
        found = [self.rows(group) for group in there]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)

    def worth_a_look(self, passes: Any) -> list[tuple[int, int, int]]:
        """(group, depth, superior id), those with most siblings and highest up first."""
        found: list[tuple[Ints, ...]] = []
        entry = np.repeat(np.arange(len(self.starts)), self.sizes)
        offsets = np.arange(len(entry)) - np.repeat(np.cumsum(self.sizes) - self.sizes, self.sizes)
        rows = self.row[self.starts[entry] + offsets] if len(entry) else np.zeros(0, np.int64)
        for depth in self.book.depths:
            group, superior, hits = self._spread(entry, rows, depth)
            category = self.codes[group] >> 32
            problems = self._problems(category, superior, depth)
            good = passes(category, problems, hits) if len(group) else np.zeros(0, bool)
            found.append((group[good], np.full(good.sum(), depth), superior[good], hits[good]))
        if not found:
            return []
        group, depth_, superior, hits = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((group, depth_, -hits))
        three = np.stack((group, depth_, superior), axis=1)[order]
        return [(int(a), int(b), int(c)) for a, b, c in three]

    def _spread(self, entry: Ints, rows: Ints, depth: int) -> tuple[Ints, Ints, Ints]:
        """Groups and superiors at that depth with enough different units right below."""
        above, below = self.book.at(depth, rows), self.book.at(depth + 1, rows)
        here = below > 0
        pairs = np.unique((entry[here] << _UNIT_BITS) | below[here])
        parent = _parents(above[here], below[here], pairs & ((1 << _UNIT_BITS) - 1))
        both = ((pairs >> _UNIT_BITS) << _UNIT_BITS) | parent
        codes, hits = np.unique(both, return_counts=True)
        wide = hits >= FEWEST_SIBLINGS
        codes = codes[wide]
        return codes >> _UNIT_BITS, codes & ((1 << _UNIT_BITS) - 1), hits[wide]

    def _problems(self, category: Ints, superior: Ints, depth: int) -> Ints:
        """Open problems of the category below each superior."""
        everyone = np.arange(len(self.book))
        code = (self.book.category << _UNIT_BITS) | self.book.at(depth, everyone)
        codes, counts = np.unique(code, return_counts=True)
        found: Ints = counts[np.searchsorted(codes, (category << _UNIT_BITS) | superior)]
        return found


def _parents(above: Ints, below: Ints, wanted: Ints) -> Ints:
    """The superior of each unit in `wanted`, as rows tell it."""
    units, first = np.unique(below, return_index=True)
    return above[first][np.searchsorted(units, wanted)] if len(units) else wanted
