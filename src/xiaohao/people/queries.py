"""Who is acting, and the gates that everything read passes through."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from xiaohao.kernel import access, clock
from xiaohao.kernel.access import ActingRequest, By, GatedRequest, gate, public
from xiaohao.kernel.acting import CITIZEN, SYSTEM, Actor, Nobody, Permission, Role
from xiaohao.kernel.crypto import fingerprint
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import AFTER
from xiaohao.people.models import Account, Holding, Post, Token
from xiaohao.people.presence import (
    attended,
    attended_above,
    empty_since,
    has_anybody,
    held_today,
    left_empty,
    lowest_with,
    periods_of,
    somebody_may,
)
from xiaohao.people.rules import roles_granting
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Change
from xiaohao.units.models import Unit

__all__ = [
    "CITIZEN",
    "SESSION_POST",
    "SYSTEM",
    "TOKEN_DAYS",
    "ActingRequest",
    "Actor",
    "FieldWords",
    "GatedRequest",
    "InWords",
    "Permission",
    "Role",
    "accounts_within",
    "actor_at",
    "actor_of",
    "actor_of_token",
    "attended",
    "attended_above",
    "empty_since",
    "field_rows",
    "find_account",
    "find_post",
    "gate",
    "happened_since",
    "has_anybody",
    "held_today",
    "holdings_of",
    "holdings_within",
    "left_empty",
    "lowest_with",
    "of_one_field",
    "periods_of",
    "post_by_code",
    "post_of",
    "posts_found",
    "posts_of",
    "posts_within",
    "public",
    "require",
    "roles_granting",
    "somebody_may",
    "tokens_within",
    "who_acted",
]  # fmt: skip

SESSION_POST = "post"
_POSTS = "_posts_held"  # where a request keeps what it has asked
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


def posts_of(request: HttpRequest) -> list[Post]:
    """The posts in use that whoever is logged in holds today; asked once in a request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    asked: tuple[int, list[Post]] | None = getattr(request, _POSTS, None)
    if asked is None or asked[0] != user.pk:  # a log-in in between
        asked = (user.pk, [holding.post for holding in holdings_of(user)])
        setattr(request, _POSTS, asked)
    return asked[1]


def actor_of(request: HttpRequest) -> Actor | None:
    """Who acts in this session: the post chosen last, else the first one held; None without."""
    user = request.user
    if not user.is_authenticated:
        return None
    posts = posts_of(request)
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


def who_acted(events: Iterable[Event]) -> Callable[[Event], str]:
    """Who acted in each of these events, by unit and post and never by name; two queries."""
    say = _speaker([event.by for event in events])
    return lambda event: say(event.by)


def _speaker(known: Sequence[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], str]:
    """How each of these actors of the trail is called."""
    posts = titles([by.get("post") for by in known])
    keys = {by["unit"] for by in known if by.get("unit") is not None}
    rows = Unit.objects.filter(pk__in=keys).only("name", "short_name").order_by("pk")
    units = {unit.pk: unit.shown for unit in rows}

    def said(by: Mapping[str, Any]) -> str:
        if by.get("role") == CITIZEN.name:
            return _("a reporter")
        code = by.get("post")
        if code is None:
            return _("the system")
        parts = [units.get(by.get("unit", 0), ""), posts.get(code, code)]
        return " · ".join(part for part in parts if part)

    return said


def happened_since(
    changes: Iterable[Mapping[str, Any]], words: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What a stale write is told (`Stale.changes`), as the component `stale` takes it.

    Args:
        changes: what happened meanwhile.
        words: what each kind of event is called; a kind without words is shown by its name.

    Returns:
        `{"at", "by", "what"}` each, the actor by unit and post.
    """
    found = list(changes)
    say = _speaker([change["by"] for change in found])
    return [
        {
            "at": parse_datetime(change["at"]),
            "by": say(change["by"]),
            "what": _(words.get(change["kind"], change["kind"])),
        }
        for change in found
    ]


def post_of(actor: Actor) -> str:
    """The post that somebody acts from, by unit and title; one query."""
    return Post.objects.select_related("unit").get(pk=actor.post_id).told


class InWords(Protocol):
    """How a room speaks of its fields."""

    def label(self, field: str) -> str:
        """What the field is called."""

    def of(self, field: str, value: Any) -> Any:
        """A value as people read it: a text, a number, a date or a moment; None for nothing."""

    def happened(self, event: Event) -> str:
        """What came with the change."""


ReadBy = Mapping[str, Callable[[Any], Any]]  # how the values of a field are read


class FieldWords:
    """Fields in words, as most rooms need it.

    Args:
        labels: what each field is called; a field of a part is `part.id.field`.
        happened: what each kind of event is called.
        values: for fields whose values are codes: how one is read.
        parts: what a part is called, by `part.id`.
    """

    def __init__(
        self,
        labels: Mapping[str, str],
        happened: Mapping[str, Any],
        values: ReadBy,
        parts: Mapping[str, str] | None = None,
    ) -> None:
        self.labels, self.kinds, self.values = labels, happened, values
        self.parts = parts or {}

    def label(self, field: str) -> str:
        """What the field is called, after the part that it belongs to."""
        part, _dot, name = field.rpartition(".")
        label = _(self.labels.get(name, name))
        return f"{self.parts.get(part, part)} · {label}" if part else label

    def of(self, field: str, value: Any) -> Any:
        """A value as people read it."""
        name = field.rpartition(".")[2]
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if name in self.values:
            return self.values[name](value)
        return _day_or_moment(value) if isinstance(value, str) else value

    def happened(self, event: Event) -> str:
        """What came with the change."""
        return _(self.kinds.get(event.kind, event.kind))


def _day_or_moment(text: str) -> Any:
    if not re.match(r"\d{4}-\d\d-\d\d(T|$)", text):
        return text
    return (parse_datetime(text) if "T" in text else parse_date(text)) or text


def field_rows(found: Sequence[Change], words: InWords) -> list[dict[str, Any]]:
    """Changes of fields as the component `changes` takes them, newest first.

    Returns:
        `{"field", "label", "at", "by", "move", "before", "after", "entry"}` each.
    """
    newest_first = sorted(found, key=lambda change: -change.event.pk)
    by = who_acted({change.event.pk: change.event for change in newest_first}.values())
    return [
        {
            "field": change.field,
            "label": words.label(change.field),
            "at": change.event.at,
            "by": by(change.event),
            "move": words.happened(change.event),
            "before": words.of(change.field, change.before),
            "after": words.of(change.field, change.after),
            "entry": f"{change.event.label}/{change.event.thing_id}#{change.event.seq}",
        }
        for change in newest_first
    ]


def of_one_field(
    rows: Sequence[dict[str, Any]], field: str
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """The changes of one field (all for one that is not there), and the fields to choose from."""
    choices = {row["field"]: str(row["label"]) for row in reversed(rows)}
    chosen = [row for row in rows if field not in choices or row["field"] == field]
    return chosen, list(choices.items())


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
