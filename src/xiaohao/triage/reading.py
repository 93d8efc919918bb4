"""How a message is read by the machine: one spelling, words, runs, and the way back to the page."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import rjieba

LONGEST: Final = 4000  # characters read; what a person has to say stands before that
TITLE: Final = "title"
TEXT: Final = "text"
_STOP: Final = "。"
_PIECE = re.compile(r"\s+|\S+")
_WORD = re.compile(r"[^\W_]+")
_CHARACTERS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a word stands in what the person wrote, in characters, end exclusive."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in one spelling.

    Attributes:
        text: NFKC, small letters, every run of blanks one blank, none at the ends.
        origin: for each character of `text` its index in what was written.
    """

    text: str
    origin: tuple[int, ...]


def plain(written: str) -> Plain:
    """`written` in one spelling, at most `LONGEST` characters, with the way back."""
    pieces: list[str] = []
    origin: list[int] = []
    for match in _PIECE.finditer(written[:LONGEST]):
        piece = match.group()
        if piece.isspace():
            pieces.append(" ")
            origin.append(match.start())
        else:
            _spell(piece, match.start(), pieces, origin)
    joined = "".join(pieces)
    start = 1 if joined.startswith(" ") else 0
    end = len(joined) - 1 if len(joined) > start and joined.endswith(" ") else len(joined)
    return Plain(joined[start:end], tuple(origin[start:end]))


def _spell(piece: str, start: int, pieces: list[str], origin: list[int]) -> None:
    spelt = unicodedata.normalize("NFKC", piece).lower()
    if len(spelt) == len(piece):
        pieces.append(spelt)
        origin.extend(range(start, start + len(piece)))
        return
    for i, character in enumerate(piece):
        part = unicodedata.normalize("NFKC", character).lower()
        pieces.append(part)
        origin.extend([start + i] * len(part))


def words(text: str) -> Iterator[tuple[int, str]]:
    """Each word of a plain text with the index at which it begins; blanks and signs left out."""
    at = 0
    for word in rjieba.cut(text):
        if _WORD.match(word):
            yield at, word
        at += len(word)


def tokens(title: str, text: str) -> list[str]:
    """What the category model counts.

    Words (`w…`), words of the title once more (`t…`), and runs of one to three characters (`c…`)
    of title and text in one spelling.
    """
    head, body = plain(title).text, plain(text).text
    whole = joined(head, body)
    found = ["w" + word for _, word in words(whole)]
    found += ["t" + word for _, word in words(head)]
    for size in _CHARACTERS:
        found += ["c" + whole[i : i + size] for i in range(len(whole) - size + 1)]
    return found


def joined(head: str, body: str) -> str:
    """Title and text as one text."""
    return f"{head}{_STOP}{body}" if head else body


@dataclass(frozen=True, slots=True)
class Reading:
    """Title and text read as one, able to say where each character was written."""

    head: Plain
    body: Plain

    @classmethod
    def of(cls, title: str, text: str) -> "Reading":
        """Read a message."""
        return cls(plain(title), plain(text))

    @property
    def whole(self) -> str:
        """Title and text as one plain text; spans below count in it."""
        return joined(self.head.text, self.body.text)

    def span(self, start: int, end: int) -> Span | None:
        """Where `whole[start:end]` was written; None when it crosses from title to text."""
        gap = len(self.head.text) + 1 if self.head.text else 0
        if start >= gap:
            return _span(TEXT, self.body, start - gap, end - gap)
        if end < gap:
            return _span(TITLE, self.head, start, end)
        return None


def _span(field: str, written: Plain, start: int, end: int) -> Span | None:
    if not 0 <= start < end <= len(written.origin):
        return None
    return Span(field, written.origin[start], written.origin[end - 1] + 1)
