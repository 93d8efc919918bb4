"""A registration that was a mistake is taken back: nothing goes, and nothing of it counts."""

from collections.abc import Sequence

from django.db.models import BigIntegerField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from xiaohao.figures.actions import take_back
from xiaohao.figures.queries import registry
from xiaohao.kernel import clock
from xiaohao.ledger.actions.step import Took, count_at, write
from xiaohao.ledger.models import Problem, Withdrawal
from xiaohao.ledger.rules import Need
from xiaohao.ledger.wording import refusal
from xiaohao.trail.actions import create
from xiaohao.trail.models import Event


def withdraw(took: Took) -> None:
    """What was counted of it is taken back, and that it was withdrawn is counted where it began.

    The unit that it was handed to still sees it, with the reason; so does whoever stands above the
    office that registered it.
    """
    problem, reason, post = took.problem, took.given["reason"], took.post
    if post is None:
        raise refusal([Need("not_registered_here")])
    said = Withdrawal(
        problem=problem,
        reason=reason,
        unit_id=problem.origin_unit_id,
        post_id=post,
        at=clock.now(),
    )
    # Before the state: the database looks for it.
    create(thing=said, by=took.by, kind=took.move.name)
    _uncount([problem])
    write(took, data={"reason": reason, "counted_at": problem.origin_unit_id})
    count_at(problem, "ledger.withdrawn", problem.origin_path)


def _uncount(problems: Sequence[Problem]) -> None:
    """Take back what was counted as having happened to them, where and for the days it was."""
    keys = [problem.pk for problem in problems]
    events = Event.objects.filter(label=Problem.trail_label(), thing_id__in=keys).order_by()
    seen = events.annotate(where=Cast(KT("data__counted_at"), BigIntegerField()))
    pairs = [(at, where) for at, where in seen.values_list("at", "where") if where]
    told = [m.key for m in registry() if m.thing == Problem.trail_label() and m.is_kept]
    take_back(
        metrics=[key for key in told if key.startswith("ledger.")],
        things=keys,
        units={where for _, where in pairs},
        days={clock.local_day(at) for at, _ in pairs},
    )
