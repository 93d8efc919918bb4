"""Learning a category from confirmed examples, saying how sure, and naming the words that spoke.

Words and runs of one to three characters, weighted by TF-IDF over the features that tell categories
apart best (chi-squared), go into one linear support vector machine per category. Its margins on
examples it had not seen teach a multinomial logistic regression how much a margin is worth, so
that a confidence of 0.8 is right about eight times in ten. A model is a handful of plain arrays:
the file holds no code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from xiaohao.triage.classifier import Classifier, Example, Floats, softmax, tfidf
from xiaohao.triage.reading import tokens

FEATURES: Final = 20_000
_INNER_FOLDS = 3
_SEEN_TWICE = 2

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Space:
    """Examples as counts over every feature that stands in two of them at least."""

    counts: sparse.csr_array
    terms: npt.NDArray[np.object_]
    labels: npt.NDArray[np.str_]
    groups: npt.NDArray[np.int64]


def _space(examples: Sequence[Example]) -> _Space:
    counter = CountVectorizer(
        analyzer=lambda one: tokens(one.title, one.text), min_df=_SEEN_TWICE, dtype=np.float32
    )
    counts = sparse.csr_array(counter.fit_transform(examples))
    return _Space(
        counts,
        counter.get_feature_names_out(),
        np.array([one.label for one in examples]),
        np.array([one.group for one in examples]),
    )


def train(examples: Sequence[Example]) -> Classifier:
    """Learn from all examples.

    Raises:
        ValueError: fewer than two labels.
    """
    return _train(_space(examples), np.arange(len(examples)))


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What models trained without an example said about it.

    Attributes:
        labels: the answers known, L.
        truth: confirmed label of each example, shape (n,).
        probabilities: shape (n, L).
    """

    labels: tuple[str, ...]
    truth: npt.NDArray[np.str_]
    probabilities: Floats

    @property
    def said(self) -> npt.NDArray[np.str_]:
        """The likeliest label of each example."""
        said: npt.NDArray[np.str_] = np.array(self.labels)[self.probabilities.argmax(axis=1)]
        return said

    @property
    def confidences(self) -> list[float]:
        """How sure each answer was."""
        return [float(value) for value in self.probabilities.max(axis=1)]

    @property
    def right(self) -> list[bool]:
        """Whether each answer was right."""
        return [bool(value) for value in self.said == self.truth]

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float(np.mean(self.said == self.truth))

    def per_label(self) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 (shares) and support (cases) of each label."""
        scores = precision_recall_fscore_support(
            self.truth, self.said, labels=list(self.labels), zero_division=0
        )
        names = ("precision", "recall", "f1", "support")
        return {
            label: {name: float(column[i]) for name, column in zip(names, scores, strict=True)}
            for i, label in enumerate(self.labels)
        }

    @property
    def macro_f1(self) -> float:
        """Mean F1 over labels."""
        return float(np.mean([row["f1"] for row in self.per_label().values()]))


def learn(
    examples: Sequence[Example], folds: int, progress: Progress | None = None
) -> tuple[Classifier, Held]:
    """A model of all examples, and what it is worth on folds held out by group.

    Args:
        examples: at least two labels, each of at least `folds` groups if it is to be measured.
        folds: parts; each is answered by a model trained on the others.
        progress: told after each training how many of how many are done.

    Raises:
        ValueError: fewer than two labels.
    """
    space = _space(examples)
    labels = tuple(sorted(set(space.labels.tolist())))
    told = progress or (lambda _done, _all: None)
    probabilities = np.zeros((len(examples), len(labels)), dtype=np.float32)
    for done, (known, held) in enumerate(_folds(space, np.arange(len(examples)), folds)):
        model = _train(space, known)
        probabilities[held] = _answers(model, space, held, labels)
        told(done + 1, folds + 1)
    model = _train(space, np.arange(len(examples)))
    told(folds + 1, folds + 1)
    return model, Held(labels, space.labels, probabilities)


def _answers(
    model: Classifier, space: _Space, rows: npt.NDArray[np.int64], labels: tuple[str, ...]
) -> Floats:
    place = {term: i for i, term in enumerate(space.terms)}
    kept = [place[term] for term in model.terms]
    margins = tfidf(space.counts[rows][:, kept], model.idf) @ model.weights + model.bias
    shown = np.zeros((len(rows), len(labels)), dtype=np.float32)
    columns = [labels.index(label) for label in model.labels]
    shown[:, columns] = softmax(margins @ model.mix.T + model.mix_bias)
    return shown


def _train(space: _Space, rows: npt.NDArray[np.int64]) -> Classifier:
    labels = space.labels[rows]
    known = sorted(set(labels.tolist()))
    if len(known) < 2:  # noqa: PLR2004 (there must be something to choose between)
        raise ValueError("there is nothing to choose between")
    counts = space.counts[rows]
    idf = _idf(counts)
    telling = np.nan_to_num(chi2(tfidf(counts, idf), labels)[0])
    kept = np.sort(np.argsort(-telling, kind="stable")[:FEATURES])
    vectors = tfidf(counts[:, kept], idf[kept])
    weights, bias = _margins(vectors, labels, known)
    mix, mix_bias = _worth(space, rows, vectors, known)
    return Classifier(
        labels=tuple(known),
        terms={str(term): i for i, term in enumerate(space.terms[kept])},
        idf=idf[kept],
        weights=weights,
        bias=bias,
        mix=mix,
        mix_bias=mix_bias,
    )


def _margins(
    vectors: sparse.csr_array, labels: npt.NDArray[np.str_], known: Sequence[str]
) -> tuple[Floats, Floats]:
    """Weights (V, L) and bias (L,); a label without examples here always gets margin -1."""
    weights = np.zeros((vectors.shape[1], len(known)), dtype=np.float32)
    bias = np.full(len(known), -1.0, dtype=np.float32)
    if len(set(labels.tolist())) < 2:  # noqa: PLR2004 (one label alone needs no machine)
        bias[known.index(str(labels[0]))] = 1.0
        return weights, bias
    machine = LinearSVC(max_iter=5000, random_state=0).fit(vectors, labels)
    slopes, offsets = _both_sides(machine.coef_, machine.intercept_)
    for column, label in enumerate(machine.classes_.tolist()):
        weights[:, known.index(label)] = slopes[column]
        bias[known.index(label)] = offsets[column]
    return weights, bias


def _worth(
    space: _Space, rows: npt.NDArray[np.int64], vectors: sparse.csr_array, known: Sequence[str]
) -> tuple[Floats, Floats]:
    """What margins are worth, learnt from margins on examples left out."""
    labels = space.labels[rows]
    margins = np.zeros((len(rows), len(known)), dtype=np.float32)
    for seen, unseen in _folds(space, rows, _INNER_FOLDS):
        weights, bias = _margins(vectors[seen], labels[seen], known)
        margins[unseen] = vectors[unseen] @ weights + bias
    scale = LogisticRegression(max_iter=2000).fit(margins, labels)
    slopes, offsets = _both_sides(scale.coef_, scale.intercept_, half=True)
    return slopes.astype(np.float32), offsets.astype(np.float32)


def _both_sides(slopes: Any, offsets: Any, *, half: bool = False) -> tuple[Any, Any]:
    """With two labels scikit-learn gives one side only; here each label has its own row."""
    if len(slopes) > 1:
        return slopes, offsets
    part = 0.5 if half else 1.0
    return np.vstack([-slopes, slopes]) * part, np.hstack([-offsets, offsets]) * part


def _folds(space: _Space, rows: npt.NDArray[np.int64], count: int) -> list[tuple[Any, Any]]:
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=0)
    return list(splitter.split(rows, space.labels[rows], space.groups[rows]))


def _idf(counts: sparse.csr_array) -> Floats:
    documents = np.bincount(counts.indices, minlength=counts.shape[1])
    smooth = np.log((1 + counts.shape[0]) / (1 + documents)) + 1
    return np.asarray(smooth, dtype=np.float32)
