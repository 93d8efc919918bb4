"""A triage that proved wrong after it was carried out."""

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.intake.actions.counting import count_triage
from xiaohao.intake.actions.deciding import reopen
from xiaohao.intake.models import LABEL, Message, State, Suggestion
from xiaohao.kernel import clock
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.text import clean
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Reporter
from xiaohao.trail.actions import change

LONGEST = 2_000


def part(*, message: Message, by: Actor, reason: str, version: int | None = None) -> Message:
    """Take a message from the problem it was joined to by mistake; it waits for triage again.

    Its sender keeps his code, and his word where he has given one.

    Raises:
        Refused: it was not joined, the problem is settled, no reason is given, or its sender is
            asked whether it is solved and still has days to answer.
    """
    require_at(by, Permission.MERGE, message.home.path)
    if message.state != State.JOINED:
        raise Refused.because("not_joined", _("This message was not joined to a problem."))
    said = _reason(reason)
    place = Reporter.objects.select_related("problem").filter(
        label=LABEL, source_id=message.pk, until=None
    )
    reporter = place.first()
    with transaction.atomic():
        if reporter:
            ledger.remove_reporter(
                problem=reporter.problem, by=by, label=LABEL, source_id=message.pk
            )
        _back(message, by, "parted", said, version)
    return message


def correct(*, message: Message, by: Actor, reason: str, version: int | None = None) -> Message:
    """Put a message back into the queue, however it was triaged: see `part`, `back_to_triage`."""
    way = part if message.state == State.JOINED else back_to_triage
    return way(message=message, by=by, reason=reason, version=version)


def back_to_triage(
    *, message: Message, by: Actor, reason: str, version: int | None = None
) -> Message:
    """Take a message back from the suggestions or the answered; it waits for triage again."""
    require_at(by, Permission.TRIAGE, message.home.path)
    if message.state not in {State.SUGGESTION, State.REPLIED}:
        text = _("Only a suggestion or an answered message can go back to triage.")
        raise Refused.because("not_set_aside", text)
    said = _reason(reason)
    with transaction.atomic():
        row = Suggestion.objects.filter(message=message, withdrawn_at=None).first()
        if row:
            row.withdrawn_at = clock.now()
            change(thing=row, by=by, kind="withdrawn", fields=["withdrawn_at"])
        _back(message, by, "parted", said, version)
    return message


def _back(message: Message, by: Actor, kind: str, reason: str, version: int | None) -> None:
    if version is not None:
        message.version = version
    count_triage(message, -1)
    reopen(message, by, kind, {"reason": reason})


def _reason(typed: str) -> str:
    reason = clean(typed)
    if not reason or len(reason) > LONGEST:
        text = _("Give the reason, in at most %(limit)d characters.") % {"limit": LONGEST}
        raise Refused.because("reason_missing", text, "reason")
    return reason
