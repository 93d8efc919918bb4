"""Those who reported a problem. The ledger knows them by their message's number alone."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xiaohao.figures.actions import Delta, add
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paths import ids as unit_ids
from xiaohao.ledger.models import OPEN, Problem, Reporter, State, Word
from xiaohao.ledger.rules import DAYS_TO_ANSWER
from xiaohao.trail.actions import change, create


def add_reporter(*, problem: Problem, by: Actor | Nobody, label: str, source_id: int) -> Reporter:
    """Somebody more has reported this problem; while it awaits the citizen he is asked at once.

    Raises:
        Refused: `problem_not_open`, or `already_reporter` when his message stands elsewhere.
    """
    if problem.state not in OPEN:
        text = _("%(number)s is no longer open. Register a new problem or reopen it.")
        raise Refused.because("problem_not_open", text % {"number": problem.number})
    if Reporter.objects.filter(label=label, source_id=source_id, until=None).exists():
        raise Refused.because("already_reporter", _("This message already stands with a problem."))
    reporter = Reporter(problem=problem, label=label, source_id=source_id, since=clock.now())
    with transaction.atomic():
        _count_reporters(problem, by, "join", 1)
        create(thing=reporter, by=by, kind="join")
        if problem.state == State.AWAITING:
            _ask(reporter, problem, by)
    return reporter


def remove_reporter(*, problem: Problem, by: Actor | Nobody, label: str, source_id: int) -> None:
    """Part a reporter from a problem he was joined to by mistake.

    Raises:
        Refused: `not_a_reporter`; `problem_not_open`: a settled problem keeps its reporters;
            `word_outstanding`: who is asked is heard first.
    """
    reporter = Reporter.objects.filter(
        problem=problem, label=label, source_id=source_id, until=None
    ).first()
    if reporter is None:
        raise Refused.because("not_a_reporter", _("This message does not stand with the problem."))
    if problem.state not in OPEN:
        text = _("%(number)s is settled and keeps its reporters.")
        raise Refused.because("problem_not_open", text % {"number": problem.number})
    with transaction.atomic():
        _count_reporters(problem, by, "part", -1)
        leave(reporter, by)


def leave(reporter: Reporter, by: Actor | Nobody) -> None:
    """End a reporter's place with a problem.

    Raises:
        Refused: `word_outstanding`: he is asked whether it is solved, and still has days to answer.
    """
    day = _asked_until(reporter)
    if day is not None:
        text = _(
            "This reporter is asked whether it is solved and has until %(day)s to answer. He can "
            "be parted from the problem after that day, or when he has answered."
        )
        raise Refused.because("word_outstanding", text % {"day": date_format(day)})
    reporter.until = clock.now()
    change(thing=reporter, by=by, kind="leave", fields=["until"])


def _asked_until(reporter: Reporter) -> dt.date | None:
    """The day until which he may answer what he is asked; None when nothing is outstanding."""
    asked = Word.objects.filter(
        reporter=reporter,
        round=F("problem__round"),
        problem__state=State.AWAITING,
        answer="",
        answer_by__gte=clock.today(),
    )
    word = asked.order_by("-id").first()
    return word.answer_by if word else None


def _count_reporters(problem: Problem, by: Actor | Nobody, kind: str, number: int) -> None:
    problem.reporters += number
    change(
        thing=problem,
        by=by,
        kind=kind,
        fields=["reporters"],
        data={"reporters": problem.reporters},
    )


def ask_all(problem: Problem, by: Actor | Nobody) -> None:
    """Record the notice to every reporter, with the day until which he may answer."""
    for reporter in Reporter.objects.filter(problem=problem, until=None).order_by("id"):
        _ask(reporter, problem, by)


def _ask(reporter: Reporter, problem: Problem, by: Actor | Nobody) -> None:
    now = clock.now()
    word = Word(
        reporter=reporter,
        problem=problem,
        round=problem.round,
        asked_at=now,
        answer_by=calendar.add(clock.local_day(now), DAYS_TO_ANSWER),
    )
    at = unit_ids(problem.path)[-1]
    create(thing=word, by=by, kind="ask", data={"counted_at": at})
    add([
        Delta(metric="ledger.asked", path=problem.path, thing_id=word.pk,
              category_id=problem.category_id, channel=problem.channel,
              source=problem.source, programme_id=problem.programme_id)
    ])  # fmt: skip
