"""Who wants a digest, where to; and no longer."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.kernel import clock, locks, tenancy, tokens
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.notices.models import Digest, Mail
from xiaohao.notices.queries import digest_of
from xiaohao.notices.rules.digest import Rhythm
from xiaohao.people.models import Account
from xiaohao.trail.actions import change, create

CONFIRM, STOP = "notices.confirm", "notices.stop"
DAYS_TO_CONFIRM = 3
MOST_CONFIRMATIONS = 5  # mails to confirm an address, per account and day


def subscribe(*, account: Account, by: Actor, rhythm: str, address: str, language: str) -> Digest:
    """Set how often and where to; a new address gets a mail that asks to confirm it.

    Raises:
        Refused: `no_such_rhythm`, `bad_address`, `too_many_confirmations`.
    """
    address = _checked(rhythm, address)
    with transaction.atomic():
        locks.hold(f"notices.digest:{account.pk}")
        row = digest_of(account) or Digest(account=account, address="")
        moved = address != row.address
        row.rhythm, row.address, row.language = rhythm, address, language
        row.verified_at = None if moved else row.verified_at
        data = {"rhythm": rhythm}
        if not row.version:
            create(thing=row, by=by, kind="subscribe", data=data)
        else:
            fields = ["rhythm", "address", "language", "verified_at"]
            change(thing=row, by=by, kind="subscribe", fields=fields, data=data)
        if address and row.verified_at is None and rhythm != Rhythm.OFF:
            _ask_to_confirm(row)
    return row


def _checked(rhythm: str, address: str) -> str:
    if rhythm not in list(Rhythm):
        text = _("Choose how often: never, every morning or on Mondays.")
        raise Refused.because("no_such_rhythm", text, "rhythm")
    address = address.strip()
    if not address and rhythm == Rhythm.OFF:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        text = _("This is no e-mail address. Write it like name@example.org.")
        raise Refused.because("bad_address", text, "address") from None
    return address


def _ask_to_confirm(row: Digest) -> None:
    today = clock.start_of(clock.today())
    asked = row.mails.filter(kind=Mail.Kind.VERIFY, made_at__gte=today).count()
    if asked >= MOST_CONFIRMATIONS:
        text = _("%(n)s mails to confirm an address went out today. Try again tomorrow.")
        raise Refused.because("too_many_confirmations", text % {"n": MOST_CONFIRMATIONS}, "address")
    now = clock.now()
    Mail.objects.create(
        digest=row,
        kind=Mail.Kind.VERIFY,
        period=f"verify:{row.version}",
        address=row.address,
        made_at=now,
        next_at=now,
    )


def link(name: str, row: Digest, address: str) -> str:
    """An address that proves that the mail to `address` was read."""
    salt = CONFIRM if name == "notices_confirm" else STOP
    token = tokens.dumps([row.pk, address], salt=salt)
    return f"{tenancy.address(settings.XIAOHAO_URL)}{reverse(name, args=[token])}"


def _opened(token: str, salt: str, days: int | None) -> Digest:
    try:
        key, address = tokens.loads(token, salt=salt, max_age=days and days * 86400)
    except (tokens.BadSignature, ValueError, TypeError):
        row = None
    else:
        row = Digest.objects.select_for_update().filter(pk=key, address=address).first()
    if row is None:
        text = _("This link is no longer valid. Ask for a new one on the page of your notices.")
        raise NotFound([Unmet("bad_link", text)])
    return row


def confirm_address(*, token: str) -> Digest:
    """The address is his who could read the mail; done twice changes nothing.

    Raises:
        NotFound: the link is broken, too old, or of an address given before.
    """
    with transaction.atomic():
        row = _opened(token, CONFIRM, DAYS_TO_CONFIRM)
        if row.verified_at is None:
            row.verified_at = clock.now()
            change(thing=row, by=SYSTEM, kind="confirm", fields=["verified_at"])
    return row


def unsubscribe(*, token: str) -> Digest:
    """No more digests; done twice changes nothing. The link holds as long as the address does.

    Raises:
        NotFound: the link is broken, or of an address given before.
    """
    with transaction.atomic():
        row = _opened(token, STOP, None)
        if row.rhythm != Rhythm.OFF:
            row.rhythm = Rhythm.OFF
            change(thing=row, by=SYSTEM, kind="unsubscribe", fields=["rhythm"])
    return row
