"""What the sender of a message may know of it: the steps in plain words, units but never clerks."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiaohao.files.models import File
from xiaohao.intake.models import LABEL, Message, State, Suggestion
from xiaohao.intake.wording import STEPS, told
from xiaohao.kernel import calendar, clock
from xiaohao.ledger.models import Evidence, Problem, Word
from xiaohao.trail.models import Event
from xiaohao.trail.queries import events_of, events_of_each
from xiaohao.units.models import Unit

PROBLEM, SUGGESTION = "ledger.problem", "intake.suggestion"
WITH_UNIT = {"referred", "accepted", "in_progress", "reopened"}
WORKED_ON = {"accept", "plan", "add_measures", "finish_measure", "report", "return"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, of what kind, which unit (its name or ""), in a sentence."""

    at: dt.datetime
    kind: str
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How a message stands, for the one who sent it.

    Attributes:
        state: `received`, `suggestion`, `replied`, or the state of its problem.
        number: of the problem, "" while there is none.
        title: as the unit reads it.
        unit: name of the unit that has it now, "" while none has.
        due: the day by which the next thing must happen, if one is set.
        steps: oldest first.
        asked: whether an answer is wanted now; `answer_by` until when.
        word: the last answer given.
        before, after: photos sent with the message, and those that prove the fix.
    """

    message: Message
    state: str
    number: str = ""
    title: str = ""
    unit: str = ""
    due: dt.date | None = None
    steps: Sequence[Step] = ()
    asked: bool = False
    answer_by: dt.date | None = None
    word: Word | None = None
    before: Sequence[File] = field(default_factory=list)
    after: Sequence[File] = field(default_factory=list)


def progress(message: Message) -> Progress:
    """How a message stands; eight queries at most, whatever happened to it."""
    problems = _chain(message.problem) if message.state in {State.REFERRED, State.JOINED} else []
    now = problems[-1] if problems else None
    events = _events(message, problems)
    units = _names(events)
    words = _words(message)
    open_word = next((w for w in words if not w.answer and now and w.round == now.round), None)
    answered = [word for word in words if word.answer]
    return Progress(
        message=message,
        state=now.state if now else _plain_state(message),
        number=now.number if now else "",
        title=now.title if now else message.heading,
        unit=now.unit.name if now and now.unit else "",
        due=_due(message, now, open_word),
        steps=[*_steps(message, events, units, words)],
        asked=open_word is not None and now is not None and now.state == "awaiting",
        answer_by=open_word.answer_by if open_word else None,
        word=answered[-1] if answered else None,
        before=[photo.file for photo in message.photos.select_related("file").order_by("id")],
        after=_proofs(now) if now else [],
    )


def _plain_state(message: Message) -> str:
    plain = {State.SUGGESTION: "suggestion", State.REPLIED: "replied"}
    return plain.get(State(message.state), "received")


def _due(message: Message, problem: Problem | None, word: Word | None) -> dt.date | None:
    """The day by which whoever has it now must have done his part."""
    if problem is None:
        return message.triage_due if message.is_open else None
    if problem.state == "awaiting":
        return word.answer_by if word else None
    return problem.deadline if problem.state in WITH_UNIT else None


def _chain(problem: Problem | None) -> list[Problem]:
    """The problem and those it was merged into, the one that stands last."""
    found: list[Problem] = []
    while problem is not None and problem not in found:
        found.append(problem)
        problem = problem.merged_into
    return found


def _events(message: Message, problems: Sequence[Problem]) -> list[Event]:
    own = [*events_of(LABEL, message.pk)]
    suggestion = Suggestion.objects.filter(message=message).first()
    if suggestion:
        own += events_of(SUGGESTION, suggestion.pk)
    theirs = events_of_each(PROBLEM, [problem.pk for problem in problems])
    wanted = [event for event in own if event.kind in STEPS and event.kind != "received"]
    wanted += [event for event in theirs if event.kind in STEPS]
    return sorted(wanted, key=lambda event: (event.at, event.pk))


def _names(events: Iterable[Event]) -> dict[str, str]:
    codes = {str(event.data["unit"]) for event in events if event.data.get("unit")}
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "name").order_by("code"))


def _words(message: Message) -> list[Word]:
    rows = Word.objects.filter(reporter__label=LABEL, reporter__source_id=message.pk)
    return list(rows.filter(reporter__until=None).order_by("id"))


def _steps(
    message: Message, events: Iterable[Event], units: dict[str, str], words: Iterable[Word]
) -> Iterable[Step]:
    unit, found = "", [Step(message.received_at, "received", "", told("received", {}, ""))]
    for event in events:
        if event.kind == "refer":
            unit = units.get(str(event.data.get("unit")), "")
        text = told(event.kind, event.data, unit)
        found.append(Step(event.at, event.kind, unit if event.kind in WORKED_ON else "", text))
    for word in words:
        if word.answered_at:
            data: dict[str, Any] = {"answer": word.answer}
            found.append(Step(word.answered_at, "answer", "", told("answer", data, "")))
    return sorted(found, key=lambda step: step.at)


def _proofs(problem: Problem) -> list[File]:
    """Pictures that prove the fix of the present round, once it has been reported."""
    if problem.state not in {"reported", "verified", "awaiting", "closed"}:
        return []
    rows = Evidence.objects.filter(problem=problem, round=problem.round).select_related("file")
    return [row.file for row in rows.order_by("id") if row.file.is_image]


def next_triage_day() -> dt.date:
    """The day on which what comes in now is triaged at the latest."""
    return calendar.add(clock.today(), 0)
