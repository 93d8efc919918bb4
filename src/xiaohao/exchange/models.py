"""Files that came in: the one waiting for a yes, and what became of each."""

import uuid
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.crypto import seal_bytes, unseal_bytes
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post
from xiaohao.trail.models import (
    Witnessed,
    never_changed,
    never_deleted,
    never_emptied,
    refers_to,
)
from xiaohao.units.models import Unit


class Draft(models.Model):
    """A file that was uploaded and looked at, but not yet imported.

    It may hold names and telephone numbers, so its bytes are sealed, and the row goes away when
    the import is done or the day after.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting for your yes")
        RUNNING = "running", _("being imported")
        FAILED = "failed", _("not imported")

    class Holds(models.TextChoices):
        """What its rows are taken for."""

        MESSAGES = "messages", _("messages")
        LEDGER = "ledger", _("ledger")
        LIST = "list", _("list")

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holds = models.CharField(max_length=8, choices=Holds, default=Holds.MESSAGES)
    # Whether refused rows are left out, instead of keeping the file out.
    skips = models.BooleanField(default=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    account = models.BigIntegerField(null=True)
    name = models.CharField(_("file"), max_length=200)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    fault = models.TextField(blank=True)

    class Meta:
        verbose_name = _("uploaded file")
        ordering: ClassVar = ["-made_at", "key"]

    def __str__(self) -> str:
        return self.name

    def keep(self, content: bytes) -> None:
        """Hold the bytes of the file, readable only here."""
        self.sealed = seal_bytes(content, self._context())

    def content(self) -> bytes:
        """The bytes of the file."""
        return unseal_bytes(bytes(self.sealed), self._context())

    def _context(self) -> str:
        return f"exchange.draft:{self.key}"


class Habit(models.Model):
    """What an office said once about its sheets, and need not say again.

    `said` holds, for the heads of a sheet, which column is which field; for a unit's name as it
    is written there, the unit's code.
    """

    class Kind(models.TextChoices):
        """What it is about."""

        HEADS = "heads", _("heads")
        UNIT = "unit", _("name of a unit")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    about = models.CharField(max_length=200, db_collation="C")
    said = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("habit of an office")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("unit", "kind", "about", name="exchange_one_habit"),
        ]

    def __str__(self) -> str:
        return self.about


class BatchQuerySet(models.QuerySet["Batch"]):
    """Reading imports."""

    def visible_to(self, actor: Actor) -> Self:
        """Imports made from posts in the actor's subtree; without IMPORT from his own post."""
        if not actor.may(Permission.IMPORT):
            return self.filter(post_id=actor.post_id)
        low, high = actor.unit_path, actor.unit_path + AFTER
        return self.filter(post__unit__path__gte=low, post__unit__path__lt=high)


class Batch(Witnessed):
    """One file that was imported: who, when, how many rows, and each row that was refused."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    holds = models.CharField(max_length=8, choices=Draft.Holds, default=Draft.Holds.MESSAGES)
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64, db_collation="C")
    imported = models.PositiveIntegerField(_("imported"))
    refused = models.PositiveIntegerField(_("refused"))
    already = models.PositiveIntegerField(_("there already"))
    claimed = models.PositiveIntegerField(_("claimed done, not proven"), default=0)
    # Of a list: records that its rows changed, and the page of the list.
    changed = models.PositiveIntegerField(_("changed"), default=0)
    listing = models.CharField(max_length=60, blank=True, db_collation="C")
    errors = models.JSONField(default=list)
    upload = models.UUIDField(null=True, unique=True, editable=False)
    imported_at = models.DateTimeField(_("imported on"))

    trail_later: ClassVar = {
        "holds": Draft.Holds.MESSAGES,
        "claimed": 0,
        "changed": 0,
        "listing": "",
    }

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return self.name


def line_kept() -> pgtrigger.Trigger:
    """A row stays as it came in; it is let go only of a problem whose registration is withdrawn."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF to_jsonb(NEW) - 'freed' <> to_jsonb(OLD) - 'freed' OR OLD.freed OR NOT NEW.freed
           OR NOT EXISTS (SELECT 1 FROM ledger_problem p
                          WHERE p.id = NEW.problem_id AND p.state = 'withdrawn') THEN
            RAISE EXCEPTION 'xiaohao: row % of a ledger stays as it came in', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


class Line(models.Model):
    """A row of a ledger that came in, so that the same row adds nothing when it comes again.

    `key` is what it is known by, `mark` all that it said; both SHA-256. Never changed: a row that
    comes again with another mark is told to whoever imports it, the ledger stays as it is. Where
    the registration of its problem was withdrawn, the row that comes again comes in anew, and this
    one is `freed`.
    """

    # The constraint's index leads with the unit; another one on it alone would only cost.
    # Unit and problem are looked up by `refers_to` (ADR 14).
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    key = models.BinaryField(max_length=32)
    mark = models.BinaryField(max_length=32)
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    # Left out when rows are put in: the database knows that none is freed then.
    freed = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("row of a ledger")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "unit", "key", condition=Q(freed=False), name="exchange_one_line"
            ),
        ]
        triggers: ClassVar = [
            refers_to(unit_id="units_unit", problem_id="ledger_problem"),
            line_kept(),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.problem_id} ({self.row})"


class Entered(models.Model):
    """A row that an office had filled in by hand in a list's workbook, and what it became.

    `mark` is the SHA-256 of all that was filled in: the same row adds nothing when it comes again.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    mark = models.BinaryField(max_length=32)
    label = models.CharField(max_length=60, db_collation="C")
    thing_id = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="entered")
    row = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("row of a list")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("unit", "mark", name="exchange_one_entered"),
        ]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.label} {self.thing_id} ({self.row})"
