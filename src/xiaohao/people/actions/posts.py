"""Posts, and who holds them for which period."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from xiaohao.kernel import clock
from xiaohao.kernel.access import By, require_at
from xiaohao.kernel.acting import Permission, Role
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.paths import CODE
from xiaohao.kernel.text import clean
from xiaohao.people.actions.keeping import is_last, keep_one, last_one, note, refuse
from xiaohao.people.models import Account, Holding, Post
from xiaohao.people.queries import holdings_of
from xiaohao.trail import actions as trail
from xiaohao.units.models import Unit


def open_post(*, by: By, code: str, title: str, unit: Unit, role: str) -> Post:
    """Open a post at a unit.

    Raises:
        NotFound: the unit lies outside the actor's scope.
        Refused: `missing`, `too_long`, `bad_code`, `unknown_role`, `unit_closed`, `code_taken`.
    """
    post, unmet = _asked_post(by, code, title, unit, role)
    refuse(unmet)
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
        Refused: `own_post`, for the post one acts from; `last_administrator`.
        Stale: the post stands at another version than `expected`.
    """
    refuse(against_in_use(by=by, post=post, in_use=in_use))
    with transaction.atomic():
        if not in_use:
            keep_one(~Q(post=post), goes=Q(post=post))
        post.is_active = in_use
        kind = "post_back_in_use" if in_use else "post_out_of_use"
        trail.change(thing=post, by=by, kind=kind, fields=["is_active"], expected=expected)
    return post


def against_in_use(*, by: By, post: Post, in_use: bool) -> list[Unmet]:
    """What stands in the way of taking a post out of use, or back into it; writes nothing.

    Raises:
        NotFound: as `set_in_use`.
    """
    require_at(by, Permission.MANAGE_PEOPLE, post.unit.path)
    if not in_use and getattr(by, "post_id", None) == post.pk:
        text = _("You act from this post yourself. Let another administrator take it out of use.")
        return [Unmet("own_post", text, "in_use")]
    gone = not in_use and is_last(~Q(post=post), goes=Q(post=post))
    return [last_one("in_use")] if gone else []


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
    refuse(unmet)
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
        Refused: `already_ended`; `own_post`, for the post one acts from; `last_administrator`.
        Stale: the holding stands at another version than `expected`.
    """
    require_at(by, Permission.MANAGE_PEOPLE, holding.post.unit.path)
    day = day or clock.today()
    if not holding.lasts_on(day):
        raise Refused.because("already_ended", _("This holding has ended already."))
    own = getattr(by, "post_id", None), getattr(by, "account_id", None)
    if own == (holding.post_id, holding.account_id):
        text = _("You act from this post yourself. Let another administrator end your holding.")
        raise Refused.because("own_post", text)
    lower = holding.during.lower
    data = {"account": holding.account.username, "post": holding.post.code, "from": day}
    with transaction.atomic():
        keep_one(~Q(pk=holding.pk), goes=Q(pk=holding.pk))
        # What would have begun later never begins: an empty period.
        holding.during = DateRange(lower, day) if lower < day else DateRange(empty=True)
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
    note(holding.post.actor(account_id=account.pk), account, "acts_from", post=holding.post.code)
    return holding.post
