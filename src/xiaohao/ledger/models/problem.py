"""The problem: one entry of the ledger."""

from datetime import date
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

import xiaohao.kernel.search  # noqa: F401 (the lookup `search__has`)
from xiaohao.campaigns.models import Programme
from xiaohao.kernel import text as texts
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import entry_guards, guards
from xiaohao.ledger.models.places import COMPARED, PLACED, is_small
from xiaohao.ledger.models.remembering import parts_remembered
from xiaohao.ledger.rules import OPEN, State
from xiaohao.ledger.rules.places import names_place
from xiaohao.people.models import Post
from xiaohao.trail.models import (
    Witnessed,
    never_deleted,
    never_emptied,
    never_renumbered,
    refers_anew,
    refers_to,
)
from xiaohao.units.models import Unit

STATE_NAMES = {
    State.REGISTERED: _("to be referred"),
    State.REFERRED: _("referred"),
    State.ACCEPTED: _("accepted"),
    State.IN_PROGRESS: _("being rectified"),
    State.REPORTED: _("reported fixed"),
    State.VERIFIED: _("verified"),
    State.AWAITING: _("awaiting the citizen"),
    State.CLOSED: _("struck off"),
    State.RETURNED: _("returned"),
    State.REOPENED: _("reopened"),
    State.ARBITRATION: _("in arbitration"),
    State.MERGED: _("merged"),
    State.WITHDRAWN: _("registration withdrawn"),
}


class Channel(models.TextChoices):
    """How it came in."""

    WEB = "web", _("web board")
    PHONE = "phone", _("telephone")
    QR = "qr", _("QR poster")
    BOX = "box", _("suggestion box")
    HOTLINE = "hotline", _("hotline sheet")
    API = "api", _("interface")
    OTHER = "other", _("other")


class Source(models.TextChoices):
    """Who found it (SPEC 5.1)."""

    MESSAGE = "message", _("public message")
    INSPECTION = "inspection", _("inspection")
    INTERVIEW = "interview", _("interview")
    RESEARCH = "research", _("research visit")
    HOUSEHOLD = "household", _("household visit")
    SELF = "self", _("self-examination")
    MEETING = "meeting", _("meeting")
    DELIBERATION = "residents", _("residents’ deliberation")
    OUTSIDE = "outside", _("outside inspection")
    ROOT = "root", _("root of problems below")


class Track(models.TextChoices):
    """How it is rectified (SPEC 5.4); both ways need evidence and a check."""

    LEDGER = "ledger", _("on the ledger, under supervision")
    SPOT = "spot", _("fixed on the spot")


class ProblemQuerySet(models.QuerySet["Problem"]):
    """Reading the ledger."""

    def visible_to(self, actor: Actor) -> Self:
        """What the actor may know of: his subtree's problems, and those his office registered.

        A post without SEE_LEDGER sees none.
        """
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        return self.filter(_range("path", actor.unit_path) | _range("origin_path", actor.unit_path))

    def helped_by(self, actor: Actor) -> Self:
        """Problems of others in which a unit of the actor's subtree co-operates now."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        inside = _range("cooperations__unit__path", actor.unit_path)
        helping = self.model.objects.filter(inside, cooperations__until=None).order_by()
        return self.filter(pk__in=helping.values("pk"))

    def at(self, unit_path: str) -> Self:
        """Problems that stand with the unit at that path or below it."""
        return self.filter(_range("path", unit_path))

    def open(self) -> Self:
        """Neither struck off nor merged nor withdrawn."""
        return self.filter(state__in=sorted(OPEN))

    def overdue(self, today: date) -> Self:
        """Open, and the deadline's day has passed."""
        return self.open().filter(deadline__lt=today)

    def placed(self) -> Self:
        """With a category and a known place (`Problem.is_placed`)."""
        return self.annotate(**COMPARED).filter(PLACED)

    def matching(self, words: str) -> Self:
        """Full-text search in title, text and place; two-character words are found."""
        query = texts.query(words)
        if query is None:
            return self.none()
        return self.filter(search__has=query)


def _range(name: str, path: str) -> Q:
    return Q(**{f"{name}__gte": path, f"{name}__lt": path + AFTER})


class SearchTerms(models.Func):
    """A tsvector of exactly the terms in a list of texts."""

    function = "array_to_tsvector"
    template = "%(function)s(%(expressions)s::text[])"
    output_field = SearchVectorField()


# What comes by the hundred thousand refers by the guards `refers_to` and `refers_anew`, not by
# foreign keys (ADR 14); these are written again.
REFERS = {
    "category_id": "triage_category",
    "place_unit_id": "units_unit",
    "programme_id": "campaigns_programme",
    "lead_id": "people_post",
    "unit_id": "units_unit",
    "arbiter_id": "units_unit",
    "closed_post_id": "people_post",
    "merged_into_id": "ledger_problem",
}


def _where_named(name: str) -> models.Index:
    """By a reference that few problems have: the others cost nothing."""
    return models.Index(
        fields=[name], name=f"ledger_{name}", condition=Q(**{f"{name}__isnull": False})
    )


class Problem(Witnessed):
    """Something wrong that somebody must put right.

    `text` is what handlers may read: identities are masked before it comes here. `path` is the
    responsible unit's (the arbiter's in arbitration, else the registering office's while there is
    none) and follows when units move. `arbiter` stays when it has decided: its word is final.
    """

    year = models.PositiveSmallIntegerField(editable=False)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("manifestation"), max_length=20_000)
    category = models.ForeignKey(
        "triage.Category",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    place_unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.OTHER)
    source = models.CharField(max_length=10, choices=Source, default=Source.MESSAGE)
    urgent = models.BooleanField(default=False)
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        db_index=False,  # ledger_programme begins with it
        db_constraint=False,
    )
    track = models.CharField(max_length=6, choices=Track, default=Track.LEDGER)
    lead = models.ForeignKey(
        Post,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody asks for a leader's problems without more
        db_constraint=False,
    )

    state = models.CharField(max_length=12, choices=STATE_NAMES, default=State.REGISTERED)
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        db_constraint=False,
    )
    path = models.CharField(max_length=100, db_collation="C", editable=False)
    # Nobody looks for problems by where and by whom they were registered (but by `origin_path`).
    origin_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    origin_path = models.CharField(max_length=100, db_collation="C", editable=False)
    deadline = models.DateField(null=True, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    returns = models.PositiveSmallIntegerField(default=0)
    final = models.BooleanField(default=False)
    arbiter = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    extensions = models.PositiveSmallIntegerField(default=0)
    reporters = models.PositiveIntegerField(default=0)

    received_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    registered_post = models.ForeignKey(
        Post,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    registered_account = models.BigIntegerField(null=True)
    referred_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    reported_account = models.BigIntegerField(null=True)
    verified_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    closed_post = models.ForeignKey(
        Post,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    closed_account = models.BigIntegerField(null=True)
    closing = models.CharField(max_length=12, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        db_index=False,
        db_constraint=False,
    )
    search = SearchVectorField(null=True, editable=False)

    trail_ignores: ClassVar = ("search", "path", "origin_path")
    trail_later: ClassVar = {
        "arbiter_id": None,
        "programme_id": None,
        "track": Track.LEDGER,
        "lead_id": None,
    }

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["path", "-id"], name="ledger_path"),
            models.Index(fields=["origin_path", "-id"], name="ledger_origin"),
            models.Index(fields=["state", "-id"], name="ledger_state"),
            models.Index(
                fields=["deadline", "id", "path"],
                name="ledger_due",
                condition=Q(state__in=sorted(OPEN), deadline__isnull=False),
            ),
            # Where it is stuck: all of a unit that has few, without a look into the table.
            models.Index(
                fields=["path"],
                include=["id", "deadline", "registered_at", "returns", "round"],
                name="ledger_open",
                condition=Q(state__in=sorted(OPEN)),
            ),
            # Of a unit that has many: read in order, the first few. The path comes last:
            # it is only looked at, and of many with the same day the first by id are wanted.
            models.Index(
                fields=["registered_at", "id", "path"],
                name="ledger_waiting",
                condition=Q(state__in=sorted(OPEN)),
            ),
            models.Index(
                fields=["-returns", "id", "path"],
                name="ledger_returns",
                condition=Q(state__in=sorted(OPEN), returns__gt=1),
            ),
            models.Index(
                fields=["-round", "id", "path"],
                name="ledger_rounds",
                condition=Q(state__in=sorted(OPEN), round__gt=1),
            ),
            GinIndex(fields=["search"], name="ledger_search"),
            *(
                _where_named(name)
                for name in ("place_unit", "arbiter", "closed_post", "merged_into")
            ),
            models.Index(
                fields=["programme", "-id"],
                name="ledger_programme",
                condition=Q(programme__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            guards.problem_begins(),
            guards.problem_moves(),
            guards.problem_proofs(),
            parts_remembered(),
            entry_guards.problem_entered(),
            pgtrigger.ReadOnly(name="kept", fields=["origin_unit", "registered_post"]),
            refers_to(origin_unit_id="units_unit", registered_post_id="people_post", **REFERS),
            refers_anew(**REFERS),
            never_deleted(),
            never_emptied(),
            never_renumbered(),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """The problem's name for people, e.g. `XH-2019-000123`."""
        return self.number_of(self.year, self.pk)

    @staticmethod
    def number_of(year: int, key: int) -> str:
        """The name of the problem with that id, registered in that year."""
        return f"XH-{year}-{key:06d}"

    @staticmethod
    def id_of(number: str) -> int | None:
        """The id behind a number as people type it; None when it cannot be one."""
        parts = number.strip().upper().replace("－", "-").split("-")
        tail = parts[-1]
        is_number = len(parts) in (1, 3) and tail.isascii() and tail.isdigit()
        return int(tail) if is_number and len(tail) < 18 else None  # noqa: PLR2004 (bigint)

    @property
    def due(self) -> date | None:
        """Measures are scheduled back from here: the deadline, or the programme's earlier end."""
        ends = [self.deadline, self.programme.final if self.programme else None]
        return min(filter(None, ends), default=None)

    @property
    def is_placed(self) -> bool:
        """Whether a relapse of it can be recognised: it has a category and a known place.

        A place is known by words that say more than the name of its area, or by an area that is
        small enough to be one: a village, community or group, a school, hospital or university.
        """
        if self.category_id is None:
            return False
        area = self.place_unit
        if area is None:
            return names_place(self.place)
        return is_small(area) or names_place(self.place, [area.name, area.short_name])

    def is_overdue(self, today: date) -> bool:
        """Whether the deadline's day has passed while the problem is open."""
        return self.deadline is not None and self.deadline < today and self.state in OPEN
