"""What a digest tells, and how mail stands."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse

from xiaohao.kernel import clock
from xiaohao.notices.models import Digest, Mail, Notice
from xiaohao.notices.queries.inbox import told, why
from xiaohao.people.models import Account, Post
from xiaohao.people.queries import holdings_of

LINES = 40  # of one post in one mail; the rest is counted
STALLED = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in a mail: a number, what happened, a deadline. Never a title, never a text."""

    number: str
    href: str
    kind: str
    words: str
    deadline: dt.date | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What one post is told."""

    post: Post
    lines: Sequence[Line]
    total: int


def digest_of(account: Account) -> Digest | None:
    """How this person wants to be told."""
    return Digest.objects.filter(account=account).first()


def telling(account: Account, since: dt.datetime, until: dt.datetime) -> list[Told]:
    """Unread notices of each post that the account holds now, of things which it may see now."""
    found = []
    for holding in holdings_of(account):
        actor = holding.post.actor(account_id=account.pk)
        rows = Notice.objects.of(actor).filter(read_at=None, at__gt=since, at__lte=until)
        rows = rows.select_related("problem", "entry__problem").defer(
            "problem__search", "problem__text", "entry__search", "entry__text",
            "entry__problem__search", "entry__problem__text",
        )  # fmt: skip
        total = rows.order_by().count()
        if total:
            lines = [_line(row) for row in rows.order_by("-id")[:LINES]]
            found.append(Told(holding.post, lines, total))
    return found


def _line(row: Notice) -> Line:
    return Line(
        row.about.number,
        reverse("notices_open", args=[row.pk]),
        why(row),
        told(row),
        _until(row) if row.has_deadline else None,
        row.at,
    )


def _until(row: Notice) -> dt.date | None:
    return row.entry.due if row.entry else row.about.deadline


def since_last(digest: Digest, usual: dt.datetime) -> dt.datetime:
    """Where a digest goes on: where the last one ended of which it is known that it told all.

    Where none is known, it goes back to the first that may not have left; 31 days at most.
    """
    rows = digest.mails.filter(kind=Mail.Kind.DIGEST)
    known = rows.filter(ended_at__isnull=False, trouble="").order_by("-until").first()
    first = rows.order_by("since").first()
    begin = known.until if known else first.since if first else usual
    return max(begin or usual, usual - dt.timedelta(days=31))


def mail_state() -> dict[str, int]:
    """How many mails wait, failed for good, and may or may not have left."""
    stalled = clock.now() - STALLED
    return Mail.objects.aggregate(
        waiting=Count("pk", filter=Q(ended_at=None, begun_at=None)),
        failed=Count("pk", filter=Q(sent=False, ended_at__isnull=False) & ~Q(trouble="")),
        unclear=Count("pk", filter=Q(ended_at=None, begun_at__lt=stalled)),
    )


def mail_is_set_up() -> bool:
    """Whether this installation can send mail."""
    return bool(settings.XIAOHAO_MAIL)
