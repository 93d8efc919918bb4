"""One move asked for of many problems at once, and what became of each."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models.problem import Problem
from xiaohao.people.models import Post


class BulkQuerySet(models.QuerySet["Bulk"]):
    """Reading bulk moves."""

    def of(self, actor: Actor) -> Self:
        """Those of this person at this post; nobody else's."""
        return self.filter(post_id=actor.post_id, account=actor.account_id)


class Bulk(models.Model):
    """A selection of problems with the move that somebody wants to make of each.

    Not a record of what happened: that stands on the trail of each problem, and that a bulk began
    and ended on the trail too. A draft that nobody carried out goes away the day after.
    """

    class Stage(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", _("to be looked at")
        RUNNING = "running", _("being done")
        DONE = "done", _("done")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)
    move = models.CharField(max_length=20)
    given = models.JSONField(default=dict)
    language = models.CharField(max_length=10)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.DRAFT)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = BulkQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk move")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.move} #{self.pk}"


class BulkRow(models.Model):
    """One problem of a bulk move: the version that was looked at, and what became of it."""

    class Outcome(models.TextChoices):
        """What became of it."""

        WAITING = "", _("not yet")
        DONE = "done", _("done")
        STALE = "stale", _("changed meanwhile")
        REFUSED = "refused", _("not done")

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="rows")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    told = models.JSONField(default=list)

    class Meta:
        verbose_name = _("problem of a bulk move")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("bulk", "problem", name="ledger_bulk_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bulk_id}: {self.problem_id}"
