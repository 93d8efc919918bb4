"""Who has, or ever had, a part in a problem because it was called to it or mends its root."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from xiaohao.escalation.models.calls import Summons
from xiaohao.escalation.models.roots import Link
from xiaohao.ledger.models import taken_part


def taken_part_around(units: Sequence[int]) -> QuerySet[Any]:
    """Ids of the problems to which one of these units was called, or whose root lay with one.

    Beside `ledger.models.taken_part`; unordered. Who only decides whose a root is has no part.
    """
    called = Summons.objects.filter(unit_id__in=units).values_list("call__problem_id")
    above = Link.objects.filter(root__problem_id__in=taken_part(units)).values_list("problem_id")
    return called.order_by().union(above.order_by())
