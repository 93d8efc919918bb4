"""Keys of programs that act from a post."""

import datetime as dt
import secrets
from collections.abc import Iterable

from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.access import By, require_at
from xiaohao.kernel.acting import Permission, Role
from xiaohao.kernel.crypto import fingerprint
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.people.actions.keeping import refuse
from xiaohao.people.models import Post, Token
from xiaohao.people.queries import TOKEN_DAYS
from xiaohao.people.rules import GRANTS
from xiaohao.trail import actions as trail

ALL = "all"
LONGEST_TOKEN = 3 * 366  # days


def issue_token(
    *,
    by: By,
    post: Post,
    scopes: Iterable[str] | str = ALL,
    name: str = "",
    days: int = TOKEN_DAYS,
) -> tuple[Token, str]:
    """Issue a token for a program acting from `post`; returns it with its secret, shown once.

    Args:
        by: within whose scope the post must lie.
        post: what it acts from.
        scopes: names of permissions, or "all" for all that the post's role grants today.
        name: what it is for.
        days: how long it is good.

    Raises:
        NotFound: the post lies outside the actor's scope.
        Refused: `post_not_in_use`, `no_scope`, `unknown_scope`, `scope_not_granted`,
            `out_of_range`.
    """
    require_at(by, Permission.ISSUE_TOKENS, post.unit.path)
    granted = GRANTS[Role(post.role)]
    wanted = sorted(str(scope) for scope in (granted if scopes == ALL else set(scopes)))
    refuse([*_bad_scopes(wanted, granted, post), *_bad_term(post, days)])
    raw = f"xh_{secrets.token_urlsafe(32)}"
    now = clock.now()
    token = Token(
        post=post,
        name=clean(name)[:80],
        prefix=raw[:8],
        secret_hash=fingerprint(raw, "token"),
        scopes=wanted,
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    data = {"post": post.code, "scopes": wanted, "days": days, "prefix": token.prefix}
    trail.create(thing=token, by=by, kind="token_issued", data=data)
    return token, raw


def revoke_token(*, by: By, token: Token, expected: int | None = None) -> Token:
    """Make the token worthless at once.

    Raises:
        NotFound: its post lies outside the actor's scope.
        Refused: `already_revoked`.
        Stale: the token stands at another version than `expected`.
    """
    require_at(by, Permission.ISSUE_TOKENS, token.post.unit.path)
    if token.revoked_at:
        raise Refused.because("already_revoked", _("This token has been revoked already."))
    token.revoked_at = clock.now()
    data = {"post": token.post.code, "prefix": token.prefix}
    trail.change(
        thing=token,
        by=by,
        kind="token_revoked",
        fields=["revoked_at"],
        data=data,
        expected=expected,
    )
    return token


def _bad_scopes(wanted: list[str], granted: frozenset[Permission], post: Post) -> Iterable[Unmet]:
    if not wanted:
        yield Unmet("no_scope", _("Name at least one permission."), "scopes")
    for scope in wanted:
        told = {"scope": scope, "post": post.code}
        if scope not in list(Permission):
            text = _("There is no permission “%(scope)s”.")
            yield Unmet("unknown_scope", text % told, "scopes")
        elif Permission(scope) not in granted:
            text = _("The post %(post)s does not have the permission “%(scope)s” itself.")
            yield Unmet("scope_not_granted", text % told, "scopes")


def _bad_term(post: Post, days: int) -> Iterable[Unmet]:
    if not post.is_active:
        yield Unmet("post_not_in_use", _("The post is not in use."), "post")
    if not 1 <= days <= LONGEST_TOKEN:
        text = _("A token is good for 1 to %(most)s days.") % {"most": LONGEST_TOKEN}
        yield Unmet("out_of_range", text, "days")
