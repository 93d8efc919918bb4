"""The triage queue, and one message laid out for a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from xiaohao.intake.models import LABEL, Message, MessageQuerySet, State
from xiaohao.intake.queries.finding import known_words
from xiaohao.intake.rules.decisions import Decision, What, reads_like_suggestion
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.masking import mask
from xiaohao.kernel.paging import Page, take
from xiaohao.ledger.models import Problem
from xiaohao.triage import queries as triage
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

PROBLEM = "ledger.problem"
SHOWN = 40


def queue(actor: Actor) -> MessageQuerySet:
    """Messages that wait for this actor's triage, unordered."""
    return Message.objects.visible_to(actor).waiting()


def queue_page(actor: Actor, cursor: str | None) -> Page[Message]:
    """One page of the queue: what turns red first stands first."""
    rows = queue(actor).select_related("place_unit").defer("search", "proposal")
    return take(rows, ["triage_due", "id"], cursor, SHOWN)


def find_message(actor: Actor, key: int) -> Message:
    """A message that the actor may read.

    Raises:
        NotFound: there is none, or it is not for him.
    """
    rows = Message.objects.visible_to(actor).select_related(
        "home", "place_unit", "problem__unit", "category", "triaged_post", "suggestion"
    )
    message = rows.filter(pk=key).first()
    if message is None:
        raise NotFound([Unmet("not_found", _("There is no such message."))])
    return message


def neighbours(actor: Actor, message: Message) -> tuple[int | None, int | None]:
    """Ids of the messages before and after this one in the queue."""
    rows = queue(actor)
    key = (message.triage_due, message.pk)
    before = rows.filter(triage_due__lt=key[0]) | rows.filter(triage_due=key[0], pk__lt=key[1])
    after = rows.filter(triage_due__gt=key[0]) | rows.filter(triage_due=key[0], pk__gt=key[1])
    down = after.order_by("triage_due", "pk").values_list("pk", flat=True).first()
    up = before.order_by("-triage_due", "-pk").values_list("pk", flat=True).first()
    return up, down


@dataclass(frozen=True, slots=True)
class Like:
    """Something that reads like the message: a problem to join, or another message that waits."""

    similarity: float
    same: bool
    problem: Problem | None
    message: Message | None


@dataclass(frozen=True, slots=True)
class Case:
    """A message with everything that helps to decide.

    Attributes:
        title, text: in pieces, those marked that spoke for the proposal.
        category, unit: what is proposed and sure enough to be filled in.
        guesses: `{"name", "guess", "label", "why", "options"}` for category, unit, urgency.
        copy_title, copy: what the unit would read: masked.
        suggestion: the word by which it reads like a suggestion, or "".
    """

    message: Message
    title: Sequence[Any]
    text: Sequence[Any]
    category: Category | None
    unit: Unit | None
    urgent: bool
    guesses: Sequence[dict[str, Any]]
    copy_title: str
    copy: str
    likes: Sequence[Like]
    suggestion: str


def case(actor: Actor, message: Message) -> Case:
    """The message laid out; it must have its proposal."""
    proposal = triage.Proposal.from_json(message.proposal or {})
    spoke = (proposal.category, proposal.unit, proposal.urgency)
    categories = _named(Category, proposal.category)
    units = {u.pk: u for u in Unit.objects.under(actor.unit_path).filter(
        pk__in=_values(proposal.unit)).order_by("pk")}  # fmt: skip
    known = known_words(message)
    urgent = proposal.urgency.value == triage.URGENT and proposal.urgency.sure
    return Case(
        message=message,
        title=triage.marked(message.title, "title", spoke),
        text=triage.marked(message.text, "text", spoke),
        category=_sure(proposal.category, categories),
        unit=_sure(proposal.unit, units),
        urgent=urgent,
        guesses=[
            _told("category", proposal.category, {k: c.label for k, c in categories.items()},
                  {k: c.code for k, c in categories.items()}),
            _told("unit", proposal.unit, {k: u.name for k, u in units.items()},
                  {k: u.code for k, u in units.items()}),
            _told("urgency", proposal.urgency, {}, {}),
        ],
        copy_title=mask(message.heading, known),
        copy=mask(message.text, known),
        likes=_likes(actor, message, _alike(message)),
        suggestion=reads_like_suggestion(f"{message.title} {message.text}"),
    )  # fmt: skip


def _alike(message: Message) -> Sequence[triage.Lookalike]:
    """What reads alike by now: others may have come in since the proposal was made."""
    return triage.lookalikes(title=message.title, text=message.text, exclude=(LABEL, message.pk))


def _values(guess: triage.Guess | None) -> list[Any]:
    return [guess.value, *(option.value for option in guess.options)] if guess else []


def _named(model: type[Category], guess: triage.Guess | None) -> dict[int, Category]:
    rows = model.objects.filter(pk__in=_values(guess)).order_by("pk")
    return {row.pk: row for row in rows}


def _sure(guess: triage.Guess | None, things: dict[int, Any]) -> Any:
    return things.get(int(guess.value)) if guess and guess.sure and guess.value else None


def _told(
    name: str, guess: triage.Guess | None, labels: dict[int, str], codes: dict[int, str]
) -> dict[str, Any]:
    """One guess for the page; names are looked up anew, to be in the reader's language."""
    if guess is None or (labels and guess.value not in labels):
        return {"name": name, "guess": None}
    options = [
        {"label": labels[o.value], "code": codes[o.value], "confidence": o.confidence}
        for o in guess.options
        if isinstance(o.value, int) and o.value in labels
    ]
    key = guess.value if isinstance(guess.value, int) else 0
    return {
        "name": name,
        "guess": guess,
        "label": labels.get(key) or triage.urgency_word(str(guess.value)),
        "code": codes.get(key, ""),
        "why": triage.why(guess),
        "options": options,
    }


def _likes(actor: Actor, message: Message, found: Sequence[triage.Lookalike]) -> Sequence[Like]:
    """Look-alikes that the actor may see; a message on the ledger stands for its problem."""
    rows = {
        m.pk: m
        for m in Message.objects.visible_to(actor)
        .select_related("problem__unit", "problem__merged_into__unit")
        .filter(pk__in=[one.thing_id for one in found if one.label == LABEL])
        .order_by("pk")
    }
    direct = Problem.objects.visible_to(actor).select_related("unit", "merged_into__unit")
    problems = {
        p.pk: p for p in direct.filter(pk__in=[o.thing_id for o in found if o.label == PROBLEM])
    }
    likes: dict[tuple[str, int], Like] = {}
    for one in found:
        other = rows.get(one.thing_id) if one.label == LABEL else None
        problem = other.problem if other else problems.get(one.thing_id)
        problem = problem.merged_into or problem if problem else None
        if other is None and problem is None:
            continue
        if problem is None and other and other.state != State.WAITING:
            continue
        key = (PROBLEM, problem.pk) if problem else (LABEL, one.thing_id)
        same = one.grade == triage.Grade.SAME
        likes.setdefault(key, Like(one.similarity, same, problem, None if problem else other))
    likes.pop((LABEL, message.pk), None)
    return list(likes.values())[:6]


def decided_words(message: Message) -> str:
    """What will happen to a message that was decided a moment ago."""
    decision = Decision.from_json(message.decision or {})
    title = message.heading
    match decision.what:
        case What.REFER:
            unit = Unit.objects.get(pk=decision.unit or 0)
            return _("“%(title)s” goes to %(unit)s.") % {"title": title, "unit": unit.name}
        case What.JOIN:
            problem = Problem.objects.get(pk=decision.into or 0)
            said = _("“%(title)s” joins %(number)s.")
            return said % {"title": title, "number": problem.number}
        case What.SUGGEST:
            return _("“%(title)s” goes to the suggestions.") % {"title": title}
        case What.REPLY:
            return _("The sender of “%(title)s” gets the answer.") % {"title": title}
