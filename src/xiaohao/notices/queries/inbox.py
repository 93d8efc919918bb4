"""A post's notices, and what it follows."""

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from xiaohao.commitments.queries import happening
from xiaohao.escalation.models import Call
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import WITH_UNIT, Extension, Problem
from xiaohao.ledger.queries import move_words
from xiaohao.notices.models import Follow, Kind, Notice, NoticeQuerySet
from xiaohao.notices.rules.ladder import BY_NAME
from xiaohao.notices.wording import CALL_SENTENCES, ENTRY_PARTS, PART_NAMES, RUNG_NAMES

MOST_SHOWN = 100  # unread ones beyond this are shown as "99+"
# As `Notice.objects.of`, to which a test holds it. Every page asks this, and building it anew took
# ten times as long as the database takes.
_UNREAD = f"""
SELECT count(*) FROM (
    SELECT FROM notices_notice n LEFT JOIN ledger_problem p ON p.id = n.problem_id
    LEFT JOIN commitments_entry l ON l.id = n.entry_id
    WHERE n.post_id = %(post)s AND n.read_at IS NULL
      AND CASE WHEN n.entry_id IS NOT NULL THEN
          l.path >= %(path)s AND l.path < %(after)s
          OR l.origin_path >= %(path)s AND l.origin_path < %(after)s
      WHEN n.kind = 'call' THEN
          EXISTS (SELECT FROM escalation_summons a JOIN escalation_call c ON c.id = a.call_id
                  JOIN units_unit u ON u.id = c.unit_id
                      OR u.id IN (SELECT unit_id FROM escalation_summons WHERE call_id = c.id)
                  WHERE a.id = n.source AND u.path >= %(path)s AND u.path < %(after)s)
      ELSE p.path >= %(path)s AND p.path < %(after)s
           OR p.origin_path >= %(path)s AND p.origin_path < %(after)s
           OR EXISTS (SELECT FROM ledger_cooperation c JOIN units_unit u ON u.id = c.unit_id
                      WHERE c.problem_id = p.id AND c.until IS NULL
                        AND u.path >= %(path)s AND u.path < %(after)s)
           OR n.kind = 'move' AND n.data ->> 'move' = 'recall' AND EXISTS (
                  SELECT FROM ledger_referral r JOIN units_unit u ON u.id = r.unit_id
                  WHERE r.problem_id = p.id AND r.recalled_at IS NOT NULL
                    AND u.path >= %(path)s AND u.path < %(after)s)
      END
    LIMIT {MOST_SHOWN}
) AS few
"""  # noqa: S608 (a number of ours)


def inbox(actor: Actor, kind: str = "", *, unread: bool = False) -> NoticeQuerySet:
    """The post's notices about what it may see, unordered."""
    shown = ("problem__unit", "entry__unit", "entry__problem")
    rows = Notice.objects.of(actor).select_related(*shown).order_by()
    rows = rows.defer(
        *(f"{name}__{heavy}" for name in ("problem", "entry", "entry__problem")
          for heavy in ("search", "text")),
        "problem__unit__search",
        "entry__unit__search",
    )  # fmt: skip
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    return rows.filter(read_at=None) if unread else rows


def unread(actor: Actor) -> int:
    """How many of `inbox` are unread, at most `MOST_SHOWN`; one query that looks at no more."""
    if not actor.may(Permission.SEE_LEDGER):
        return 0
    path = actor.unit_path
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"post": actor.post_id, "path": path, "after": path + AFTER})
        (count,) = cursor.fetchone()
    return int(count)


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


def why(notice: Notice) -> str:
    """Why this post is told of it: its part in the problem, else the kind of notice."""
    if notice.data.get("instead"):
        return _("nobody in post at the unit below")
    if notice.entry_id is not None and "part" in notice.data:
        return str(ENTRY_PARTS[notice.data["part"]])
    part = notice.data.get("as")
    if part in PART_NAMES:
        return str(PART_NAMES[part])
    followed = notice.kind == Kind.MOVE
    return _("followed problem") if followed else str(Kind(notice.kind).label)


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
        case Kind.ENTRY | Kind.ENTRY_LATE:
            return happening(data["move"]) if "move" in data else _("Its deadline has passed")
        case Kind.CALL:
            return str(CALL_SENTENCES[data["what"]]) % {"call": Call(pk=data["call"]).number}
        case _:
            return move_words(data["move"])


def waiting_extensions() -> QuerySet[Extension]:
    """Requests for more time of which nobody who may grant it was told."""
    kept = Notice.objects.filter(kind=Kind.EXTENSION, source=OuterRef("pk"))
    rows = Extension.objects.filter(~Exists(kept), decided_at=None)
    rows = rows.filter(problem__state__in=sorted(WITH_UNIT))
    return rows.select_related("problem__unit").order_by("id")
