"""What a decided triage does: onto the ledger, to a known problem, to the suggestions, answered."""

from django.utils.translation import gettext as _

from xiaohao.intake.actions.counting import count_triage
from xiaohao.intake.actions.joining import FIELDS, join, settle
from xiaohao.intake.models import LABEL, Message, State, Suggestion
from xiaohao.intake.queries.finding import known_words
from xiaohao.intake.rules.decisions import Decision, What
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.masking import mask
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem, Source
from xiaohao.trail.actions import change, create
from xiaohao.triage import actions as triage
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

PROBLEM = "ledger.problem"


def carry_out(message: Message, decision: Decision, by: Actor) -> None:
    """Do what was decided; the caller holds the transaction.

    Raises:
        Answer: it can no longer be done.
    """
    match decision.what:
        case What.REFER:
            _refer(message, decision, by)
        case What.JOIN:
            _join(message, decision, by)
        case What.SUGGEST:
            _suggest(message, decision, by)
        case What.REPLY:
            _reply(message, decision, by)


def _refer(message: Message, decision: Decision, by: Actor) -> None:
    category = Category.objects.filter(pk=decision.category or 0).first()
    unit = Unit.objects.get(pk=decision.unit or 0)
    problem = ledger.register(
        by=by,
        title=decision.title,
        text=decision.text,
        category=category,
        channel=message.channel,
        source=Source.MESSAGE,
        place=mask(message.place, known_words(message)),
        place_unit=message.place_unit,
        urgent=decision.urgent,
        received_at=message.received_at,
        reporters=[(LABEL, message.pk)],
    )
    ledger.move(problem=problem, move="refer", by=by, unit=unit, deadline=decision.deadline)
    message.photos.filter(pk__in=decision.photos).update(shared=True)
    _learn(message, decision)
    message.state, message.problem, message.category = State.REFERRED, problem, category
    _settled(message, by, "referred", {"problem": problem.number, "unit": unit.code})


def _learn(message: Message, decision: Decision) -> None:
    """The office's word teaches the models."""
    triage.learn(
        label=LABEL,
        thing_id=message.pk,
        title=decision.title,
        text=decision.text,
        category_id=decision.category,
        unit_id=decision.unit,
        urgent=decision.urgent,
        place_unit_id=message.place_unit_id,
    )


def _join(message: Message, decision: Decision, by: Actor) -> None:
    problem = Problem.objects.open().filter(pk=decision.into or 0).first()
    if problem is None:
        text = _("The problem it was to join is no longer open.")
        raise Refused.because("problem_not_open", text, "into")
    join(message=message, problem=problem, by=by)


def _suggest(message: Message, decision: Decision, by: Actor) -> None:
    category = Category.objects.filter(pk=decision.category or 0).first()
    message.state, message.category = State.SUGGESTION, category
    _settled(message, by, "suggestion", {})
    known = Suggestion.objects.filter(message=message).first()
    if known is None:
        row = Suggestion(message=message, title=decision.title, category=category)
        create(thing=row, by=by, kind="set_aside")
        return
    known.withdrawn_at, known.title, known.category = None, decision.title, category
    change(thing=known, by=by, kind="set_aside", fields=["withdrawn_at", "title", "category"])


def _reply(message: Message, decision: Decision, by: Actor) -> None:
    message.state, message.reply, message.replied_at = State.REPLIED, decision.reply, clock.now()
    _settled(message, by, "reply", {}, ["reply", "replied_at"])


def _settled(
    message: Message, by: Actor, kind: str, data: dict[str, str], more: list[str] | None = None
) -> None:
    message.decision = None
    settle(message, by)
    change(thing=message, by=by, kind=kind, fields=[*FIELDS, *(more or [])], data=data)
    count_triage(message, 1)
