"""What re-checks say about the closings that a post had verified."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, Count, F, IntegerField, QuerySet, Value

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import State, Verification
from xiaohao.lookback.models import Recheck
from xiaohao.lookback.queries.estimates import owner_of, unit_of
from xiaohao.lookback.rules import Checked, Estimate, Result, estimate
from xiaohao.people.models import Post
from xiaohao.units.models import Unit


@dataclass(frozen=True, slots=True)
class Verified:
    """A post, and how what it had verified turned out.

    Attributes:
        post: with its unit.
        closings: problems of the area that stand struck off on its check.
        estimate: of the re-checks of closings that it had verified, at one age.
    """

    post: Post
    closings: int
    estimate: Estimate

    @property
    def false_share(self) -> float | None:
        """The estimated share of false closings; None where there are too few to tell."""
        share = self.estimate.share
        return None if share is None else 1 - share

    @property
    def false_low(self) -> float | None:
        """The lower end of its interval."""
        return None if self.estimate.high is None else 1 - self.estimate.high

    @property
    def false_high(self) -> float | None:
        """The upper end of its interval."""
        return None if self.estimate.low is None else 1 - self.estimate.low


def verifiers(actor: Actor, code: str, wave: int) -> QuerySet[Post]:
    """Posts whose checks were looked at again, among closings of a unit and all below it.

    Args:
        code: of the unit; the actor's own without one.
        wave: days after closing.

    Returns:
        Posts with what was asked for (`asked_unit`, `asked_owner`, `asked_wave`), by code.

    Raises:
        NotFound: a unit outside his area.
    """
    unit = unit_of(actor, code)
    owner = owner_of(unit, wave)
    rows = _rechecks(unit, owner.pk, wave) if owner else Recheck.objects.none()
    posts = Post.objects.filter(pk__in=rows.values("verifier")).select_related("unit")
    asked = {
        "asked_unit": Value(unit.code, output_field=CharField()),
        "asked_owner": Value(owner.pk if owner else 0, output_field=IntegerField()),
        "asked_wave": Value(wave, output_field=IntegerField()),
    }
    return posts.annotate(**asked).order_by("code")


def told_of_verifiers(actor: Actor, posts: Iterable[Post]) -> list[Verified]:
    """What is told of these posts, as `verifiers` gave them; three queries whatever their number.

    Raises:
        NotFound: a unit outside his area.
    """
    rows = list(posts)
    if not rows:
        return []
    asked = {name: getattr(rows[0], f"asked_{name}") for name in ("unit", "owner", "wave")}
    unit = unit_of(actor, asked["unit"])
    done: dict[int | None, list[Checked]] = {}
    found = _rechecks(unit, asked["owner"], asked["wave"]).filter(verifier__in=rows)
    for key, round_, chance, result in found.values_list(
        "verifier_id", "round_id", "chance", "result"
    ):
        done.setdefault(key, []).append(Checked(round_, chance, result == Result.FIXED))
    closings = _closings(unit, rows)
    return [
        Verified(post, closings.get(post.pk, 0), estimate(done.get(post.pk, []))) for post in rows
    ]


def _rechecks(unit: Unit, owner: int, wave: int) -> QuerySet[Recheck]:
    rows = Recheck.objects.done().filter(round__unit=owner, round__wave=wave)
    inside = rows.filter(unit__path__gte=unit.path, unit__path__lt=unit.path + AFTER)
    return inside.exclude(verifier=None).order_by("id")


def _closings(unit: Unit, posts: Iterable[Post]) -> dict[int, int]:
    """How many problems of the unit's area stand struck off on the check of each post."""
    rows = Verification.objects.filter(
        post__in=posts, passed=True, round=F("problem__round"),
        problem__state=State.CLOSED,
        problem__path__gte=unit.path, problem__path__lt=unit.path + AFTER,
    )  # fmt: skip
    counted = rows.order_by().values("post").annotate(n=Count("problem", distinct=True))
    return dict(counted.values_list("post", "n"))
