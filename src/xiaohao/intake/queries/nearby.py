"""Problems that others have reported already, as far as everybody may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing

from xiaohao.kernel.masking import spans
from xiaohao.ledger.models import Problem, ProblemQuerySet, Source
from xiaohao.triage import queries as triage
from xiaohao.units.models import Unit

SHOWN = 3
LIKE = 0.45
SHORTEST = 8  # characters typed before anything is looked for
PROBLEM = "ledger.problem"
OFFER = "intake.join"
OFFER_LIFE = 6 * 3600  # seconds; a long message is typed slowly


@dataclass(frozen=True, slots=True)
class Known:
    """A problem known already: its number, title, unit's name, and how many reported it."""

    number: str
    title: str
    place: str
    reporters: int

    @property
    def offer(self) -> str:
        """What a sender brings back to join it: what he was shown, no number he guessed."""
        return signing.dumps(self.number, salt=OFFER)


def offered(offer: str) -> str:
    """The number of the problem in an offer we made lately; "" for anything else."""
    try:
        return str(signing.loads(offer, salt=OFFER, max_age=OFFER_LIFE))
    except signing.BadSignature:
        return ""


def joinable() -> ProblemQuerySet:
    """Open problems that a citizen may be told of and join: those that citizens brought.

    What inspections, interviews and household visits found is nobody's business outside.
    """
    return Problem.objects.open().filter(source=Source.MESSAGE, reporters__gt=0)


def known_nearby(text: str, place: Unit | None) -> Sequence[Known]:
    """Open problems that read like `text`, in or around `place` where one is given.

    Only what tells nobody's identity: titles the office confirmed, with nothing in them to mask.
    """
    if len(text.strip()) < SHORTEST:
        return []
    like = triage.lookalikes(title="", text=text, labels=[PROBLEM], most=20)
    ids = [one.thing_id for one in like if one.similarity >= LIKE]
    rows = {p.pk: p for p in joinable().filter(pk__in=ids).select_related("place_unit")}
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
