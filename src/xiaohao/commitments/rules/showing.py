"""Which list shows what, before and after: the one table from which the guard is made too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xiaohao.commitments.rules.facts import Facts, Kind, Piece, Stage


class Demand(StrEnum):
    """What has to be shown."""

    NOTHING = "nothing"
    FILE = "file"  # a photo or a document
    PHOTO = "photo"  # at least one photo; documents may go along


@dataclass(frozen=True, slots=True)
class Showing:
    """What a list demands: of before at the latest when it is reported done, of after then."""

    before: Demand
    after: Demand


D, K = Demand, Kind
SHOWN: Mapping[Kind, Showing] = {
    # Something is built or put right: whoever looks sees the difference.
    K.PROJECT: Showing(D.PHOTO, D.PHOTO),
    K.HAZARD: Showing(D.PHOTO, D.PHOTO),
    # A petition is no place: the letter and the answer show it as well.
    K.PETITION: Showing(D.FILE, D.FILE),
    # How these stood before is written in the plan without which no work begins.
    K.WEAK: Showing(D.NOTHING, D.FILE),
    K.VILLAGE: Showing(D.NOTHING, D.FILE),
}
del D, K


def enough(demand: Demand, pieces: Iterable[Piece]) -> bool:
    """Whether these show what is demanded."""
    if demand is Demand.NOTHING:
        return True
    return any(piece.photo or demand is Demand.FILE for piece in pieces)


def standing(facts: Facts) -> list[tuple[Stage, Demand, bool]]:
    """What the list demands before and after, and whether it is on record; in that order."""
    shown = SHOWN[facts.kind]
    found = (
        (Stage.BEFORE, shown.before, facts.before),
        (Stage.AFTER, shown.after, fresh(facts.after, facts.before)),
    )
    return [(stage, demand, enough(demand, pieces)) for stage, demand, pieces in found]


def fresh(pieces: Iterable[Piece], before: Sequence[Piece]) -> list[Piece]:
    """Those that are not what was shown as before: one picture does not show a difference."""
    seen = {piece.sha256 for piece in before}
    return [piece for piece in pieces if piece.sha256 not in seen]
