"""The pages of notices."""

from xiaohao.notices.pages.inbox import (
    notices_follow,
    notices_inbox,
    notices_open,
    notices_read,
)
from xiaohao.notices.pages.ladder import notices_ladder
from xiaohao.notices.pages.mail import notices_confirm, notices_mail, notices_stop

__all__ = [
    "notices_confirm", "notices_follow", "notices_inbox", "notices_ladder", "notices_mail",
    "notices_open", "notices_read", "notices_stop",
]  # fmt: skip
