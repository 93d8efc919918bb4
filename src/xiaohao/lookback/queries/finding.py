"""Rounds and re-checks, as far as somebody may see them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from xiaohao.figures.queries import behind
from xiaohao.kernel.acting import Actor, Permission, Role
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import AFTER, WIDTH, ids
from xiaohao.ledger.models import Cooperation, Evidence, Problem
from xiaohao.lookback.models import RESULT_NAMES, Photo, Recheck, RecheckQuerySet, Round
from xiaohao.lookback.rules import Case, farness, had_part
from xiaohao.people.models import Post
from xiaohao.people.queries import find_post
from xiaohao.triage.queries import category_lines
from xiaohao.units.models import Unit

DONE, FAILED = "done", "failed"  # of a result in an address: any, and any but “fixed”
# Roles that may verify; whether a post really may is asked of the post itself.
CHECKERS = (Role.OFFICE, Role.VERIFIER, Role.GUIDANCE)


def _gone(text: str) -> NotFound:
    return NotFound([Unmet("not_found", text)])


def rounds(actor: Actor) -> QuerySet[Round]:
    """Rounds the actor may see, with how many re-checks are done, failed, left and nobody's."""
    return (
        Round.objects.visible_to(actor)
        .select_related("unit", "post")
        .annotate(
            done=Count("rechecks", filter=~Q(rechecks__result="")),
            false=Count("rechecks", filter=Q(rechecks__result="not_fixed")),
            left=Count("rechecks", filter=Q(rechecks__result="")),
            without_post=Count("rechecks", filter=Q(rechecks__result="", rechecks__post=None)),
        )
    )


def find_round(actor: Actor, key: int) -> Round:
    """One round.

    Raises:
        NotFound: there is none, or not for him.
    """
    found = rounds(actor).filter(pk=key).first()
    if found is None:
        raise _gone(_("There is no such look-back round in your area."))
    return found


def listed(actor: Actor) -> RecheckQuerySet:
    """Re-checks the actor may see, with what a list shows of them."""
    shown = ("problem", "unit", "category", "post__unit", "verifier", "round__unit")
    rows = Recheck.objects.visible_to(actor).select_related(*shown)
    return rows.defer("problem__search", "problem__text", "unit__search")


def narrowed(actor: Actor, get: Mapping[str, str]) -> RecheckQuerySet:
    """Re-checks the actor may see, narrowed by the address: mine, of a problem or round, by result.

    Also those behind an estimate: by the unit that drew (`owner`), the days after closing (`wave`),
    the unit whose closings they are (`unit`) and their category, with those below it; and by the
    post that had verified them (`verifier`).

    Raises:
        NotFound: a figure or unit that the actor may not know of.
    """
    rows = listed(actor)
    if get.get("figure"):
        return rows.filter(pk__in=figure_ids(actor, {name: str(get[name]) for name in get}))
    if get.get("mine") == "1":
        rows = rows.filter(post_id=actor.post_id)
    if get.get("number"):
        rows = rows.filter(problem_id=Problem.id_of(get["number"]) or 0)
    if get.get("round"):
        rows = rows.filter(round_id=Round.id_of(get["round"]) or 0)
    rows = _estimated(rows, get)
    if get.get("result") == "open":
        return rows.waiting()
    if get.get("result") == DONE:
        return rows.exclude(result="")
    if get.get("result") == FAILED:
        return rows.exclude(result__in=["", "fixed"])
    if get.get("result") in RESULT_NAMES:
        return rows.filter(result=get["result"])
    return rows


def _estimated(rows: RecheckQuerySet, get: Mapping[str, str]) -> RecheckQuerySet:
    """Those of the rounds, the closings and the category that an address names."""
    if get.get("owner"):
        rows = rows.filter(round__unit__code=get["owner"])
    if get.get("wave", "").isdecimal():
        rows = rows.filter(round__wave=int(get["wave"][:4]))
    if get.get("unit"):
        path = Unit.objects.filter(code=get["unit"]).values_list("path", flat=True).first() or "~"
        rows = rows.filter(unit__path__gte=path, unit__path__lt=f"{path}~")
    if get.get("verifier"):
        rows = rows.filter(verifier__code=get["verifier"])
    if get.get("category"):
        lines = category_lines().items()
        below = [pk for pk, line in lines if get["category"] in {one.code for one in line}]
        rows = rows.filter(category__in=below)
    return rows


def find_recheck(actor: Actor, key: int) -> Recheck:
    """One re-check.

    Raises:
        NotFound: there is none, or not for him.
    """
    shown = ("problem__category", "problem__unit", "unit", "category", "post__unit", "round__unit")
    rows = Recheck.objects.visible_to(actor).select_related(*shown, "verifier")
    found = rows.filter(pk=key).first()
    if found is None:
        raise _gone(_("There is no such re-check that you can see."))
    return found


def find_photo(actor: Actor, recheck: int, key: int) -> Photo:
    """A photo of a re-check.

    Raises:
        NotFound: there is none, or not for him.
    """
    rows = Photo.objects.filter(recheck=find_recheck(actor, recheck)).select_related("file")
    found = rows.filter(pk=key).first()
    if found is None:
        raise _gone(_("There is no such file."))
    return found


def to_check(actor: Actor) -> RecheckQuerySet:
    """What the actor's post still has to check again, for his workbench."""
    rows = Recheck.objects.waiting().filter(post_id=actor.post_id)
    return rows.select_related("problem", "unit")


def figure_ids(actor: Actor, words: Mapping[str, str]) -> Any:
    """Ids of the records behind the figure that an address names.

    Raises:
        NotFound: no such figure, or a unit out of sight.
        Refused: `bad_time`, `in_future`.
    """
    return behind(actor, words).ids


def cases_of(rows: Iterable[Recheck]) -> dict[int, Case]:
    """The closings of re-checks as the rule about parts sees them, by the ids of their problems."""
    rows = list(rows)
    posts = {post for row in rows for post in row.part_posts}
    at = dict(Post.objects.filter(pk__in=posts).order_by("pk").values_list("pk", "unit__path"))
    verified = Unit.objects.in_bulk({row.verifier_unit_id for row in rows} - {None})
    helpers: dict[int, set[str]] = {}
    helping = Cooperation.objects.filter(problem__in=[row.problem_id for row in rows], until=None)
    for key, path in helping.order_by("id").values_list("problem_id", "unit__path"):
        helpers.setdefault(key, set()).add(path)
    return {
        row.problem_id: Case(
            row.problem_id,
            row.unit.path,
            frozenset(row.part_posts),
            frozenset(row.part_accounts),
            frozenset(
                [at[post] for post in row.part_posts if post in at]
                + [verified[key].path for key in [row.verifier_unit_id] if key in verified]
            ),
            frozenset(helpers.get(row.problem_id, ())),
        )
        for row in rows
    }


def case_of(recheck: Recheck) -> Case:
    """The closing as the rule about parts sees it."""
    return cases_of([recheck])[recheck.problem_id]


def reach(round_: Round) -> str:
    """The path under which all posts lie that may check for a round: its unit's and those beside.

    A superior of it may check too. Beside, because of its own unit mostly none is left that had no
    part: then another district's post goes (crosswise).
    """
    return round_.unit.path[:-WIDTH] or round_.unit.path


def checkers(round_: Round) -> list[Post]:
    """Posts in use that may verify: within a round's reach, and above it."""
    rows = Post.objects.filter(is_active=True, role__in=CHECKERS).select_related("unit")
    path = reach(round_)
    inside = Q(unit__path__gte=path, unit__path__lt=path + AFTER)
    rows = rows.filter(inside | Q(unit_id__in=ids(path))).order_by("code")
    return [post for post in rows if post.actor().may(Permission.VERIFY)]


def posts_free_for(recheck: Recheck) -> list[Post]:
    """Posts that had no part in this one, in the order in which the draw would ask them."""
    case = case_of(recheck)
    free = [post for post in checkers(recheck.round) if not had_part(case, post.pk, post.unit.path)]
    return sorted(free, key=lambda post: (farness(case, post.unit.path), post.code))


def post_for(actor: Actor, recheck: Recheck, code: str) -> Post:
    """The post of that code that is to check: one of those that are free for it, or of his area.

    Raises:
        NotFound: there is none there.
    """
    free = {post.code: post for post in posts_free_for(recheck)}
    return free.get(code) or find_post(actor, code)


def find_proof(actor: Actor, recheck: int, key: int) -> Evidence:
    """A piece of the proof at the time, for whoever may see the re-check: he is to compare.

    Raises:
        NotFound: there is none, or not for him.
    """
    found = find_recheck(actor, recheck)
    rows = found.problem.evidence.filter(round=found.problem_round).select_related("file")
    proof = rows.filter(pk=key).first()
    if proof is None:
        raise _gone(_("There is no such file."))
    return proof
