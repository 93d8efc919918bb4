"""Which unit can take a decision: the nearest one upwards at which somebody may."""

from collections.abc import Iterable

from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paths import ids
from xiaohao.people.models import Post
from xiaohao.people.queries import roles_granting
from xiaohao.units.models import Unit

# An office that refers, or a unit's leader, answers for what the unit takes on.
DECIDE = (Permission.REFER, Permission.REPORT_FIXED)


def decider(path: str, permissions: Iterable[Permission] = DECIDE) -> Unit | None:
    """The unit at `path` or the nearest above it with a post in use that grants one of these."""
    roles = sorted({role for permission in permissions for role in roles_granting(permission)})
    able = Post.objects.filter(unit_id__in=ids(path), is_active=True, role__in=roles)
    return Unit.objects.filter(posts__in=able).order_by("-path").first()
