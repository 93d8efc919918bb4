"""An entry of one of the lists: a project, a petition, a hazard, a weak unit, a hard village."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import xiaohao.kernel.search  # noqa: F401 (the lookup `search__has`)
from xiaohao.commitments.models import guards
from xiaohao.commitments.rules import ONCE, OPEN, Kind, Piece, Stage, State
from xiaohao.files.models import File
from xiaohao.kernel import text as texts
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import OPEN as STILL_OPEN
from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_changed, never_deleted, never_emptied
from xiaohao.units.models import Unit

KIND_NAMES = {
    Kind.PROJECT: _("livelihood projects"),
    Kind.PETITION: _("backlog petitions"),
    Kind.HAZARD: _("safety hazards"),
    Kind.WEAK: _("weak organisations"),
    Kind.VILLAGE: _("hard villages"),
}
STATE_NAMES = {
    State.ENTERED: pgettext_lazy("state of an entry", "entered"),
    State.UNDER_WAY: pgettext_lazy("state of an entry", "under way"),
    State.REPORTED: pgettext_lazy("state of an entry", "reported done"),
    State.DONE: pgettext_lazy("state of an entry", "done"),
    State.WITHDRAWN: pgettext_lazy("state of an entry", "withdrawn"),
}
STAGE_NAMES = {
    Stage.BEFORE: _("before"),
    Stage.PROGRESS: _("on the way"),
    Stage.AFTER: _("after"),
    Stage.CHECK: _("from the check"),
}


def piece_of(file: File) -> Piece:
    """A file as the rules see it: what is a photo the files room has judged by its content."""
    return Piece(file.sha256, file.is_image)


def within(name: str, path: str) -> Q:
    """The subtree at `path`, by the column `name`."""
    return Q(**{f"{name}__gte": path, f"{name}__lt": path + AFTER})


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reading the lists."""

    def visible_to(self, actor: Actor) -> Self:
        """His subtree's entries and those his office entered; none without SEE_LEDGER."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        return self.filter(within("path", actor.unit_path) | within("origin_path", actor.unit_path))

    def at(self, unit_path: str) -> Self:
        """Entries of the unit at that path and of those below it."""
        return self.filter(within("path", unit_path))

    def open(self) -> Self:
        """Neither done nor withdrawn."""
        return self.filter(state__in=sorted(OPEN))

    def overdue(self, today: date) -> Self:
        """Open, and its day has passed, or that of the open problem which it is."""
        late = Q(problem__deadline__lt=today, problem__state__in=sorted(STILL_OPEN))
        return self.open().filter(Q(deadline__lt=today) | late)

    def matching(self, words: str) -> Self:
        """Full-text search in title and text; two-character words are found."""
        query = texts.query(words)
        return self.filter(search__has=query) if query else self.none()


def _sum(label: object) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(label, max_digits=15, decimal_places=2, default=Decimal("0.00"))  # type: ignore[arg-type]


def _quantity(label: object) -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(label, max_digits=12, decimal_places=2, null=True, blank=True)  # type: ignore[arg-type]


class Entry(Witnessed):
    """Something promised to be done by a day, with one unit and one leading post behind it.

    Money is in yuan. `path` is the responsible unit's and follows when units move. With a `problem`
    the entry is done when the ledger strikes that off, and not before.
    """

    kind = models.CharField(max_length=8, choices=KIND_NAMES)
    year = models.PositiveSmallIntegerField(editable=False)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("what it is about"), max_length=20_000, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="commitments")
    path = models.CharField(max_length=100, db_collation="C", editable=False)
    origin_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    origin_path = models.CharField(max_length=100, db_collation="C", editable=False)
    lead = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    deadline = models.DateField(_("deadline"))
    state = models.CharField(max_length=10, choices=STATE_NAMES, default=State.ENTERED)
    round = models.PositiveSmallIntegerField(default=1)
    extensions = models.PositiveSmallIntegerField(default=0)
    planned = _sum(_("planned"))
    arrived = _sum(_("arrived"))
    spent = _sum(_("spent"))
    promised = _quantity(_("promised"))
    achieved = _quantity(_("achieved"))
    measure = models.CharField(_("unit of measure"), max_length=20, blank=True)
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The problem that was linked; `problem` is what it has been merged into since, or the same.
    linked = models.ForeignKey(Problem, on_delete=models.PROTECT, null=True, related_name="+")
    # Whether it was registered from this entry, rather than linked as one that stood there already.
    from_here = models.BooleanField(default=False)
    entered_at = models.DateTimeField()
    entered_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    entered_account = models.BigIntegerField(null=True)
    reported_at = models.DateTimeField(null=True)
    reported_account = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)
    done_on = models.DateField(null=True)
    search = SearchVectorField(null=True, editable=False)

    # Open beside another one of its unit and list since before that was refused; never set anew.
    doubled = models.BooleanField(default=False, editable=False)

    # The event that linked it names `linked`, and its kind says whether that was `from_here`;
    # `doubled` follows from what stood before.
    trail_ignores: ClassVar = (
        "search", "path", "origin_path", "linked", "from_here", "doubled",
    )  # fmt: skip

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a list")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "path", "-id"], name="commitments_path"),
            models.Index(fields=["origin_path", "-id"], name="commitments_origin"),
            models.Index(
                fields=["deadline", "path"],
                name="commitments_due",
                condition=Q(state__in=sorted(OPEN)),
            ),
            models.Index(
                fields=["problem"], name="commitments_problem", condition=Q(problem__isnull=False)
            ),
            GinIndex(fields=["search"], name="commitments_search"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(planned__gte=0, spent__gte=0, spent__lte=F("arrived")),
                name="commitments_money",
            ),
            models.CheckConstraint(
                condition=Q(promised=None, measure="") | (Q(promised__gt=0) & ~Q(measure="")),
                name="commitments_quantity_has_a_measure",
            ),
            models.CheckConstraint(
                condition=Q(from_here=False) | Q(linked__isnull=False),
                name="commitments_from_here_is_linked",
            ),
            models.CheckConstraint(
                condition=Q(problem=None) | Q(kind__in=["petition", "hazard"]),
                name="commitments_problem_of_its_list",
            ),
            models.UniqueConstraint(
                fields=["unit", "kind"],
                name="commitments_open_once",
                condition=Q(kind__in=sorted(ONCE), state__in=sorted(OPEN), doubled=False),
            ),
        ]
        triggers: ClassVar = [
            guards.entry_moves(),
            guards.entry_proofs(),
            never_deleted(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """The entry's name for people, e.g. `QD-2019-000012`."""
        return f"QD-{self.year}-{self.pk:06d}"

    @staticmethod
    def id_of(number: str) -> int | None:
        """The id behind a number as people type it; None when it cannot be one."""
        parts = number.strip().upper().replace("－", "-").split("-")
        tail = parts[-1]
        fits = len(parts) in (1, 3) and tail.isascii() and tail.isdigit() and len(tail) < 18  # noqa: PLR2004 (bigint)
        return int(tail) if fits else None

    @property
    def due(self) -> date:
        """The day on which it runs out: its own, or its open problem's where that comes first."""
        problem = self.problem
        if problem is None or problem.deadline is None or problem.state not in STILL_OPEN:
            return self.deadline
        return min(self.deadline, problem.deadline)

    def is_overdue(self, today: date) -> bool:
        """Whether that day has passed while it is open."""
        return self.state in OPEN and self.due < today


class Plan(Witnessed):
    """One version of an entry's plan; the last one is in force. Never changed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=20_000)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("version of a plan")
        ordering: ClassVar = ["entry_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint("entry", "number", name="commitments_plan_version"),
        ]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.entry_id} v{self.number}"


class Upload(models.Model):
    """A file sent in for an entry by a unit, to be named in its next move."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="uploads")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("upload for an entry")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def piece(self) -> Piece:
        """The file as the rules see it."""
        return piece_of(self.file)


class Proof(Witnessed):
    """A photo or document: before, on the way, after, or from the check. Never changed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="proofs")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=8, choices=STAGE_NAMES)
    round = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("proof of an entry")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [guards.parts_frozen("proof"), never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.stage}: {self.file_id}"


class Check(Witnessed):
    """The independent check of what was reported done; never changed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="checks")
    round = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    note = models.TextField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("check of an entry")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [
            guards.parts_frozen("check"),
            guards.check_apart(),
            never_changed(),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {'✓' if self.passed else '✗'}"
