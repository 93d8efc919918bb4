"""Writing accounts, posts, holdings and tokens; each on the trail.

Nobody gives a role or a permission at a unit outside his own subtree. Within it an administrator
may open a post of any role, also for himself: he is the one who sets people up. What he cannot do
is to do it unseen: the post, the holding and the token each have their event, his post on it.
"""

import datetime as dt
import secrets
from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from xiaohao.kernel import clock
from xiaohao.kernel.access import By, require, require_at
from xiaohao.kernel.acting import Permission, Role
from xiaohao.kernel.crypto import fingerprint
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.paths import CODE
from xiaohao.kernel.text import clean
from xiaohao.people.models import Account, Holding, Post, Token
from xiaohao.people.queries import TOKEN_DAYS, holdings_of
from xiaohao.people.rules import GRANTS
from xiaohao.trail import actions as trail
from xiaohao.units.models import Unit

ALL = "all"
LONGEST_TOKEN = 3 * 366  # days
ACCOUNT = "people.account"


def open_account(
    *, by: By, username: str, display_name: str = "", password: str = ""
) -> tuple[Account, str]:
    """Open an account; returns it with its password (a random one where none was given).

    The password is shown to whoever opened the account, once; only its hash is kept.

    Raises:
        Refused: `username_taken`, or what is wrong with the name or the password.
    """
    require(by, Permission.MANAGE_PEOPLE)
    password = password or secrets.token_urlsafe(12)
    account = Account(username=clean(username), display_name=clean(display_name))
    account.set_password(password)
    _refuse(_unfit(account, password))
    try:
        with transaction.atomic():
            account.save(force_insert=True)
            _note(by, account, "account_opened", username=account.username)
    except IntegrityError:
        text = _("There is an account of this name already.")
        raise Refused.because("username_taken", text, "username") from None
    return account, password


def reset_password(*, by: By, account: Account, password: str = "") -> str:
    """Give the account another password and end its sessions; returns the password.

    Raises:
        NotFound: the account holds a post outside the actor's scope.
        Refused: the password is too weak.
    """
    _require_whole(by, account)
    password = password or secrets.token_urlsafe(12)
    _refuse(_unfit(account, password))
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        _note(by, account, "password_reset")
    return password


def set_active(*, by: By, account: Account, active: bool) -> Account:
    """Shut the account out, or let it in again. It keeps its posts and its past.

    Raises:
        NotFound: the account holds a post outside the actor's scope.
        Refused: `own_account`, for shutting oneself out.
    """
    _require_whole(by, account)
    if not active and getattr(by, "account_id", None) == account.pk:
        raise Refused.because("own_account", _("You cannot shut yourself out."))
    with transaction.atomic():
        account.is_active = active
        account.save(update_fields=["is_active"])
        _note(by, account, "account_let_in" if active else "account_shut_out")
    return account


def open_post(*, by: By, code: str, title: str, unit: Unit, role: str) -> Post:
    """Open a post at a unit.

    Raises:
        NotFound: the unit lies outside the actor's scope.
        Refused: `missing`, `too_long`, `bad_code`, `unknown_role`, `unit_closed`, `code_taken`.
    """
    post, unmet = _asked_post(by, code, title, unit, role)
    _refuse(unmet)
    try:
        data = {"code": post.code, "role": role, "unit": unit.code}
        trail.create(thing=post, by=by, kind="post_opened", data=data)
    except IntegrityError:
        raise Refused([_code_taken()]) from None
    return post


def against_post(*, by: By, code: str, title: str, unit: Unit, role: str) -> list[Unmet]:
    """What stands in the way of opening such a post; writes nothing.

    Raises:
        NotFound: as `open_post`.
    """
    post, unmet = _asked_post(by, code, title, unit, role)
    return [*unmet, *([_code_taken()] if Post.objects.filter(code=post.code).exists() else [])]


def _asked_post(by: By, code: str, title: str, unit: Unit, role: str) -> tuple[Post, list[Unmet]]:
    require_at(by, Permission.MANAGE_PEOPLE, unit.path)
    post = Post(code=clean(code), title=clean(title), unit=unit, role=role)
    unmet = []
    for field, value, most in (("code", post.code, 40), ("title", post.title, 120)):
        if not value:
            unmet.append(Unmet("missing", _("This is needed."), field))
        elif len(value) > most:
            unmet.append(
                Unmet("too_long", _("At most %(most)s characters.") % {"most": most}, field)
            )
    if post.code and not CODE.fullmatch(post.code):
        text = _("A code is made of letters, digits, points, dashes and underlines.")
        unmet.append(Unmet("bad_code", text, "code"))
    if role not in list(Role):
        unmet.append(Unmet("unknown_role", _("Choose one of those offered."), "role"))
    if unit.closed_on:
        unmet.append(Unmet("unit_closed", _("The unit is closed."), "unit"))
    return post, unmet


def _code_taken() -> Unmet:
    return Unmet("code_taken", _("There is a post with this code already."), "code")


def set_in_use(*, by: By, post: Post, in_use: bool, expected: int | None = None) -> Post:
    """Take the post out of use (its holders and tokens lose it at once), or back into use.

    Raises:
        NotFound: the post lies outside the actor's scope.
        Stale: the post stands at another version than `expected`.
    """
    require_at(by, Permission.MANAGE_PEOPLE, post.unit.path)
    post.is_active = in_use
    kind = "post_back_in_use" if in_use else "post_out_of_use"
    trail.change(thing=post, by=by, kind=kind, fields=["is_active"], expected=expected)
    return post


def hold_post(
    *,
    by: By,
    account: Account,
    post: Post,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Holding:
    """Let the account hold the post from `since` (today) up to and including `until` (open).

    Raises:
        NotFound: the post lies outside the actor's scope.
        Refused: `post_not_in_use`, `account_shut_out`, `period_backwards`, `already_held`.
    """
    require_at(by, Permission.MANAGE_PEOPLE, post.unit.path)
    since = since or clock.today()
    unmet = []
    if not post.is_active:
        unmet.append(Unmet("post_not_in_use", _("The post is not in use."), "post"))
    if not account.is_active:
        unmet.append(Unmet("account_shut_out", _("The account is shut out."), "account"))
    if until and until < since:
        unmet.append(Unmet("period_backwards", _("The period ends before it begins."), "until"))
    _refuse(unmet)
    upper = until + dt.timedelta(days=1) if until else None
    holding = Holding(account=account, post=post, during=DateRange(since, upper))
    try:
        data = {"account": account.username, "post": post.code, "since": since, "until": until}
        trail.create(thing=holding, by=by, kind="post_held", data=data)
    except IntegrityError:
        text = _("The account holds this post in that period already.")
        raise Refused.because("already_held", text, "post") from None
    return holding


def end_holding(
    *, by: By, holding: Holding, day: dt.date | None = None, expected: int | None = None
) -> Holding:
    """End a holding: from `day` (today) on the account no longer holds the post.

    Raises:
        NotFound: the post lies outside the actor's scope.
        Refused: `already_ended`.
        Stale: the holding stands at another version than `expected`.
    """
    require_at(by, Permission.MANAGE_PEOPLE, holding.post.unit.path)
    day = day or clock.today()
    if not holding.lasts_on(day):
        raise Refused.because("already_ended", _("This holding has ended already."))
    lower = holding.during.lower
    # What would have begun later never begins: an empty period.
    holding.during = DateRange(lower, day) if lower < day else DateRange(empty=True)
    data = {"account": holding.account.username, "post": holding.post.code, "from": day}
    trail.change(
        thing=holding,
        by=by,
        kind="post_given_up",
        fields=["during"],
        data=data,
        expected=expected,
    )
    return holding


def choose_post(*, account: Account, post_id: int) -> Post:
    """Act from another of the posts that the account holds today; noted on the account.

    Raises:
        NotFound: the account does not hold that post today.
    """
    holding = holdings_of(account).filter(post_id=post_id).first()
    if holding is None:
        raise NotFound([Unmet("not_found", _("You do not hold this post."))])
    _note(holding.post.actor(account_id=account.pk), account, "acts_from", post=holding.post.code)
    return holding.post


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
    _refuse([*_bad_scopes(wanted, granted, post), *_bad_term(post, days)])
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


def _require_whole(by: By, account: Account) -> None:
    """Only whoever covers all posts of an account may take hold of it: else he could act beyond.

    All that it holds or will hold, in use or not: a password set today opens them tomorrow.
    """
    require(by, Permission.MANAGE_PEOPLE)
    lasting = Q(during__upper_inf=True) | Q(during__endswith__gt=clock.today())
    held = Holding.objects.filter(lasting, account=account).order_by("id")
    paths = held.values_list("post__unit__path", flat=True)
    if not all(by.covers(path) for path in paths):
        raise NotFound([Unmet("not_found", _("There is no such account within your scope."))])


def _unfit(account: Account, password: str) -> list[Unmet]:
    unmet = []
    for field in account._meta.fields:
        if field.name not in {"username", "display_name"}:
            continue
        try:
            field.clean(getattr(account, field.name), account)
        except ValidationError as said:
            unmet += [Unmet("invalid", text, field.name) for text in said.messages]
    try:
        validate_password(password, account)
    except ValidationError as said:
        unmet += [Unmet("weak_password", text, "password") for text in said.messages]
    return unmet


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


def _refuse(unmet: Iterable[Unmet]) -> None:
    if found := list(unmet):
        raise Refused(found)


def _note(by: By, account: Account, what: str, **data: str) -> None:
    trail.note(label=ACCOUNT, thing_id=account.pk, by=by, kind=what, data=data)
