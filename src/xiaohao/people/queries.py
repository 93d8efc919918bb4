"""Who is acting, and the gates that everything read passes through."""

from collections.abc import Collection, Iterable
from typing import cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiaohao.kernel import access, clock
from xiaohao.kernel.access import ActingRequest, By, GatedRequest, gate, public
from xiaohao.kernel.acting import CITIZEN, SYSTEM, Actor, Nobody, Permission, Role
from xiaohao.kernel.crypto import fingerprint
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import AFTER
from xiaohao.people.models import Account, Holding, Post, Token
from xiaohao.people.rules import GRANTS

__all__ = [
    "CITIZEN", "SESSION_POST", "SYSTEM", "TOKEN_DAYS", "ActingRequest", "Actor", "GatedRequest",
    "Permission", "Role", "accounts_within", "actor_at", "actor_of", "actor_of_token",
    "find_account", "find_post", "gate", "holdings_of", "holdings_within", "post_by_code",
    "posts_found", "posts_within", "public", "require", "roles_granting", "tokens_within",
]  # fmt: skip

SESSION_POST = "post"
TOKEN_DAYS = 365


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
    return _acting(user.pk, post, posts) if post else None


def _acting(account_id: int, post: Post, posts: Iterable[Post]) -> Actor:
    others = tuple(other.unit.path for other in posts if other.pk != post.pk)
    return post.actor(account_id=account_id, elsewhere=others)


def actor_at(post: Post, account_id: int | None) -> Actor | None:
    """Who acts from `post` when nobody is there to choose it: a job that goes on in his name.

    None when the post is out of use, or the person does not hold it today.
    """
    if account_id is None:
        return post.actor() if post.is_active else None
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    posts = [holding.post for holding in holdings_of(account)] if account else []
    return _acting(account_id, post, posts) if post in posts else None


def actor_of_token(raw: str) -> Actor | None:
    """Who acts with this token; None when it is unknown or expired, or it or its post withdrawn."""
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


def titles(codes: Collection[str | None]) -> dict[str, str]:
    """Titles of the posts with these codes, in use or not."""
    rows = Post.objects.filter(code__in={code for code in codes if code}).order_by()
    return dict(rows.values_list("code", "title"))


def roles_granting(permission: Permission) -> list[Role]:
    """The roles of which each grants `permission`."""
    return sorted(role for role, granted in GRANTS.items() if permission in granted)


def posts_within(actor: By) -> QuerySet[Post]:
    """The posts in the actor's subtree, in use or not."""
    posts = Post.objects.select_related("unit")
    if isinstance(actor, Nobody):
        return posts if actor.covers("") else posts.none()
    path = actor.unit_path
    return posts.filter(unit__path__gte=path, unit__path__lt=path + AFTER)


def posts_found(actor: By, within: str = "", typed: str = "") -> QuerySet[Post]:
    """The posts in the actor's subtree, narrowed.

    Args:
        within: the path of a unit at and below which to look.
        typed: how a code begins, or what stands in a title.
    """
    posts = posts_within(actor)
    if within:
        posts = posts.filter(unit__path__startswith=within)
    if typed:
        posts = posts.filter(Q(code__istartswith=typed) | Q(title__icontains=typed))
    return posts


def find_post(actor: By, code: str) -> Post:
    """The post with that code in the actor's subtree.

    Raises:
        NotFound: there is none there.
    """
    post = posts_within(actor).filter(code=code).first()
    if post is None:
        raise NotFound([Unmet("not_found", _("There is no such post within your scope."), "post")])
    return post


def accounts_within(actor: By) -> QuerySet[Account]:
    """Accounts that hold, or held, a post in the actor's subtree, and those that never held any."""
    here = Holding.objects.filter(account=OuterRef("pk"), post__in=posts_within(actor))
    free = ~Exists(Holding.objects.filter(account=OuterRef("pk")))
    return Account.objects.filter(Exists(here) | free).order_by("username")


def find_account(actor: By, username: str) -> Account:
    """The account of that name, if the actor may see it.

    Raises:
        NotFound: there is none within his scope.
    """
    account = accounts_within(actor).filter(username=username).first()
    if account is None:
        text = _("There is no such account within your scope.")
        raise NotFound([Unmet("not_found", text, "account")])
    return account


def holdings_within(actor: By) -> QuerySet[Holding]:
    """Past, present and coming holdings of posts in the actor's subtree, newest first."""
    holdings = Holding.objects.filter(post__in=posts_within(actor))
    return holdings.select_related("post__unit", "account").order_by("-during", "-id")


def tokens_within(actor: By) -> QuerySet[Token]:
    """Tokens of posts in the actor's subtree, newest first."""
    return Token.objects.filter(post__in=posts_within(actor)).select_related("post__unit")
