"""Categories, duties, lessons, and the models trained on them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """What a problem is about; up to three levels."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        verbose_name = _("category")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name
