"""Who was named in a comment."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaohao.ledger.models.problem import Problem
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_changed, never_emptied


class Mention(Witnessed):
    """A post named in a comment, by id; `seq` is the comment's event. Never changed."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="mentions")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("mention")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("problem", "seq", "post", name="ledger_mentioned_once"),
        ]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.problem_id}#{self.seq} @{self.post_id}"
