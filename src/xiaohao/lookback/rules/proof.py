"""What makes a draw checkable by anybody: the frame as a file, the commitment, the seed.

The frame is a plain text: one line per closed problem, `id weight code`, in rising order of ids.
Its SHA-256 and the commitment stand on the trail before the public value is known, so nobody could
choose either to suit the other. Everything here can be repeated with `sha256sum`.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xiaohao.lookback.rules.weights import weights_of

_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """The closed problems of a round, as arrays of one length N.

    Attributes:
        ids: of the problems, rising.
        weights: of each.
        codes: the facts that each weight comes from.
    """

    ids: NDArray[np.int64]
    weights: NDArray[np.int64]
    codes: NDArray[np.int64]


def read_frame(text: bytes) -> Frame:
    """The frame in a file.

    Raises:
        ValueError: it is no frame.
    """
    if text.translate(None, b"0123456789 \n"):
        raise ValueError("a frame holds digits, blanks and line ends only")
    numbers = np.fromstring(text.decode("ascii"), dtype=np.int64, sep=" ")
    if len(numbers) % _COLUMNS:
        raise ValueError("every line of a frame holds three numbers")
    rows = numbers.reshape(-1, _COLUMNS)
    return Frame(*(np.ascontiguousarray(rows[:, n]) for n in range(_COLUMNS)))


def broken_frame(frame: Frame) -> str:
    """What is wrong with a frame, in English for whoever checks; "" when nothing is."""
    if not len(frame.ids):
        return "the frame is empty"
    if not (np.diff(frame.ids) > 0).all():
        return "the ids do not rise: a problem stands in it twice, or out of order"
    if not (frame.weights == weights_of(frame.codes)).all() or int(frame.weights.min()) < 1:
        return "a weight does not follow from its facts"
    return ""


def digest(text: bytes) -> str:
    """SHA-256 of a file, 64 hex digits; `sha256sum FILE` gives the same."""
    return hashlib.sha256(text).hexdigest()


def commitment(secret: str) -> str:
    """What the office publishes about its secret: `printf %s SECRET | sha256sum`."""
    return digest(secret.encode())


def seed(secret: str, public: str) -> str:
    """The seed: SHA-256 over both, each on a line of its own; 64 hex digits."""
    return digest(f"{secret}\n{public}\n".encode())
