"""The citizen's word on a fix."""

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xiaohao.figures.actions import Delta, add
from xiaohao.kernel import clock
from xiaohao.kernel.acting import CITIZEN
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paths import ids as unit_ids
from xiaohao.kernel.text import clean
from xiaohao.ledger.actions.finishing import reopen
from xiaohao.ledger.actions.step import Took
from xiaohao.ledger.models import Answer, Grade, Problem, Word
from xiaohao.ledger.queries import facts_of
from xiaohao.ledger.rules import MOVES
from xiaohao.trail.actions import change

GRADES = ("response", "result", "attitude")


def asked_words(label: str, source_id: int) -> list[Word]:
    """Every word asked of the reporter with that message, oldest first."""
    return list(
        Word.objects.filter(reporter__label=label, reporter__source_id=source_id)
        .select_related("problem", "reporter")
        .order_by("id")
    )


def answer(
    *,
    label: str,
    source_id: int,
    answer: str,
    response: str = "",
    result: str = "",
    attitude: str = "",
    words: str = "",
) -> Word:
    """The citizen's word on the last fix; "partly" and "not" reopen the problem at once.

    The same word sent twice is taken once. Another one is refused: a word once given stands.

    Raises:
        Refused: `not_asked` yet, `already_answered`, `bad_answer`, `bad_grade`, `too_long`.
    """
    grades = dict(zip(GRADES, (response, result, attitude), strict=True))
    _check_answer(answer, grades, words)
    said = {"answer": answer, "words": clean(words), **grades}
    standing = [w for w in asked_words(label, source_id) if w.reporter.until is None]
    given = next((w for w in reversed(standing) if w.answer), None)
    word = standing[-1] if standing else None
    if given and given == word and all(getattr(given, name) == said[name] for name in said):
        return given
    if word is None or word.answer or word.round != word.problem.round:
        raise _answered(given) if given else _not_asked()
    with transaction.atomic():
        _give(word, answer, grades, said["words"])
        if answer != Answer.SOLVED:
            _reopen(word.problem, word)
    return word


def _not_asked() -> Refused:
    text = _("You have not been asked yet. You will be, as soon as the fix has been checked.")
    return Refused.because("not_asked", text)


def _answered(word: Word) -> Refused:
    """What was answered, what has come of it, and where more can be said."""
    if word.answer == Answer.SOLVED:
        text = _(
            "You answered “%(answer)s” on %(day)s, and a word once given stands. If something is "
            "wrong after all, write it as a new message."
        )
    else:
        text = _(
            "You answered “%(answer)s” on %(day)s, and the problem was opened again for it. You "
            "are asked again when the new fix has been checked. What there is to say before then, "
            "write as a new message."
        )
    day = date_format(clock.local_day(word.answered_at)) if word.answered_at else ""
    about = {"answer": Answer(word.answer).label, "day": day}
    return Refused.because("already_answered", text % about)


def _check_answer(answer: str, grades: dict[str, str], words: str) -> None:
    if answer not in Answer.values:
        raise Refused.because("bad_answer", _("Choose solved, partly or not."), "answer")
    for name, grade in grades.items():
        if grade and grade not in Grade.values:
            raise Refused.because("bad_grade", _("Choose good, fair or bad."), name)
    if len(words) > 2000:  # noqa: PLR2004 (the column's length)
        raise Refused.because("too_long", _("This is too long: at most 2000 characters."), "words")


def _give(word: Word, answer: str, grades: dict[str, str], words: str) -> None:
    word.answer, word.words, word.answered_at = answer, words, clock.now()
    for name, grade in grades.items():
        setattr(word, name, grade)
    fields = ["answer", "words", "answered_at", *GRADES]
    change(
        thing=word,
        by=CITIZEN,
        kind="answer",
        fields=fields,
        data={"answer": answer, "counted_at": unit_ids(word.problem.path)[-1], **grades},
    )
    metrics = ["ledger.answered"]
    if answer == Answer.SOLVED:
        metrics.append("ledger.answered_solved")
    # Satisfied: solved, and no grade is "bad"; silence never counts (SPEC 4.6).
    if answer == Answer.SOLVED and Grade.BAD not in grades.values():
        metrics.append("ledger.satisfied")
    if grades["response"]:
        metrics.append("ledger.graded_response")
    if grades["response"] in {Grade.GOOD, Grade.FAIR}:
        metrics.append("ledger.responded")
    problem = word.problem
    add(
        Delta(
            metric=metric,
            path=problem.path,
            thing_id=word.pk,
            category_id=problem.category_id,
            channel=problem.channel,
            source=problem.source,
            programme_id=problem.programme_id,
        )
        for metric in metrics
    )


def _reopen(problem: Problem, word: Word) -> None:
    if problem.state not in MOVES["not_solved"].origins:
        return
    took = Took(problem, CITIZEN, MOVES["not_solved"], facts_of(problem), {"reason": word.answer})
    reopen(took)
