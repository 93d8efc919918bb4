"""The draw: systematic sampling with probability proportional to size, in random order.

Source: W. G. Madow, "On the theory of systematic sampling, II", Annals of Mathematical Statistics
20 (1949), 333-354; in random order: H. O. Hartley and J. N. K. Rao, "Sampling with unequal
probabilities and without replacement", Annals of Mathematical Statistics 33 (1962), 350-374.

Of N elements with whole weights w, n are drawn. An element whose share n·w/W of all weights W
reaches 1 is taken for sure, and the rest is drawn among the others. These are put in random order;
each gets an interval of length n·w on a line of length n·W, and n points at distance W, the first
at random in [0, W), each take the element in whose interval they fall. No interval is longer than
W, so no element is taken twice, and each is taken with probability n·w/W exactly: there is no
rounding anywhere, all numbers are whole.

Chance comes from Philox4x64-10 (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel
random numbers: as easy as 1, 2, 3", SC11, 2011), keyed with the first 16 bytes of the seed
(little-endian), counting from 1. Its raw stream is the same on every machine and in every version
of numpy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_KEY = 16  # bytes of the seed that key the stream
_RANGE = 2**64


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample.

    Attributes:
        places: of the elements taken, in rising order; shape (n,), int64.
        chances: with which probability each of them was to be taken; shape (n,), in (0, 1].
    """

    places: NDArray[np.int64]
    chances: NDArray[np.float64]


def draw(weights: NDArray[np.int64], size: int, seed: bytes) -> Drawn:
    """`size` elements, or all where there are no more; the same seed gives the same sample.

    Args:
        weights: whole, above zero; shape (N,).
        size: how many to draw.
        seed: at least 16 bytes.

    Raises:
        ValueError: a weight that is not above zero, no size, or too short a seed.
    """
    if size < 1 or len(seed) < _KEY or (len(weights) and int(weights.min()) < 1):
        raise ValueError("a draw needs a size, a seed of 16 bytes and weights above zero")
    sure, rest = _parted(weights, size)
    left = size - len(sure)
    chances = np.ones(len(weights))
    taken = sure
    if left and len(rest):
        open_weights = weights[rest]
        taken = np.concatenate([sure, rest[_systematic(open_weights, left, seed)]])
        chances[rest] = left * open_weights / int(open_weights.sum())
    places = np.sort(taken)
    return Drawn(places, chances[places])


def _parted(weights: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places taken for sure, and the others, whose chances then all lie below 1."""
    rest = np.arange(len(weights), dtype=np.int64)
    sure = rest[:0]
    while len(rest):
        left = size - len(sure)
        own = weights[rest]
        certain = own * left >= int(own.sum())
        if left == 0 or not certain.any():
            break
        sure = np.concatenate([sure, rest[certain]])
        rest = rest[~certain]
    return sure, rest


def _systematic(weights: NDArray[np.int64], size: int, seed: bytes) -> NDArray[np.int64]:
    """Places of `size` elements, none of which has a share of 1 or more."""
    stream = np.random.Philox(key=int.from_bytes(seed[:_KEY], "little"), counter=0)
    order = _shuffled(stream, len(weights))
    ends = np.cumsum(weights[order] * size)
    total = int(ends[-1]) // size
    start = _below(stream, total)
    points = start + total * np.arange(size, dtype=np.int64)
    return order[np.searchsorted(ends, points, side="right")]


def _shuffled(stream: np.random.Philox, count: int) -> NDArray[np.int64]:
    """The places 0 … count-1 in random order.

    A place stands in the low bits of its random number, so all numbers differ, and sorting them
    gives the same order by whatever method (and faster than sorting places by their numbers).
    """
    low = np.uint64((1 << count.bit_length()) - 1)
    raw = stream.random_raw(count)
    raw &= ~low
    raw |= np.arange(count, dtype=np.uint64)
    raw.sort()
    raw &= low
    return raw.astype(np.int64)


def _below(stream: np.random.Philox, bound: int) -> int:
    """A whole number in [0, bound), each equally likely: what does not fit in evenly is skipped."""
    fair = _RANGE - _RANGE % bound
    while (raw := int(stream.random_raw())) >= fair:
        pass
    return raw % bound
