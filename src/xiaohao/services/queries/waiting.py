"""What waits for a unit: calls to take on and deliver, and calls of its own to grade."""

from xiaohao.kernel.acting import Actor
from xiaohao.services.models import Call, CallQuerySet, State
from xiaohao.services.rules import MOVES, WAITING


def to_deliver(actor: Actor) -> CallQuerySet:
    """Calls to the actor's unit that it has not delivered; unordered."""
    if not MOVES["take"].open_to(actor):
        return Call.objects.none()
    return _light().filter(department_id=actor.unit_id, state__in=sorted(WAITING))


def to_grade(actor: Actor) -> CallQuerySet:
    """Calls of the actor's unit that were delivered and wait for its word; unordered."""
    if not MOVES["grade"].open_to(actor):
        return Call.objects.none()
    return _light().filter(caller_id=actor.unit_id, state=State.DELIVERED)


def _light() -> CallQuerySet:
    rows = Call.objects.select_related("service", "department", "caller").order_by()
    return rows.defer("sealed", "department__search", "caller__search")
