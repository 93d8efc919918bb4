"""The changes as written, those not folded yet, the kept cells."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xiaohao.trail.models import Witnessed, never_changed, never_emptied


class Entry(models.Model):
    """One signed change, for the unit at the end of `path` and all above it. Never changed.

    `path` is the tree as it stood when the row was written. `written` is the day of `at` where
    the offices are; `day` is the day the change belongs to (for a dated stock, its due day).
    No foreign keys: a row outlives what it counts, and costs no look-ups. Rows are put in by
    `figures_add` in the database (see the first migration), by moves of units, or by COPY.
    """

    metric = models.CharField(max_length=40, db_collation="C")
    path = models.CharField(max_length=100, db_collation="C")
    unit_id = models.IntegerField()
    thing_id = models.BigIntegerField()
    at = models.DateTimeField()
    written = models.DateField()
    day = models.DateField()
    category_id = models.IntegerField(default=0)
    channel = models.CharField(max_length=16, default="", db_collation="C")
    source = models.CharField(max_length=16, default="", db_default="", db_collation="C")
    programme_id = models.IntegerField(default=0, db_default=0)
    amount = models.BigIntegerField()
    stock = models.BooleanField()
    dated = models.BooleanField()
    transfer = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("change of a figure")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # Read of a unit without cells: its changes lie together here, far apart in the table.
            models.Index(
                fields=["path", "metric"],
                include=["written", "at", "day", "amount"],
                name="figures_entry_path",
            ),
            models.Index(fields=["metric", "written", "path"], name="figures_entry_day"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                # Readings between two days open no month before the first of them.
                condition=Q(stock=True) | Q(day__lte=F("written")),
                name="figures_happened_before_told",
            ),
        ]
        triggers: ClassVar = [
            never_changed(),
            never_emptied(),
            pgtrigger.Trigger(
                name="queue",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="fresh"),  # type: ignore[no-untyped-call]
                func="""
                    INSERT INTO figures_pending (entry_id, metric, path, written, day,
                                                 category_id, channel, source, programme_id,
                                                 dated, amount, changes)
                    SELECT min(id), metric, path, written, day, category_id, channel, source,
                           programme_id, dated, sum(amount), count(*)
                    FROM fresh GROUP BY 2, 3, 4, 5, 6, 7, 8, 9, 10;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.amount:+d} @ {self.unit_id}"


class Pending(models.Model):
    """Changes of one statement that no cell holds yet and that cells do not tell apart.

    `entry_id` is the first of them. Folding takes the row away.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    metric = models.CharField(max_length=40, db_collation="C")
    path = models.CharField(max_length=100, db_collation="C")
    written = models.DateField()
    day = models.DateField()
    category_id = models.IntegerField()
    channel = models.CharField(max_length=16, db_collation="C")
    source = models.CharField(max_length=16, default="", db_default="", db_collation="C")
    programme_id = models.IntegerField(default=0, db_default=0)
    amount = models.BigIntegerField()
    changes = models.PositiveIntegerField(default=1, db_default=1)
    dated = models.BooleanField()

    class Meta:
        verbose_name = _("change not folded yet")
        ordering: ClassVar = ["entry_id"]
        indexes: ClassVar = [
            models.Index(fields=["metric", "path"], name="figures_pending_path"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.amount:+d}"


class Grain(models.IntegerChoices):
    """Which changes one cell adds up."""

    EVER = 0, _("all days")
    EVER_DETAIL = 1, _("all days, in detail")
    DAY = 2, _("one day")
    DAY_DETAIL = 3, _("one day, in detail")


class Cell(models.Model):
    """The sum of all folded changes of one metric under one unit, at one grain.

    EVER cells have no `written` day, and a `day` only for dated stocks. Cells in detail are kept
    for each combination of category, channel, source and programme that occurs; the others have
    0 or "" in all four. Only heavy units have cells. Written by folding and promotion only.
    """

    pk = models.CompositePrimaryKey(
        "metric",
        "unit_id",
        "grain",
        "category_id",
        "channel",
        "source",
        "programme_id",
        "written",
        "day",
    )
    metric = models.CharField(max_length=40, db_collation="C")
    unit_id = models.IntegerField()
    grain = models.SmallIntegerField(choices=Grain)
    category_id = models.IntegerField()
    channel = models.CharField(max_length=16, db_collation="C")
    source = models.CharField(max_length=16, db_collation="C", default="")
    programme_id = models.IntegerField(default=0)
    written = models.DateField()
    day = models.DateField()
    value = models.BigIntegerField()

    class Meta:
        verbose_name = _("cell")
        ordering: ClassVar = ["metric", "unit_id", "grain"]

    def __str__(self) -> str:
        return f"{self.metric}/{self.unit_id}: {self.value}"


class Heavy(models.Model):
    """A unit for which cells are kept: too much stands below it to be added up each time.

    `finest` is the highest grain of its cells: where they would be as many as the changes
    themselves, these are read instead. `changes` is how many were folded at and below it, by which
    it grows finer; where it took over others' by a move the number is a guess.
    """

    unit_id = models.IntegerField(primary_key=True)
    finest = models.SmallIntegerField(choices=Grain, default=Grain.DAY_DETAIL)
    changes = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("unit with cells")
        ordering: ClassVar = ["unit_id"]

    def __str__(self) -> str:
        return str(self.unit_id)


class FormerPath(models.Model):
    """A path under which a unit stood before it or one above it moved. Written by a trigger."""

    unit_id = models.IntegerField()
    path = models.CharField(max_length=100, db_collation="C")

    class Meta:
        verbose_name = _("former path")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("unit_id", "path", name="figures_former_path"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.path}"


class Frozen(Witnessed):
    """A figure as it was stated: its definition, place, moment, value and records, for good.

    `last_entry` is the last change that was committed when it was stated: with the moment it names
    the very set of changes, whatever a writer then under way has committed later.
    """

    metric = models.CharField(max_length=40, db_collation="C")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    moment = models.DateTimeField(_("as of"))
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    category = models.CharField(max_length=60, blank=True)
    channel = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=16, blank=True)
    programme = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=40, blank=True)
    lots = models.JSONField()
    words = models.JSONField()
    stated = models.CharField(_("stated where"), max_length=200)
    last_entry = models.BigIntegerField()
    frozen_at = models.DateTimeField()
    post = models.ForeignKey("people.Post", on_delete=models.PROTECT, null=True, related_name="+")
    account = models.BigIntegerField(null=True)

    trail_later: ClassVar = {"source": "", "programme": ""}

    class Meta:
        verbose_name = _("frozen figure")
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Its name for people, e.g. `F000012`."""
        return f"F{self.pk:06d}"

    @staticmethod
    def id_of(number: str) -> int | None:
        """The id behind a number as people type it; None when it cannot be one."""
        tail = number.strip().upper().removeprefix("F")
        return int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 18 else None  # noqa: PLR2004 (bigint)

    @property
    def told(self) -> dict[str, str]:
        """Name, definition and unit as they were stated, in the reader's language."""
        words: dict[str, dict[str, str]] = self.words
        return words.get(get_language() or "", words["zh-hans"])
