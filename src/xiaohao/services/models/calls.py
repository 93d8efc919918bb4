"""Calls for a service: what is needed, what was delivered, what the caller says of it."""

import datetime as dt
import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.files.models import File
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post
from xiaohao.services.models import guards
from xiaohao.services.models.lists import Service, around
from xiaohao.services.rules import GRADES, WAITING, State
from xiaohao.trail.models import Witnessed, never_changed, never_deleted, never_emptied
from xiaohao.units.models import Unit

STATE_NAMES: dict[str, Any] = {
    State.CALLED: pgettext_lazy("state of a service call", "called"),
    State.TAKEN: pgettext_lazy("state of a service call", "taken on"),
    State.DECLINED: pgettext_lazy("state of a service call", "declined"),
    State.DELIVERED: pgettext_lazy("state of a service call", "delivered"),
    State.GRADED: pgettext_lazy("state of a service call", "graded"),
    State.WITHDRAWN: pgettext_lazy("state of a service call", "taken back"),
}


class CallQuerySet(models.QuerySet["Call"]):
    """Reading calls."""

    def visible_to(self, actor: Actor) -> Self:
        """Made by a unit of the actor's area, or to one of it."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        return self.filter(around(actor, "caller") | around(actor, "department"))

    def late(self, today: dt.date) -> Self:
        """The promise was missed: still waited for, or delivered after its day."""
        waits = Q(state__in=sorted(WAITING), due__lt=today)
        return self.filter(waits | Q(delivered_on__gt=F("due")))

    def ungraded(self, today: dt.date) -> Self:
        """Delivered, and the days for the caller's word have passed without one."""
        return self.filter(state=State.DELIVERED, grade_by__lt=today)


class Call(Witnessed):
    """A unit calls for a service, for itself or on behalf of a resident or an enterprise.

    `department` is the unit that had promised when it was called. `needed` is masked; whom it is
    for is `sealed`. `due` is the last day of the promise and never moves. `grade_by` is the last
    day on which the caller's word is awaited, from delivery on.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="calls")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    caller = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    caller_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    needed = models.TextField(_("what is needed"), max_length=5000)
    seal = models.UUIDField(default=uuid.uuid4, editable=False)
    sealed = models.BinaryField(null=True, editable=False)
    called_at = models.DateTimeField()
    due = models.DateField()
    state = models.CharField(max_length=10, choices=STATE_NAMES, default=State.CALLED)
    round = models.PositiveSmallIntegerField(default=1)
    word = models.TextField(_("reason"), max_length=2000, blank=True)
    delivered_on = models.DateField(null=True)
    grade_by = models.DateField(null=True)
    grade = models.PositiveSmallIntegerField(null=True)
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, null=True, related_name="+")

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call for a service")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["department", "state", "due"], name="services_to_deliver"),
            models.Index(fields=["caller", "state", "-id"], name="services_called_by"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(grade=None) | Q(grade__in=list(GRADES)), name="services_grade"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "withdrawn"], word=""),
                name="services_refusal_has_its_reason",
            ),
        ]
        triggers: ClassVar = [
            guards.call_begins(), guards.call_moves(), never_deleted(), never_emptied(),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.needed[:40]}"

    @property
    def number(self) -> str:
        """The call's name for people, e.g. `FW-000012`."""
        return f"FW-{self.pk:06d}"

    @staticmethod
    def id_of(number: str) -> int | None:
        """The id behind a number as people type it; None when it cannot be one."""
        tail = number.strip().upper().removeprefix("FW-")
        return int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 18 else None  # noqa: PLR2004 (bigint)

    @property
    def context(self) -> str:
        """What the sealed name is bound to: it opens beside its own call only."""
        return f"services.call:{self.seal}"

    @property
    def is_named(self) -> bool:
        """Whether it says for whom."""
        return self.sealed is not None

    def is_late(self, today: dt.date) -> bool:
        """Whether the promise was missed."""
        if self.state in WAITING:
            return self.due < today
        return self.delivered_on is not None and self.delivered_on > self.due

    def is_ungraded(self, today: dt.date) -> bool:
        """Whether the days for the caller's word have passed without one."""
        return self.state == State.DELIVERED and (self.grade_by or today) < today


class Upload(models.Model):
    """A file sent in for a call by a unit, to be named in its next move."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="uploads")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("upload for a call")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Proof(Witnessed):
    """A photo or document that shows what was delivered. Never changed."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="proofs")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("proof of a delivery")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [
            guards.comes_while("taken", "proof"), never_changed(), never_emptied(),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.call_id} {self.round}: {self.file_id}"


class Delivery(Witnessed):
    """What the department says it delivered, once in each round. Never changed."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="deliveries")
    round = models.PositiveSmallIntegerField()
    note = models.TextField(max_length=5000)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("delivery")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("call", "round", name="services_delivered_once_a_round"),
        ]
        triggers: ClassVar = [
            guards.comes_while("taken", "delivery"), guards.delivered_by_department(),
            never_changed(), never_emptied(),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.call_id} {self.round}: {self.note[:40]}"


class Verdict(Witnessed):
    """The caller's word on one round: a grade, or (without one) that nothing was delivered.

    Never changed.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="verdicts")
    round = models.PositiveSmallIntegerField()
    grade = models.PositiveSmallIntegerField(null=True)
    words = models.TextField(max_length=2000, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("the caller's word")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("call", "round", name="services_judged_once_a_round"),
        ]
        triggers: ClassVar = [
            guards.comes_while("delivered", "grade"), guards.judged_by_caller(),
            never_changed(), never_emptied(),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.call_id} {self.round}: {self.grade}"
