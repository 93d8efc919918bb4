"""Accounts, the posts they hold for periods, and tokens for programs."""

import datetime as dt
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaohao.people.rules import GRANTS, Actor, Permission, Role
from xiaohao.trail.models import Witnessed, never_deleted, never_emptied, never_renumbered
from xiaohao.units.models import Unit

ROLE_NAMES = {
    Role.OFFICE: _("leading group's office"),
    Role.OPERATOR: _("triage operator"),
    Role.HANDLER: _("handler"),
    Role.LEADER: _("unit leader"),
    Role.VERIFIER: _("verifier"),
    Role.GUIDANCE: _("guidance group member"),
    Role.AUDITOR: _("auditor"),
    Role.ADMINISTRATOR: _("administrator"),
}


class Account(AbstractUser):
    """Somebody who can log in. What he may do comes from the posts he holds, never from here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("name shown"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("account")
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.display_name or self.username


class Post(Witnessed):
    """A post at a unit: what its holder may do, in that unit's subtree."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("name of the post"), max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(_("role"), max_length=16, choices=ROLE_NAMES)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("post")
        ordering: ClassVar = ["code"]
        triggers: ClassVar = [never_deleted(), never_emptied(), never_renumbered()]

    def __str__(self) -> str:
        return self.title

    @property
    def told(self) -> str:
        """Unit and title, as people tell posts of one title apart."""
        return f"{self.unit.shown} · {self.title}"

    def role_of(self) -> Role:
        """The role, as such."""
        return Role(self.role)

    def actor(
        self,
        account_id: int | None = None,
        scopes: frozenset[Permission] | None = None,
        elsewhere: tuple[str, ...] = (),
    ) -> Actor:
        """Whoever acts from this post; `scopes` narrows what the post grants."""
        role = self.role_of()
        granted = GRANTS[role]
        return Actor(
            account_id=account_id,
            post_id=self.pk,
            post_code=self.code,
            unit_id=self.unit_id,
            unit_path=self.unit.path,
            role=role,
            permissions=granted if scopes is None else granted & scopes,
            elsewhere=elsewhere,
        )


class Holding(Witnessed):
    """An account holds a post for a period."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    during = DateRangeField(_("period"))

    class Meta:
        verbose_name = _("holding of a post")
        ordering: ClassVar = ["account_id", "post_id"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="people_one_holding_at_a_time",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.post} · {self.during}"

    @property
    def last_day(self) -> dt.date | None:
        """The last day of the period; None while it is open, and when it never began."""
        upper: dt.date | None = self.during.upper
        return upper - dt.timedelta(days=1) if upper else None

    def lasts_on(self, day: dt.date) -> bool:
        """Whether the holding has not ended by `day` (it may begin later)."""
        return not self.during.isempty and (self.during.upper is None or self.during.upper > day)


class Token(Witnessed):
    """A program's key to the API, acting from one post with some of its permissions."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("what it is for"), max_length=80, blank=True)
    prefix = models.CharField(max_length=8)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=24), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        ordering: ClassVar = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.post})"
