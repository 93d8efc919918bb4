"""A problem leaves its unit again: the unit's word about its root ends, if nobody has decided."""

from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from xiaohao.escalation.models import Decision, Link, Root
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.trail.actions import change
from xiaohao.trail.models import Event

LONGEST = 2000
GIVEN_BACK = ("return", "recall")  # by the unit, or taken back by the office


def _given_back() -> QuerySet[Link, Any]:
    """Cases of undecided roots by a unit's word, whose problem has left the unit after it."""
    back = Event.objects.filter(
        label="ledger.problem",
        kind__in=GIVEN_BACK,
        thing_id=OuterRef("problem"),
        id__gt=OuterRef("event"),
    )
    rows = Link.objects.filter(event__isnull=False, ended_at=None, root__decision=Decision.OPEN)
    return rows.annotate(back=Subquery(back.order_by("id").values("id")[:1])).filter(
        back__isnull=False
    )


def recall() -> int:
    """End these cases, and each root of which none is left; how many cases. Safe to do again.

    What is claimed goes on: the fix above is under way, and the case has its check at whichever
    unit it comes to. What the system found in many units stands on them, not on one unit's word.
    """
    found = list(_given_back().order_by("id").values_list("pk", flat=True))
    return sum(_recall(pk) for pk in found)


def _recall(pk: int) -> bool:
    with transaction.atomic():
        link = _given_back().filter(pk=pk).select_related("problem").first()
        if link is None:
            return False
        root = Root.objects.select_for_update().get(pk=link.root_id)
        if root.decision != Decision.OPEN:  # claimed at this moment
            return False
        event = Event.objects.get(pk=link.back)
        reason = str(event.data.get("reason") or _("The unit gave the problem back."))[:LONGEST]
        link.ended_at, link.reason = clock.now(), reason
        told = {"reason": reason, "given_back": event.pk}
        change(thing=link, by=SYSTEM, kind="part", fields=["ended_at", "reason"], data=told)
        if not root.links.filter(ended_at=None).exists():
            _end(root, reason, link.problem.number)
    return True


def _end(root: Root, reason: str, number: str) -> None:
    root.decision, root.word, root.decided_at = Decision.RECALLED, reason, clock.now()
    fields = ["decision", "word", "decided_at"]
    data = {"reason": reason, "problem": number}
    change(thing=root, by=SYSTEM, kind="recall", fields=fields, data=data)
