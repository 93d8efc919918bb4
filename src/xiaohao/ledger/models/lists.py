"""How people look at the ledger: the columns they chose, and views they gave a name."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.acting import Actor
from xiaohao.people.models import Account, Post
from xiaohao.trail.models import Witnessed, never_deleted, never_emptied
from xiaohao.units.models import Unit


class Columns(models.Model):
    """The columns that somebody wants to see in his lists, in order."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    keys = ArrayField(models.CharField(max_length=20))

    class Meta:
        verbose_name = _("chosen columns")

    def __str__(self) -> str:
        return ",".join(self.keys)


class ViewQuerySet(models.QuerySet["View"]):
    """Reading saved views."""

    def seen_by(self, actor: Actor) -> Self:
        """His own at this post, and those shared at the unit of his post."""
        own = Q(post_id=actor.post_id, account=actor.account_id, shared=False)
        office = Q(unit_id=actor.unit_id, shared=True)
        return self.filter(own | office, removed_at=None)


class View(Witnessed):
    """A list of the ledger that was given a name: its filters, columns and order.

    It holds an address, never rows: whoever opens it sees what he may see and nothing else. A view
    that is shared belongs to the unit, so that it outlasts whoever made it.
    """

    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField(default=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = ViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "post", "account", "name",
                condition=Q(removed_at=None, shared=False),
                nulls_distinct=False,
                name="ledger_view_own_name",
            ),
            models.UniqueConstraint(
                "unit", "name",
                condition=Q(removed_at=None, shared=True),
                name="ledger_view_office_name",
            ),
        ]  # fmt: skip
        triggers: ClassVar = [never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return self.name
