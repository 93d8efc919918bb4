import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.triage.rules import (
    LOOK,
    SAME,
    THRESHOLD,
    Grade,
    Post,
    agreed,
    blend,
    commonest_macro_f1,
    curve,
    duty_confidence,
    grade,
    is_sure,
    may_lead,
    nearest,
    rolled_up,
    sure_part,
)

shares = st.floats(0, 1, allow_nan=False)
answers = st.lists(st.tuples(shares, st.booleans()), max_size=60)


@given(shares)
def test_nothing_is_filled_in_below_the_threshold(confidence: float) -> None:
    assert is_sure(confidence) == (confidence >= THRESHOLD)


@given(shares, st.booleans())
def test_only_very_alike_texts_that_do_not_contradict_may_be_merged(
    cosine: float,
    contradicts: bool,  # noqa: FBT001
) -> None:
    said = grade(cosine, contradicts=contradicts)
    assert (said == Grade.SAME) == (cosine >= SAME and not contradicts)
    assert (said == Grade.NONE) == (cosine < LOOK)


@given(answers)
def test_the_curve_ends_in_plain_accuracy_and_confidence_only_falls_along_it(
    given_answers: list[tuple[float, bool]],
) -> None:
    confidences = [sure for sure, _ in given_answers]
    right = [ok for _, ok in given_answers]
    points = curve(confidences, right)
    if not given_answers:
        assert points == []
        return
    assert points[0].coverage == 1.0
    assert math.isclose(points[0].accuracy, sum(right) / len(right))
    assert [p.confidence for p in points] == sorted(p.confidence for p in points)


@given(answers)
def test_the_filled_in_part_is_a_share(given_answers: list[tuple[float, bool]]) -> None:
    share, accuracy = sure_part([s for s, _ in given_answers], [ok for _, ok in given_answers])
    assert 0 <= share <= 1
    assert 0 <= accuracy <= 1


def test_answers_and_confidences_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="argument"):
        curve([0.5], [])


def test_a_model_must_beat_naming_the_commonest_and_may_lose_two_points() -> None:
    assert commonest_macro_f1([50, 50]) == pytest.approx(1 / 3)
    assert commonest_macro_f1([]) == 0
    assert not may_lead(0.3, 0.33, None)
    assert may_lead(0.8, 0.33, None)
    assert may_lead(0.79, 0.33, 0.8)
    assert not may_lead(0.77, 0.33, 0.8)


def test_rare_categories_are_learnt_as_the_one_above_them() -> None:
    parents = {"a": None, "a1": "a", "a2": "a", "b": None}
    assert rolled_up({"a1": 20, "a2": 3, "a": 6, "b": 2}, parents, 8) == {
        "a1": "a1",
        "a2": "a",
        "a": "a",
    }


@given(st.dictionaries(st.integers(0, 9), st.integers(1, 30)), st.integers(1, 20))
def test_rolling_up_leaves_every_kept_category_with_enough(
    counts: dict[int, int], fewest: int
) -> None:
    parents = {i: i // 2 if i > 1 else None for i in range(10)}
    stands = rolled_up(counts, parents, fewest)
    sums: dict[int, int] = {}
    for category, stand in stands.items():
        sums[stand] = sums.get(stand, 0) + counts[category]
    assert all(total >= fewest for total in sums.values())


@given(st.integers(0, 50), st.floats(0, 1e3), st.floats(0, 1e3))
def test_words_alone_are_never_very_sure(hits: int, score: float, more: float) -> None:
    assert 0 <= duty_confidence(hits, score, score + more) <= 0.75


def test_one_word_hints_and_two_that_point_one_way_fill_in() -> None:
    assert not is_sure(duty_confidence(1, 2, 2))
    assert is_sure(duty_confidence(2, 4, 4))
    assert not is_sure(duty_confidence(2, 4, 8))


def test_the_lowest_territory_around_the_place_answers() -> None:
    posts = [Post(1, "A"), Post(2, "AB"), Post(3, "AC")]
    assert nearest(posts, "ABD") == {2: 1.0}
    assert nearest(posts, "AD") == {1: 1.0}
    assert nearest(posts, None) == {1: 1.0}


def test_below_the_place_one_alone_is_taken_and_several_share() -> None:
    assert nearest([Post(2, "AB")], "A") == {2: 1.0}
    assert nearest([Post(2, "AB"), Post(3, "AC")], "A") == {2: 0.5, 3: 0.5}
    assert nearest([], "A") == {}


def test_words_of_a_duty_tell_neighbours_apart() -> None:
    chosen = nearest([Post(1, "A", hits=2), Post(2, "A")], "AB")
    assert chosen[1] > 0.8


@given(
    st.dictionaries(st.integers(0, 5), shares, max_size=4),
    st.dictionaries(st.integers(0, 5), st.integers(0, 50), max_size=4),
)
def test_blending_never_says_more_than_one(listed: dict[int, float], habit: dict[int, int]) -> None:
    total = sum(listed.values())
    listed = {unit: share / total for unit, share in listed.items()} if total > 0 else {}
    assert sum(blend(listed, habit).values()) <= 1 + 1e-9


def test_habit_outweighs_the_list_after_some_confirmations() -> None:
    assert blend({1: 1.0}, {}) == {1: 1.0}
    early, late = blend({1: 1.0}, {2: 1}), blend({1: 1.0}, {2: 12})
    assert early[1] > early[2]
    assert late[2] > 0.75


@given(shares, shares)
def test_words_may_back_a_doubtful_model_and_never_weaken_it(model: float, words: float) -> None:
    said = agreed(model, words)
    assert model <= said <= max(model, 0.8)
    if words < 0.4 or is_sure(model):
        assert said == model
