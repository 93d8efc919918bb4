"""What belongs to a problem: referrals, measures, evidence, checks, the citizens' words.

What comes by the hundred thousand refers by `refers_to`, not by foreign keys (ADR 14).
"""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.campaigns.models import Programme
from xiaohao.files.models import File
from xiaohao.ledger.models import guards, kept
from xiaohao.ledger.models.problem import Problem
from xiaohao.people.models import Post
from xiaohao.trail.models import (
    Witnessed,
    never_changed,
    never_deleted,
    never_emptied,
    refers_to,
)
from xiaohao.units.models import Unit


class Referral(Witnessed):
    """A problem handed to a unit, and how that ended."""

    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, related_name="referrals", db_constraint=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    by_unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,  # nobody looks for referrals by it
        db_constraint=False,
    )
    at = models.DateTimeField()
    deadline = models.DateField()
    accepted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    better_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    # Why the unit cannot say whose it is. Null where nothing was said: so older rows stand as
    # they were, and what comes by the hundred thousand need not write it.
    owner_unknown = models.CharField(max_length=500, null=True)  # noqa: DJ001

    trail_later: ClassVar = {"owner_unknown": None, "recalled_at": None}

    class Meta:
        verbose_name = _("referral")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(  # few name a better one
                fields=["better_unit"],
                name="ledger_referral_better",
                condition=Q(better_unit__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            kept.referral_by_arbiter(),
            kept.referral_returned(),
            kept.referral_recalled(),
            pgtrigger.ReadOnly(name="kept", fields=["problem", "unit", "by_unit", "at"]),
            refers_to(problem_id="ledger_problem", unit_id="units_unit", by_unit_id="units_unit"),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.problem_id} → {self.unit_id}"


class Measure(Witnessed):
    """One step of a rectification plan."""

    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, related_name="measures", db_constraint=False
    )
    round = models.PositiveSmallIntegerField()
    text = models.CharField(_("measure"), max_length=500)
    owner = models.CharField(_("owner"), max_length=120)
    deadline = models.DateField(_("deadline"))
    # Working days that it takes, and the measures (their ids) that must be done before it begins.
    days = models.PositiveSmallIntegerField(_("working days"), default=1)
    after = ArrayField(models.BigIntegerField(), default=list, blank=True)
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    trail_later: ClassVar = {"days": 1, "after": []}

    class Meta:
        verbose_name = _("measure")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(days__gte=1), name="ledger_measure_takes_a_day"),
        ]
        triggers: ClassVar = [
            kept.measures_frozen(),
            kept.measures_laid_down(),
            refers_to(problem_id="ledger_problem"),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return self.text


class Cooperation(Witnessed):
    """A unit helps the responsible one with a problem; it sees the problem while it does."""

    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, related_name="cooperations", db_constraint=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("co-operation")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "problem", "unit", condition=Q(until=None), name="ledger_one_cooperation"
            ),
        ]
        triggers: ClassVar = [
            kept.cooperation_kept(),
            refers_to(problem_id="ledger_problem", unit_id="units_unit"),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.problem_id} + {self.unit_id}"


class Plan(Witnessed):
    """One version of a programme's plan of rectification; never changed, a newer one follows it.

    The database refuses one while the programme's list of problems is empty: find first, then fix.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("plan"), max_length=20_000)
    final = models.DateField(_("final date"))
    problems = models.PositiveIntegerField()
    at = models.DateTimeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("plan of a programme")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("programme", "number", name="ledger_plan_versions"),
        ]
        triggers: ClassVar = [kept.found_first(), never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.programme_id} v{self.number}"


class Upload(models.Model):
    """A file sent in for a problem by a post, which only that unit may use as evidence there."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="uploads")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("upload")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Evidence(Witnessed):
    """A file or note that shows that a measure was carried out; never changed.

    In the round `AS_FOUND` it shows how the problem was found, and proves no fix.
    """

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="evidence")
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, related_name="evidence"
    )
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("evidence")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.file_id}"


class Verification(Witnessed):
    """The independent check of a fix; never changed."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="verifications")
    round = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    note = models.TextField(_("what was found"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("verification")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [guards.verification_apart(), never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.problem_id} {'✓' if self.passed else '✗'}"


class Reporter(Witnessed):
    """Somebody who reported this problem, known here by his message's number alone."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="reporter_rows")
    label = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reporter")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "label", "source_id", condition=Q(until=None), name="ledger_one_place_per_reporter"
            ),
        ]
        triggers: ClassVar = [guards.reporter_kept(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.label}/{self.source_id}"


class Withdrawal(Witnessed):
    """Why a registration was taken back, and by which office; never changed.

    It is written before its problem's state, which the database refuses without it.
    """

    problem = models.OneToOneField(Problem, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.TextField(_("reason"), max_length=2000)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("withdrawal of a registration")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="ledger_withdrawal_says_why"),
        ]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.problem_id}: {self.reason}"


class Answer(models.TextChoices):
    """The citizen's word on a fix."""

    SOLVED = "solved", _("solved")
    PARTLY = "partly", _("partly solved")
    NOT = "not", _("not solved")


class Grade(models.TextChoices):
    """The citizen's grade."""

    GOOD = "good", _("satisfied")
    FAIR = "fair", _("fairly satisfied")
    BAD = "bad", _("not satisfied")


class Word(Witnessed):
    """One reporter's word on one round of fixing: asked, and answered or not."""

    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT, related_name="words")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="words")
    round = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    answer_by = models.DateField()
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    response = models.CharField(max_length=4, choices=Grade, blank=True)
    result = models.CharField(max_length=4, choices=Grade, blank=True)
    attitude = models.CharField(max_length=4, choices=Grade, blank=True)
    words = models.TextField(blank=True, max_length=2000)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("citizen's word")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("reporter", "round", name="ledger_one_word_a_round"),
        ]
        triggers: ClassVar = [
            guards.word_asked(),
            guards.word_kept(),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.reporter_id}: {self.answer or '…'}"


class Extension(Witnessed):
    """More time, asked for and granted or not."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="extension_rows")
    asked_at = models.DateTimeField()
    asked_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    before = models.DateField(null=True)
    deadline = models.DateField()
    reason = models.TextField()
    granted = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("extension")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "problem", condition=Q(decided_at=None), name="ledger_one_extension_open"
            ),
        ]
        triggers: ClassVar = [never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.problem_id}: {self.deadline}"
