"""The pages about people."""

from xiaohao.people.pages.accounts import (
    people_account,
    people_account_active,
    people_account_password,
    people_accounts,
    people_open_account,
)
from xiaohao.people.pages.own import people_me, people_switch
from xiaohao.people.pages.posts import (
    people_end,
    people_hold,
    people_open_post,
    people_post,
    people_post_in_use,
    people_posts,
)
from xiaohao.people.pages.tokens import people_issue, people_revoke, people_tokens

__all__ = [
    "people_account", "people_account_active", "people_account_password", "people_accounts",
    "people_end", "people_hold", "people_issue", "people_me", "people_open_account",
    "people_open_post", "people_post", "people_post_in_use", "people_posts", "people_revoke",
    "people_switch", "people_tokens",
]  # fmt: skip
