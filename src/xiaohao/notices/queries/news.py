"""What happened lately, and who is told of it for his part in the problem."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from xiaohao.escalation.models import Summons
from xiaohao.escalation.queries import DECIDE, decider
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import Extension, Problem, Verification
from xiaohao.notices.models import Kind, Notice
from xiaohao.notices.queries.ladders import line_of, posts_in_line
from xiaohao.notices.rules.ladder import To
from xiaohao.notices.rules.ladder import receivers as held
from xiaohao.notices.rules.news import NEWS, Whom
from xiaohao.people.models import Post
from xiaohao.people.queries import roles_granting
from xiaohao.trail.models import Event
from xiaohao.units.models import Unit

Line = Mapping[int, Post]


def happened(after: int, since: datetime) -> QuerySet[Event]:
    """Events of problems since then, beyond that entry, of kinds that are news to somebody.

    What a sheet brings in is handed on as it is registered, thousands at once: a handing on by
    itself changes something, and says so.
    """
    rows = Event.objects.filter(
        label=Problem.trail_label(), kind__in=sorted(NEWS), id__gt=after, at__gte=since
    )
    return rows.filter(~Q(kind="refer") | Q(data__has_key="changed")).order_by("id")


def reached(event: Event, problem: Problem) -> dict[int, Whom]:
    """The posts that are told of an event, and in which part; never the one that did it."""
    posts = posts_in_line([problem])
    found: dict[int, Whom] = {}
    for whom in NEWS[event.kind]:
        for post in _OF[whom](event, problem, posts):
            if post.code != event.by.get("post") and _learns(post, whom, problem):
                found.setdefault(post.pk, whom)
    return found


def _learns(post: Post, whom: Whom, problem: Problem) -> bool:
    """Whether he may know of it: what was taken back from his unit he sees no more, and is told."""
    return whom is Whom.FORMER or _sees(post.actor(), problem)


def _sees(actor: Actor, problem: Problem) -> bool:
    rows = Problem.objects.filter(pk=problem.pk)
    return rows.visible_to(actor).exists() or rows.helped_by(actor).exists()


def _unit(_e: Event, problem: Problem, posts: Line) -> list[Post]:
    return _held(To.HANDLER, problem, posts) if problem.unit_id else []


def _former(event: Event, _problem: Problem, _p: Line) -> list[Post]:
    """The handlers of the unit that had it until then, or its leaders where there are none."""
    at = Q(unit__code=event.data.get("unit") or "")
    return _posts(at, Permission.HANDLE) or _posts(at, Permission.REPORT_FIXED)


def _leaders(_e: Event, problem: Problem, posts: Line) -> list[Post]:
    return _held(To.LEADER, problem, posts) if problem.unit_id else []


def _held(to: To, problem: Problem, posts: Line) -> list[Post]:
    lead = problem.lead_id if problem.lead_id in posts else None
    return [posts[key] for key in held((to,), line_of(problem, posts), lead)]


def _office(_e: Event, problem: Problem, _p: Line) -> list[Post]:
    """Who refers at the office that registered it, and at the unit that had handed it on."""
    last = problem.referrals.select_related("by_unit").order_by("-id").first()
    by = last.by_unit if last else None
    paths = dict.fromkeys([problem.origin_path, *([by.path] if by else [])])
    return [post for path in paths for post in nearest(path, [Permission.REFER])]


def _arbiter(event: Event, problem: Problem, _p: Line) -> list[Post]:
    named = problem.arbiter if event.data.get("arbiter") else None
    return nearest(named.path, [Permission.REFER]) if named else []


def _above(event: Event, _problem: Problem, _p: Line) -> list[Post]:
    """Who is asked: by the unit itself, or next, since the level below has declined."""
    code = event.data.get("next") or event.data.get("above") or ""
    named = Unit.objects.filter(code=code).first()
    unit = decider(named.path) if named else None
    return nearest(unit.path, DECIDE) if unit else []


def _asker(event: Event, problem: Problem, _p: Line) -> list[Post]:
    rows = Extension.objects.filter(problem=problem, decided_at__lte=event.at)
    last = rows.select_related("asked_post__unit").order_by("-id").first()
    return [last.asked_post] if last else []


def _checker(event: Event, problem: Problem, _p: Line) -> list[Post]:
    rows = Verification.objects.filter(problem=problem, passed=True, at__lte=event.at)
    last = rows.select_related("post__unit").order_by("-id").first()
    return [last.post] if last else []


def _lead(event: Event, _problem: Problem, _p: Line) -> list[Post]:
    code = event.data.get("lead")
    return _posts(Q(code=code)) if code else []


def _helpers(event: Event, problem: Problem, _p: Line) -> list[Post]:
    """Of the units that help since this event, not of those that did so before."""
    new = problem.cooperations.filter(until=None, since__gte=event.at, unit__code__in=_codes(event))
    return _posts(Q(unit__in=new.order_by("id").values("unit_id")), Permission.HANDLE)


def _codes(event: Event) -> Sequence[str]:
    return list(event.data.get("partners") or ())


def nearest(path: str, permissions: Iterable[Permission]) -> list[Post]:
    """The posts in use that grant one of these, at the unit or the nearest one above it."""
    found = _posts(Q(unit__in=ids(path)), *permissions)
    nearest = max((post.unit.path for post in found), default="")
    return [post for post in found if post.unit.path == nearest]


def _posts(which: Q, *permissions: Permission) -> list[Post]:
    rows = Post.objects.filter(which, is_active=True).select_related("unit").order_by("code")
    if permissions:
        rows = rows.filter(role__in={r for one in permissions for r in roles_granting(one)})
    return list(rows)


_OF = {
    Whom.UNIT: _unit,
    Whom.FORMER: _former,
    Whom.LEADERS: _leaders,
    Whom.OFFICE: _office,
    Whom.ARBITER: _arbiter,
    Whom.ABOVE: _above,
    Whom.ASKER: _asker,
    Whom.CHECKER: _checker,
    Whom.LEAD: _lead,
    Whom.HELPERS: _helpers,
}


def calls_to_tell(since: datetime) -> dict[str, QuerySet[Summons]]:
    """Departments called, silent or answered since then of which the next one was not yet told."""
    told = Notice.objects.filter(kind=Kind.CALL, source=OuterRef("pk"))
    rows = Summons.objects.filter(call__at__gte=since, call__withdrawn_at=None)
    rows = rows.select_related("call", "unit", "told_unit").order_by("id")
    own, above = (
        told.filter(post__unit=OuterRef("unit")),
        told.filter(post__unit=OuterRef("told_unit")),
    )
    caller = told.filter(post=OuterRef("call__post"))
    return {
        "called": rows.filter(~Exists(own), answered_at=None, arrived_at=None),
        "silent": rows.filter(~Exists(above), silent_at__isnull=False, told_unit__isnull=False),
        "answered": rows.filter(~Exists(caller), answered_at__isnull=False).exclude(
            answered_post=F("call__post")
        ),
    }


def at_call(summons: Summons, what: str) -> list[Post]:
    """Who is told of it: the department, its superior, or the post that called."""
    if what == "answered":
        return _posts(Q(pk=summons.call.post_id))
    if what == "silent":
        return _posts(Q(unit=summons.told_unit), Permission.REFER, Permission.REPORT_FIXED)
    return _posts(Q(unit=summons.unit), Permission.HANDLE, Permission.REPORT_FIXED)
