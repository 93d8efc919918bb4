"""What a programme must have, in plain Python."""

import datetime as dt
import re
from dataclasses import dataclass

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")
TAKEN = frozenset({"new"})  # stands in an address of its own
LONGEST_NAME, LONGEST_ABOUT = 120, 2000
LONGEST = 3 * 366  # days from the day it is set up (or changed) to the final date


@dataclass(frozen=True, slots=True)
class Asked:
    """A programme as somebody wants it.

    Attributes:
        code: short name for addresses: small letters, digits and hyphens, 3 to 40 of them.
        name, name_en: in Chinese and in English; both are needed, for both are shown.
        final: the day on which everything must be rectified.
        about: what it is against, in a few sentences; may be empty.
    """

    code: str
    name: str
    name_en: str
    final: dt.date | None
    about: str = ""


def missing(asked: Asked, today: dt.date) -> list[tuple[str, str]]:
    """What stands in the way of setting it up, as (reason, field), in the order of the form."""
    wrong = []
    if not CODE.fullmatch(asked.code) or asked.code in TAKEN:
        wrong.append(("bad_code", "code"))
    for field, text in (("name", asked.name), ("name_en", asked.name_en)):
        if not text:
            wrong.append((f"{field}_missing", field))
        elif len(text) > LONGEST_NAME:
            wrong.append(("name_too_long", field))
    if len(asked.about) > LONGEST_ABOUT:
        wrong.append(("about_too_long", "about"))
    return wrong + [(code, "final") for code in _final(asked.final, today)]


def _final(day: dt.date | None, today: dt.date) -> list[str]:
    if day is None:
        return ["final_missing"]
    if day < today:
        return ["final_past"]
    return ["final_too_far"] if day > today + dt.timedelta(days=LONGEST) else []
