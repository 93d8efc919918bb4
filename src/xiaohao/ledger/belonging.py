"""Whose a problem is, where units return it: who decides, whom they name, who may be handed it."""

from xiaohao.kernel.acting import Actor, Nobody, Permission
from xiaohao.kernel.paths import ids, superior
from xiaohao.ledger.models import Problem
from xiaohao.people.queries import lowest_with
from xiaohao.units.models import Unit


def arbiter_of(problem: Problem, better: Unit | None = None) -> Unit:
    """Who decides between the units that return a problem to each other.

    The lowest unit above all of them, and above those they named as better placed, at which
    somebody in post may refer (`lowest_with`); the registering office where there is none.
    """
    said = problem.referrals.filter(recalled_at=None)  # of the others no unit has said anything
    rows = said.select_related("unit", "better_unit").order_by("id")
    parties = [unit for row in rows for unit in (row.unit, row.better_unit) if unit]
    line = ids(superior([unit.path for unit in [*parties, *([better] if better else [])]]))
    return lowest_with(line, [Permission.REFER]) or problem.origin_unit


def named_owner(problem: Problem) -> Unit | None:
    """Whom the unit that gave the problem back named as able to fix it, while nobody has it."""
    if problem.unit_id or not problem.returns:
        return None
    stood = problem.referrals.filter(recalled_at=None)
    last = stood.select_related("better_unit").order_by("id").last()
    return last.better_unit if last and last.returned_at else None


def is_within_reach(unit: Unit, actor: Actor | Nobody) -> bool:
    """Whether the actor may hand a problem to that unit."""
    inside = not isinstance(actor, Actor) or unit.path.startswith(actor.unit_path)
    return inside and unit.closed_on is None
