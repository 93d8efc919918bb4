"""A trained model: plain arrays, a file that holds no code, and how it answers.

It is learnt by `xiaohao.triage.learning`, which alone needs scikit-learn; answering needs none.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from xiaohao.triage.reading import tokens

if TYPE_CHECKING:
    from scipy import sparse

FORMAT: Final = 1

Floats = npt.NDArray[np.float32]


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
        return softmax(margins @ self.mix.T + self.mix_bias)

    def count(self, found: Iterable[str]) -> dict[int, int]:
        """How often each known feature stands in a text: index → count."""
        counts: dict[int, int] = {}
        for term in found:
            index = self.terms.get(term)
            if index is not None:
                counts[index] = counts.get(index, 0) + 1
        return counts

    def vectors(self, counted: Sequence[dict[int, int]]) -> "sparse.csr_array":
        """The counts as unit vectors, shape (n, V)."""
        from scipy import sparse  # noqa: PLC0415 (takes long to load, and not every process asks)

        lengths = np.array([0, *(len(one) for one in counted)])
        indices = np.fromiter((i for one in counted for i in one), dtype=np.int32)
        values = np.fromiter((n for one in counted for n in one.values()), dtype=np.float32)
        shape = (len(counted), len(self.terms))
        counts = sparse.csr_array((values, indices, np.cumsum(lengths)), shape=shape)
        return tfidf(counts, self.idf)

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


def tfidf(counts: "sparse.csr_array", idf: Floats) -> "sparse.csr_array":
    """Unit vectors of (1 + ln count) · idf; a text without known features is the zero vector."""
    weighted = counts.astype(np.float32)
    weighted.data = (1 + np.log(weighted.data)) * idf[weighted.indices]
    squares = type(weighted)(
        (weighted.data**2, weighted.indices, weighted.indptr), shape=weighted.shape
    )
    length = np.sqrt(squares.sum(axis=1))
    length[length == 0] = 1
    weighted.data = weighted.data / np.repeat(length, np.diff(weighted.indptr)).astype(np.float32)
    return weighted


def softmax(odds: Any) -> Floats:
    """Shares that add up to 1 in each row, from log-odds of shape (n, L)."""
    raised = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
