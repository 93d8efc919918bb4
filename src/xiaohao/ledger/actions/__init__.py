"""Writing to the ledger: every change is one of these, in one transaction with its trail."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db import transaction

from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.errors import Unmet
from xiaohao.ledger.actions.arbitrating import arbitrate
from xiaohao.ledger.actions.assigning import assign
from xiaohao.ledger.actions.bulk import (
    MOST,
    Preview,
    Verdict,
    begin,
    carry_out,
    give,
    look,
    made,
    offered_moves,
    select,
    too_many,
)
from xiaohao.ledger.actions.citizens import answer, asked_words
from xiaohao.ledger.actions.commenting import comment
from xiaohao.ledger.actions.correcting import correct
from xiaohao.ledger.actions.entering import register_bundles, register_many, sort_words
from xiaohao.ledger.actions.extending import ask_extension, decline_extension, grant_extension
from xiaohao.ledger.actions.finding import MOST_PHOTOS, register_found
from xiaohao.ledger.actions.finishing import ask, close, fail, pass_, reopen, report
from xiaohao.ledger.actions.given import read
from xiaohao.ledger.actions.handing import accept, recall, refer, register, return_
from xiaohao.ledger.actions.listing import Bundle, Listed, ListedMeasure, Sizes
from xiaohao.ledger.actions.lists import (
    change_view,
    choose_columns,
    kept_query,
    remove_view,
    save_view,
)
from xiaohao.ledger.actions.merging import merge, split
from xiaohao.ledger.actions.planning import (
    add_measures,
    amend_measure,
    drop_measure,
    finish_measure,
    plan,
)
from xiaohao.ledger.actions.plans import lay_plan
from xiaohao.ledger.actions.reporters import add_reporter, remove_reporter
from xiaohao.ledger.actions.rooting import fixed_above, point_above, root_answered
from xiaohao.ledger.actions.spot import spot
from xiaohao.ledger.actions.step import Step, Took
from xiaohao.ledger.actions.uploading import upload
from xiaohao.ledger.actions.withdrawing import withdraw
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import facts_of
from xiaohao.ledger.rules import MOVES, Facts, Need, unmet
from xiaohao.ledger.wording import put, refusal
from xiaohao.trail.actions import stale

STEPS: Mapping[str, Step] = MappingProxyType({
    "refer": refer,
    "spot": spot,
    "accept": accept,
    "return": return_,
    "recall": recall,
    "arbitrate": arbitrate,
    "plan": plan,
    "add_measures": add_measures,
    "finish_measure": finish_measure,
    "drop_measure": drop_measure,
    "amend_measure": amend_measure,
    "report": report,
    "pass": pass_,
    "fail": fail,
    "ask": ask,
    "close": close,
    "reopen": reopen,
    "merge": merge,
    "split": split,
    "withdraw": withdraw,
    "ask_extension": ask_extension,
    "grant_extension": grant_extension,
    "decline_extension": decline_extension,
    "point_above": point_above,
    "fixed_above": fixed_above,
    "assign": assign,
    "correct": correct,
    "comment": comment,
})  # fmt: skip


def move(
    *, problem: Problem, move: str, by: Actor | Nobody, version: int | None = None, **given: Any
) -> Problem:
    """Make one move of the state table; the one door for pages, API, imports and rehearsals.

    Args:
        problem: as the actor found it (`queries.find`).
        move: a name in `rules.MOVES`.
        version: the version the actor had seen; the one in `problem` when left out.
        given: the move's inputs as typed (codes, ISO dates, lists) or as objects.

    Raises:
        Stale: somebody else wrote first; carries what changed.
        Forbidden: the actor may not make this move on this problem.
        Refused: every unmet requirement, each with a code and a sentence.
    """
    if move not in STEPS:
        raise refusal([Need("no_such_move", "move", {"move": move})])
    if version is not None and version != problem.version:
        raise stale(problem, version)
    with transaction.atomic():
        inputs, facts, needs = _judged(problem, move, by, given)
        if needs:
            raise refusal(needs)
        STEPS[move](Took(problem, by, MOVES[move], facts, inputs))
    return problem


def against_move(*, problem: Problem, move: str, by: Actor | Nobody, **given: Any) -> list[Unmet]:
    """What stands in the way of a move with these inputs; writes nothing."""
    return [put(need) for need in _judged(problem, move, by, given)[2]]


def _judged(
    problem: Problem, move: str, by: Actor | Nobody, given: Mapping[str, Any]
) -> tuple[dict[str, Any], Facts, list[Need]]:
    inputs, trouble = read(problem, by, move, given)
    facts = facts_of(problem)
    named = {need.field for need in trouble}
    needs = [n for n in unmet(move, facts, by, inputs) if n.field not in named]
    if trouble:  # what was not understood would have been something
        needs = [need for need in needs if need.code != "nothing_corrected"]
    return inputs, facts, trouble + needs


__all__ = [
    "MOST",
    "MOST_PHOTOS",
    "STEPS",
    "Bundle",
    "Listed",
    "ListedMeasure",
    "Preview",
    "Sizes",
    "Verdict",
    "add_reporter",
    "against_move",
    "answer",
    "asked_words",
    "begin",
    "carry_out",
    "change_view",
    "choose_columns",
    "give",
    "kept_query",
    "lay_plan",
    "look",
    "made",
    "move",
    "offered_moves",
    "register",
    "register_bundles",
    "register_found",
    "register_many",
    "remove_reporter",
    "remove_view",
    "root_answered",
    "save_view",
    "select",
    "sort_words",
    "too_many",
    "upload",
]
