"""What triage may decide about a message, and for how long it may be taken back."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from xiaohao.intake.rules.limits import UNDO

_GRACE: Final = dt.timedelta(seconds=3)  # a click on the last second still counts
_SUGGESTING: Final = re.compile(
    r"建议|提议|希望能?(?:增设|增加|开通|设立|推广)|能否(?:增设|增加|开通)|suggest|propos",
    re.IGNORECASE,
)


class What(StrEnum):
    """The ways a message can go."""

    REFER = "refer"
    JOIN = "join"
    SUGGEST = "suggest"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One triage.

    Attributes:
        what: which way the message goes.
        title, text: the copy for the unit, already masked.
        category, unit: ids, None where the way needs none.
        urgent: five working days instead of fifteen.
        deadline: ISO date, "" for the usual one.
        into: id of the problem to join.
        photos: ids of the photos that the unit may see.
        reply: what the sender is answered.
        by: who decided, as `Actor` fields, to act in his name when it is carried out.
    """

    what: What
    title: str = ""
    text: str = ""
    category: int | None = None
    unit: int | None = None
    urgent: bool = False
    deadline: str = ""
    into: int | None = None
    photos: tuple[int, ...] = ()
    reply: str = ""
    by: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain data for a JSON column; `from_json` reads it."""
        return {**asdict(self), "photos": list(self.photos)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Decision":
        """What `as_json` wrote."""
        known = {**data, "what": What(data["what"]), "photos": tuple(data.get("photos", ()))}
        return cls(**known)


def may_undo(decided_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a decision may still be taken back."""
    return now - decided_at <= UNDO + _GRACE


def is_due(decided_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a decision is to be carried out: nobody can take it back any more."""
    return now - decided_at > UNDO + _GRACE


def reads_like_suggestion(text: str) -> str:
    """The word by which a text reads like a suggestion; "" when there is none."""
    found = _SUGGESTING.search(text)
    return found[0] if found else ""
