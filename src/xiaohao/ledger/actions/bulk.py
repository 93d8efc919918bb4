"""One move of many problems: looked at first, then made one by one by the ledger's one door.

Nothing here makes a move by itself. Each problem is its own transaction with compare-and-set on
the version that was looked at: it is done whole or not at all, and the others go on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.errors import Answer, Forbidden, NotFound, Refused, Stale, Unmet
from xiaohao.ledger.actions.given import read
from xiaohao.ledger.models import Bulk, BulkRow, Problem
from xiaohao.ledger.queries import (
    begun_of_many,
    entry_of,
    facts_of_many,
    find,
    referred_by_of,
)
from xiaohao.ledger.rules import MOVES, Facts, Need, unmet
from xiaohao.ledger.wording import MOVE_NAMES, put
from xiaohao.people.models import Post
from xiaohao.people.queries import actor_at
from xiaohao.trail.actions import note

# What many problems can be done to at once: each of these is judged the same way for every one.
BULK_MOVES = (
    "refer", "recall", "accept", "grant_extension", "comment", "ask", "close", "merge", "withdraw",
    "correct",
)  # fmt: skip
MOST = 1000  # problems at once
DRAFTS_LIVE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of one problem: nothing stands in the way when `unmet` is empty."""

    problem: Problem
    unmet: Sequence[Unmet] = ()
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would do to many problems.

    Attributes:
        will, will_not: the problems, in the order in which they were chosen.
        trouble: what is missing or wrong in the inputs, which are the same for all.
    """

    will: Sequence[Verdict] = ()
    will_not: Sequence[Verdict] = ()
    trouble: Sequence[Unmet] = field(default_factory=list)


def offered_moves(by: Actor) -> list[tuple[str, str]]:
    """The moves that a post may ask of many problems: name and label."""
    granted = [(n, MOVES[n].permission) for n in BULK_MOVES]
    return [(n, _(MOVE_NAMES[n])) for n, needed in granted if needed and by.may(needed)]


def look(
    *, by: Actor, move: str, problems: Sequence[Problem], given: Mapping[str, Any],
    versions: Mapping[int, int] | None = None,
) -> Preview:  # fmt: skip
    """What `move` would do to each problem, in a fixed number of queries (merging: one more each).

    Args:
        by: whoever asks; `problems` are those he may see.
        move: a name in `BULK_MOVES`.
        problems: as they stand now.
        given: the inputs as typed, the same for all.
        versions: the version of each that he had looked at; those that moved on are stale.
    """
    if not problems:
        return Preview()
    facts = _facts(move, problems)
    common, trouble = read(problems[0], by, move, given) if move != "merge" else ({}, [])
    verdicts, troubled = [], {need.code: need for need in trouble}
    for problem in problems:
        if versions and versions[problem.pk] != problem.version:
            verdicts.append(Verdict(problem, [_moved_on()], stale=True))
            continue
        inputs, wrong = read(problem, by, move, given) if move == "merge" else (common, [])
        named = {need.field for need in [*trouble, *wrong]}
        found = unmet(move, facts[problem.pk], by, inputs)
        needs = [*wrong, *(need for need in found if need.field not in named)]
        asked = [need for need in needs if _is_input(move, need, inputs)]
        troubled |= {need.code: need for need in asked}
        verdicts.append(Verdict(problem, [put(n) for n in needs if n not in asked]))
    return Preview(
        [one for one in verdicts if not one.unmet],
        [one for one in verdicts if one.unmet],
        [put(need) for need in troubled.values()],
    )


def _facts(move: str, problems: Sequence[Problem]) -> Mapping[int, Facts]:
    """The facts of each, with those that only this move asks for."""
    facts = facts_of_many(problems)
    begun = begun_of_many(problems) if move == "withdraw" else {}
    by = referred_by_of(problems) if move == "recall" else {}
    entries = {row.pk: entry_of(row) for row in problems} if move == "correct" else {}
    return {
        key: replace(one, begun=begun.get(key), referred_by=by.get(key), entry=entries.get(key))
        for key, one in facts.items()
    }


def _is_input(move: str, need: Need, inputs: Mapping[str, Any]) -> bool:
    """Whether it is about what was typed for all, not about this problem."""
    if need.code == "target_itself":
        return False
    if need.code == "nothing_corrected":  # where something was chosen, this one stands so already
        return not inputs.get("category")
    return bool(need.field) and str(need.field).split(".")[0] in MOVES[move].inputs


def _moved_on() -> Unmet:
    return Unmet("stale", _("Somebody else has changed it since you looked at it."), "version")


def select(*, by: Actor, move: str, problems: Sequence[Problem]) -> Bulk:
    """Keep a selection, each problem at the version that stands now, for a look before it is done.

    Raises:
        NotFound: `no_such_move` that this post may ask of many.
        Refused: `nothing_selected`, `too_many_selected`.
    """
    if move not in dict(offered_moves(by)):
        raise NotFound([Unmet("no_such_move", _("There is no such page."))])
    if not problems:
        text = _("No problem is selected. Tick the rows that you mean first.")
        raise Refused.because("nothing_selected", text, "number")
    if len(problems) > MOST:
        raise too_many()
    now = clock.now()
    Bulk.objects.filter(stage=Bulk.Stage.DRAFT, made_at__lt=now - DRAFTS_LIVE).delete()
    bulk = Bulk(post_id=by.post_id, account=by.account_id, move=move, made_at=now)
    bulk.language = get_language() or "zh-hans"
    with transaction.atomic():
        bulk.save(force_insert=True)
        BulkRow.objects.bulk_create(
            [BulkRow(bulk=bulk, problem=problem, version=problem.version) for problem in problems]
        )
    return bulk


def too_many() -> Refused:
    """The answer to more than can be looked at."""
    text = _("More than %(most)s problems at once. Narrow the list first.") % {"most": f"{MOST:,}"}
    return Refused.because("too_many_selected", text, "number")


def give(*, bulk: Bulk, given: Mapping[str, Any], fresh: bool = False) -> None:
    """Keep the inputs of a draft; with `fresh`, the problems at the versions that stand now."""
    Bulk.objects.filter(pk=bulk.pk, stage=Bulk.Stage.DRAFT).update(given=given)
    bulk.given = dict(given)
    if not fresh:
        return
    rows = list(bulk.rows.select_related("problem").defer("problem__search"))
    for row in rows:
        row.version = row.problem.version
    BulkRow.objects.bulk_update(rows, ["version"])


def begin(*, by: Actor, bulk: Bulk) -> bool:
    """Mark a draft as being done; False when somebody (a second click) has done so already."""
    with transaction.atomic():
        waiting = Bulk.objects.filter(pk=bulk.pk, stage=Bulk.Stage.DRAFT)
        if not waiting.update(stage=Bulk.Stage.RUNNING):
            return False
        data = {"move": bulk.move, "given": bulk.given, "problems": bulk.rows.count()}
        note(label="ledger.bulk", thing_id=bulk.pk, by=by, kind="begin", data=data)
    bulk.stage = Bulk.Stage.RUNNING
    return True


def carry_out(*, bulk: Bulk) -> Bulk:
    """Make the move of every problem that still waits; done again after a fall, it goes on.

    The actor is whoever asked for it, as his post stands now: if he holds it no longer, nothing
    more is done and every row says so.
    """
    by = _asker(bulk)
    with override(bulk.language):
        waiting = bulk.rows.filter(outcome=BulkRow.Outcome.WAITING).order_by("id")
        for row in waiting.select_related("problem").defer("problem__search"):
            _one(row, bulk, by)
    if bulk.stage != Bulk.Stage.DONE:
        _end(bulk, by)
    return bulk


def _asker(bulk: Bulk) -> Actor | None:
    post = Post.objects.select_related("unit").filter(pk=bulk.post_id, is_active=True).first()
    return actor_at(post, bulk.account) if post else None


def _one(row: BulkRow, bulk: Bulk, by: Actor | None) -> None:
    """One problem: its move and its outcome are one transaction, so nothing is done twice."""
    try:
        with transaction.atomic():
            made(by=by, number=row.problem.number, move=bulk.move, version=row.version,
                 given=bulk.given)  # fmt: skip
            row.outcome, row.told = BulkRow.Outcome.DONE, []
            row.save(update_fields=["outcome", "told"])
    except Stale:
        _settle(row, BulkRow.Outcome.STALE, [_moved_on()])
    except Answer as refused:
        _settle(row, BulkRow.Outcome.REFUSED, refused.unmet)


def _settle(row: BulkRow, outcome: str, said: Iterable[Unmet]) -> None:
    row.outcome = outcome
    row.told = [{"code": one.code, "message": str(one.message)} for one in said]
    row.save(update_fields=["outcome", "told"])


def made(
    *, by: Actor | None, number: str, move: str, version: int, given: Mapping[str, Any]
) -> Problem:
    """Make one move of a bulk by the ledger's own door.

    Raises:
        Forbidden: whoever asked no longer holds the post.
        Answer: whatever the door answers.
    """
    from xiaohao.ledger.actions import move as make  # noqa: PLC0415 (the door stands above)

    if by is None:
        text = _("Whoever asked for this no longer holds the post.")
        raise Forbidden([Unmet("post_not_held", text)])
    return make(problem=find(by, number), move=move, by=by, version=version, **given)


def _end(bulk: Bulk, by: Actor | None) -> None:
    counts = dict.fromkeys((str(value) for value in BulkRow.Outcome.values if value), 0)
    for outcome in bulk.rows.values_list("outcome", flat=True):
        counts[outcome] = counts.get(outcome, 0) + 1
    with transaction.atomic():
        running = Bulk.objects.filter(pk=bulk.pk, stage=Bulk.Stage.RUNNING)
        if running.update(stage=Bulk.Stage.DONE, ended_at=clock.now()):
            actor = by or Nobody("system")
            note(label="ledger.bulk", thing_id=bulk.pk, by=actor, kind="end", data=counts)
    bulk.stage = Bulk.Stage.DONE
