"""Rounds: a frame of closed problems, a commitment, a draw."""

import datetime as dt
from enum import StrEnum
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paths import AFTER, ids
from xiaohao.lookback.models import guards
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_changed, never_deleted, never_emptied
from xiaohao.units.models import Unit

BEGINNING = dt.date(1970, 1, 1)  # where the first round of an age begins


class Stage(StrEnum):
    """How far a round is."""

    LAID = "laid"
    DRAWN = "drawn"
    REVEALED = "revealed"


class RoundQuerySet(models.QuerySet["Round"]):
    """Reading rounds."""

    def visible_to(self, actor: Actor) -> Self:
        """Rounds drawn in the actor's area, and those of his superiors that cover it."""
        own = Q(unit__path__gte=actor.unit_path, unit__path__lt=actor.unit_path + AFTER)
        return self.filter(own | Q(unit_id__in=ids(actor.unit_path)))


class Round(Witnessed):
    """Closed problems of an age, drawn from once.

    `closings` are the days on which they were closed; two rounds of one unit and age never overlap,
    so every closing stands in one frame of each age, and no draw can be repeated until it pleases.
    The secret stays sealed until every re-check is in: till then nobody can compute the sample.
    """

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    wave = models.PositiveSmallIntegerField(_("days after closing"))
    closings = DateRangeField(_("closed from and before"))
    count = models.PositiveBigIntegerField(_("closed problems in the frame"))
    total = models.PositiveBigIntegerField(_("sum of weights"))
    size = models.PositiveIntegerField(_("re-checks to draw"))
    frame_sha256 = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    sealed_secret = models.BinaryField()
    source = models.CharField(_("public source"), max_length=200, blank=True)
    laid_at = models.DateTimeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    public_value = models.CharField(max_length=200, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True)
    secret = models.CharField(max_length=64, blank=True)
    revealed_at = models.DateTimeField(null=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("look-back round")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="lookback_each_closing_once",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("wave", RangeOperators.EQUAL),
                    ("closings", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers: ClassVar = [guards.round_steps(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The round's name for people, e.g. `LB-000012`."""
        return f"LB-{self.pk:06d}"

    @staticmethod
    def id_of(number: str) -> int | None:
        """The id behind a number as people type it; None when it cannot be one."""
        tail = number.strip().upper().removeprefix("LB-")
        return int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 18 else None  # noqa: PLR2004 (bigint)

    @property
    def stage(self) -> Stage:
        """How far it is."""
        if self.revealed_at:
            return Stage.REVEALED
        return Stage.DRAWN if self.drawn_at else Stage.LAID

    @property
    def first_day(self) -> dt.date | None:
        """The first day whose closings are in it; None when all earlier ones are."""
        lower: dt.date = self.closings.lower
        return None if lower == BEGINNING else lower

    @property
    def last_day(self) -> dt.date:
        """The last day whose closings are in it."""
        upper: dt.date = self.closings.upper
        return upper - dt.timedelta(days=1)


class Frame(models.Model):
    """The frame file of a round, compressed (zlib); its hash stands in the round."""

    round = models.OneToOneField(
        Round, on_delete=models.PROTECT, primary_key=True, related_name="frame"
    )
    content = models.BinaryField()

    class Meta:
        verbose_name = _("frame")
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"frame of {self.round_id}"
