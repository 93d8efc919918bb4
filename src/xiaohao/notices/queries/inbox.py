"""A post's notices, and what it follows."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.ledger.models import WITH_UNIT, Extension, Problem
from xiaohao.ledger.queries import move_words
from xiaohao.notices.models import Follow, Kind, Notice, NoticeQuerySet
from xiaohao.notices.rules.ladder import BY_NAME
from xiaohao.notices.wording import RUNG_NAMES

MOST_SHOWN = 100  # unread ones beyond this are shown as "99+"


def inbox(actor: Actor, kind: str = "", *, unread: bool = False) -> NoticeQuerySet:
    """The post's notices about what it may see, unordered."""
    rows = Notice.objects.of(actor).select_related("problem__unit").order_by()
    rows = rows.defer("problem__search", "problem__text", "problem__unit__search")
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    return rows.filter(read_at=None) if unread else rows


def unread(actor: Actor) -> int:
    """How many are unread, at most `MOST_SHOWN`; one query that looks at no more than that."""
    rows = Notice.objects.of(actor).filter(read_at=None).order_by()
    return len(rows.values_list("pk", flat=True)[:MOST_SHOWN])


def find_notice(actor: Actor, key: int) -> Notice:
    """One of the post's own notices.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = inbox(actor).filter(pk=key).first()
    if row is None:
        raise NotFound([Unmet("not_found", _("There is no such notice."))])
    return row


def follows(actor: Actor, problem: Problem) -> Follow | None:
    """The post's following of this problem, while it lasts."""
    return Follow.objects.filter(post_id=actor.post_id, problem=problem, until=None).first()


def told(notice: Notice) -> str:
    """What the notice says, in the reader's language; nothing from the problem's text."""
    data = notice.data
    match notice.kind:
        case Kind.REMINDER | Kind.ESCALATION:
            return str(RUNG_NAMES[data["rung"]]) if data["rung"] in BY_NAME else data["rung"]
        case Kind.MENTION:
            return _("Your post was named in a comment")
        case Kind.EXTENSION:
            return _("More time is asked for, until %(day)s") % {"day": data["deadline"]}
        case _:
            return move_words(data["move"])


def waiting_extensions() -> QuerySet[Extension]:
    """Requests for more time of which nobody who may grant it was told."""
    kept = Notice.objects.filter(kind=Kind.EXTENSION, source=OuterRef("pk"))
    rows = Extension.objects.filter(~Exists(kept), decided_at=None)
    rows = rows.filter(problem__state__in=sorted(WITH_UNIT))
    return rows.select_related("problem__unit").order_by("id")
