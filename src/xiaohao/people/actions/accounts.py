"""Accounts: opened, shut out, let in again; their passwords."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.access import By, require
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.people.actions.keeping import keep_one, note, refuse
from xiaohao.people.models import Account, Holding


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
    refuse(_unfit(account, password))
    try:
        with transaction.atomic():
            account.save(force_insert=True)
            note(by, account, "account_opened", username=account.username)
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
    refuse(_unfit(account, password))
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        note(by, account, "password_reset")
    return password


def set_active(*, by: By, account: Account, active: bool) -> Account:
    """Shut the account out, or let it in again. It keeps its posts and its past.

    Raises:
        NotFound: the account holds a post outside the actor's scope.
        Refused: `own_account`, for shutting oneself out; `last_administrator`.
    """
    _require_whole(by, account)
    if not active and getattr(by, "account_id", None) == account.pk:
        raise Refused.because("own_account", _("You cannot shut yourself out."))
    with transaction.atomic():
        if not active:
            keep_one(~Q(account=account), goes=Q(account=account))
        account.is_active = active
        account.save(update_fields=["is_active"])
        note(by, account, "account_let_in" if active else "account_shut_out")
    return account


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
