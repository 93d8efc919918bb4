"""That an entry was corrected, by which office and why."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.ledger.models import entry_guards
from xiaohao.ledger.models.problem import Problem
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_changed, never_emptied
from xiaohao.units.models import Unit


class Correction(Witnessed):
    """Why an entry was corrected, and by which office; never changed.

    It is written before its problem, which the database does not change without it. What each field
    was and became stands in the problem's event `seq`.
    """

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="corrections")
    seq = models.PositiveIntegerField()
    reason = models.TextField(_("reason"), max_length=2000)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("correction of an entry")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("problem", "seq", name="ledger_one_correction_a_version"),
            models.CheckConstraint(condition=~Q(reason=""), name="ledger_correction_says_why"),
        ]
        triggers: ClassVar = [entry_guards.correction_made(), never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.problem_id}#{self.seq}: {self.reason}"
