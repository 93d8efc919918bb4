"""The draw of a round, the dealing out of its re-checks, and the revealing of its secret."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import SYSTEM, Actor, Nobody, Permission
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paths import ids
from xiaohao.kernel.text import clean
from xiaohao.ledger.models import Problem, Verification
from xiaohao.lookback import rules
from xiaohao.lookback.models import Recheck, Round, Stage
from xiaohao.lookback.queries import frame_text, public_value_of
from xiaohao.lookback.queries.finding import cases_of, checkers
from xiaohao.lookback.queries.proofs import secret_of
from xiaohao.people.models import Post
from xiaohao.trail.actions import change, create_many
from xiaohao.trail.queries import events_of_each
from xiaohao.units.models import Unit

MOST_VALUE = 200
REPORTED = "report"


def draw(*, round_: Round, by: Actor | Nobody, public_value: str = "") -> list[Recheck]:
    """Draw a round that is laid, and deal its re-checks out to posts that had no part.

    Where no such post is left a re-check stands without one, and the event says of how many.

    Args:
        public_value: of the public source named when the round was laid; without such a source it
            is the root of the trail's seal over the laying, and is found here.

    Raises:
        Forbidden, NotFound: the post does not draw, or not there.
        Refused: `already_drawn`, `not_sealed_yet`, `public_value_missing`, `too_long`.
    """
    require_at(by, Permission.LOOK_BACK, round_.unit.path)
    if round_.stage is not Stage.LAID:
        text = _("%(number)s is drawn already, and no round is drawn twice.")
        raise Refused.because("already_drawn", text % {"number": round_.number})
    public = _public(round_, clean(public_value))
    seed = rules.seed(secret_of(round_), public)
    frame = rules.read_frame(frame_text(round_))
    drawn = rules.draw(frame.weights, round_.size, bytes.fromhex(seed))
    with transaction.atomic():
        round_.public_value, round_.seed, round_.drawn_at = public, seed, clock.now()
        fields = ["public_value", "seed", "drawn_at"]
        rows = _rechecks(round_, frame, drawn)
        _deal(round_, rows)
        told = {"public_value": public, "without_post": len(undealt(rows))}
        change(thing=round_, by=by, kind="drawn", fields=fields, data=told)
        create_many(things=rows, by=by, kind="drawn")
    return rows


def _public(round_: Round, given: str) -> str:
    if not round_.source:
        public = public_value_of(round_)
        if not public:
            text = _(
                "The day on which %(number)s was laid is not sealed yet. It is drawn from the root "
                "of that seal: come back after midnight."
            )
            raise Refused.because("not_sealed_yet", text % {"number": round_.number})
        return public
    if not given:
        text = _("Type the value that “%(source)s” gave.") % {"source": round_.source}
        raise Refused.because("public_value_missing", text, "public_value")
    if len(given) > MOST_VALUE:
        text = _("This is too long: at most %(most)s characters.") % {"most": MOST_VALUE}
        raise Refused.because("too_long", text, "public_value")
    return given


def _rechecks(round_: Round, frame: rules.Frame, drawn: rules.Drawn) -> list[Recheck]:
    """A row for each problem drawn, with what stood at its closing."""
    keys = [int(key) for key in frame.ids[drawn.places]]
    problems = Problem.objects.in_bulk(keys)
    units = Unit.objects.in_bulk({ids(problem.path)[-1] for problem in problems.values()})
    checks = _checks(keys)
    reports = _reports(keys)
    due = calendar.add(clock.today(), rules.DAYS_TO_CHECK)
    rows = []
    for place, key, chance in zip(drawn.places, keys, drawn.chances, strict=True):
        problem = problems[key]
        row = Recheck(
            round=round_,
            problem=problem,
            unit=units[ids(problem.path)[-1]],
            code=int(frame.codes[place]),
            weight=int(frame.weights[place]),
            chance=float(np.float64(chance)),
            due=due,
        )
        _closing(row, problem, checks.get(key), reports.get(key, ()))
        rows.append(row)
    return rows


def _closing(
    row: Recheck, problem: Problem, check: Verification | None, reports: Sequence[Any]
) -> None:
    """Put down what stood at the closing, and who had a part in it."""
    row.problem_round = problem.round
    row.closed_at = problem.closed_at
    row.category_id = problem.category_id
    posts = {problem.closed_post_id, *(post for post, _account in reports)}
    accounts = {problem.closed_account, problem.reported_account}
    accounts |= {account for _post, account in reports}
    if check is not None:
        row.verifier_id, row.verifier_unit_id = check.post_id, check.unit_id
        posts.add(check.post_id)
        accounts.add(check.account)
    row.part_posts = sorted(post for post in posts if post is not None)
    row.part_accounts = sorted(account for account in accounts if account is not None)
    if problem.state != "closed":
        # Between laying and drawing it was reopened: that is its result.
        row.result, row.done_at = rules.Result.CAME_BACK, clock.now()


def _checks(keys: list[int]) -> Mapping[int, Verification]:
    """The check that each problem's closing stood on."""
    rows = Verification.objects.filter(problem_id__in=keys, passed=True).order_by("id")
    return {row.problem_id: row for row in rows}


def _reports(keys: list[int]) -> Mapping[int, list[tuple[int | None, int | None]]]:
    """Posts and persons that reported each problem fixed, by the trail."""
    rows = events_of_each("ledger.problem", keys).filter(kind=REPORTED)
    told = list(rows.order_by("id").values_list("thing_id", "by"))
    codes = {by.get("post") for _key, by in told} - {None}
    posts = dict(Post.objects.filter(code__in=codes).values_list("code", "id"))
    found: dict[int, list[tuple[int | None, int | None]]] = {}
    for key, by in told:
        found.setdefault(key, []).append((posts.get(by.get("post")), by.get("account")))
    return found


def _deal(round_: Round, rows: Iterable[Recheck]) -> None:
    """Give each re-check a post, as `rules.deal` says."""
    posts = checkers(round_)
    waiting = Recheck.objects.waiting().filter(post__in=posts).order_by().values_list("post")
    load = dict(waiting.annotate(n=Count("id")))
    todo = {row.problem_id: row for row in rows if not row.result}
    cases = [case for _key, case in sorted(cases_of(todo.values()).items())]
    candidates = [rules.Candidate(post.pk, post.code, post.unit.path) for post in posts]
    for key, post in rules.deal(cases, candidates, load).items():
        todo[key].post_id = post


def undealt(rows: Iterable[Recheck]) -> list[Recheck]:
    """Those still to be checked for which no post is left that had no part."""
    return [row for row in rows if not row.result and row.post_id is None]


def draw_due() -> list[Round]:
    """Draw every round that waits only for the seal over its laying; what was drawn."""
    done = []
    for round_ in Round.objects.filter(drawn_at=None, source="").order_by("id"):
        if public_value_of(round_):
            draw(round_=round_, by=SYSTEM)
            done.append(round_)
    return done


def reveal(*, round_: Round, by: Actor | Nobody) -> Round:
    """Publish the secret of a round whose re-checks are all in: now anybody can repeat the draw.

    Raises:
        Forbidden, NotFound: the post does not draw, or not there.
        Refused: `not_drawn`, `already_revealed`, `rechecks_open`.
    """
    require_at(by, Permission.LOOK_BACK, round_.unit.path)
    if round_.stage is Stage.LAID:
        raise Refused.because("not_drawn", _("This round is not drawn yet."))
    if round_.stage is Stage.REVEALED:
        raise Refused.because("already_revealed", _("The secret of this round is public already."))
    left = Recheck.objects.waiting().filter(round=round_).count()
    if left:
        text = _(
            "%(left)s re-checks have no result yet. While any is open the sample stays unknown, "
            "so that nobody prepares for it."
        )
        raise Refused.because("rechecks_open", text % {"left": left})
    round_.secret, round_.revealed_at = secret_of(round_), clock.now()
    change(
        thing=round_,
        by=by,
        kind="revealed",
        fields=["secret", "revealed_at"],
        data={"secret": round_.secret},
    )
    return round_
