"""The root of a problem lies higher: said by the unit below, mended by the unit above."""

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.ledger.actions.planning import evidence
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Evidence, Measure, Problem
from xiaohao.trail.actions import change, create


def point_above(took: Took) -> None:
    """The unit says where the root lies and why; whoever gathers such words reads the trail."""
    unit = took.given["above"]
    write(took, "ledger.pointed_above", data={"above": unit.code, "reason": took.given["reason"]})


def fixed_above(took: Took) -> None:
    """The root is proven fixed: its evidence comes here as a measure, to be checked here.

    Measures of the unit's own that are not done keep the problem from its check until they are.
    """
    root: Problem = took.given["root"]
    now = clock.now()
    measure = Measure(
        problem=took.problem,
        round=took.problem.round,
        text=f"{root.number} {root.title}"[:500],
        owner=(root.unit.shown if root.unit else root.number)[:120],
        deadline=clock.local_day(now),
        done_at=now,
    )
    # Before the state: afterwards the measures are settled, and the database looks for them.
    create(thing=measure, by=took.by, kind=took.move.name)
    proofs = _proofs(root)
    for proof in proofs:
        evidence(took, proof.file, measure, root.number)
    landed = took.move.lands(took.facts)
    reported = {"reported_at": now, "reported_account": None} if landed == "reported" else {}
    hashes = [proof.file.sha256 for proof in proofs]
    write(took, "ledger.fixed_above", data={"root": root.number, "files": hashes}, **reported)


def root_answered(
    *,
    problem: Problem,
    by: Actor | Nobody,
    claimed: bool,
    reason: str = "",
    root: str = "",
    asked: str = "",
) -> None:
    """Put on the problem's own trail what the level above made of its root, and why.

    Args:
        problem: an open one, held against others' writes.
        root: number of the problem that mends it above, where it was claimed.
        asked: code of the unit that is asked next, where it was declined.
    """
    kind = "root_claimed" if claimed else "root_declined"
    told = {"reason": reason, "root": root, "next": asked}
    said = {name: text for name, text in told.items() if text}
    change(thing=problem, by=by, kind=kind, fields=[], data=said)


def _proofs(root: Problem) -> list[Evidence]:
    """What proved the fix at the root in its present round, each file once."""
    rows = Evidence.objects.filter(problem=root, round=root.round).select_related("file")
    return list({row.file_id: row for row in rows.order_by("-id")}.values())
