"""What people typed, made safe to keep and possible to find."""

import re
import unicodedata
from collections.abc import Iterable
from operator import add

# Direction overrides can make a text read as something it is not; the rest are invisible.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f"
    r"\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\u00ad"
    r"\ud800-\udfff]"  # lone surrogates cannot be stored; a JSON body can carry them
)
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_WORD = re.compile(r"[a-z0-9]+")


def clean(text: str) -> str:
    """`text` in NFC with one kind of line end, without control and direction characters.

    Emoji, right-to-left letters and full-width digits stay: they are what the person wrote.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWANTED.sub("", unicodedata.normalize("NFC", text)).strip()


def is_storable(text: str) -> bool:
    """Whether a database can keep it or be asked for it: no NUL, no half of a character."""
    return _UNSTORABLE.search(text) is None


def terms(*texts: str) -> list[str]:
    """Search terms: every two neighbouring Chinese characters, every Latin word and number.

    Most Chinese words have two characters, which trigram indexes cannot find; pairs can.
    """
    found: list[str] = []
    # What has no title of its own bears its text as one.
    plain = unicodedata.normalize("NFKC", "\n".join(dict.fromkeys(texts))).lower()
    for run in _HAN.findall(plain):
        found += map(add, run, run[1:]) if len(run) > 1 else run
    found += [word[:64] for word in _WORD.findall(plain)]
    return list(dict.fromkeys(found))


def vector(*texts: str) -> str:
    """The terms of these texts as PostgreSQL reads a tsvector: no term holds a quote."""
    found = terms(*texts)
    return "'" + "' '".join(found) + "'" if found else ""


def query(text: str) -> str | None:
    """A PostgreSQL tsquery (text form) that finds rows holding all of `text`'s terms.

    A single Chinese character and a trailing Latin word also match as beginnings. None when
    `text` holds nothing that can be looked for.
    """
    words = terms(text)[:40]
    if not words:
        return None
    return " & ".join(_term(word) for word in words)


def _term(word: str) -> str:
    open_end = ":*" if len(word) == 1 or word.isascii() else ""
    return f"'{word}'{open_end}"


def shorten(text: str, length: int) -> str:
    """`text` on one line, at most `length` characters, with an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def joined(parts: Iterable[str]) -> str:
    """The non-empty parts in one line."""
    return " ".join(part for part in parts if part)
