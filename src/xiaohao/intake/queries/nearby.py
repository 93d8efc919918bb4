"""Problems that others have reported already, as far as everybody may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from xiaohao.kernel.masking import spans
from xiaohao.ledger.models import Problem
from xiaohao.triage import queries as triage
from xiaohao.units.models import Unit

SHOWN = 3
LIKE = 0.45
SHORTEST = 8  # characters typed before anything is looked for
PROBLEM = "ledger.problem"


@dataclass(frozen=True, slots=True)
class Known:
    """A problem known already: its number, title, unit's name, and how many reported it."""

    number: str
    title: str
    place: str
    reporters: int


def known_nearby(text: str, place: Unit | None) -> Sequence[Known]:
    """Open problems that read like `text`, in or around `place` where one is given.

    Only what tells nobody's identity: titles the office has written, with nothing in them to mask,
    of problems that more than one person can have met.
    """
    if len(text.strip()) < SHORTEST:
        return []
    like = triage.lookalikes(title="", text=text, labels=[PROBLEM], most=20)
    ids = [one.thing_id for one in like if one.similarity >= LIKE]
    rows = {p.pk: p for p in Problem.objects.open().filter(pk__in=ids).select_related("place_unit")}
    found = [rows[pk] for pk in ids if pk in rows and _is_near(rows[pk], place)]
    return [
        Known(p.number, p.title, p.place_unit.name if p.place_unit else "", p.reporters)
        for p in found
        if not spans(p.title)
    ][:SHOWN]


def _is_near(problem: Problem, place: Unit | None) -> bool:
    """In the place, around it, or with no place on either side."""
    if place is None or problem.place_unit is None:
        return True
    theirs, ours = problem.place_unit.path, place.path
    return theirs.startswith(ours) or ours.startswith(theirs)
