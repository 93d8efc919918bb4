"""Messages and what belongs to them. A message never goes away and is never rewritten."""

import uuid
from typing import Any, ClassVar, Self

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from xiaohao.escalation.models import taken_part_around
from xiaohao.files.models import File
from xiaohao.intake.rules.limits import heading
from xiaohao.kernel import text as texts
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.ids import tracking_code
from xiaohao.kernel.paths import AFTER, ids
from xiaohao.ledger.models import Channel as Channel  # noqa: PLC0414 (others ask for it here)
from xiaohao.ledger.models import Problem, Reporter, taken_part
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_changed, never_deleted, never_emptied
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

LABEL = "intake.message"  # how the ledger and the trail name a message


class State(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting", _("waiting for triage")
    DECIDED = "decided", _("decided, may still be undone")
    REFERRED = "referred", _("on the ledger")
    JOINED = "joined", _("joined to a problem known before")
    SUGGESTION = "suggestion", _("suggestion")
    REPLIED = "replied", _("answered directly")


class Kind(models.TextChoices):
    """What the sender took it for."""

    UNKNOWN = "unknown", _("not said")
    PROBLEM = "problem", _("problem")
    SUGGESTION = "suggestion", _("suggestion")


class MessageQuerySet(models.QuerySet["Message"]):
    """Reading messages."""

    def visible_to(self, actor: Actor) -> Self:
        """Messages of the actor's area, except those of whose problem a unit of his is a party.

        What a citizen wrote is for those who take it in; the unit complained of reads the masked
        copy on the ledger. A unit is a party by whatever road it came to it: it answers for the
        problem or ever did, helps or helped, was called to it, or has its root. So it does not come
        to read it by getting rid of the problem, nor does one below it, nor one of its people from
        another of his posts. A post without SEE_MESSAGES sees none.
        """
        if not actor.may(Permission.SEE_MESSAGES):
            return self.none()
        inside = Q(home__path__gte=actor.unit_path, home__path__lt=actor.unit_path + AFTER)
        own = sorted({key for path in (actor.unit_path, *actor.elsewhere) for key in ids(path)})
        rows = self.filter(inside).exclude(problem__unit_id__in=own)
        # Wherever its reporter stands or ever stood, also after problems were merged or parted.
        stood = Reporter.objects.filter(label=LABEL, source_id=models.OuterRef("pk"))
        for parties in (taken_part(own), taken_part_around(own)):
            rows = rows.exclude(Exists(stood.filter(problem_id__in=parties)))
        return rows

    def waiting(self) -> Self:
        """Not triaged yet."""
        return self.filter(state=State.WAITING)

    def matching(self, words: str) -> Self:
        """Full-text search; two-character words are found."""
        query = texts.query(words)
        return self.filter(search__has=query) if query else self.none()


def _kept_as_received() -> pgtrigger.Trigger:
    """What was received stays as it was received; only its handling moves on."""
    kept = [
        "submission",
        "title",
        "text",
        "place",
        "place_unit_id",
        "channel",
        "received_at",
        "code_hash",
    ]
    new = ", ".join(f"NEW.{name}" for name in kept)
    old = ", ".join(f"OLD.{name}" for name in kept)
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
        IF ({new}) IS DISTINCT FROM ({old}) THEN
            RAISE EXCEPTION 'xiaohao: message % stands as it was received', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


class Message(Witnessed):
    """What a citizen sent in, by any channel, as he wrote it.

    `home` is the unit under which it counts: the place's, or the board's where no place was given.
    `decision` is a triage that may still be undone; after ten seconds it is carried out.
    """

    submission = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.UNKNOWN)
    title = models.CharField(_("title"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    place_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    home = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received"))

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    triage_due = models.DateField(_("triage due"))
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.JSONField(null=True, blank=True)
    triaged_at = models.DateTimeField(null=True, blank=True)
    triaged_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    triaged_account = models.BigIntegerField(null=True, blank=True)
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    source = models.CharField(max_length=200, blank=True)
    external_no = models.CharField(max_length=64, blank=True)
    labels = models.JSONField(default=dict, blank=True)
    fingerprint = models.BinaryField(max_length=32, null=True, unique=True, editable=False)

    proposal = models.JSONField(null=True, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)

    trail_ignores: ClassVar = ("proposal", "proposed_at", "search")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["triage_due", "id"],
                name="intake_waiting",
                condition=Q(state__in=["waiting", "decided"]),
            ),
            models.Index(
                fields=["id"], name="intake_unproposed", condition=Q(proposed_at__isnull=True)
            ),
            models.Index(fields=["state", "-id"], name="intake_state"),
            models.Index(
                fields=["problem"], name="intake_problem", condition=Q(problem__isnull=False)
            ),
            GinIndex(fields=["search"], name="intake_search"),
        ]
        triggers: ClassVar = [_kept_as_received(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.pk} {self.heading}"

    @property
    def heading(self) -> str:
        """The title, or the first sentence where none was given."""
        return heading(self.title, self.text)

    @property
    def code(self) -> str:
        """The tracking code that the sender was given."""
        return tracking_code(str(self.submission))

    @property
    def is_open(self) -> bool:
        """Whether it still waits for triage (a decision may still be undone)."""
        return self.state in {State.WAITING, State.DECIDED}


class Contact(models.Model):
    """How to reach the sender; no row for an anonymous one. Never changed."""

    message = models.OneToOneField(
        Message, on_delete=models.PROTECT, primary_key=True, related_name="contact"
    )
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("contact")
        ordering: ClassVar = ["message_id"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"contact of {self.message_id}"

    @staticmethod
    def context_of(submission: Any) -> str:
        """What the sealed text is bound to: it opens beside its own message only."""
        return f"{LABEL}:{submission}"


class Photo(models.Model):
    """A photo that came with a message; the unit sees it once the office has shared it."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("photo")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("message", "file", name="intake_photo_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.file_id}"


class Suggestion(Witnessed):
    """A message that asks for something new: studied, reported up, never on the ledger."""

    class Stage(models.TextChoices):
        """How far it is."""

        TO_STUDY = "to_study", _("to be studied")
        STUDIED = "studied", _("studied")
        REPORTED = "reported", _("reported up")

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="suggestion")
    title = models.CharField(max_length=200)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.TO_STUDY)
    note = models.TextField(_("what the study found"), blank=True)
    studied_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("suggestion")
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return self.title


class Flood(models.Model):
    """How often one address did something lately. Kept without a log, emptied by a job."""

    bucket = models.BinaryField(max_length=32)
    purpose = models.CharField(max_length=12)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("count of one address")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("bucket", "purpose", "window", name="intake_flood_window"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.count}"
