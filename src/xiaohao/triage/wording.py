"""Sentences about guesses, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xiaohao.triage.proposals import Guess
from xiaohao.triage.reading import Span
from xiaohao.triage.rules import Source
from xiaohao.triage.urgency import URGENT


def urgency_word(value: str) -> str:
    """`urgent` or `normal` as people say it."""
    return _("urgent") if value == URGENT else _("not urgent")


def why(guess: Guess) -> str:
    """Why this is proposed, in one sentence."""
    words = _("“%s”") % _("”, “").join(one.word for one in guess.reasons)
    if guess.source == Source.HABIT:
        return ngettext(
            "The office sent such cases there %(count)d time before.",
            "The office sent such cases there %(count)d times before.",
            guess.confirmed,
        ) % {"count": guess.confirmed}
    if not guess.reasons:
        return _bare(guess.source)
    return _with_words(guess.source) % {"words": words}


def _bare(source: Source) -> str:
    if source == Source.RULES:
        return _("No word in it points to danger.")
    return _("Confirmed cases like this one say so.")


def _with_words(source: Source) -> str:
    if source == Source.RULES:
        return _("It says %(words)s.")
    if source == Source.DUTIES:
        return _("The duty list fits %(words)s.")
    return _("Confirmed cases with %(words)s say so.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and whether it spoke for the proposal."""

    text: str
    spoke: bool


def marked(text: str, field: str, guesses: Iterable[Guess | None]) -> list[Piece]:
    """`text` (the `field` `title` or `text` of the message) cut where words spoke for a guess."""
    spans: list[Span] = [
        span
        for guess in guesses
        if guess
        for reason in guess.reasons
        for span in reason.spans
        if span.field == field
    ]
    pieces: list[Piece] = []
    at = 0
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        start, end = max(span.start, at), min(span.end, len(text))
        if end <= start:
            continue
        if start > at:
            pieces.append(Piece(text[at:start], spoke=False))
        pieces.append(Piece(text[start:end], spoke=True))
        at = end
    if at < len(text) or not pieces:
        pieces.append(Piece(text[at:], spoke=False))
    return pieces


EVENTS = {"set": gettext_lazy("Duty set"), "dropped": gettext_lazy("Taken off the list")}

VERDICTS = {
    "first": gettext_lazy("the first one"),
    "better": gettext_lazy("better than the one before"),
    "equal": gettext_lazy("as good as the one before"),
    "worse": gettext_lazy("worse than the one in use: left out"),
    "useless": gettext_lazy("no better than guessing: left out"),
}
