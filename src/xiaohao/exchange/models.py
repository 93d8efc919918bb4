"""Files that came in: the one waiting for a yes, and what became of each."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.crypto import seal_bytes, unseal_bytes
from xiaohao.kernel.paths import AFTER
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_changed, never_emptied


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

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
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


class BatchQuerySet(models.QuerySet["Batch"]):
    """Reading imports."""

    def visible_to(self, actor: Actor) -> Self:
        """Imports made from posts in the actor's subtree."""
        low, high = actor.unit_path, actor.unit_path + AFTER
        return self.filter(post__unit__path__gte=low, post__unit__path__lt=high)


class Batch(Witnessed):
    """One file that was imported: who, when, how many rows, and each row that was refused."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64, db_collation="C")
    imported = models.PositiveIntegerField(_("imported"))
    refused = models.PositiveIntegerField(_("refused"))
    already = models.PositiveIntegerField(_("there already"))
    errors = models.JSONField(default=list)
    upload = models.UUIDField(null=True, unique=True, editable=False)
    imported_at = models.DateTimeField(_("imported on"))

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return self.name
