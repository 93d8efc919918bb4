"""Writing accounts, posts, holdings and tokens; each on the trail.

Nobody gives a role or a permission at a unit outside his own subtree. Within it an administrator
may open a post of any role, also for himself: he is the one who sets people up. What he cannot do
is to do it unseen: the post, the holding and the token each have their event, his post on it.
"""

from xiaohao.people.actions.accounts import open_account, reset_password, set_active
from xiaohao.people.actions.keeping import ACCOUNT
from xiaohao.people.actions.posts import (
    against_in_use,
    against_post,
    choose_post,
    end_holding,
    hold_post,
    open_post,
    set_in_use,
)
from xiaohao.people.actions.tokens import ALL, LONGEST_TOKEN, issue_token, revoke_token

__all__ = [
    "ACCOUNT",
    "ALL",
    "LONGEST_TOKEN",
    "against_in_use",
    "against_post",
    "choose_post",
    "end_holding",
    "hold_post",
    "issue_token",
    "open_account",
    "open_post",
    "reset_password",
    "revoke_token",
    "set_active",
    "set_in_use",
]
