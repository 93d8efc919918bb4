"""Programmes, witnessed by the trail and guarded by the database."""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xiaohao.campaigns.rules import LONGEST_ABOUT, LONGEST_NAME
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.paths import AFTER, ids
from xiaohao.trail.models import Witnessed, never_deleted, never_emptied, never_renumbered
from xiaohao.units.models import Unit


class Origin(models.TextChoices):
    """Who set a programme."""

    CENTRAL = "central", _("set centrally")
    LOCAL = "local", _("set locally")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    """Reading programmes."""

    def known_to(self, actor: Actor | Nobody) -> Self:
        """What was set up above the actor's unit (it binds him), at it, or below it."""
        if isinstance(actor, Nobody):
            return self if actor.covers("") else self.none()
        path = actor.unit_path
        below = Q(unit__path__gte=path, unit__path__lt=path + AFTER)
        return self.filter(below | Q(unit__in=ids(path)))


class Programme(Witnessed):
    """A special rectification drive (专项整治): one subject, one lead unit, one final date.

    It binds the unit that set it up and all below. `code` and `unit` are never changed.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name in Chinese"), max_length=LONGEST_NAME)
    name_en = models.CharField(_("name in English"), max_length=LONGEST_NAME, blank=True)
    about = models.TextField(_("what it is against"), max_length=LONGEST_ABOUT, blank=True)
    origin = models.CharField(_("set by"), max_length=8, choices=Origin)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    lead_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead unit")
    )
    final = models.DateField(_("final date"))
    set_up_at = models.DateTimeField()

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                IF (NEW.code, NEW.unit_id) <> (OLD.code, OLD.unit_id) THEN
                    RAISE EXCEPTION 'xiaohao: programme % keeps its code and unit', OLD.code;
                END IF;
                RETURN NEW;
                """,
            ),
            never_deleted(),
            never_emptied(),
            never_renumbered(),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language; in Chinese where it has no other."""
        is_chinese = (get_language() or "zh").startswith("zh")
        return self.name if is_chinese or not self.name_en else self.name_en
