"""Who has, or ever had, a part in a problem: whatever road it came by, and wherever it went."""

from collections.abc import Sequence
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from xiaohao.ledger.models.parts import Cooperation, Referral
from xiaohao.ledger.models.problem import Problem
from xiaohao.trail.models import never_changed, never_emptied
from xiaohao.units.models import Unit


class PastPart(models.Model):
    """A unit answered for a problem, or its leader led it, and no longer does.

    Written by the database when a problem leaves them (`remembering.parts_remembered`), so that no
    move forgets to; while it stands with them the problem itself says so.
    """

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="past_parts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("past part in a problem")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("problem", "unit", name="ledger_past_part_once"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.problem_id} – {self.unit_id}"


def taken_part(units: Sequence[int]) -> QuerySet[Any]:
    """Ids of the problems in which one of these units has, or ever had, a part; unordered.

    It answers for it, was handed it, helps, or its leader leads it. A leader above the unit that
    answers supervises and makes his own unit no party.
    """
    led = Problem.objects.filter(lead__unit_id__in=units).exclude(
        path__startswith=F("lead__unit__path")
    )
    roads: list[QuerySet[Any]] = [
        Referral.objects.filter(unit_id__in=units).values_list("problem_id"),
        Cooperation.objects.filter(unit_id__in=units).values_list("problem_id"),
        PastPart.objects.filter(unit_id__in=units).values_list("problem_id"),
        led.values_list("pk"),
    ]
    answers = Problem.objects.filter(unit_id__in=units).values_list("pk")
    return answers.order_by().union(*(rows.order_by() for rows in roads))
