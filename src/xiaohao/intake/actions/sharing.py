"""Which of a sender's photos the unit may see."""

from collections.abc import Iterable

from django.db import transaction

from xiaohao.intake.models import Message
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.trail.actions import change


def share_photos(*, message: Message, by: Actor, photos: Iterable[int]) -> None:
    """Let the unit see these photos of the message (their ids), and no others.

    Raises:
        NotFound, Forbidden: the actor may not triage here.
        Stale: somebody else has changed the message meanwhile.
    """
    require_at(by, Permission.TRIAGE, message.home.path)
    chosen = sorted(set(photos))
    with transaction.atomic():
        message.photos.filter(pk__in=chosen).update(shared=True)
        message.photos.exclude(pk__in=chosen).update(shared=False)
        shared = list(
            message.photos.filter(shared=True).order_by("id").values_list("id", flat=True)
        )
        change(thing=message, by=by, kind="share_photos", fields=[], data={"photos": shared})
