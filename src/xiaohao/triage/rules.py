"""What triage may propose, and how sure it must be. Plain Python."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

THRESHOLD: Final = 0.6  # below it nothing is filled in; the guess is shown as "perhaps"
SAME: Final = 0.9  # likeness from which two messages may be merged with one key
LOOK: Final = 0.4  # likeness from which a person should look at both
FEWEST_EXAMPLES: Final = 8  # of a category, before it is learnt as such and not as its parent
FEWEST_LESSONS: Final = 60  # before a model is trained at all
MOST_LESSONS: Final = 30_000  # the newest ones; more costs time and gains nothing measurable
MAY_LOSE: Final = 0.02  # macro-F1 that a new model may lose against the active one
FOLDS: Final = 3
HABIT_PRIOR: Final = 3.0  # confirmations that weigh as much as the duty list
WORDS_COUNT: Final = 0.4  # from this confidence words may back a doubtful model
AGREED_CEILING: Final = 0.8
DUTY_CEILING: Final = 0.75  # words alone are never surer than this
STEPS: Final = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)

T = TypeVar("T")


class Source(StrEnum):
    """Where a guess comes from."""

    MODEL = "model"
    DUTIES = "duties"
    HABIT = "habit"
    RULES = "rules"


class Grade(StrEnum):
    """What a likeness is good for."""

    SAME = "same"
    LOOK = "look"
    NONE = "none"


def is_sure(confidence: float) -> bool:
    """Whether a proposal of this confidence (0 to 1) is filled in."""
    return confidence >= THRESHOLD


def grade(cosine: float, *, contradicts: bool = False) -> Grade:
    """What to do about two messages of this likeness (0 to 1).

    Those that name different numbers or places are never the same of themselves: two lifts in
    two houses are complained of in the same words.
    """
    if cosine >= SAME and not contradicts:
        return Grade.SAME
    return Grade.LOOK if cosine >= LOOK else Grade.NONE


@dataclass(frozen=True, slots=True)
class Point:
    """Answering the surest share `coverage`, from `confidence` on, a share `accuracy` is right."""

    coverage: float
    confidence: float
    accuracy: float


def curve(confidences: Sequence[float], right: Sequence[bool]) -> list[Point]:
    """Accuracy on the surest share, for each share in `STEPS`; empty without answers.

    Raises:
        ValueError: when the two differ in length.
    """
    ordered = sorted(zip(confidences, right, strict=True), key=lambda one: -one[0])
    points = []
    for share in STEPS if ordered else ():
        taken = ordered[: max(1, round(len(ordered) * share))]
        good = sum(1 for _, is_right in taken if is_right)
        points.append(Point(share, taken[-1][0], good / len(taken)))
    return points


def sure_part(confidences: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Share of answers that are filled in, and the share of right ones among them (0 without)."""
    filled = [ok for sure, ok in zip(confidences, right, strict=True) if is_sure(sure)]
    if not filled:
        return 0.0, 0.0
    return len(filled) / len(right), sum(filled) / len(filled)


def may_lead(macro_f1: float, commonest_f1: float, active_macro_f1: float | None) -> bool:
    """Whether a freshly trained model takes over.

    It must beat always naming the commonest category, and must not be worse than the active model
    by more than `MAY_LOSE`: held-out figures of two trainings differ by about a point by chance.
    """
    if macro_f1 <= commonest_f1:
        return False
    return active_macro_f1 is None or macro_f1 >= active_macro_f1 - MAY_LOSE


def is_due(waiting: int, learnt: int) -> bool:
    """Whether enough was confirmed since the last training to train again: a tenth more, and 20."""
    return waiting >= max(20, learnt // 10)


def commonest_macro_f1(counts: Iterable[int]) -> float:
    """Macro-F1 of always naming the commonest of categories with these numbers of cases."""
    sizes = list(counts)
    if not sizes or not sum(sizes):
        return 0.0
    precision = max(sizes) / sum(sizes)
    return 2 * precision / (precision + 1) / len(sizes)


def rolled_up(
    counts: Mapping[T, int], parents: Mapping[T, T | None], fewest: int = FEWEST_EXAMPLES
) -> dict[T, T]:
    """For each category the one it is learnt as: itself, or the nearest above with enough examples.

    Args:
        counts: confirmed examples of each category itself.
        parents: the category above each; None at the top.
        fewest: examples a category needs, with those handed up from below counted in.

    Returns:
        Only categories that end up in one with enough examples.
    """
    stands = {category: category for category in counts}
    sums = dict(counts)
    for category in sorted(counts, key=lambda one: -_depth(one, parents)):
        at: T = category
        while sums.get(at, 0) < fewest:
            above = parents.get(at)
            if above is None:
                break
            sums[above] = sums.get(above, 0) + sums.pop(at, 0)
            for member, stand in stands.items():
                if stand == at:
                    stands[member] = above
            at = above
    return {member: stand for member, stand in stands.items() if sums.get(stand, 0) >= fewest}


def _depth(category: T, parents: Mapping[T, T | None]) -> int:
    depth, above = 0, parents.get(category)
    while above is not None:
        depth, above = depth + 1, parents.get(above)
    return depth


def duty_confidence(hits: int, score: float, total: float) -> float:
    """How sure words of a duty make us: one word hints, three that point one way are enough.

    Args:
        hits: different words of the duty that stand in the text.
        score: what speaks for this duty.
        total: what speaks for all of them together.
    """
    if hits <= 0 or total <= 0:
        return 0.0
    return min(DUTY_CEILING, 0.3 + 0.15 * hits) * min(1.0, score / total)


def agreed(model: float, words: float) -> float:
    """How sure a doubtful model and words of the duty list make us when both say the same.

    Measured with models of 60 to 500 lessons: with words from 0.4 on such answers are right more
    than four times in five. Either alone keeps its own confidence.
    """
    if is_sure(model) or words < WORDS_COUNT:
        return model
    return max(model, min(AGREED_CEILING, 1.0 - (1.0 - model) * (1.0 - words)))


@dataclass(frozen=True, slots=True)
class Post:
    """A unit that answers for something, and where.

    Attributes:
        unit: its id.
        reach: path of the territory it answers for: its own as a region, else its superior's.
        hits: words of its duty that stand in the text.
    """

    unit: int
    reach: str
    hits: int = 0


def nearest(posts: Iterable[Post], place: str | None) -> dict[int, float]:
    """How likely each unit is the one that answers at `place`, by the tree alone.

    The shares add up to 1, or there are none. The lowest territory around the place wins. When none
    lies around it, those below it are asked: one alone is taken, several share and leave doubt.
    Without a place the highest is asked.
    """
    known = list(posts)
    if place is None:
        return _shared(_at_length(known, min))
    around = [post for post in known if place.startswith(post.reach)]
    if around:
        return _shared(_at_length(around, max))
    return _shared([post for post in known if post.reach.startswith(place)])


def _at_length(posts: list[Post], choose: Callable[[Iterable[int]], int]) -> list[Post]:
    if not posts:
        return []
    length = choose(len(post.reach) for post in posts)
    return [post for post in posts if len(post.reach) == length]


def _shared(posts: list[Post]) -> dict[int, float]:
    weights: dict[int, float] = {}
    for post in posts:
        weights[post.unit] = max(weights.get(post.unit, 0.0), 1.0 + 2.0 * post.hits)
    total = sum(weights.values())
    return {unit: weight / total for unit, weight in weights.items()}


def blend(by_list: Mapping[int, float], by_habit: Mapping[int, int]) -> dict[int, float]:
    """P(unit) for one category and place: the duty list until the office's own choices outweigh it.

    Args:
        by_list: share of each unit by the duty list (sums to 1 or less).
        by_habit: how often the office confirmed each unit for this category and region.
    """
    seen = sum(by_habit.values())
    prior = HABIT_PRIOR if by_list else 1.0
    units = set(by_list) | set(by_habit)
    return {
        unit: (by_habit.get(unit, 0) + prior * by_list.get(unit, 0.0)) / (seen + prior)
        for unit in units
    }
