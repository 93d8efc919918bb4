"""Telling posts what they follow, where they were named, and what waits for their word."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import Extension, Mention, Problem
from xiaohao.notices.actions.news import tell_called, tell_concerned
from xiaohao.notices.models import Follow, Kind, Notice
from xiaohao.notices.queries import waiting_extensions
from xiaohao.people.models import Post
from xiaohao.people.queries import roles_granting
from xiaohao.trail.models import Event
from xiaohao.trail.queries import events_of_each

BATCH = 300


def tell() -> int:
    """Everything that posts are still to be told; gives how many notices were written."""
    # Who has a part in it is told so before he is told as a follower: of each event once.
    concerned = tell_concerned() + tell_called()
    return concerned + tell_watching()


def tell_watching() -> int:
    """What posts are told who were named, who may grant more time, or who follow."""
    return _tell_mentioned() + _tell_granting() + _tell_followers()


def _tell_followers() -> int:
    """A notice of each move since the last one told, but not of one's own.

    A problem's events are numbered without a gap by its version, so nothing is missed whatever the
    order in which transactions end.
    """
    told = 0
    while True:
        with transaction.atomic():
            rows = list(
                Follow.objects.filter(until=None, problem__version__gt=F("seen"))
                .select_for_update(of=("self",), skip_locked=True)
                .select_related("problem", "post")
                .defer("problem__search", "problem__text")
                .order_by("id")[:BATCH]
            )
            if not rows:
                return told
            events = _events(rows)
            new = [n for row in rows for n in _moves(row, events.get(row.problem_id, ()))]
            known = Notice.objects.filter(kind=Kind.MOVE, source__in={one.source for one in new})
            done = set(known.order_by().values_list("source", "post_id"))
            new = [one for one in new if (one.source, one.post_id) not in done]
            told += len(Notice.objects.bulk_create(new, ignore_conflicts=True))
            for row in rows:
                row.seen = row.problem.version
            Follow.objects.bulk_update(rows, ["seen"])


def _events(rows: Sequence[Follow]) -> Mapping[int, Sequence[Event]]:
    first = min(row.seen for row in rows)
    keys = {row.problem_id for row in rows}
    found: dict[int, list[Event]] = {}
    events = events_of_each(Problem.trail_label(), keys).filter(seq__gt=first)
    for event in events.order_by("thing_id", "seq"):
        found.setdefault(event.thing_id, []).append(event)
    return found


def _moves(row: Follow, events: Sequence[Event]) -> list[Notice]:
    return [
        Notice(
            post_id=row.post_id,
            problem_id=row.problem_id,
            kind=Kind.MOVE,
            source=event.pk,
            data={"move": event.kind},
            at=event.at,
        )
        for event in events
        if row.seen < event.seq <= row.problem.version and event.by.get("post") != row.post.code
    ]


def _tell_mentioned() -> int:
    told = Notice.objects.filter(kind=Kind.MENTION, source=OuterRef("pk"))
    rows = Mention.objects.filter(~Exists(told)).order_by("id")[:BATCH]
    new = [
        Notice(
            post_id=row.post_id,
            problem_id=row.problem_id,
            kind=Kind.MENTION,
            source=row.pk,
            data={"seq": row.seq},
            at=row.at,
        )
        for row in rows
    ]
    return len(Notice.objects.bulk_create(new, ignore_conflicts=True))


def _tell_granting() -> int:
    """The posts at the next level up at which more time can be granted."""
    new = [
        Notice(
            post_id=post,
            problem_id=row.problem_id,
            kind=Kind.EXTENSION,
            source=row.pk,
            data={"deadline": row.deadline.isoformat()},
            at=clock.now(),
        )
        for row in waiting_extensions()[:BATCH]
        for post in _granting(row)
    ]
    return len(Notice.objects.bulk_create(new, ignore_conflicts=True))


def _granting(row: Extension) -> list[int]:
    above = ids(row.problem.path)[:-1]
    able = roles_granting(Permission.GRANT_EXTENSION)
    posts = Post.objects.filter(unit_id__in=above, is_active=True, role__in=able)
    found = list(posts.order_by("-unit__path", "pk").values_list("pk", "unit_id"))
    return [post for post, unit in found if unit == found[0][1]]
