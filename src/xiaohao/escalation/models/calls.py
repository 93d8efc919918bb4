"""Joint calls: one unit calls departments to a place, and says afterwards what they were worth."""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.escalation.rules import Clock, Standing, standing
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_deleted, never_emptied
from xiaohao.units.models import Unit


class Grade(models.TextChoices):
    """What the caller thinks of a department's part."""

    GOOD = "good", _("helped")
    FAIR = "fair", _("helped a little")
    BAD = "bad", _("did not help")


def _around(actor: Actor, name: str) -> Q:
    low = actor.unit_path
    return Q(**{f"{name}__path__gte": low, f"{name}__path__lt": low + AFTER})


class CallQuerySet(models.QuerySet["Call"]):
    """Reading calls."""

    def visible_to(self, actor: Actor) -> Self:
        """Made by a unit of the actor's area, or calling one of it."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        called = Summons.objects.filter(_around(actor, "unit")).values("call_id")
        return self.filter(_around(actor, "unit") | Q(pk__in=called))


class Call(Witnessed):
    """A unit calls departments about one of its problems: come there, at that time."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="calls")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("what is needed"), max_length=2000)
    place = models.CharField(_("where to come to"), max_length=200)
    at = models.DateTimeField()
    answer_by = models.DateTimeField()
    on_site_by = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(max_length=2000, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint call")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer_by__gt=models.F("at"), on_site_by__gte=models.F("answer_by")),
                name="escalation_call_times_in_order",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                IF (NEW.problem_id, NEW.unit_id, NEW.at, NEW.answer_by, NEW.on_site_by, NEW.reason)
                   <> (OLD.problem_id, OLD.unit_id, OLD.at, OLD.answer_by, OLD.on_site_by,
                       OLD.reason)
                   OR OLD.withdrawn_at IS NOT NULL THEN
                    RAISE EXCEPTION 'xiaohao: call % stands as it was made', OLD.id;
                END IF;
                RETURN NEW;
                """,
            ),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.reason[:40]}"

    @property
    def number(self) -> str:
        """The call's name for people, e.g. `CS-000012`."""
        return f"CS-{self.pk:06d}"

    @staticmethod
    def id_of(number: str) -> int | None:
        """The id behind a number as people type it; None when it cannot be one."""
        tail = number.strip().upper().removeprefix("CS-")
        return int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 18 else None  # noqa: PLR2004 (bigint)


class SummonsQuerySet(models.QuerySet["Summons"]):
    """Reading what departments were called to."""

    def visible_to(self, actor: Actor) -> Self:
        """Of calls that the actor may see."""
        return self.filter(call__in=Call.objects.visible_to(actor))

    def silent(self, now: dt.datetime) -> Self:
        """The time to answer is over without a word, whether or not a job has noted it."""
        return self.filter(
            answered_at=None, arrived_at=None, call__withdrawn_at=None, call__answer_by__lt=now
        )

    def absent(self, now: dt.datetime) -> Self:
        """Not on site at the time set, whether or not a job has noted it."""
        coming = Q(comes=True) | Q(comes=None)
        return self.filter(
            coming, arrived_at=None, call__withdrawn_at=None, call__on_site_by__lt=now
        )


class Summons(Witnessed):
    """One department in one call: its answer, its coming, and the caller's grade.

    `silent_at` and `absent_at` are when the job noted it on the trail and in the figures; how it
    stands at any moment is `standing`, from the times alone.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="summonses")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    comes = models.BooleanField(null=True)
    answer = models.TextField(max_length=2000, blank=True)
    silent_at = models.DateTimeField(null=True)
    told_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    arrived_at = models.DateTimeField(null=True)
    arrived_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    who = models.CharField(_("who came"), max_length=200, blank=True)
    absent_at = models.DateTimeField(null=True)
    grade = models.CharField(max_length=4, choices=Grade, blank=True)
    grade_words = models.TextField(max_length=2000, blank=True)
    graded_at = models.DateTimeField(null=True)
    graded_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")

    objects = SummonsQuerySet.as_manager()

    class Meta:
        verbose_name = _("called department")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("call", "unit", name="escalation_called_once"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                IF (NEW.call_id, NEW.unit_id) <> (OLD.call_id, OLD.unit_id)
                   OR OLD.answered_at IS NOT NULL
                      AND (NEW.answered_at, NEW.comes) IS DISTINCT FROM (OLD.answered_at, OLD.comes)
                   OR OLD.arrived_at IS NOT NULL
                      AND (NEW.arrived_at, NEW.who) IS DISTINCT FROM (OLD.arrived_at, OLD.who)
                   OR OLD.graded_at IS NOT NULL
                      AND (NEW.graded_at, NEW.grade) IS DISTINCT FROM (OLD.graded_at, OLD.grade)
                   OR OLD.silent_at IS NOT NULL AND NEW.silent_at IS DISTINCT FROM OLD.silent_at
                   OR OLD.absent_at IS NOT NULL AND NEW.absent_at IS DISTINCT FROM OLD.absent_at
                THEN
                    RAISE EXCEPTION 'xiaohao: summons % cannot be rewritten', OLD.id;
                END IF;
                RETURN NEW;
                """,
            ),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} → {self.unit_id}"

    def clock(self) -> Clock:
        """Its times, with its call's."""
        call = self.call
        return Clock(
            answer_by=call.answer_by,
            on_site_by=call.on_site_by,
            answered_at=self.answered_at,
            comes=self.comes,
            arrived_at=self.arrived_at,
            graded_at=self.graded_at,
            withdrawn_at=call.withdrawn_at,
        )

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        return standing(self.clock(), clock.now())
