"""Who had a hand in a fix, read from the trail, and who is left to check it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import (
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import last_id
from xiaohao.ledger.models import Problem, State
from xiaohao.ledger.rules import HANDS, MOVES, Hand, on_the_lines, units_of
from xiaohao.people.models import Post
from xiaohao.people.queries import roles_granting
from xiaohao.trail.models import Event
from xiaohao.units.models import Unit

# With these another round begins, and with it another fix.
ANEW = tuple(sorted(name for name, move in MOVES.items() if move.to is State.REOPENED))
# Where it matters who had a hand in it: while it is worked on, and while it waits for its check.
_MATTERS = frozenset({State.REPORTED}.union(*(MOVES[name].origins for name in HANDS)))


def hands_of(problem: Problem) -> list[Hand]:
    """Who had a hand in the fix of the present round, in the order in which they had."""
    return _read([problem]).get(problem.pk, [])


def hands_of_many(problems: Sequence[Problem]) -> dict[int, list[Hand]]:
    """The same of each problem that stands where it matters, by its id, in two queries."""
    return _read([problem for problem in problems if problem.state in _MATTERS])


def _read(problems: Sequence[Problem]) -> dict[int, list[Hand]]:
    if not problems:
        return {}
    rows = Event.objects.filter(
        label=Problem.trail_label(),
        thing_id__in=[problem.pk for problem in problems],
        kind__in=[*HANDS, *ANEW, "register"],
    )
    told: dict[int, list[tuple[str, Any]]] = defaultdict(list)
    for key, kind, by in rows.order_by("thing_id", "seq").values_list("thing_id", "kind", "by"):
        if kind in ANEW:
            told[key].clear()
        elif by.get("unit"):
            told[key].append((kind, by))
    told = {key: _without_registrar(events) for key, events in told.items()}
    units = {by["unit"] for events in told.values() for _kind, by in events}
    names = {unit.pk: unit.shown for unit in Unit.objects.filter(pk__in=units)} if units else {}
    return {key: [_hand(kind, by, names) for kind, by in events] for key, events in told.items()}


def _without_registrar(events: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Who registered it had a hand in it only where it was put right on the spot."""
    if any(kind == "spot" for kind, _by in events):
        return events
    return [(kind, by) for kind, by in events if kind != "register"]


def _hand(kind: str, by: dict[str, Any], names: dict[int, str]) -> Hand:
    unit = by["unit"]
    return Hand(kind, by["post"], unit, names.get(unit, str(unit)), by.get("account"))


def checkers_of(problem: Problem) -> list[tuple[str, str]] | None:
    """Path and name of each unit with a checking post that sees the problem and has not got it.

    The lowest come first. None where no check is due.
    """
    if problem.state != State.REPORTED or problem.unit_id is None:
        return None
    lines = on_the_lines(problem.path, problem.origin_path)
    able = roles_granting(Permission.VERIFY)
    posts = Post.objects.filter(
        unit_id__in=[last_id(path) for path in lines], is_active=True, role__in=able
    )
    units = Unit.objects.filter(pk__in=posts.order_by().values("unit_id"))
    return [(unit.path, unit.shown) for unit in units.order_by("-path")]


def had_hand(actor: Actor, problem: str = "pk", *, himself: bool = False) -> Exists:
    """Whether the actor or his unit had a hand in the present fix of a problem, for a filter.

    Args:
        problem: where the rows that are filtered hold the problem's id.
        himself: only what this post or this person did, not others of the unit.
    """
    acts: QuerySet[Event] = Event.objects.filter(
        label=Problem.trail_label(), thing_id=OuterRef(problem)
    ).order_by()
    of_same = Event.objects.filter(
        label=Problem.trail_label(), thing_id=OuterRef("thing_id")
    ).order_by()
    began = of_same.filter(kind__in=ANEW)
    own = Q(post=actor.post_code)
    if not himself:
        own |= Q(unit__in=[str(unit) for unit in units_of(actor)])
    if actor.account_id is not None:
        own |= Q(account=str(actor.account_id))
    hands = acts.annotate(
        unit=KT("by__unit"),
        post=KT("by__post"),
        account=KT("by__account"),
        since=Coalesce(Subquery(began.values("thing_id").annotate(n=Max("seq")).values("n")), 0),
    )
    deeds = Q(kind__in=HANDS) | Q(Exists(of_same.filter(kind="spot")), kind="register")
    return Exists(hands.filter(own, deeds, seq__gt=F("since")))
