"""Reminders sent, who follows what, notices for posts, and mail."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.commitments.models import Entry
from xiaohao.escalation.models import Summons
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import Cooperation, Problem, Referral
from xiaohao.notices.rules.digest import Rhythm
from xiaohao.people.models import Account, Post
from xiaohao.trail.models import Witnessed, never_changed, never_deleted, never_emptied
from xiaohao.units.models import Unit

RHYTHM_NAMES = {
    Rhythm.OFF: _("never"),
    Rhythm.DAILY: _("every morning"),
    Rhythm.WEEKLY: _("on Mondays"),
}


def _one_of(problem: Problem | None, entry: Entry | None) -> Problem | Entry:
    thing = problem or entry
    if thing is None:
        raise TypeError("it is about something")  # the database sees to it
    return thing


class Reminder(Witnessed):
    """A rung of the ladder of a problem or of an entry that was sent. Never changed, sent once."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField()
    deadline = models.DateField()
    rung = models.CharField(max_length=12)
    at = models.DateTimeField()

    trail_later: ClassVar = {"entry_id": None}

    class Meta:
        verbose_name = _("reminder")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "problem", "unit", "round", "deadline", "rung", name="notices_rung_sent_once"
            ),
            models.UniqueConstraint(
                "entry", "unit", "round", "deadline", "rung", name="notices_entry_rung_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(problem__isnull=True, entry__isnull=False)
                | Q(problem__isnull=False, entry__isnull=True),
                name="notices_rung_of_one_thing",
            ),
        ]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.problem_id or self.entry_id} {self.deadline} {self.rung}"

    @property
    def about(self) -> Problem | Entry:
        """What it reminds of."""
        return _one_of(self.problem, self.entry)


class Follow(Witnessed):
    """A post follows a problem. `seen` is the problem's version up to which it has been told."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    seen = models.PositiveIntegerField()

    trail_ignores: ClassVar = ("seen",)

    class Meta:
        verbose_name = _("following")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "problem", "post", condition=Q(until=None), name="notices_follows_once"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(name="follow_kept", fields=["problem", "post", "since"]),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} → {self.problem_id}"


class Kind(models.TextChoices):
    """Why somebody is told."""

    REMINDER = "reminder", _("reminder")
    ESCALATION = "escalation", _("late below")
    MENTION = "mention", _("mention")
    EXTENSION = "extension", _("more time asked for")
    MOVE = "move", _("what happened")
    CALL = "call", _("joint call")
    ENTRY = "entry", _("lists")
    ENTRY_LATE = "entry_late", _("late on the lists")


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reading notices."""

    def of(self, actor: Actor) -> "NoticeQuerySet":
        """What the post was told, about problems that it may see now."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        path = actor.unit_path
        helping = Cooperation.objects.filter(
            problem=models.OuterRef("problem"),
            until=None,
            unit__path__gte=path,
            unit__path__lt=path + AFTER,
        )
        seen = (
            Q(problem__path__gte=path, problem__path__lt=path + AFTER)
            | Q(problem__origin_path__gte=path, problem__origin_path__lt=path + AFTER)
            | models.Exists(helping)
        )
        # A department that is called reads of the call, whether or not it sees the problem.
        called = Summons.objects.visible_to(actor).filter(pk=models.OuterRef("source"))
        of_calls = Q(kind=Kind.CALL) & models.Exists(called)
        # A unit that a problem was taken back from reads that it was, and sees it no more.
        had = Referral.objects.filter(
            problem=models.OuterRef("problem"),
            recalled_at__isnull=False,
            unit__path__gte=path,
            unit__path__lt=path + AFTER,
        )
        taken = Q(kind=Kind.MOVE, data__move="recall") & models.Exists(had)
        of_lists = Q(entry__path__gte=path, entry__path__lt=path + AFTER) | Q(
            entry__origin_path__gte=path, entry__origin_path__lt=path + AFTER
        )
        found = seen & ~Q(kind=Kind.CALL) | of_calls | taken | of_lists
        return self.filter(found, post_id=actor.post_id)


class Notice(models.Model):
    """Something that a post is told about a problem or about an entry of a list, once.

    `source` is what it comes from: the reminder, the mention, the request for more time, what a
    department was called by, or, for what happened to the problem, the event: so that who follows
    it and is told for another reason too is told once. Of an entry it is the event, too: what
    happened; of what was told as late before entries had a ladder, what had set the deadline.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    source = models.BigIntegerField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_account = models.BigIntegerField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "source", "post", name="notices_told_once"),
            models.CheckConstraint(
                condition=Q(problem__isnull=True, entry__isnull=False)
                | Q(problem__isnull=False, entry__isnull=True),
                name="notices_of_one_thing",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["post", "-id"], name="notices_inbox"),
            models.Index(fields=["post"], name="notices_unread", condition=Q(read_at=None)),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="told_as_it_was",
                fields=["post", "problem", "entry", "kind", "source", "data", "at"],
            ),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.problem_id or self.entry_id} → {self.post_id}"

    @property
    def about(self) -> Problem | Entry:
        """What it is about."""
        return _one_of(self.problem, self.entry)

    @property
    def has_deadline(self) -> bool:
        """Whether the deadline of what it is about is the reader's business."""
        return self.kind != Kind.CALL and self.data.get("move") != "recall"


class Reach(models.Model):
    """How far the trail has been read for what happened; read again from here on."""

    name = models.CharField(max_length=20, primary_key=True)
    event = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("how far the trail was read")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.event}"


class Digest(Witnessed):
    """How somebody wants to be told by mail, and where to."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    rhythm = models.CharField(_("how often"), max_length=8, choices=RHYTHM_NAMES)
    address = models.EmailField(_("e-mail address"))
    verified_at = models.DateTimeField(null=True)
    language = models.CharField(_("language"), max_length=8)

    class Meta:
        verbose_name = _("digest")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.account_id} {self.rhythm}"


class Mail(models.Model):
    """A mail to be sent: the row comes first, and says what became of it.

    `begun_at` is committed before the server is spoken to. A row that was begun and never ended
    belongs to a process that died in between: whether the mail left is not known, so it is not
    sent again, and what it told comes once more with the next digest.
    """

    class Kind(models.TextChoices):
        """What it says."""

        DIGEST = "digest", _("digest")
        VERIFY = "verify", _("confirm the address")

    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="mails")
    kind = models.CharField(max_length=6, choices=Kind)
    period = models.CharField(max_length=40)
    address = models.EmailField()
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    sent = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("mail")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("digest", "kind", "period", name="notices_mail_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                name="notices_mail_waiting",
                condition=Q(begun_at=None, ended_at=None),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="mail_as_it_was",
                fields=["digest", "kind", "period", "address", "since", "until", "made_at"],
            ),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} → {self.digest_id}"
