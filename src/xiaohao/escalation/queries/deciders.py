"""Which unit can take a decision: the nearest one upwards at which somebody may."""

from collections.abc import Iterable

from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paths import ids
from xiaohao.people.queries import lowest_with
from xiaohao.units.models import Unit

# An office that refers, or a unit's leader, answers for what the unit takes on.
DECIDE = (Permission.REFER, Permission.REPORT_FIXED)


def decider(path: str, permissions: Iterable[Permission] = DECIDE) -> Unit | None:
    """The unit at `path` or the nearest above it where somebody may do one of these.

    `people.queries.lowest_with` says what holds where nobody is in post.
    """
    return lowest_with(ids(path), permissions)
