"""What was entered wrongly is put right: in the open, with its reason, and the figures go along."""

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.actions.indexing import index
from xiaohao.ledger.actions.recounting import recount
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Correction, Problem
from xiaohao.ledger.rules import Entry, Need, corrected
from xiaohao.ledger.wording import refusal
from xiaohao.trail.actions import create, stale


def correct(took: Took) -> None:
    """The entry becomes what it should have been; what was reported stays as it was said.

    The event tells each field from what to what (`changed`), and what is to be read otherwise in
    the text (`note`). What stands and what has happened counts under the new category.
    """
    problem, by, reason = took.problem, took.by, took.given["reason"]
    if not isinstance(by, Actor):
        raise refusal([Need("not_entered_here")])
    _hold(problem)
    values = corrected(took.facts.entry or Entry(""), took.given)
    said = Correction(
        problem=problem,
        seq=problem.version + 1,
        reason=reason,
        unit_id=by.unit_id,
        post_id=by.post_id,
        at=clock.now(),
    )
    # Before the problem: the database looks for it.
    create(thing=said, by=by, kind=took.move.name)
    note = took.given.get("note")
    write(took, data={"reason": reason, **({"note": note} if note else {})}, **values)
    if "title" in values or "place" in values:
        index(problem)
    if "category" in values:
        recount(problem, category_id=problem.category_id)


def _hold(problem: Problem) -> None:
    """Hold the problem at the version looked at, for which its correction is written.

    Raises:
        Stale: somebody else wrote first.
    """
    rows = Problem.objects.filter(pk=problem.pk, version=problem.version).order_by("pk")
    if not rows.select_for_update(of=("self",)).values_list("pk", flat=True).first():
        raise stale(problem, problem.version)
