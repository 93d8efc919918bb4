"""Mail: a row first, then the server, then what became of it."""

import smtplib
from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from xiaohao.kernel import clock, tenancy
from xiaohao.notices.actions.subscribing import link
from xiaohao.notices.models import Digest, Mail
from xiaohao.notices.queries import mail_is_set_up, since_last, telling
from xiaohao.notices.rules.digest import MOST_TRIES, Rhythm, pause, period

BATCH = 500


def lay_out_digests() -> int:
    """A row for each digest whose period has ended and that has none; gives how many.

    Run twice, or by two workers, it adds nothing: a digest has one row a period.
    """
    if not mail_is_set_up():
        return 0
    made, now = 0, clock.now()
    rows = Digest.objects.filter(verified_at__isnull=False).exclude(rhythm=Rhythm.OFF)
    for row in rows.select_related("account").order_by("id").iterator(BATCH):
        found = period(Rhythm(row.rhythm), now)
        if found is None or not row.account.is_active:
            continue
        if row.mails.filter(kind=Mail.Kind.DIGEST, period=found.key).exists():
            continue
        _mail, new = Mail.objects.get_or_create(
            digest=row,
            kind=Mail.Kind.DIGEST,
            period=found.key,
            defaults={
                "address": row.address,
                "since": since_last(row, found.since),
                "until": found.until,
                "made_at": now,
                "next_at": now,
            },
        )
        made += new
    return made


def send_waiting() -> int:
    """Send the mails that wait; gives how many left.

    A mail is begun in a transaction of its own before the server is spoken to, so that no second
    worker, and no worker after a crash, sends it again.
    """
    if not mail_is_set_up():
        return 0
    left = 0
    while (mail := _begin()) is not None:
        left += _send(mail)
    return left


def _begin() -> Mail | None:
    with transaction.atomic():
        mail = (
            Mail.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(begun_at=None, ended_at=None, next_at__lte=clock.now())
            .select_related("digest__account")
            .order_by("next_at", "id")
            .first()
        )
        if mail is not None:
            mail.begun_at, mail.tries = clock.now(), mail.tries + 1
            mail.save(update_fields=["begun_at", "tries"])
        return mail


def _send(mail: Mail) -> bool:
    with translation.override(mail.digest.language):
        message = _digest(mail) if mail.kind == Mail.Kind.DIGEST else _confirmation(mail)
    if message is None:
        return _end(mail, sent=False)
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as trouble:
        # Said by the server, or before it had the mail: it did not leave, and is tried again.
        return _put_off(mail, f"{type(trouble).__name__}: {trouble}"[:200])
    return _end(mail, sent=True)


def _end(mail: Mail, *, sent: bool) -> bool:
    mail.ended_at, mail.sent, mail.trouble = clock.now(), sent, ""
    mail.save(update_fields=["ended_at", "sent", "trouble"])
    return sent


def _put_off(mail: Mail, trouble: str) -> bool:
    mail.trouble = trouble
    if mail.tries >= MOST_TRIES:
        mail.ended_at = clock.now()
    else:
        mail.begun_at, mail.next_at = None, clock.now() + pause(mail.tries)
    mail.save(update_fields=["trouble", "ended_at", "begun_at", "next_at"])
    return False


def _digest(mail: Mail) -> EmailMultiAlternatives | None:
    """The digest; None where nothing is unread, or he no longer wants it."""
    row = mail.digest
    wanted = row.rhythm != Rhythm.OFF and row.address == mail.address and row.verified_at
    if not wanted or mail.since is None or mail.until is None:
        return None
    told = telling(row.account, mail.since, mail.until)
    if not told:
        return None
    total = sum(one.total for one in told)
    stop = link("notices_stop", row, mail.address)
    context = {
        "told": told,
        "total": total,
        "until": mail.until,
        "url": tenancy.address(settings.XIAOHAO_URL),
        "stop": stop,
    }
    subject = _("Xiaohao: %(n)s unread notices") % {"n": total}
    message = _message(mail, subject, "digest", context)
    message.extra_headers["List-Unsubscribe"] = f"<{stop}>"
    message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def _confirmation(mail: Mail) -> EmailMultiAlternatives | None:
    row = mail.digest
    if row.address != mail.address or row.verified_at:
        return None
    context = {
        "link": link("notices_confirm", row, mail.address),
        "url": tenancy.address(settings.XIAOHAO_URL),
    }
    return _message(mail, _("Xiaohao: confirm your e-mail address"), "confirmation", context)


def _message(
    mail: Mail, subject: str, name: str, context: Mapping[str, object]
) -> EmailMultiAlternatives:
    text = render_to_string(f"notices/mail/{name}.txt", dict(context))
    message = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [mail.address])
    message.attach_alternative(
        render_to_string(f"notices/mail/{name}.html", dict(context)), "text/html"
    )
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "xiaohao"
    # The same for every try, so that a mailbox can tell a second copy.
    message.extra_headers["Message-ID"] = f"<{mail.kind}.{mail.pk}@{domain}>"
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    return message
