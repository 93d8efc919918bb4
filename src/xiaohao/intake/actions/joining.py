"""“I have met it too”: one more reporter of a problem known already."""

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.intake.actions.counting import count_triage
from xiaohao.intake.models import LABEL, Message, State
from xiaohao.intake.queries.nearby import joinable
from xiaohao.kernel import clock
from xiaohao.kernel.acting import CITIZEN, Actor, Nobody
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.trail.actions import change

FIELDS = [
    "state",
    "decision",
    "problem",
    "category",
    "triaged_at",
    "triaged_post",
    "triaged_account",
]


def join_known(*, message: Message, number: str) -> Problem:
    """The sender himself says that his message is about this problem.

    Raises:
        Refused: there is no such open problem that a citizen brought.
    """
    problem = joinable().filter(pk=Problem.id_of(number) or 0).first()
    if problem is None:
        text = _("This problem is no longer open. Your message is read on its own.")
        raise Refused.because("problem_not_open", text)
    join(message=message, problem=problem, by=CITIZEN)
    return problem


def join(*, message: Message, problem: Problem, by: Actor | Nobody) -> None:
    """Put a message to a problem as one more reporter, with a word of his own.

    Raises:
        Refused: the problem is settled, or the message stands elsewhere.
        Stale: somebody else triaged the message first.
    """
    with transaction.atomic():
        message.state, message.problem, message.decision = State.JOINED, problem, None
        message.category = problem.category
        settle(message, by)
        change(thing=message, by=by, kind="joined", fields=FIELDS, data={"problem": problem.number})
        ledger.add_reporter(problem=problem, by=by, label=LABEL, source_id=message.pk)
        count_triage(message, 1)


def settle(message: Message, by: Actor | Nobody) -> None:
    """Note who triaged a message and when; the caller writes it."""
    message.triaged_at = message.triaged_at or clock.now()
    if isinstance(by, Actor):
        message.triaged_post_id, message.triaged_account = by.post_id, by.account_id
