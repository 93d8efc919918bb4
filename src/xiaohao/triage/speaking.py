"""Which words of a message spoke for what a model says, and where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xiaohao.triage.classifier import Classifier
from xiaohao.triage.reading import Reading, Span, words

MOST_WORDS: Final = 6
_MOST_PLACES = 4
_LEAST_SHARE = 0.04
_SHORTEST = 2

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reason:
    """A word that spoke for a guess, and where it stands in title and text."""

    word: str
    spans: tuple[Span, ...] = ()


def reasons(model: Classifier, reading: Reading, label: str) -> tuple[Reason, ...]:
    """The words that added most to `label`, the strongest first; words of one character never.

    What a feature adds is shared out over the characters it stands on, and summed up by word.
    """
    whole = reading.whole
    strength: dict[str, float] = {}
    places: dict[str, list[tuple[int, int]]] = {}
    pull = _pull(model, reading, label)
    for start, word in words(whole):
        if len(word) >= _SHORTEST:
            end = start + len(word)
            strength[word] = strength.get(word, 0.0) + float(pull[start:end].sum())
            places.setdefault(word, []).append((start, end))
    good = sum(value for value in strength.values() if value > 0)
    best = sorted((word for word in strength), key=lambda word: -strength[word])[:MOST_WORDS]
    return tuple(
        located(reading, word, places[word])
        for word in best
        if strength[word] > 0 and strength[word] >= good * _LEAST_SHARE
    )


def located(reading: Reading, word: str, at: Sequence[tuple[int, int]]) -> Reason:
    """`word` with the spans of its places in `reading.whole`, the first few."""
    spans = [reading.span(start, end) for start, end in at[:_MOST_PLACES]]
    return Reason(word, tuple(span for span in spans if span is not None))


def found(reading: Reading, word: str) -> Reason:
    """`word`, which stands somewhere in the message, with its places."""
    whole, start = reading.whole, 0
    at: list[tuple[int, int]] = []
    while (start := whole.find(word, start)) >= 0 and len(at) < _MOST_PLACES:
        at.append((start, start + len(word)))
        start += len(word)
    return located(reading, word, at)


def _pull(model: Classifier, reading: Reading, label: str) -> Weights:
    """What each character of `reading.whole` adds to the label."""
    whole = reading.whole
    standing = [(index, start, end) for term, start, end in _features(reading)
                if (index := model.terms.get(term)) is not None]  # fmt: skip
    pull = np.zeros(len(whole) + 1)
    if not standing:
        return pull[:-1]
    rows: Any = np.array(standing)
    index, start, end = rows[:, 0], rows[:, 1], rows[:, 2]
    kinds, inverse, counts = np.unique(index, return_inverse=True, return_counts=True)
    worth = (1 + np.log(counts)) * model.idf[kinds]
    worth *= model.speaking_for(label, kinds) / np.sqrt((worth**2).sum()) / counts
    share = worth[inverse] / (end - start)
    # Steps up at the start and down at the end of each feature; their running sum is the pull.
    np.add.at(pull, start, share)
    np.add.at(pull, end, -share)
    return np.asarray(np.cumsum(pull)[:-1], dtype=np.float64)


def _features(reading: Reading) -> list[tuple[str, int, int]]:
    """The features of `reading.tokens` with their places; must name them just as it does."""
    whole = reading.whole
    placed = [("w" + word, at, at + len(word)) for at, word in words(whole)]
    placed += [("t" + word, at, at + len(word)) for at, word in words(reading.head.text)]
    for size in (1, 2, 3):
        placed += [("c" + whole[i : i + size], i, i + size) for i in range(len(whole) - size + 1)]
    return placed
