"""Paths are the tree: a subtree is one range, and siblings never share it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel import paths

IDS = st.lists(st.integers(0, 36**5 - 1), min_size=1, max_size=paths.DEEPEST)


def path(steps: list[int]) -> str:
    return "".join(paths.step(one) for one in steps)


@given(IDS)
def test_a_path_tells_its_ids(steps: list[int]) -> None:
    assert paths.ids(path(steps)) == steps


@given(st.integers(0, 36**5 - 1), st.integers(0, 36**5 - 1))
def test_steps_sort_like_numbers(one: int, two: int) -> None:
    assert (paths.step(one) < paths.step(two)) == (one < two)


@given(IDS, IDS)
def test_a_subtree_is_one_range(above: list[int], below: list[int]) -> None:
    top, inside, beside = path(above), path([*above, *below]), path(below)
    assert top <= inside < top + paths.AFTER
    assert paths.is_within(inside, top)
    assert (top <= beside < top + paths.AFTER) == paths.is_within(beside, top)


@given(st.lists(IDS, min_size=1, max_size=5))
def test_the_lowest_common_superior(several: list[list[int]]) -> None:
    made = [path(steps) for steps in several]
    top = paths.common(made)
    assert all(paths.is_within(one, top) for one in made)
    longer = [one[: len(top) + paths.WIDTH] for one in made if len(one) > len(top)]
    assert len(longer) < len(made) or len(set(longer)) > 1


@pytest.mark.parametrize("wrong", [-1, 36**5])
def test_an_id_that_does_not_fit_is_not_cut(wrong: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        paths.step(wrong)


@given(IDS, IDS, IDS)
def test_moving_keeps_what_lies_below(old: list[int], new: list[int], rest: list[int]) -> None:
    assert paths.moved(path(old + rest), path(old), path(new)) == path(new + rest)
