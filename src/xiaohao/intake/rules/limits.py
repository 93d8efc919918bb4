"""What a message may be, and how many may come from one address."""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.text import shorten

TITLE: Final = 100  # characters
TEXT: Final = 5_000
SHORTEST_TEXT: Final = 4
PLACE: Final = 200
NAME: Final = 80
PHONE: Final = 40
EMAIL: Final = 254
PHOTOS: Final = 6
WORDS: Final = 2_000
LONGEST_KEY: Final = 200
LONGEST_IMPORTED: Final = 20_000
DERIVED_TITLE: Final = 40

GUESSES: Final = 200  # wrong codes from one address in a window; then none is looked up

UNDO: Final = dt.timedelta(seconds=10)
CONFIDENT: Final = 0.6  # below this nothing is filled in


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input; `limit` is the number that the sentence about it names."""

    code: str
    field: str
    limit: int = 0


def faults(
    *, title: str, text: str, place: str, name: str = "", phone: str = "", email: str = ""
) -> Iterator[Fault]:
    """Everything wrong with a cleaned message: too long, too short, nothing readable."""
    if not any(char.isalnum() for char in text):
        yield Fault("text_missing", "text")
    elif len(text) < SHORTEST_TEXT:
        yield Fault("text_too_short", "text", SHORTEST_TEXT)
    lengths = {
        "title": (title, TITLE),
        "text": (text, TEXT),
        "place": (place, PLACE),
        "name": (name, NAME),
        "phone": (phone, PHONE),
        "email": (email, EMAIL),
    }
    for field, (value, limit) in lengths.items():
        if len(value) > limit:
            yield Fault(f"{field}_too_long", field, limit)
    if email and not (email.count("@") == 1 and "." in email.rpartition("@")[2]):
        yield Fault("email_unreadable", "email")
    if phone and sum(char.isdigit() for char in phone) < 5:  # noqa: PLR2004 (shortest numbers)
        yield Fault("phone_unreadable", "phone")


def heading(title: str, text: str) -> str:
    """The title, or the first sentence of the text where there is none."""
    if title:
        return title
    first = next((line for line in text.splitlines() if line.strip()), text)
    for mark in "。！？!?；;":
        first = first.split(mark, 1)[0] if len(first.split(mark, 1)[0]) >= 6 else first  # noqa: PLR2004
    return shorten(first, DERIVED_TITLE)


def triage_due(received_at: dt.datetime) -> dt.date:
    """The last day for triage: the day it came in, or the next working day (SPEC 4.2)."""
    return calendar.add(clock.local_day(received_at), 0)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` of something from one address within `seconds`."""

    count: int
    seconds: int


RATES: Final = {
    "proved": Rate(60, 3600),  # messages with proof of work
    "plain": Rate(6, 3600),  # messages from a page without JavaScript
    "api": Rate(60, 600),  # messages by the API without proof of work
    "photo": Rate(60, 3600),
    "wrong_code": Rate(20, 600),  # codes that do not exist
    "look": Rate(600, 600),  # look-ups while typing
}


def rate(purpose: str) -> Rate | None:
    """The limit for a purpose; None when limits are off.

    `XIAOHAO_FLOOD=off` switches all off; `XIAOHAO_FLOOD_API=500/600` sets one (count/seconds).
    """
    if os.environ.get("XIAOHAO_FLOOD") == "off":
        return None
    given = os.environ.get(f"XIAOHAO_FLOOD_{purpose.upper()}")
    if not given:
        return RATES[purpose]
    count, _, seconds = given.partition("/")
    return Rate(int(count), int(seconds or RATES[purpose].seconds))
