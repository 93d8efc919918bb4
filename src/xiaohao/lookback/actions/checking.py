"""A re-check: who does it, and what was found."""

from collections.abc import Sequence
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.figures.actions import Delta, add
from xiaohao.files.actions import store
from xiaohao.kernel import clock
from xiaohao.kernel.access import require, require_at
from xiaohao.kernel.acting import SYSTEM, Actor, Nobody, Permission
from xiaohao.kernel.errors import Forbidden, Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.lookback.actions.drawing import reveal
from xiaohao.lookback.models import RESULT_NAMES, Photo, Recheck, Round
from xiaohao.lookback.queries.finding import case_of, reach
from xiaohao.lookback.rules import Result, had_part
from xiaohao.people.models import Post
from xiaohao.trail.actions import change, create, stale

LONGEST_NOTE = 2000
MOST_PHOTOS = 6


def part_sentence(part: str) -> str:
    """Why somebody may not check this closing again."""
    return {
        "own_unit": _("This unit was itself responsible. Somebody of another unit must look."),
        "same_post": _("This post reported, verified or closed it. Another post must look."),
        "answers": _(
            "This unit, or one that it answers for or stands under, reported, verified or closed "
            "it. Choose a post above their common superior, or in another branch of it."
        ),
        "helped": _("This unit helped with the fix. Somebody of another unit must look."),
        "same_person": _("You reported, verified or closed it yourself. Somebody else must look."),
    }[part]


def assign(
    *, recheck: Recheck, by: Actor | Nobody, post: Post, version: int | None = None
) -> Recheck:
    """Give a re-check to a post that had no part in the closing.

    Raises:
        Stale: somebody else wrote first.
        Forbidden, NotFound: the actor does not draw, or not there.
        Refused: `already_done`, `had_part`, `cannot_check`, `out_of_its_area`.
    """
    require_at(by, Permission.LOOK_BACK, recheck.round.unit.path)
    _unchanged(recheck, version)
    if recheck.result:
        raise _done()
    part = had_part(case_of(recheck), post.pk, post.unit.path)
    if part:
        raise Refused.because("had_part", part_sentence(part), "post")
    if not post.is_active or not post.actor().may(Permission.VERIFY):
        text = _(
            "This post does not verify. Choose a verifier's, a guidance member's, an office's."
        )
        raise Refused.because("cannot_check", text, "post")
    area = reach(recheck.round)
    if not (post.unit.path.startswith(area) or area.startswith(post.unit.path)):
        text = _("This post lies outside the area in which this round is checked.")
        raise Refused.because("out_of_its_area", text, "post")
    recheck.post = post
    change(thing=recheck, by=by, kind="assigned", fields=["post"], data={"post": post.code})
    return recheck


def record(
    *,
    recheck: Recheck,
    by: Actor,
    result: str,
    note: str,
    photos: Sequence[tuple[str, BinaryIO]] = (),
    version: int | None = None,
) -> Recheck:
    """Put down what was found on site; what is not fixed is reopened, and counts.

    Args:
        result: `fixed` or `not_fixed`; `came_back` alone when it was reopened before.
        note: what was seen.
        photos: name and content of each.

    Raises:
        Stale: somebody else wrote first.
        Forbidden: it is another post's, or the person had a part in the closing.
        Refused: `already_done`, `bad_result`, `note_missing`, `too_long`, `too_many_files`; and
            what `files.actions.store` refuses.
    """
    require(by, Permission.VERIFY)
    _unchanged(recheck, version)
    note = clean(note)
    _may(recheck, by)
    _check(recheck, result, note, photos)
    with transaction.atomic():
        recheck.result, recheck.note, recheck.done_at = result, note, clock.now()
        recheck.account = by.account_id
        fields = ["result", "note", "done_at", "account"]
        told = {"result": result, "note": note}
        change(thing=recheck, by=by, kind="checked", fields=fields, data=told)
        _keep(recheck, by, photos)
        if result == Result.NOT_FIXED:
            _reopen(recheck, by, note)
        _count(recheck)
        _reveal_when_done(recheck.round)
    return recheck


def _unchanged(recheck: Recheck, version: int | None) -> None:
    if version is not None and version != recheck.version:
        raise stale(recheck, version)


def _done() -> Refused:
    text = _("This re-check has its result already, and a result stands.")
    return Refused.because("already_done", text)


def _may(recheck: Recheck, by: Actor) -> None:
    if recheck.post_id != by.post_id:
        text = _("This re-check is another post's. The office can give it to yours.")
        raise Forbidden([Unmet("not_yours", text)])
    case = case_of(recheck)
    part = had_part(case, by.post_id, by.unit_path, by.account_id)
    if part == "answers":  # judged when the post was given; what stood before that stands
        part = ""
    # Nobody becomes another person by acting from another post of his.
    others = (had_part(case, by.post_id, path, by.account_id) for path in by.elsewhere)
    part = part or next(filter(None, others), "")
    if part:
        raise Forbidden([Unmet("had_part", part_sentence(part))])


def _check(
    recheck: Recheck, result: str, note: str, photos: Sequence[tuple[str, BinaryIO]]
) -> None:
    if recheck.result:
        raise _done()
    unmet = []
    open_results = possible(recheck)
    if result not in open_results:
        names = " / ".join(str(RESULT_NAMES[Result(one)]) for one in open_results)
        text = _("Say what was found: %(results)s.") % {"results": names}
        unmet.append(Unmet("bad_result", text, "result"))
    if not note:
        unmet.append(Unmet("note_missing", _("Write down what you saw on site."), "note"))
    if len(note) > LONGEST_NOTE:
        text = _("This is too long: at most %(most)s characters.") % {"most": LONGEST_NOTE}
        unmet.append(Unmet("too_long", text, "note"))
    if len(photos) > MOST_PHOTOS:
        text = _("Choose at most %(most)d files.") % {"most": MOST_PHOTOS}
        unmet.append(Unmet("too_many_files", text, "photos"))
    if unmet:
        raise Refused(unmet)


def possible(recheck: Recheck) -> list[str]:
    """The results that may be given: of a problem that came back already, only that it did."""
    if recheck.came_back:
        return [Result.CAME_BACK.value]
    return [Result.FIXED.value, Result.NOT_FIXED.value]


def _keep(recheck: Recheck, by: Actor, photos: Sequence[tuple[str, BinaryIO]]) -> None:
    for name, content in photos:
        file = store(by=by, name=name, content=content, purpose="photo", field="photos")
        row = Photo(recheck=recheck, file=file, at=clock.now())
        create(thing=row, by=by, kind="photo", data={"sha256": file.sha256})


def _reopen(recheck: Recheck, by: Actor, note: str) -> None:
    problem = Problem.objects.select_related("unit", "category").get(pk=recheck.problem_id)
    text = _("Look-back %(round)s, re-check %(key)s: not fixed. %(note)s") % {
        "round": recheck.round.number,
        "key": recheck.pk,
        "note": note,
    }
    ledger.move(problem=problem, move="reopen", by=by, reason=text[:2000])


def _count(recheck: Recheck) -> None:
    metrics = [("lookback.checked", recheck.unit.path)]
    if recheck.result == Result.NOT_FIXED:
        metrics.append(("lookback.false_closings", recheck.unit.path))
        if recheck.verifier_unit is not None:
            metrics.append(("lookback.false_checks", recheck.verifier_unit.path))
    add(
        Delta(
            metric=metric,
            path=path,
            thing_id=recheck.pk,
            category_id=recheck.category_id,
            channel=recheck.problem.channel,
        )
        for metric, path in metrics
        if recheck.result != Result.CAME_BACK
    )


def _reveal_when_done(round_: Round) -> None:
    """With the last result in, the secret may be known."""
    if not Recheck.objects.waiting().filter(round=round_).exists():
        fresh = Round.objects.select_related("unit").get(pk=round_.pk)
        if fresh.revealed_at is None:
            reveal(round_=fresh, by=SYSTEM)
