"""One row per file that was taken in; the bytes lie under their own hash."""

from pathlib import Path
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaohao.files.fields import UploadsField, accepted
from xiaohao.kernel.home import folder
from xiaohao.trail.models import Witnessed, never_changed, never_emptied

__all__ = ["File", "UploadsField", "accepted", "place_of"]
SHA256_HEX = 64


def place_of(sha256: str) -> Path:
    """Where the bytes with this hash (64 hex digits) lie, whether they are there or not."""
    return folder("files") / sha256[:2] / sha256


class File(Witnessed):
    """A file as it is kept: checked, and a photo drawn anew. Never changed, never deleted.

    The same bytes under the same name are one row; under two names they are two rows over one
    stored file, so that nobody meets another one's name for it.
    """

    sha256 = models.CharField(max_length=SHA256_HEX, db_collation="C")
    source_sha256 = models.CharField(max_length=SHA256_HEX, db_collation="C")
    size = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("type"), max_length=100)
    name = models.CharField(_("name"), max_length=120)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    thumbnail_sha256 = models.CharField(max_length=SHA256_HEX, blank=True, db_collation="C")
    stored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("sha256", "name", name="files_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["source_sha256"], name="files_source")]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether it is a picture that can be shown on a page."""
        return bool(self.thumbnail_sha256)
