"""Units, their places in the tree over time, lines, and dated head-counts."""

from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    RangeOperators,
)
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

import xiaohao.kernel.search  # noqa: F401 (the lookup `search__has`)
from xiaohao.trail.models import never_deleted, never_emptied, never_renumbered
from xiaohao.units.rules import AFTER, DEEPEST, WIDTH


class Level(models.TextChoices):
    """Rung of the territorial ladder (省市县乡村组)."""

    CENTRAL = "central", _("central")
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    COUNTY = "county", _("county")
    TOWNSHIP = "township", _("township")
    VILLAGE = "village", _("village")
    GROUP = "group", _("group")


class Kind(models.TextChoices):
    """What sort of organisation a unit is."""

    REGION = "region", _("region")
    DEPARTMENT = "department", _("department")
    UNIVERSITY = "university", _("university")
    SCHOOL = "school", _("school")
    HOSPITAL = "hospital", _("hospital")
    ENTERPRISE = "enterprise", _("enterprise")
    BRANCH = "branch", _("branch")
    OTHER = "other", _("other")


class Sector(models.TextChoices):
    """Field of grassroots work (领域)."""

    RURAL = "rural", _("rural")
    COMMUNITY = "community", _("community")
    ORGANS = "organs", _("organs")
    UNIVERSITY = "university", _("university")
    SCHOOL = "school", _("school")
    MEDICAL = "medical", _("medical")
    ENTERPRISE = "enterprise", _("state-owned enterprise")
    TWO_NEW = "two_new", _("“two new” organisation")


class Line(models.Model):
    """A line of business that crosses the territorial tree (条线)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("line")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        is_chinese = (get_language() or "zh").startswith("zh")
        return self.name if is_chinese or not self.name_en else self.name_en


class UnitQuerySet(models.QuerySet["Unit"]):
    """Reading the tree."""

    def under(self, path: str) -> Self:
        """The unit at `path` and everything below it."""
        return self.filter(path__gte=path, path__lt=path + AFTER)

    def active(self) -> Self:
        """Units that have not been closed."""
        return self.filter(closed_on=None)


# Whose names people shorten: organisations, and places from counties up. A village has its own.
# Each level by itself: a list reads otherwise once the index has been built anew.
ABBREVIATED = (
    ~models.Q(kind=Kind.REGION)
    | models.Q(level=Level.CENTRAL)
    | models.Q(level=Level.PROVINCE)
    | models.Q(level=Level.CITY)
    | models.Q(level=Level.COUNTY)
)


class Unit(models.Model):
    """Any organisation in the tree. `parent` is the truth; `path` follows from it."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=10, choices=Level)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.REGION)
    sectors = ArrayField(models.CharField(max_length=12, choices=Sector), default=list, blank=True)
    lines = models.ManyToManyField(Line, blank=True, related_name="units")
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        db_index=False,  # units_children begins with it
    )
    path = models.CharField(max_length=DEEPEST * WIDTH, db_collation="C", editable=False)
    # Syllables with blanks between them: the key that lists in Chinese are sorted by.
    pinyin = models.CharField(max_length=400, blank=True, editable=False, db_collation="C")
    initials = models.CharField(max_length=200, blank=True, editable=False, db_collation="C")
    search = SearchVectorField(null=True, editable=False)
    founded_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        ordering: ClassVar = ["path"]
        indexes: ClassVar = [
            models.Index(fields=["path"], name="units_path"),
            models.Index(fields=["parent", "code"], name="units_children"),
            GinIndex(fields=["search"], name="units_search"),
            GinIndex(
                models.Func(
                    models.F("name"),
                    models.F("short_name"),
                    arg_joiner=" || ",  # before `template`, as migrations write it down
                    template="string_to_array(%(expressions)s, NULL)",
                ),
                name="units_letters",
                condition=ABBREVIATED,
            ),
        ]
        triggers: ClassVar = [never_deleted(), never_emptied(), never_renumbered()]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The unit's page."""
        return reverse("units_unit", args=[self.code])

    @property
    def shown(self) -> str:
        """The name as lists show it: the short one where there is one."""
        return self.short_name or self.name


class Placement(models.Model):
    """Where a unit stood before, and under which name: as of a day, that day's tree is read.

    Only ended periods have a row; since the last one ended, the unit itself is the truth.
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="former_places")
    parent = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="former_children"
    )
    name = models.CharField(max_length=200)
    during = DateRangeField()

    class Meta:
        verbose_name = _("placement")
        ordering: ClassVar = ["unit_id", "during"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="units_one_place_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.during}"


class HeadCount(models.Model):
    """How many there were of something at a unit itself on a day (members, branches …)."""

    class Measure(models.TextChoices):
        """What is counted."""

        MEMBERS = "members", _("members")
        LEADERS = "leaders", _("members of the leading team")
        BRANCHES = "branches", _("branches")
        RESIDENTS = "residents", _("residents")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="head_counts")
    measure = models.CharField(max_length=12, choices=Measure)
    day = models.DateField()
    value = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("head-count")
        ordering: ClassVar = ["unit_id", "measure", "-day"]
        constraints: ClassVar = [
            models.UniqueConstraint("unit", "measure", "day", name="units_one_count_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.day}: {self.value}"
