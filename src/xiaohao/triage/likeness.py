"""Near-duplicates without a model: what a text looks like, and how like two texts are.

A *sketch* holds the runs of three characters of a text and how often each stands in it. The
likeness of two texts is the cosine between them, each run weighing 1 + ln(count). On citizens'
messages this agrees with the cosine of TF-IDF over runs of two and three characters (see
bench/triage.py) but needs no statistics of a collection, so it is the same everywhere and always.

*Keys* find candidates: the few smallest hashes of the runs of five characters (a bottom-k sketch,
A. Broder, "On the resemblance and containment of documents", 1997). Two texts that look alike share
at least one, so that an index over keys finds them among a million.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from xiaohao.triage.reading import joined, plain

KEYS: Final = 16
_SKETCH_RUN, _KEY_RUN = 3, 5
_COUNT_BITS = 8
_COUNT_MASK: Final = (1 << _COUNT_BITS) - 1
_SIGNS = re.compile(r"[\W_]+")
_MARKS = re.compile(r"[a-z]*\d+|[a-z]+(?=[省市区县镇乡村])")
_MIX = 0x9E3779B97F4A7C15
_SHUFFLE = 0xBF58476D1CE4E5B9
_WORD = 0xFFFFFFFFFFFFFFFF

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Look:
    """What of a text is kept to recognise its like.

    Attributes:
        keys: at most `KEYS` signed 32-bit numbers for an index; empty for a text without letters.
        sketch: little-endian 32-bit words in rising order, 24 bits of run and 8 bits of count.
        marks: signed 32-bit hashes of numbers and lettered places, in rising order.
    """

    keys: tuple[int, ...]
    sketch: bytes
    marks: tuple[int, ...]


def look(title: str, text: str) -> Look:
    """The look of a message."""
    spelt = joined(plain(title).text, plain(text).text)
    letters = _SIGNS.sub("", spelt)
    marks = {_signed(zlib.crc32(mark.encode())) for mark in _MARKS.findall(spelt)}
    return Look(_keys(letters), _sketch(letters), tuple(sorted(marks)))


def cosine(one: bytes, other: bytes) -> float:
    """Likeness of two sketches, between 0 and 1; two empty ones are not alike."""
    return float(cosines(one, [other])[0])


def cosines(one: bytes, others: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """Likeness of one sketch with each of `others`; shape (len(others),)."""
    runs, weights = _unpack(one)
    lengths = np.array([len(other) // 4 for other in others], dtype=np.int64)
    result = np.zeros(len(others))
    if not len(runs) or not lengths.sum():
        return result
    all_runs, all_weights = _unpack(b"".join(others))
    owner = np.repeat(np.arange(len(others)), lengths)
    at = np.minimum(np.searchsorted(runs, all_runs), len(runs) - 1)
    shared = np.where(runs[at] == all_runs, weights[at] * all_weights, 0.0)
    dot = np.bincount(owner, shared, minlength=len(others))
    size = np.sqrt(np.bincount(owner, all_weights**2, minlength=len(others)))
    size *= np.sqrt((weights**2).sum())
    np.divide(dot, size, out=result, where=size > 0)
    return np.minimum(result, 1.0)


def likenesses(sketches: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """Likeness of each sketch with each; shape (len(sketches), len(sketches))."""
    from scipy import sparse  # noqa: PLC0415 (slow to load, and only searches need it)

    runs, weights = _unpack(b"".join(sketches))
    ends = np.cumsum([0, *(len(sketch) // 4 for sketch in sketches)])
    kinds, at = np.unique(runs, return_inverse=True)
    table = sparse.csr_array((weights, at, ends), shape=(len(sketches), len(kinds)))
    size = np.sqrt(table.power(2).sum(axis=1))
    result = np.zeros((len(sketches), len(sketches)))
    both = np.outer(size, size)
    np.divide((table @ table.T).toarray(), both, out=result, where=both > 0)
    return np.minimum(result, 1.0)


def contradict(one: Iterable[int], other: Iterable[int]) -> bool:
    """Whether each names a number or lettered place that the other does not (7栋 and 8栋)."""
    left, right = set(one), set(other)
    return bool(left - right) and bool(right - left)


def groups(looks: Sequence[Look], at_least: float) -> list[int]:
    """For each look the number of its group: those that look alike, directly or through others."""
    parent = list(range(len(looks)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    seen: dict[int, list[int]] = {}
    for i, one in enumerate(looks):
        near = sorted({j for key in one.keys for j in seen.get(key, ())})
        for j, score in zip(
            near, cosines(one.sketch, [looks[j].sketch for j in near]), strict=True
        ):
            if score >= at_least:
                parent[root(i)] = root(j)
        for key in one.keys:
            seen.setdefault(key, []).append(i)
    return [root(i) for i in range(len(looks))]


def _runs(letters: str, size: int) -> Hashes:
    points = np.frombuffer(letters.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(points) == 0:
        return np.zeros(0, dtype=np.uint64)
    size = min(size, len(points))
    count = len(points) - size + 1
    mixed = np.full(count, size * _MIX & _WORD, dtype=np.uint64)
    for k in range(size):
        mixed = (mixed ^ points[k : k + count]) * np.uint64(_MIX)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _keys(letters: str) -> tuple[int, ...]:
    shuffled = np.unique(_runs(letters, _KEY_RUN)) * np.uint64(_SHUFFLE)
    smallest = np.sort(shuffled >> np.uint64(11))[:KEYS]
    return tuple(_signed(int(value) & 0xFFFFFFFF) for value in smallest)


def _sketch(letters: str) -> bytes:
    short = _runs(letters, _SKETCH_RUN) >> np.uint64(64 - 32 + _COUNT_BITS)
    runs, counts = np.unique(short, return_counts=True)
    packed = (runs << np.uint64(_COUNT_BITS)) | np.minimum(counts, _COUNT_MASK).astype(np.uint64)
    return bytes(packed.astype("<u4").tobytes())


def _unpack(sketch: bytes) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
    packed: npt.NDArray[np.uint32] = np.frombuffer(sketch, dtype="<u4")
    runs: npt.NDArray[np.uint32] = packed >> np.uint32(_COUNT_BITS)
    counts: npt.NDArray[np.float64] = (packed & np.uint32(_COUNT_MASK)).astype(np.float64)
    return runs, 1.0 + np.log(counts)


def _signed(value: int) -> int:
    return value - (1 << 32) if value >= 1 << 31 else value
