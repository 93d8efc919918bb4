"""Root causes: what is felt below and mended above, and the cases that wait for it."""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post
from xiaohao.trail.models import Witnessed, never_deleted, never_emptied
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit


class FoundBy(models.TextChoices):
    """Who says that there is a root."""

    UNIT = "unit", _("a unit below")
    SYSTEM = "system", _("the system")


class Decision(models.TextChoices):
    """What the superior made of it; or the unit below took it back by giving up its case."""

    OPEN = "open", _("to be decided")
    CLAIMED = "claimed", _("claimed")
    DECLINED = "declined", _("declined")
    RECALLED = "recalled", _("ended with the return")


class RootQuerySet(models.QuerySet["Root"]):
    """Reading root causes."""

    def visible_to(self, actor: Actor) -> Self:
        """Put to a unit of the actor's area, proposed by one, or linked to a problem of it."""
        if not actor.may(Permission.SEE_LEDGER):
            return self.none()
        low, high = actor.unit_path, actor.unit_path + AFTER
        mine = Problem.objects.filter(path__gte=low, path__lt=high)
        below = Link.objects.filter(problem__in=mine).values("root_id")
        said = Q(proposed_unit__path__gte=low, proposed_unit__path__lt=high)
        return self.filter(Q(unit__path__gte=low, unit__path__lt=high) | said | Q(pk__in=below))


def _decided_once() -> pgtrigger.Trigger:
    """What was proposed stays as it was; a claim is for good; a refusal has its reason."""
    return pgtrigger.Trigger(
        name="decided_once",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
        IF TG_OP = 'INSERT' THEN
            IF NEW.decision <> 'open' THEN
                RAISE EXCEPTION 'xiaohao: a root begins undecided';
            END IF;
            RETURN NEW;
        END IF;
        IF (NEW.title, NEW.reason, NEW.found_by, NEW.proposed_at, NEW.proposed_unit_id, NEW.scan)
           IS DISTINCT FROM
           (OLD.title, OLD.reason, OLD.found_by, OLD.proposed_at, OLD.proposed_unit_id, OLD.scan)
        THEN
            RAISE EXCEPTION 'xiaohao: root % stands as it was proposed', OLD.id;
        END IF;
        IF OLD.decision = 'claimed'
           AND (NEW.decision <> 'claimed' OR NEW.problem_id IS DISTINCT FROM OLD.problem_id) THEN
            RAISE EXCEPTION 'xiaohao: root % is claimed', OLD.id;
        END IF;
        IF OLD.decision = 'recalled' AND NEW.decision <> 'recalled'
           OR NEW.decision = 'recalled' AND (OLD.decision NOT IN ('open', 'recalled') OR EXISTS (
               SELECT 1 FROM escalation_link l WHERE l.root_id = NEW.id AND l.ended_at IS NULL))
        THEN
            RAISE EXCEPTION 'xiaohao: root %: only what nobody has decided and nothing waits for '
                'is taken back', OLD.id;
        END IF;
        IF OLD.decision = 'declined' AND NEW.decision = 'open'
           OR NEW.decision = 'claimed' AND NEW.problem_id IS NULL
           OR NEW.decision = 'declined' AND NEW.word = '' THEN
            RAISE EXCEPTION 'xiaohao: root %: this is no decision', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


class Root(Witnessed):
    """Something above that makes problems below, put to the unit that could mend it.

    `unit` decides. `scan` holds what the test found, where the system proposes: the fields of
    `rules.Scan` and one row for each sibling. `problem` is the problem that a claim has put on the
    ledger, with its own deadline, measures and gate. `declined` keeps who declined and why, also
    when a higher unit claims it afterwards: `[{"unit", "post", "at", "reason", "above"}]`, the last
    being the unit asked next (null at the top). One that was `recalled` ended undecided, when the
    unit that raised it gave its last case back; `word` is why.
    """

    title = models.CharField(_("title"), max_length=200)
    reason = models.TextField(_("why the root lies there"), max_length=2000)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    found_by = models.CharField(max_length=6, choices=FoundBy)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    scan = models.JSONField(null=True)
    proposed_at = models.DateTimeField()
    proposed_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    word = models.TextField(max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    declined = models.JSONField(default=list)
    problem = models.OneToOneField(
        Problem, on_delete=models.PROTECT, null=True, related_name="root_cause"
    )

    objects = RootQuerySet.as_manager()

    class Meta:
        verbose_name = _("root cause")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["decision", "-id"], name="escalation_root_open")]
        triggers: ClassVar = [_decided_once(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return self.title

    @property
    def shown(self) -> str:
        """What it is called where it stands by itself; the system knows it by one of its cases."""
        if self.scan is None:
            return self.title
        told = {"n": self.scan["observed"], "title": self.title}
        return str(_("Like problems in %(n)s units, such as “%(title)s”") % told)

    @property
    def risen_to(self) -> int | None:
        """Id of the unit that is asked next, since the one below has declined; else None."""
        if self.decision != Decision.DECLINED or not self.declined:
            return None
        above: int | None = self.declined[-1].get("above")
        return above


def _link_kept() -> pgtrigger.Trigger:
    """A link stays between the two; it ends once, and the fix is brought down once."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF (NEW.root_id, NEW.problem_id, NEW.at) <> (OLD.root_id, OLD.problem_id, OLD.at)
           OR OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at
           OR OLD.brought_at IS NOT NULL AND NEW.brought_at IS DISTINCT FROM OLD.brought_at THEN
            RAISE EXCEPTION 'xiaohao: link % cannot be rewritten', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


class Link(Witnessed):
    """A case that stems from a root: it waits for it, and is checked for itself when it is fixed.

    `event` is the entry of the trail by which a unit said so; `brought_at` is when the proof of the
    fix above was brought to the case; `ended_at` when the two were parted.
    """

    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="links")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="root_links")
    event = models.BigIntegerField(null=True, unique=True)
    at = models.DateTimeField()
    brought_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(max_length=2000, blank=True)

    class Meta:
        verbose_name = _("case of a root cause")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "problem", condition=Q(ended_at=None), name="escalation_one_root_per_case"
            ),
        ]
        triggers: ClassVar = [_link_kept(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.root_id} ← {self.problem_id}"


class Reading(models.Model):
    """How far the trail has been read for words of units about roots."""

    name = models.CharField(max_length=20, primary_key=True)
    event = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("how far the trail was read")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.event}"
