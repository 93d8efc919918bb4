"""What a programme must have, in plain Python."""

import datetime as dt
import re
from dataclasses import dataclass

from xiaohao.kernel.paths import LADDER

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")
TAKEN = frozenset({"new"})  # stands in an address of its own
LONGEST_NAME, LONGEST_ABOUT = 120, 2000
LONGEST = 3 * 366  # days from the day it is set up (or changed) to the final date


@dataclass(frozen=True, slots=True)
class Asked:
    """A programme as somebody wants it.

    Attributes:
        code: short name for addresses: small letters, digits and hyphens, 3 to 40 of them.
        name: in Chinese.
        name_en: in English; where it is empty, the Chinese one is shown.
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
    if not asked.name:
        wrong.append(("name_missing", "name"))
    for field, text in (("name", asked.name), ("name_en", asked.name_en)):
        if len(text) > LONGEST_NAME:
            wrong.append(("name_too_long", field))
    if len(asked.about) > LONGEST_ABOUT:
        wrong.append(("about_too_long", "about"))
    return wrong + [(code, "final") for code in _final(asked.final, today)]


def may_be_central(level: str, top: str) -> bool:
    """Whether a programme of a unit on `level` may be set centrally, `top` being the highest there.

    What the centre sets binds everybody, so it is set up once, where nobody stands higher.
    """
    return LADDER.index(level) <= LADDER.index(top)


def _final(day: dt.date | None, today: dt.date) -> list[str]:
    if day is None:
        return ["final_missing"]
    if day < today:
        return ["final_past"]
    return ["final_too_far"] if day > today + dt.timedelta(days=LONGEST) else []
