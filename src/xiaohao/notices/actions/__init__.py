"""Writing: reminders, notices, following, digests."""

from xiaohao.notices.actions.climbing import climb
from xiaohao.notices.actions.following import follow, unfollow
from xiaohao.notices.actions.mailing import lay_out_digests, send_waiting
from xiaohao.notices.actions.news import tell_called, tell_concerned
from xiaohao.notices.actions.reading import mark_all_read, mark_read
from xiaohao.notices.actions.subscribing import confirm_address, subscribe, unsubscribe
from xiaohao.notices.actions.telling import tell, tell_watching

__all__ = [
    "climb", "confirm_address", "follow", "lay_out_digests", "mark_all_read", "mark_read",
    "send_waiting", "subscribe", "tell", "tell_called", "tell_concerned", "tell_watching",
    "unfollow", "unsubscribe",
]  # fmt: skip
