"""Called departments answer and check in; the caller grades; lateness goes on the trail."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from xiaohao.escalation.actions.counting import count_called
from xiaohao.escalation.models import Grade, Summons
from xiaohao.escalation.queries import decider, may_answer
from xiaohao.escalation.rules import Standing
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Permission
from xiaohao.kernel.errors import Forbidden, Refused, Unmet
from xiaohao.kernel.paths import WIDTH
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import change, stale

LONGEST = 2000
BEFORE = {Standing.WAITING, Standing.SILENT, Standing.ABSENT}
ON_THE_WAY = {*BEFORE, Standing.COMING}


def answer(
    *, summons: Summons, by: Actor, comes: bool, words: str = "", version: int | None = None
) -> None:
    """The department says whether it comes; after its time was over too, but then it was silent.

    Raises:
        Forbidden: another unit was called.
        Refused: `reason_missing` when it does not come, `not_now`.
        Stale: it was answered meanwhile.
    """
    _may(summons, by, version, BEFORE)
    if summons.answered_at:
        raise _not_now()
    words = clean(words)[:LONGEST]
    if not comes and not words:
        text = _("Write why you cannot come; the caller and your superior read it.")
        raise Refused.because("reason_missing", text, "words")
    with transaction.atomic():
        _note_silence(summons)
        summons.answered_at, summons.answered_post_id = clock.now(), by.post_id
        summons.comes, summons.answer = comes, words
        fields = ["answered_at", "answered_post", "comes", "answer"]
        change(thing=summons, by=by, kind="answer", fields=fields, data={"comes": comes})
        if summons.clock().answered_in_time:
            count_called(summons, "escalation.answered_in_time", "escalation.answer_settled")
        if not comes:
            _settle_absence(summons)


def _settle_absence(summons: Summons) -> None:
    """Who says that he does not come is not there when he should be, from now on."""
    if summons.absent_at is None:
        summons.absent_at = clock.now()
        change(thing=summons, by=SYSTEM, kind="absent", fields=["absent_at"])
        count_called(summons, "escalation.on_site_settled")


def check_in(*, summons: Summons, by: Actor, who: str, version: int | None = None) -> None:
    """The department is on site: who came, now.

    Raises:
        Forbidden: another unit was called.
        Refused: `who_missing`, `not_now`.
        Stale: it checked in meanwhile.
    """
    _may(summons, by, version, {*ON_THE_WAY, Standing.DECLINED})
    who = clean(who)[:200]
    if not who:
        raise Refused.because("who_missing", _("Write which posts have come."), "who")
    with transaction.atomic():
        _note_silence(summons)
        _note_absence(summons)
        summons.arrived_at, summons.arrived_post_id, summons.who = clock.now(), by.post_id, who
        fields = ["arrived_at", "arrived_post", "who"]
        change(thing=summons, by=by, kind="check_in", fields=fields, data={"who": who})
        if summons.absent_at is None:
            count_called(summons, "escalation.on_site_in_time", "escalation.on_site_settled")


def grade(
    *, summons: Summons, by: Actor, grade: str, words: str = "", version: int | None = None
) -> None:
    """The caller says what the department's part was worth.

    Raises:
        Forbidden: another unit called.
        Refused: `bad_grade`; `not_now` while it may still come; `reason_missing` for a bad grade.
        Stale: it was graded meanwhile.
    """
    if version is not None and version != summons.version:
        raise stale(summons, version)
    if unmet := against_grade(summons=summons, by=by, grade=grade, words=words):
        raise Refused(unmet)
    words = clean(words)[:LONGEST]
    with transaction.atomic():
        _note_silence(summons)
        _note_absence(summons)
        summons.grade, summons.grade_words = grade, words
        summons.graded_at, summons.graded_post_id = clock.now(), by.post_id
        fields = ["grade", "grade_words", "graded_at", "graded_post"]
        change(thing=summons, by=by, kind="grade", fields=fields, data={"grade": grade})
        helped = ["escalation.helped"] if grade == Grade.GOOD else []
        count_called(summons, "escalation.graded", *helped)


def against_grade(*, summons: Summons, by: Actor, grade: str, words: str = "") -> list[Unmet]:
    """What stands in the way of such a grade; writes nothing.

    Raises:
        Forbidden: as `grade`.
    """
    if not may_answer(summons.call.unit, by):
        raise Forbidden([Unmet("not_your_unit", _("Only the unit that called grades."))])
    if summons.standing not in {Standing.ARRIVED, Standing.ABSENT, Standing.DECLINED}:
        text = _("It can be graded once it has come, declined, or not come in time.")
        return [Unmet("not_now", text)]
    if grade not in Grade.values:
        return [Unmet("bad_grade", _("Choose a grade."), "grade")]
    if grade == Grade.BAD and not clean(words):
        return [Unmet("reason_missing", _("Write what was wrong."), "words")]
    return []


def note_late() -> int:
    """Put silence and absence on the trail and into the figures, each once; how many were new.

    What a page says of a call does not wait for this: it follows from the times.
    """
    now, noted = clock.now(), 0
    silent = Summons.objects.silent(now).filter(silent_at=None)
    absent = Summons.objects.absent(now).filter(absent_at=None)
    for rows, put in ((silent, _note_silence), (absent, _note_absence)):
        for pk in list(rows.order_by("id").values_list("pk", flat=True)):
            with transaction.atomic():
                noted += put(_held().get(pk=pk))
    return noted


def _held() -> QuerySet[Summons]:
    return Summons.objects.select_for_update(of=("self",)).select_related("call__problem", "unit")


def _note_silence(summons: Summons) -> bool:
    """Tell the department's superior, once, that its time passed without a word."""
    call = summons.call
    over = clock.now() > call.answer_by and not call.withdrawn_at
    if summons.silent_at or summons.answered_at or not over:
        return False
    superior = decider(summons.unit.path[:-WIDTH], [Permission.REFER, Permission.REPORT_FIXED])
    summons.silent_at, summons.told_unit = clock.now(), superior
    data = {"call": call.number, "told": superior.code if superior else None}
    change(thing=summons, by=SYSTEM, kind="escalate", fields=["silent_at", "told_unit"], data=data)
    count_called(summons, "escalation.silent", "escalation.answer_settled")
    return True


def _note_absence(summons: Summons) -> bool:
    call = summons.call
    over = clock.now() > call.on_site_by and not call.withdrawn_at
    if summons.absent_at or summons.arrived_at or not over:
        return False
    summons.absent_at = clock.now()
    change(thing=summons, by=SYSTEM, kind="absent", fields=["absent_at"])
    count_called(summons, "escalation.on_site_settled")
    return True


def _may(summons: Summons, by: Actor, version: int | None, when: set[Standing]) -> None:
    if version is not None and version != summons.version:
        raise stale(summons, version)
    if not may_answer(summons.unit, by):
        text = _("“%(unit)s” was called; only it can say so.") % {"unit": summons.unit.name}
        raise Forbidden([Unmet("not_your_unit", text)])
    if summons.standing not in when:
        raise _not_now()


def _not_now() -> Refused:
    text = _("This was done already, or the call was taken back. Look at how it stands.")
    return Refused.because("not_now", text)
