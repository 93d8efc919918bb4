"""What was read."""

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.notices.models import Notice
from xiaohao.notices.queries import inbox


def mark_read(*, notice: Notice, by: Actor) -> None:
    """Note that it was read, by whom, and when first; read twice changes nothing."""
    Notice.objects.filter(pk=notice.pk, post_id=by.post_id, read_at=None).update(
        read_at=clock.now(), read_account=by.account_id
    )


def mark_all_read(*, by: Actor, up_to: int) -> int:
    """Mark read what the post had in sight: notices up to the id `up_to`; gives how many."""
    keys = inbox(by, unread=True).filter(pk__lte=up_to).values("pk")
    return Notice.objects.filter(pk__in=keys, read_at=None).update(
        read_at=clock.now(), read_account=by.account_id
    )
