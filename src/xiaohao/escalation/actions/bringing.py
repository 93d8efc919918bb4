"""A proven fix above is brought to each case below, which then has its own check."""

import structlog
from django.db import transaction
from django.db.models import QuerySet

from xiaohao.escalation.models import Decision, Link
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Answer
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import WITH_UNIT, State
from xiaohao.trail.actions import change

PROVEN = (State.VERIFIED.value, State.AWAITING.value, State.CLOSED.value)
log = structlog.get_logger()


def waiting() -> QuerySet[Link]:
    """Cases that are with a unit and whose root is proven fixed, not yet told so."""
    rows = Link.objects.filter(brought_at=None, ended_at=None, root__decision=Decision.CLAIMED)
    return rows.filter(
        root__problem__state__in=PROVEN, problem__state__in=sorted(WITH_UNIT)
    ).order_by("id")


def bring_down() -> int:
    """Bring each such case its proof; how many. Doing it again does nothing more.

    A case that nobody has, or that is being checked already, is met when it is with a unit again.
    """
    brought = 0
    for pk in list(waiting().values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                brought += _bring(pk)
        except Answer as said:  # somebody acts on the case at this moment; the next run finds it
            log.info("escalation.not_brought", link=pk, why=[u.code for u in said.unmet])
    return brought


def _bring(pk: int) -> bool:
    link = waiting().select_related("problem__arbiter", "root__problem__unit").filter(pk=pk).first()
    if link is None or link.root.problem is None:
        return False
    ledger.move(problem=link.problem, move="fixed_above", by=SYSTEM, root=link.root.problem)
    link.brought_at = clock.now()
    data = {"root": link.root.problem.number, "problem": link.problem.number}
    change(thing=link, by=SYSTEM, kind="bring", fields=["brought_at"], data=data)
    return True
