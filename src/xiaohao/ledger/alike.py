"""What stands on the ledger already and reads like something about to be registered."""

from dataclasses import dataclass

from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Problem
from xiaohao.triage.models import Category
from xiaohao.triage.queries import lookalikes
from xiaohao.units.models import Unit

PROBLEM = "ledger.problem"  # under which problems stand in the index of looks
SHOWN = 5
_LOOKED_AT = 40  # look-alikes of which those in sight, open and near are shown
_ANYWAY = 0.9  # from this likeness on another category is no reason to keep silent


@dataclass(frozen=True, slots=True)
class Alike:
    """An open problem in sight, and how like it is (0.4 to 1)."""

    problem: Problem
    likeness: float

    @property
    def percent(self) -> int:
        """The likeness in whole percent."""
        return round(self.likeness * 100)


def alike(
    actor: Actor, *, title: str, text: str, category: Category | None, place: Unit | None
) -> list[Alike]:
    """Open problems in the actor's sight that may be the same one, the likest first.

    Near in text; in the place, around it or in none; of that category or of none. One look into
    the index of looks and one query.
    """
    near = lookalikes(title=title, text=text, labels=[PROBLEM], most=_LOOKED_AT)
    scores = {one.thing_id: one.similarity for one in near}
    if not scores:
        return []
    rows = Problem.objects.visible_to(actor).open().filter(pk__in=scores)
    rows = rows.select_related("unit", "category", "place_unit").order_by("pk")
    found = [
        Alike(row, scores[row.pk])
        for row in rows
        if _is_there(row, place) and _is_about(row, category, scores[row.pk])
    ]
    return sorted(found, key=lambda one: (-one.likeness, -one.problem.pk))[:SHOWN]


def _is_there(problem: Problem, place: Unit | None) -> bool:
    if place is None or problem.place_unit is None:
        return True
    theirs, ours = problem.place_unit.path, place.path
    return theirs.startswith(ours) or ours.startswith(theirs)


def _is_about(problem: Problem, category: Category | None, likeness: float) -> bool:
    if category is None or problem.category_id is None or likeness >= _ANYWAY:
        return True
    return problem.category_id == category.pk
