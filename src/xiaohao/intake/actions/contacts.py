"""Looking at who sent a message: only with a reason, and never without a trace."""

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.intake.models import Message
from xiaohao.intake.queries.finding import sender_of
from xiaohao.intake.rules.sender import Sender
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import note

CONTACT = "intake.contact"
SHORTEST, LONGEST = 2, 500


def look_at_contact(*, message: Message, by: Actor, reason: str) -> Sender:
    """Who sent the message and how he is reached; the look stands on the trail with its reason.

    Raises:
        NotFound: the actor may not see the message (it is about his own unit, or not his area).
        Forbidden: his post does not allow it.
        Refused: no reason given.
    """
    require_at(by, Permission.SEE_CONTACT, message.home.path)
    if not Message.objects.visible_to(by).filter(pk=message.pk).exists():
        raise NotFound([Unmet("not_found", _("There is no such message."))])
    said = clean(reason)
    if not SHORTEST <= len(said) <= LONGEST:
        text = _("Say why you need it, in at most %(limit)d characters.") % {"limit": LONGEST}
        raise Refused.because("reason_missing", text, "reason")
    with transaction.atomic():
        note(label=CONTACT, thing_id=message.pk, by=by, kind="look", data={"reason": said})
        return sender_of(message)
