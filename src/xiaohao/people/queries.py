"""Who is acting, and the gates that everything read passes through."""

from datetime import timedelta
from typing import cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiaohao.kernel import access, clock
from xiaohao.kernel.crypto import fingerprint
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.people.models import Account, Holding, Post, Token
from xiaohao.people.rules import Actor, Permission

SESSION_POST = "post"
ActingRequest, GatedRequest = access.ActingRequest, access.GatedRequest
gate, public = access.gate, access.public


def holdings_of(account: Account) -> QuerySet[Holding]:
    """The posts in use that `account` holds today, with their units."""
    return (
        Holding.objects.filter(
            account=account, during__contains=clock.today(), post__is_active=True
        )
        .select_related("post__unit")
        .order_by("post__code")
    )


def actor_of(request: HttpRequest) -> Actor | None:
    """Who acts in this session: the post chosen last, else the first one held; None without."""
    user = request.user
    if not user.is_authenticated:
        return None
    posts = [holding.post for holding in holdings_of(user)]
    chosen = request.session.get(SESSION_POST)
    post = next((p for p in posts if p.pk == chosen), posts[0] if posts else None)
    return post.actor(account_id=user.pk) if post else None


def actor_of_token(raw: str) -> Actor | None:
    """Who acts with this token; None when it is unknown, expired, revoked or its post not in use."""
    now = clock.now()
    token = (
        Token.objects.select_related("post__unit")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .filter(secret_hash=fingerprint(raw, "token"), revoked_at=None, post__is_active=True)
        .first()
    )
    if token is None:
        return None
    return token.post.actor(scopes=frozenset(Permission(scope) for scope in token.scopes))


def require(actor: Actor | None, permission: Permission) -> Actor:
    """The actor, when he holds `permission`.

    Raises:
        NotFound: nobody is acting; what he may not see is not there.
        Forbidden: the post does not grant it.
    """
    access.require(actor, permission)
    return cast("Actor", actor)


def post_by_code(code: str) -> Post:
    """The post in use with that code.

    Raises:
        NotFound: there is none; names a few that are.
    """
    post = Post.objects.select_related("unit").filter(code=code, is_active=True).first()
    if post is None:
        near = list(
            Post.objects.filter(is_active=True).order_by("code").values_list("code", flat=True)[:12]
        )
        text = _("There is no post “%(code)s” in use. Some that are: %(near)s")
        raise NotFound([Unmet("no_such_post", text % {"code": code, "near": ", ".join(near)})])
    return post


TOKEN_LIFE = timedelta(days=365)
