"""Learning a category from confirmed examples, saying how sure, and naming the words that spoke.

Words and runs of one to three characters, weighted by TF-IDF over the features that tell categories
apart best (chi-squared), go into one linear support vector machine per category. Its margins on
examples it had not seen teach a multinomial logistic regression how much a margin is worth, so
that a confidence of 0.8 is right about eight times in ten. A model is a handful of plain arrays:
the file holds no code.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from xiaohao.triage.reading import tokens

FEATURES: Final = 40_000
FORMAT: Final = 1
_INNER_FOLDS = 3
_SEEN_TWICE = 2

Floats = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]


class Example(NamedTuple):
    """One confirmed case. Those of one `group` look alike and are never both learnt and tested."""

    title: str
    text: str
    label: str
    group: int


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A trained model.

    Attributes:
        labels: the L answers it knows.
        terms: the V features it counts, in the order of the arrays.
        idf: inverse document frequency of each, shape (V,).
        weights: margins per feature, shape (V, L).
        bias: shape (L,).
        mix: from margins to log-odds, shape (L, L).
        mix_bias: shape (L,).
    """

    labels: tuple[str, ...]
    terms: dict[str, int]
    idf: Floats
    weights: Floats
    bias: Floats
    mix: Floats
    mix_bias: Floats

    def probabilities(self, texts: Iterable[tuple[str, str]]) -> Floats:
        """P(label) for each (title, text), shape (n, L), rows adding up to 1."""
        counted = [self.count(tokens(title, text)) for title, text in texts]
        if not counted:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        margins = self.vectors(counted) @ self.weights + self.bias
        return _softmax(margins @ self.mix.T + self.mix_bias)

    def count(self, found: Iterable[str]) -> dict[int, int]:
        """How often each known feature stands in a text: index → count."""
        counts: dict[int, int] = {}
        for term in found:
            index = self.terms.get(term)
            if index is not None:
                counts[index] = counts.get(index, 0) + 1
        return counts

    def vectors(self, counted: Sequence[dict[int, int]]) -> sparse.csr_array:
        """The counts as unit vectors, shape (n, V)."""
        lengths = np.array([0, *(len(one) for one in counted)])
        indices = np.fromiter((i for one in counted for i in one), dtype=np.int32)
        values = np.fromiter((n for one in counted for n in one.values()), dtype=np.float32)
        shape = (len(counted), len(self.terms))
        counts = sparse.csr_array((values, indices, np.cumsum(lengths)), shape=shape)
        return _tfidf(counts, self.idf)

    def speaking_for(self, label: str, features: npt.NDArray[np.int64]) -> Floats:
        """What each of these features adds to the log-odds of `label` against the others."""
        odds = self.weights[features] @ self.mix.T
        chosen = self.labels.index(label)
        return np.asarray(odds[:, chosen] - odds.mean(axis=1), dtype=np.float32)

    def to_bytes(self) -> bytes:
        """The model as an .npz file without pickled objects."""
        stream = io.BytesIO()
        np.savez_compressed(
            stream,
            format=np.array(FORMAT),
            labels=_packed(self.labels),
            terms=_packed(self.terms),
            idf=self.idf,
            weights=self.weights,
            bias=self.bias,
            mix=self.mix,
            mix_bias=self.mix_bias,
        )
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Classifier":
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: it is of another format.
        """
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            if int(file["format"]) != FORMAT:
                raise ValueError(f"model format {int(file['format'])}, not {FORMAT}")
            terms = _unpacked(file["terms"])
            return cls(
                labels=tuple(_unpacked(file["labels"])),
                terms={term: i for i, term in enumerate(terms)},
                idf=file["idf"],
                weights=file["weights"],
                bias=file["bias"],
                mix=file["mix"],
                mix_bias=file["mix_bias"],
            )


def _packed(words: Iterable[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _unpacked(data: npt.NDArray[np.uint8]) -> list[str]:
    return data.tobytes().decode().split("\n")


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
    margins = _tfidf(space.counts[rows][:, kept], model.idf) @ model.weights + model.bias
    shown = np.zeros((len(rows), len(labels)), dtype=np.float32)
    columns = [labels.index(label) for label in model.labels]
    shown[:, columns] = _softmax(margins @ model.mix.T + model.mix_bias)
    return shown


def _train(space: _Space, rows: npt.NDArray[np.int64]) -> Classifier:
    labels = space.labels[rows]
    known = sorted(set(labels.tolist()))
    if len(known) < 2:  # noqa: PLR2004 (there must be something to choose between)
        raise ValueError("there is nothing to choose between")
    counts = space.counts[rows]
    idf = _idf(counts)
    telling = np.nan_to_num(chi2(_tfidf(counts, idf), labels)[0])
    kept = np.sort(np.argsort(-telling, kind="stable")[:FEATURES])
    vectors = _tfidf(counts[:, kept], idf[kept])
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


def _tfidf(counts: sparse.csr_array, idf: Floats) -> sparse.csr_array:
    """Unit vectors of (1 + ln count) · idf; a text without known features is the zero vector."""
    weighted = counts.astype(np.float32)
    weighted.data = (1 + np.log(weighted.data)) * idf[weighted.indices]
    squares = sparse.csr_array(
        (weighted.data**2, weighted.indices, weighted.indptr), shape=weighted.shape
    )
    length = np.sqrt(squares.sum(axis=1))
    length[length == 0] = 1
    weighted.data = weighted.data / np.repeat(length, np.diff(weighted.indptr)).astype(np.float32)
    return weighted


def _softmax(odds: Any) -> Floats:
    raised = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
