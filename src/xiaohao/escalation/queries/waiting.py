"""What waits for a word of somebody's own unit: calls to come to, calls to grade, roots, verdicts.

Each row carries the day or moment it has, and since when it waits; each query is one question,
whoever asks. What a unit below is called to is its superior's, where nobody there could answer.
"""

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from xiaohao.escalation.models import (
    Call,
    CallQuerySet,
    Root,
    RootQuerySet,
    Summons,
    SummonsQuerySet,
)
from xiaohao.escalation.queries.deciders import DECIDE
from xiaohao.escalation.queries.roots import asked_of
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import Problem, Referral, State
from xiaohao.people.queries import somebody_may


def _speaks_for(actor: Actor) -> Q:
    """Rows of the actor's own unit, and of units below where nobody in post may speak."""
    here = Q(unit__path__gte=actor.unit_path, unit__path__lt=actor.unit_path + AFTER)
    nobody = Q(~Exists(somebody_may(Permission.HANDLE, "unit")))
    return here & (Q(unit_id=actor.unit_id) | nobody)


def to_come(actor: Actor) -> SummonsQuerySet:
    """Calls that the unit has not answered, or to which it has said that it comes.

    Each with `due`, the moment by which it is to answer, or to be on site. It stays until somebody
    is there, says that he cannot come, or the caller grades or takes the call back.
    """
    if not actor.may(Permission.HANDLE):
        return Summons.objects.none()
    rows = Summons.objects.filter(
        _speaks_for(actor),
        Q(comes=True) | Q(comes=None),
        arrived_at=None,
        graded_at=None,
        call__withdrawn_at=None,
    )
    first = When(answered_at=None, then=F("call__answer_by"))
    rows = rows.annotate(due=Case(first, default=F("call__on_site_by")))
    return rows.select_related("call__problem", "call__unit", "unit").defer(
        "call__problem__search", "call__problem__text"
    )


def to_grade(actor: Actor) -> CallQuerySet:
    """Calls of the unit for which nobody is waited for any more, with a department not graded.

    Each with `since`, the moment at which the last of them came, declined, or was missing.
    """
    if not actor.may(Permission.HANDLE):
        return Call.objects.none()
    of_it = Summons.objects.filter(call=OuterRef("pk"), graded_at=None)
    there = Q(arrived_at__isnull=False)
    gone = there | Q(comes=False) | Q(call__on_site_by__lt=clock.now())
    ended = Case(When(comes=False, then=F("answered_at")), default=F("call__on_site_by"))
    last = of_it.annotate(ended=Coalesce("arrived_at", ended)).order_by("-ended").values("ended")
    over = Exists(of_it) & ~Exists(of_it.exclude(gone)) & Q(withdrawn_at=None)
    called_back = Exists(of_it.filter(there)) & Q(withdrawn_at__isnull=False)
    rows = Call.objects.filter(_speaks_for(actor)).filter(over | called_back)
    rows = rows.annotate(since=Subquery(last[:1]))
    return rows.select_related("problem", "unit").defer("problem__search", "problem__text")


def to_decide(actor: Actor) -> RootQuerySet:
    """Roots that the unit is asked to claim or to decline, with `since`, when they came to it."""
    rows = Root.objects.annotate(since=Coalesce("decided_at", "proposed_at"))
    if not any(actor.may(permission) for permission in DECIDE):
        return rows.none()
    return rows.filter(asked_of(actor)).select_related("proposed_unit")


def to_arbitrate(actor: Actor) -> QuerySet[Problem]:
    """Problems in arbitration about which the unit has the word, with `since`, the last return."""
    returned = Referral.objects.filter(problem=OuterRef("pk"), returned_at__isnull=False)
    rows = Problem.objects.visible_to(actor).filter(
        state=State.ARBITRATION, arbiter_id=actor.unit_id
    )
    since = Subquery(returned.order_by("-id").values("returned_at")[:1])
    return rows.annotate(since=since).select_related("unit", "origin_unit")
