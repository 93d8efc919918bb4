"""Reading notices and ladders."""

from xiaohao.notices.queries.inbox import (
    MOST_SHOWN,
    find_notice,
    follows,
    inbox,
    told,
    unread,
    waiting_extensions,
    why,
)
from xiaohao.notices.queries.laddered import (
    entries_on_ladders,
    entries_on_the_page,
    on_the_page,
    problems_on_ladders,
)
from xiaohao.notices.queries.ladders import Climb, climbs, ladder_of, posts_in_line
from xiaohao.notices.queries.mails import (
    Told,
    digest_of,
    mail_is_set_up,
    mail_state,
    since_last,
    telling,
)
from xiaohao.notices.rules.ladder import Reach, Standing
from xiaohao.notices.wording import RUNG_NAMES

__all__ = [
    "MOST_SHOWN", "RUNG_NAMES", "Climb", "Reach", "Standing", "Told", "climbs", "digest_of",
    "entries_on_ladders", "entries_on_the_page", "find_notice", "follows", "inbox",
    "ladder_of", "mail_is_set_up", "mail_state", "on_the_page", "posts_in_line",
    "problems_on_ladders", "since_last", "telling", "told", "unread", "waiting_extensions", "why",
]  # fmt: skip
