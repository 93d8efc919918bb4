"""Service lists: measures, and under them what departments bind themselves to do."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.people.models import Post
from xiaohao.services.models import guards
from xiaohao.services.rules import LONGEST_PROMISE, Audience, ListState
from xiaohao.trail.models import Witnessed, never_changed, never_deleted, never_emptied
from xiaohao.units.models import Unit

LIST_STATES: dict[str, Any] = {
    ListState.DRAFT: pgettext_lazy("state of a service list", "draft"),
    ListState.PUBLISHED: pgettext_lazy("state of a service list", "published"),
    ListState.CLOSED: pgettext_lazy("state of a service list", "closed"),
}
AUDIENCES: dict[str, Any] = {
    Audience.PEOPLE: _("for people"),
    Audience.ENTERPRISES: _("for enterprises"),
    Audience.BOTH: _("for people and enterprises"),
}


def around(actor: Actor, name: str) -> Q:
    """Rows whose unit `name` lies in the actor's area."""
    low = actor.unit_path
    return Q(**{f"{name}__path__gte": low, f"{name}__path__lt": low + AFTER})


class ServiceListQuerySet(models.QuerySet["ServiceList"]):
    """Reading lists."""

    def visible_to(self, actor: Actor) -> Self:
        """What is published everybody in office sees; a draft, who is at its unit or above it."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        return self.filter(~Q(state=ListState.DRAFT) | around(actor, "unit"))


class ServiceList(Witnessed):
    """A list of services, kept by one office for one year."""

    title = models.CharField(_("title"), max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(max_length=10, choices=LIST_STATES, default=ListState.DRAFT)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = ServiceListQuerySet.as_manager()

    class Meta:
        verbose_name = _("service list")
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [guards.list_moves(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return self.title

    @property
    def pk_text(self) -> str:
        """Its id, for addresses."""
        return str(self.pk)

    @property
    def channel(self) -> str:
        """How figures name the list, e.g. `services-3`."""
        return f"services-{self.pk}"


class Measure(Witnessed):
    """A heading of a list. Never changed."""

    list = models.ForeignKey(ServiceList, on_delete=models.PROTECT, related_name="measures")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=200)

    class Meta:
        verbose_name = _("measure of a service list")
        ordering: ClassVar = ["list_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint("list", "number", name="services_measure_number"),
        ]
        triggers: ClassVar = [guards.only_in_draft(), never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Service(Witnessed):
    """One promise: what a department does, for whom, within how many working days.

    `days` is 0 where it is done on the spot.
    """

    list = models.ForeignKey(ServiceList, on_delete=models.PROTECT, related_name="services")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="services")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("service"), max_length=200)
    what = models.TextField(_("what exactly is delivered"), max_length=5000)
    audience = models.CharField(_("for whom"), max_length=11, choices=AUDIENCES)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    days = models.PositiveSmallIntegerField(_("promised within working days"))
    bring = models.TextField(_("what to bring"), max_length=2000, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(max_length=2000, blank=True)

    class Meta:
        verbose_name = _("service")
        ordering: ClassVar = ["list_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint("list", "number", name="services_service_number"),
            models.CheckConstraint(
                condition=Q(days__lte=LONGEST_PROMISE), name="services_promise_not_too_long"
            ),
        ]
        triggers: ClassVar = [
            guards.only_in_draft(), guards.service_kept(), never_deleted(), never_emptied(),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def pk_text(self) -> str:
        """Its id, for addresses."""
        return str(self.pk)

    @property
    def binds(self) -> bool:
        """Whether it can be called for now."""
        return self.withdrawn_at is None and self.list.state == ListState.PUBLISHED
