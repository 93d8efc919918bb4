"""Re-checks, their photos, and relapses."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.files.models import File
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import Problem
from xiaohao.lookback.models import guards
from xiaohao.lookback.models.rounds import Round
from xiaohao.lookback.rules import Result
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_changed, never_deleted, never_emptied
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

RESULT_NAMES = {
    Result.FIXED: _("fixed"),
    Result.NOT_FIXED: _("not fixed"),
    Result.CAME_BACK: _("came back before"),
}


class RecheckQuerySet(models.QuerySet["Recheck"]):
    """Reading re-checks."""

    def visible_to(self, actor: Actor) -> Self:
        """What the actor may know of.

        His own post's; finished ones in his area; and those still to come only for an office that
        draws, in rounds of its area: nobody else learns beforehand what will be looked at.
        """
        seen = Q(post_id=actor.post_id)
        if actor.may(Permission.SEE_LEDGER):
            inside = Q(unit__path__gte=actor.unit_path, unit__path__lt=actor.unit_path + AFTER)
            seen |= inside & ~Q(result="")
        if actor.may(Permission.LOOK_BACK):
            area = {"gte": actor.unit_path, "lt": actor.unit_path + AFTER}
            seen |= Q(**{f"round__unit__path__{key}": value for key, value in area.items()})
        return self.filter(seen)

    def done(self) -> Self:
        """Those with a result."""
        return self.exclude(result="")

    def waiting(self) -> Self:
        """Those without one."""
        return self.filter(result="")


class Recheck(Witnessed):
    """A closing that was drawn, to be checked again on site.

    `unit`, `category`, `verifier_unit` are as they stood at the closing. `part_posts` and
    `part_accounts` reported, verified or closed it, and never check it again. `chance` is the
    probability with which it was drawn.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="rechecks")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="+")
    problem_round = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField(null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    verifier = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    verifier_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    part_posts = ArrayField(models.BigIntegerField(), default=list)
    part_accounts = ArrayField(models.BigIntegerField(), default=list)
    code = models.PositiveSmallIntegerField()
    weight = models.PositiveSmallIntegerField()
    chance = models.FloatField()
    due = models.DateField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=10, choices=RESULT_NAMES, blank=True)
    note = models.TextField(blank=True, max_length=2000)
    done_at = models.DateTimeField(null=True)
    account = models.BigIntegerField(null=True)

    objects = RecheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("re-check")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("round", "problem", name="lookback_once_a_round"),
            models.CheckConstraint(
                condition=Q(chance__gt=0, chance__lte=1), name="lookback_chance_is_one"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["post", "due"], name="lookback_todo", condition=Q(result="")),
            models.Index(
                fields=["unit", "done_at"], name="lookback_false", condition=Q(result="not_fixed")
            ),
        ]
        triggers: ClassVar = [guards.recheck_apart(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.problem_id}"

    @property
    def came_back(self) -> bool:
        """Whether the problem is no longer closed as it was when it was drawn."""
        return self.problem.state != "closed" or self.problem.round != self.problem_round


class Photo(Witnessed):
    """A photo that a re-check was proven with; never changed."""

    recheck = models.ForeignKey(Recheck, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("photo")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.recheck_id}: {self.file_id}"


class Relapse(Witnessed):
    """The same category at the same place again, soon after a closing; never changed."""

    earlier = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="+")
    later = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = _("relapse")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint("later", name="lookback_relapse_of_one"),
        ]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.earlier_id} → {self.later_id}"
