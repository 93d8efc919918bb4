"""Fixed on the spot (立行立改): found, put right and proven at once; checked like any other fix."""

from xiaohao.kernel import clock
from xiaohao.ledger.actions.planning import evidence
from xiaohao.ledger.actions.proofs import own
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Measure, Track
from xiaohao.ledger.rules import default_deadline
from xiaohao.trail.actions import create


def spot(took: Took) -> None:
    """One measure, done, with its evidence; then the problem waits for its independent check.

    The deadline counts should the check fail.
    """
    problem, given, today = took.problem, took.given, took.facts.today
    unit, note = given["unit"], given.get("note", "")
    own(given["files"])
    measure = Measure(
        problem=problem,
        round=problem.round,
        text=given["done"],
        owner=given["owner"],
        deadline=today,
        done_at=clock.now(),
    )
    # Proofs stand before the state: the database looks for them.
    create(thing=measure, by=took.by, kind="spot")
    for upload in given["files"]:
        evidence(took, upload.file, measure, note)
    data = {
        "unit": unit.code,
        "text": given["done"],
        "note": note,
        "files": [upload.file.sha256 for upload in given["files"]],
    }
    write(
        took,
        "ledger.reported",
        "ledger.spot",
        data=data,
        unit=unit,
        path=unit.path,
        track=Track.SPOT.value,
        deadline=default_deadline(today, urgent=problem.urgent),
        reported_at=clock.now(),
        reported_account=took.account,
    )
