"""What is published never lets a small number be worked out."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from xiaohao.figures.rules import SMALL, Shown, hide


def _possible(total: int, shown: list[Shown]) -> list[set[int]]:
    """Every value that each cell may have, by trying all tables that publish the same."""
    seen = [one.value for one in shown if one.value]
    least = min((value for value in seen if value >= SMALL), default=total)
    choices = []
    for one in shown:
        if one.value is not None:
            choices.append([one.value])
        else:
            choices.append(list(range(1, SMALL) if one.small else range(SMALL, least + 1)))
    fitting = [table for table in product(*choices) if sum(table) == total]
    return [{table[i] for table in fitting} for i in range(len(shown))]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(0, 14), max_size=4))
def test_no_hidden_number_can_be_computed(values: list[int]) -> None:
    total, shown = hide(values)
    for value, one in zip(values, shown, strict=True):
        assert one.value in (value, None)
        assert one.value is None or not 0 < one.value < SMALL
    if total.value is None:
        return
    for one, possible in zip(shown, _possible(total.value, shown), strict=True):
        assert one.value is not None or len(possible) > 1


def test_small_numbers_are_named_as_small_and_their_neighbour_hides_them() -> None:
    total, shown = hide([3, 40, 12, 0])
    assert [str(one) for one in shown] == ["<5", "40", "*", "0"]
    assert str(total) == "55"
    assert [str(one) for one in hide([3, 0])[1]] == ["<5", "0"]
    assert str(hide([3, 0])[0]) == "<5"
    assert [str(one) for one in hide([9, 30])[1]] == ["9", "30"]
    assert str(hide([])[0]) == "0"
