"""Categories, duties, lessons, habits, looks, and the models trained on lessons."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xiaohao.trail.models import Witnessed, never_deleted, never_emptied, never_renumbered
from xiaohao.units.models import Unit


class Category(models.Model):
    """What a problem is about; up to three levels.

    `aliases` are other names under which it comes in sheets; `words` speak for it where a duty
    names none of its own.
    """

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    aliases = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    words = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    class Meta:
        verbose_name = _("category")
        ordering: ClassVar = ["code"]
        triggers: ClassVar = [never_deleted(), never_emptied(), never_renumbered()]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        english = not (get_language() or "zh").startswith("zh")
        return self.name_en if english and self.name_en else self.name


class Duty(Witnessed):
    """What a unit answers for, and the words by which one knows it.

    A region answers in its own territory, any other unit in that of its superior.
    """

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="duties", verbose_name=_("unit")
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="duties", verbose_name=_("category")
    )
    words = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("duty")
        ordering: ClassVar = ["category_id", "unit_id"]
        constraints: ClassVar = [
            models.UniqueConstraint("unit", "category", name="triage_duty_once"),
        ]
        triggers: ClassVar = [never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.unit} · {self.category}"


class Lesson(models.Model):
    """What the office confirmed about a text; told again about the same thing, it is corrected."""

    label = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    title = models.CharField(max_length=400, blank=True)
    text = models.TextField()
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    region = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    urgent = models.BooleanField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("lesson")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint("label", "thing_id", name="triage_lesson_once"),
        ]
        triggers: ClassVar = [never_emptied()]

    def __str__(self) -> str:
        return f"{self.label}/{self.thing_id}"


class Habit(models.Model):
    """How often the office sent a category of a region to a unit; kept by `actions.learn`."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    region = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("habit")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "category", "region", "unit", name="triage_habit_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} → {self.unit_id}: {self.count}"


class Likeness(models.Model):
    """What a text looks like, so that its like are found; see `likeness.Look`."""

    label = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    at = models.DateTimeField()
    keys = ArrayField(models.IntegerField(), default=list)
    marks = ArrayField(models.IntegerField(), default=list)
    sketch = models.BinaryField()

    class Meta:
        verbose_name = _("look of a text")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [GinIndex(fields=["keys"], name="triage_likeness_keys")]
        constraints: ClassVar = [
            models.UniqueConstraint("label", "thing_id", name="triage_likeness_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label}/{self.thing_id}"


class Kind(models.TextChoices):
    """What a model tells."""

    CATEGORY = "category", _("category")
    URGENCY = "urgency", _("urgency")


def _only_active_changes() -> pgtrigger.Trigger:
    """What a training measured stays as measured; only which model leads may change."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF to_jsonb(NEW) - 'active' IS DISTINCT FROM to_jsonb(OLD) - 'active' THEN
            RAISE EXCEPTION 'xiaohao: model % stands as it was measured', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


class TrainedModel(models.Model):
    """One training and what it was worth on confirmed cases it had not seen.

    Attributes:
        n: lessons used. `held_out`: answers that were measured.
        accuracy, macro_f1: on all of them; `sure_share` and `sure_accuracy`: those filled in.
        per_category: code → precision, recall, f1 (shares), support (cases).
        curve: [{"coverage", "confidence", "accuracy"}], the surest first to all.
        sha256: of the file `models/<sha256>.npz` under XIAOHAO_HOME.
        verdict: why it leads or does not: `first`, `better`, `equal`, `worse`, `useless`.
    """

    kind = models.CharField(max_length=10, choices=Kind)
    trained_at = models.DateTimeField()
    n = models.PositiveIntegerField()
    held_out = models.PositiveIntegerField()
    accuracy = models.FloatField()
    macro_f1 = models.FloatField()
    sure_share = models.FloatField()
    sure_accuracy = models.FloatField()
    per_category = models.JSONField(default=dict)
    curve = models.JSONField(default=list)
    seconds = models.FloatField()
    sha256 = models.CharField(max_length=64)
    verdict = models.CharField(max_length=10)
    active = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("trained model")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "kind", condition=Q(active=True), name="triage_one_active_model"
            ),
        ]
        triggers: ClassVar = [_only_active_changes(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.kind} {self.trained_at:%Y-%m-%d %H:%M}"

    def file(self) -> str:
        """Name of its file in the folder of models."""
        return f"{self.sha256}.npz"
