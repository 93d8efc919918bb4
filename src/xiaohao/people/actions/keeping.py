"""What every change of accounts, posts and tokens keeps to."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from xiaohao.kernel import clock, locks
from xiaohao.kernel.access import By
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.people.models import Account, Holding
from xiaohao.people.queries import roles_granting
from xiaohao.trail import actions as trail

ACCOUNT = "people.account"


def is_last(rest: Q, *, goes: Q) -> bool:
    """Whether nobody who sets people up would be left.

    Args:
        rest: the holdings that stay.
        goes: those that go; where no administrator is among them, it is no matter of theirs.
    """
    able = Holding.objects.filter(
        during__contains=clock.today(),
        account__is_active=True,
        post__is_active=True,
        post__role__in=roles_granting(Permission.MANAGE_PEOPLE),
    )
    return able.filter(goes).exists() and not able.filter(rest).exists()


def keep_one(rest: Q, *, goes: Q) -> None:
    """Refuse `last_administrator` as `is_last` says, in one transaction with what is written.

    Two administrators who shut each other out at once wait for each other here.
    """
    locks.hold("administrators")
    if is_last(rest, goes=goes):
        raise Refused([last_one()])


def last_one(field: str | None = None) -> Unmet:
    """Why the last one stays, and what to do."""
    text = _(
        "Nobody else sets up accounts and posts here. Let somebody else hold an administrator’s "
        "post first."
    )
    return Unmet("last_administrator", text, field)


def refuse(unmet: Iterable[Unmet]) -> None:
    """Refuse with every reason there is."""
    if found := list(unmet):
        raise Refused(found)


def note(by: By, account: Account, what: str, **data: str) -> None:
    """Note on the account, which keeps no version, what was done to it."""
    trail.note(label=ACCOUNT, thing_id=account.pk, by=by, kind=what, data=data)
