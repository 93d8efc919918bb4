"""Suggestions are studied, and reported to those who decide."""

from django.utils.translation import gettext as _

from xiaohao.intake.models import State, Suggestion
from xiaohao.kernel import clock
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import change

LONGEST = 5_000
Stage = Suggestion.Stage


def study(
    *, suggestion: Suggestion, by: Actor, text: str, version: int | None = None
) -> Suggestion:
    """Write down what the study of a suggestion found.

    Raises:
        Refused: nothing written, or too much.
    """
    require_at(by, Permission.TRIAGE, suggestion.message.home.path)
    found = clean(text)
    if not found or len(found) > LONGEST:
        said = _("Write what the study found, in at most %(limit)d characters.")
        raise Refused.because("note_missing", said % {"limit": LONGEST}, "note")
    suggestion.note, suggestion.studied_at = found, clock.now()
    if suggestion.stage == Stage.TO_STUDY:
        suggestion.stage = Stage.STUDIED
    fields = ["note", "studied_at", "stage"]
    change(thing=suggestion, by=by, kind="studied", fields=fields, expected=version)
    return suggestion


def report_up(*, suggestion: Suggestion, by: Actor, version: int | None = None) -> Suggestion:
    """Note that it has gone to those who decide.

    Raises:
        Refused: it has not been studied yet.
    """
    require_at(by, Permission.TRIAGE, suggestion.message.home.path)
    if suggestion.stage == Stage.TO_STUDY or suggestion.message.state != State.SUGGESTION:
        raise Refused.because("not_studied", _("Write down first what the study found."), "note")
    suggestion.stage, suggestion.reported_at = Stage.REPORTED, clock.now()
    fields = ["stage", "reported_at"]
    change(thing=suggestion, by=by, kind="reported_up", fields=fields, expected=version)
    return suggestion
