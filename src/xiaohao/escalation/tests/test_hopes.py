"""What the search leaves out by counts alone could not have been proposed."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xiaohao.escalation.queries import Book, Crowds
from xiaohao.escalation.queries.groups import Bools, Candidates
from xiaohao.escalation.queries.looks import Looks
from xiaohao.escalation.rules import by_chance, fewest_hits
from xiaohao.escalation.tests.make import OTHERS, PATTERN
from xiaohao.triage.likeness import Look, cosine, likenesses, look
from xiaohao.triage.queries import KEYS

World = tuple[Book, list[Look]]


class Unpruned(Crowds):
    """The search that looks at the texts of every candidate."""

    def _hopeful(self, found: Candidates, depth: int) -> Bools:
        del found, depth
        return np.ones(len(self.book), dtype=bool)


def looked_at(kind: type[Crowds], world: World) -> Crowds:
    """A search over a world whose looks need no database."""
    book, seen = world
    looks = Looks(book.ids)
    looks.sketches.update((n, one.sketch) for n, one in enumerate(seen))
    return kind(book, looks)


def world(seed: int) -> World:
    """Districts below a city, streets below them, some problems at a district itself."""
    rng = random.Random(seed)
    paths: dict[int, list[int]] = {1: [1]}
    for district in range(2, 2 + rng.choice([4, 9, 70])):
        paths[district] = [1, district]
        for n in range(rng.randint(1, 4)):
            paths[100 * district + n] = [1, district, 100 * district + n]
    units = sorted(paths)[1:]
    crowd = rng.random() * rng.choice([0, 0.2, 0.5])
    table, seen = [], []
    for n in range(rng.randint(3, 220)):
        text = PATTERN if rng.random() < crowd else rng.choice(OTHERS)
        one = look("", f"{rng.randint(1, 90)}号" + (text if rng.random() < 0.9 else text[:20]))
        keys = [*one.keys, *[0] * (KEYS - len(one.keys))]
        table.append([n + 1, rng.randint(1, 2), rng.choice(units), *keys])
        seen.append(one)
    return Book(np.array(table, dtype=np.int64), paths), seen


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_pruned_or_not_the_same_is_proposed(seed: int) -> None:
    there = world(seed)
    assert list(looked_at(Crowds, there)) == list(looked_at(Unpruned, there))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_no_pattern_that_is_left_out_would_pass(seed: int) -> None:
    there = world(seed)
    search = looked_at(Crowds, there)
    book = search.book
    list(search)
    search.taken[:] = False
    for depth, able in search.hopeful.items():
        asked = search.groups.candidates(search._passes, depth)
        below = {
            (int(search.groups.codes[g]) >> 32, int(s))
            for g, s in zip(asked.group, asked.superior, strict=True)
        }
        for row in np.flatnonzero(~able).tolist():
            superior = int(book.at(depth, np.array([row]))[0])
            if (int(book.category[row]), superior) in below:
                alike = search._alike(row, depth, superior)
                found = search._test(row, alike, depth, superior)
                assert not found.scan.is_beyond_chance


def test_the_worlds_hold_what_is_proposed_and_what_is_left_out() -> None:
    searches = [looked_at(Crowds, world(seed)) for seed in range(30)]
    found = [len(list(search)) for search in searches]
    assert 0 < sum(map(bool, found)) < len(found)
    assert any(able.any() for one in searches for able in one.hopeful.values())


@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=40),
    st.floats(1e-6, 0.9),
    st.floats(1e-12, 0.05),
)
def test_the_fewest_hits_are_where_the_exact_test_turns(
    problems: list[int], rate: float, most: float
) -> None:
    needed = fewest_hits(problems, rate, most)
    chances = by_chance(problems, rate)
    assert 1 <= needed <= len(problems) + 1
    if needed > 1:  # one fewer is too likely
        assert stats.poisson_binom.sf(needed - 2, chances) > most * (1 - 1e-6)
    if needed <= len(problems):
        assert stats.poisson_binom.sf(needed - 1, chances) <= most * (1 + 1e-5) + 1e-14


def test_likeness_of_all_with_all_is_that_of_each_two() -> None:
    seen = [look("", text).sketch for text in (*OTHERS, PATTERN, PATTERN[:20], "")]
    table = likenesses(seen)
    for i, one in enumerate(seen):
        assert table[i].tolist() == pytest.approx([cosine(one, other) for other in seen])
