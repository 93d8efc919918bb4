"""Rounds of household visits: who is to be visited, the visits, the needs found, aid given."""

import uuid
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.commitments.models import household_guards as guards
from xiaohao.commitments.models.entry import within
from xiaohao.commitments.rules import NeedState
from xiaohao.files.models import File
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.models import Problem, Word
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_changed, never_deleted, never_emptied
from xiaohao.units.models import Unit


class Situation(models.TextChoices):
    """What a visitor ticks."""

    ALONE = "alone", _("old and living alone")
    ILL = "ill", _("serious illness")
    DISABLED = "disabled", _("disability")
    JOBLESS = "jobless", _("out of work")
    LOW_INCOME = "low_income", _("low income")
    HOUSE = "house", _("unsafe house")
    CHILD = "child", _("children left behind")
    VETERAN = "veteran", _("veteran’s family")
    NONE = "none", _("nothing out of the ordinary")


class NeedKind(models.TextChoices):
    """What a household needs."""

    MINIMUM = "minimum", _("minimum income")
    MEDICAL = "medical", _("help with illness")
    HOUSING = "housing", _("housing repairs")
    SCHOOL = "school", _("schooling")
    WORK = "work", _("work")
    SUPPLY = "supply", _("water, power, road")
    CARE = "care", _("care for the old")
    DISABILITY = "disability", _("help with disability")
    OTHER = "other", pgettext_lazy("need", "other")


NEED_STATES = {
    NeedState.FOUND: pgettext_lazy("state of a need", "found"),
    NeedState.ON_LEDGER: pgettext_lazy("state of a need", "on the ledger"),
    NeedState.FIXED: pgettext_lazy("state of a need", "fixed"),
}


class RoundQuerySet(models.QuerySet["Round"]):
    """Reading rounds."""

    def visible_to(self, actor: Actor) -> Self:
        """Rounds within his subtree, and those of the units above him that reach him."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        steps = range(5, len(actor.unit_path) + 1, 5)
        above = Q(path__in=[actor.unit_path[:n] for n in steps])
        return self.filter(within("path", actor.unit_path) | above)


class Round(Witnessed):
    """One round of visits, in the subtree of a unit, to be through by a day."""

    title = models.CharField(_("title"), max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=100, db_collation="C", editable=False)
    starts = models.DateField(_("begins"))
    deadline = models.DateField(_("deadline"))
    made_at = models.DateTimeField()

    trail_ignores: ClassVar = ("path",)
    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of visits")
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return self.title


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Reading households."""

    def visible_to(self, actor: Actor) -> Self:
        """Households of his subtree; none without SEE_LEDGER."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        return self.filter(within("path", actor.unit_path))


class Household(Witnessed):
    """A household to be visited: a house number, and perhaps a sealed name."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="households")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=100, db_collation="C", editable=False)
    number = models.CharField(_("house number or address"), max_length=120)
    seal = models.UUIDField(default=uuid.uuid4, editable=False)
    sealed = models.BinaryField(null=True, editable=False)
    visits = models.PositiveSmallIntegerField(default=0)
    needs = models.PositiveSmallIntegerField(default=0)
    visited_on = models.DateField(null=True)

    trail_ignores: ClassVar = ("path",)
    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "round", "unit", "number", name="commitments_household_once_a_round"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["path", "id"], name="commitments_households")]
        triggers: ClassVar = [guards.household_kept(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return self.number

    @property
    def context(self) -> str:
        """What the sealed name is bound to: it opens beside its own household only."""
        return f"commitments.household:{self.seal}"

    @property
    def is_named(self) -> bool:
        """Whether a name was given."""
        return self.sealed is not None

    def is_overdue(self, today: date) -> bool:
        """Whether the round's day has passed without a visit."""
        return not self.visits and self.round.deadline < today


class Visit(Witnessed):
    """One visit: when, by which post, what was ticked and said. Never changed."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="visit_rows")
    day = models.DateField(_("day of the visit"))
    situation: Any = ArrayField(models.CharField(max_length=12, choices=Situation), default=list)
    note = models.TextField(blank=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("household visit")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.household_id} {self.day}"

    @property
    def situation_words(self) -> list[str]:
        """What was ticked, in the reader's language."""
        names = dict(Situation.choices)
        return [str(names[one]) for one in self.situation if one in names]


class HouseholdUpload(models.Model):
    """A photo sent in for a household by a unit, to be named in the visit that is noted next."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="uploads")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("upload for a household")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class VisitPhoto(Witnessed):
    """A photo of a visit, kept with it and never afterwards. Never changed."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("photo of a visit")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("visit", "file", name="commitments_photo_once_a_visit"),
        ]
        triggers: ClassVar = [guards.photo_of_visit(), never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.file_id}"


class HouseholdNeed(Witnessed):
    """Something a household needs; a problem on the ledger until it is fixed there.

    `text` bears no identities: they are masked before it is kept.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="need_rows")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="need_rows")
    kind = models.CharField(_("kind"), max_length=10, choices=NeedKind)
    text = models.TextField(max_length=2000)
    state = models.CharField(max_length=10, choices=NEED_STATES, default=NeedState.FOUND)
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # As which it was referred; `problem` is what that has been merged into, or the same.
    linked = models.ForeignKey(Problem, on_delete=models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField()
    fixed_at = models.DateTimeField(null=True)

    trail_ignores: ClassVar = ("linked",)  # named by the event that referred it

    class Meta:
        verbose_name = _("need of a household")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [guards.need_moves(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.kind}"


class HouseholdWord(Witnessed):
    """The household's word on a fix, as a visitor took it down. Never changed.

    The word itself is the ledger's (`word`): it counts there like that of anybody who wrote in.
    """

    need = models.ForeignKey(HouseholdNeed, on_delete=models.PROTECT, related_name="word_rows")
    word = models.OneToOneField(Word, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("word of a household")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [guards.word_heard(), never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.need_id}: {self.word_id}"


class Aid(Witnessed):
    """Interim aid, given while the proper remedy is under way. Never changed."""

    need = models.ForeignKey(HouseholdNeed, on_delete=models.PROTECT, related_name="aids")
    day = models.DateField(_("day"))
    text = models.CharField(_("what was given"), max_length=200)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("interim aid")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.need_id}: {self.text}"
