"""Reading root causes."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from xiaohao.escalation.models import Decision, Link, Root, RootQuerySet
from xiaohao.escalation.queries.deciders import DECIDE
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import OPEN, Problem
from xiaohao.trail.models import Event
from xiaohao.trail.queries import last_event
from xiaohao.triage.queries import lookalikes
from xiaohao.units.models import Unit

SCAN = "escalation.scan"  # the label under which the searches stand on the trail
PROBLEM = "ledger.problem"
MOST_CASES = 200


@dataclass(frozen=True, slots=True)
class Last:
    """When like problems were last looked for, over how much, and what was found."""

    at: dt.datetime
    told: Mapping[str, Any]


def last_look() -> Last | None:
    """The last search; None before the first."""
    event = last_event(SCAN, 1)
    return Last(event.at, event.data) if event else None


def listed(actor: Actor, tab: str = "") -> RootQuerySet:
    """Root causes that the actor may see: all, or those of one tab.

    Args:
        tab: `mine` put to his unit or risen to it, `below` declined below his, or a decision.
    """
    rows = Root.objects.visible_to(actor).select_related("unit", "category", "problem__unit")
    rows = rows.annotate(cases=Count("links", filter=Q(links__ended_at=None)))
    low, high = actor.unit_path, actor.unit_path + AFTER
    if tab == "mine":
        return rows.filter(asked_of(actor))
    if tab == "below":
        # What was declined below stays to be seen above, also when somebody claims it later.
        below = rows.filter(~Q(declined=[]), unit__path__gte=low, unit__path__lt=high)
        return below.exclude(decision=Decision.DECLINED, unit_id=actor.unit_id)
    return rows.filter(decision=tab) if tab in Decision.values else rows


def asked_of(actor: Actor) -> Q:
    """Roots put to the actor's unit, and those that have risen to it with a case still open.

    What nobody below waits for any more is no work: it is seen among those declined below.
    """
    risen = Q(decision=Decision.DECLINED, **{"declined__-1__above": actor.unit_id})
    waits = Link.objects.filter(root=OuterRef("pk"), problem__state__in=sorted(OPEN))
    return Q(decision=Decision.OPEN, unit_id=actor.unit_id) | risen & Q(Exists(waits))


def waiting_counts(actor: Actor) -> dict[str, int]:
    """How many there are on the tabs of what is asked of a unit and what was declined below."""
    return {tab: listed(actor, tab).count() for tab in ("mine", "below")}


def find_root(actor: Actor, key: int) -> Root:
    """The root cause, as far as the actor may see it.

    Raises:
        NotFound: there is none, or not for him.
    """
    rows = Root.objects.visible_to(actor).select_related(
        "unit", "category", "problem__unit", "proposed_unit", "decided_post__unit"
    )
    root = rows.filter(pk=key).first()
    if root is None:
        raise NotFound([Unmet("not_found", _("There is no such root cause that you can see."))])
    return root


def links_of(root: Root) -> QuerySet[Link]:
    """Its cases, those that still stand first."""
    rows = Link.objects.filter(root=root).select_related("problem__unit", "problem__category")
    return rows.order_by("ended_at", "id")


def places_named(root: Root) -> list[tuple[Unit, int]]:
    """Where the units below see the root, each with how many of them say so; most said first.

    The unit that decides may be another one: the superior of a department that was named.
    """
    events = root.links.exclude(event=None).filter(ended_at=None).values("event")
    said = Event.objects.filter(pk__in=events).order_by("id").values_list("data__above", flat=True)
    counts = Counter(said)
    units = Unit.objects.filter(code__in=counts).order_by("path")
    return sorted(((unit, counts[unit.code]) for unit in units), key=lambda named: -named[1])


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a root for one reader.

    Attributes:
        shown: those that he may see.
        others: how many there are besides.
        standing, brought: how many of all still wait, and to how many the proof was brought.
    """

    shown: list[Link]
    others: int
    standing: int
    brought: int


def cases_of(root: Root, actor: Actor) -> Cases:
    """Its cases as far as the actor may see them.

    Whoever has one case of a root does not come to read those of its neighbours by it.
    """
    links = list(links_of(root)[:MOST_CASES])
    keys = [link.problem_id for link in links]
    rows = Problem.objects.visible_to(actor).filter(pk__in=keys).order_by("pk")
    seen = set(rows.values_list("pk", flat=True))
    shown = [link for link in links if link.problem_id in seen]
    return Cases(
        shown,
        len(links) - len(shown),
        sum(1 for link in links if not link.ended_at),
        sum(1 for link in links if link.brought_at),
    )


def root_of(problem: Problem) -> Link | None:
    """The link of a case to the root that it waits for, or has waited for; None without one."""
    rows = Link.objects.filter(problem=problem).select_related("root__unit", "root__problem__unit")
    return rows.order_by("ended_at", "-id").first()


def may_claim(root: Root, actor: Actor) -> bool:
    """The unit asked may claim; once it has declined, any unit above it."""
    if not any(actor.may(permission) for permission in DECIDE):
        return False
    if root.decision == Decision.OPEN:
        return root.unit_id == actor.unit_id
    above = root.unit.path.startswith(actor.unit_path) and root.unit_id != actor.unit_id
    return root.decision == Decision.DECLINED and above


def may_decline(root: Root, actor: Actor) -> bool:
    """The unit asked declines; once it has, the one that it has risen to may decline too."""
    able = any(actor.may(permission) for permission in DECIDE)
    if root.decision == Decision.OPEN:
        return able and root.unit_id == actor.unit_id
    return able and root.risen_to == actor.unit_id


def like_cases(root: Root, actor: Actor, most: int = 10) -> list[tuple[Problem, float]]:
    """Open problems in sight that look like the root's first case and wait for no root yet."""
    first = Link.objects.filter(root=root).select_related("problem").order_by("id").first()
    if first is None:
        return []
    pattern = first.problem
    near = lookalikes(
        title=pattern.title,
        text=pattern.text,
        labels=[PROBLEM],
        exclude=(PROBLEM, pattern.pk),
        most=4 * most,
    )
    scores = {like.thing_id: like.similarity for like in near}
    standing = Prefetch("root_links", Link.objects.filter(ended_at=None), to_attr="standing")
    rows = Problem.objects.visible_to(actor).open().filter(pk__in=scores, unit__isnull=False)
    rows = rows.exclude(root_cause__isnull=False).select_related("unit").prefetch_related(standing)
    free = [(row, scores[row.pk]) for row in rows.order_by("pk") if not row.standing]  # type: ignore[attr-defined]
    return sorted(free, key=lambda pair: -pair[1])[:most]
