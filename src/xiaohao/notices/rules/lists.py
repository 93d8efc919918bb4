"""Who is told of what happens to an entry of a list, by the kind of its event."""

from collections.abc import Mapping
from enum import StrEnum


class Part(StrEnum):
    """In which part somebody is told."""

    UNIT = "unit"  # who works on it at the responsible unit, or at the nearest above that has any
    LEAD = "lead"  # the post that answers for it by name
    CHECKERS = "checkers"  # who may check it: the nearest above the unit


P = Part
NEWS: Mapping[str, tuple[Part, ...]] = {
    "enter": (P.LEAD, P.UNIT),
    "appoint": (P.LEAD,),
    "report": (P.CHECKERS,),
    "fail": (P.LEAD, P.UNIT),
    "reopen": (P.LEAD, P.UNIT),
    "disown": (P.LEAD, P.UNIT),
    "come_back": (P.LEAD, P.UNIT),
}
del P
