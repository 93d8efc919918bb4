"""The one door for every move of an entry."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from xiaohao.commitments.actions.entering import hold_list
from xiaohao.commitments.actions.given import read
from xiaohao.commitments.actions.moving import STEPS
from xiaohao.commitments.actions.step import Took
from xiaohao.commitments.models import Entry
from xiaohao.commitments.queries import facts_of
from xiaohao.commitments.rules import MOVES, By, Facts, Need, unmet
from xiaohao.commitments.wording import put, refusal
from xiaohao.kernel.errors import Unmet
from xiaohao.trail.actions import stale


def move(*, entry: Entry, move: str, by: By, version: int | None = None, **given: Any) -> Entry:
    """Make one move of the state table; the one door for pages, API and rehearsals.

    Args:
        entry: as the actor found it (`queries.find`).
        move: a name in `rules.MOVES`.
        version: the version the actor had seen; the one in `entry` when left out.
        given: the move's inputs as typed (codes, ISO dates, sums) or as objects.

    Raises:
        Stale: somebody else wrote first; carries what changed.
        Forbidden: the actor may not make this move on this entry.
        Refused: every unmet requirement, each with a code and a sentence.
    """
    if move not in STEPS:
        raise refusal([Need("no_such_move", "move", {"move": move[:40]})])
    if version is not None and version != entry.version:
        raise stale(entry, version)
    with transaction.atomic():
        if move == "reopen":
            hold_list(entry.kind, entry.unit_id)
        inputs, facts, needs = _judged(entry, move, by, given)
        if needs:
            raise refusal(needs)
        STEPS[move](Took(entry, by, MOVES[move], facts, inputs))
    return entry


def against_move(*, entry: Entry, move: str, by: By, **given: Any) -> list[Unmet]:
    """What stands in the way of a move with these inputs; writes nothing."""
    return [put(need) for need in _judged(entry, move, by, given)[2]]


def _judged(
    entry: Entry, move: str, by: By, given: Mapping[str, Any]
) -> tuple[dict[str, Any], Facts, list[Need]]:
    inputs, trouble = read(entry, by, move, given)
    facts = facts_of(entry)
    named = {need.field for need in trouble}
    needs = trouble + [n for n in unmet(move, facts, by, inputs) if n.field not in named]
    return inputs, facts, needs
