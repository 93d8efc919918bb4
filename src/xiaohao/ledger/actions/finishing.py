"""From "it is fixed" to struck off: report, check, ask, close; and back again."""

from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.actions.planning import evidence
from xiaohao.ledger.actions.proofs import own
from xiaohao.ledger.actions.reporters import ask_all
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Evidence, Measure, Verification
from xiaohao.ledger.rules import closing, default_deadline
from xiaohao.trail.actions import change, create


def report(took: Took) -> None:
    """The responsible unit's leader says it is fixed."""
    write(
        took,
        "ledger.reported",
        data={"note": took.given.get("note", "")},
        reported_at=clock.now(),
        reported_account=took.account,
    )


def _verification(took: Took, note: str, *, passed: bool) -> bool:
    """Put down what was found; whether it was the first check of this problem."""
    by = took.by
    if not isinstance(by, Actor):  # the table lets nobody else come here
        raise TypeError(by)
    is_first = not Verification.objects.filter(problem=took.problem).exists()
    create(
        thing=Verification(
            problem=took.problem,
            round=took.problem.round,
            passed=passed,
            note=note,
            unit_id=by.unit_id,
            post_id=by.post_id,
            account=by.account_id,
            at=clock.now(),
        ),
        by=by,
        kind=took.move.name,
    )
    return is_first


def pass_(took: Took) -> None:
    """Somebody of another unit has looked, and it is fixed.

    Raises:
        Refused: `same_file`, a file that the unit itself gave as its proof.
    """
    _own_files(took)
    # The check stands before the state: the database looks for it.
    first = _verification(took, took.given["note"], passed=True)
    flows = ["ledger.verified", *(["ledger.checked_first", "ledger.verified_first"] * first)]
    data = {"note": took.given["note"], "first": first}
    write(took, *flows, data=data, verified_at=clock.now())
    for upload in took.given.get("files", []):
        evidence(took, upload.file, None, took.given["note"])


def _own_files(took: Took) -> None:
    """A check that shows the unit's own picture is not an independent one."""
    own(took.given.get("files", []))
    given = {upload.file.sha256: upload.name for upload in took.given.get("files", [])}
    shown = Evidence.objects.filter(
        problem=took.problem, measure__isnull=False, file__sha256__in=given
    )
    for sha256 in shown.values_list("file__sha256", flat=True).distinct():
        text = _("“%(name)s” is the file that the unit gave as its proof. Add one of your own.")
        raise Refused.because("same_file", text % {"name": given[sha256]}, "files")


def fail(took: Took) -> None:
    """It is not fixed: the measures named, or all of this round, are open again."""
    reason = took.given["reason"]
    first = _verification(took, reason, passed=False)
    named = took.given.get("failed") or []
    flows = ["ledger.failed", *(["ledger.checked_first"] * first)]
    write(took, *flows, data={"reason": reason, "failed": named, "first": first})
    rows = Measure.objects.filter(problem=took.problem, dropped_at=None).order_by("id")
    rows = rows.filter(pk__in=named) if named else rows.filter(round=took.problem.round)
    for measure in rows:
        measure.done_at = None
        change(thing=measure, by=took.by, kind="fail", fields=["done_at"])


def ask(took: Took) -> None:
    """Every reporter is told, and asked whether it is truly solved."""
    write(took, data={"reporters": len(took.facts.words)})
    ask_all(took.problem, took.by)


def close(took: Took) -> None:
    """Struck off. The gate has been passed; the database checks it once more."""
    now = clock.now()
    today = clock.local_day(now)
    how = closing(took.facts.words)
    placed = took.problem.is_placed
    flow = {
        "solved": "ledger.closed_solved",
        "no_answer": "ledger.closed_no_answer",
        "no_reporter": "ledger.closed_without_reporter",
    }[how]
    write(
        took,
        "ledger.closed",
        flow,
        *(["ledger.closed_placed"] * placed),
        ("ledger.days_to_fix", (today - clock.local_day(took.problem.received_at)).days),
        data={"closing": how, "note": took.given.get("note", ""), "placed": placed},
        closing=how,
        closed_at=now,
        closed_on=today,
        closed_post_id=took.post,
        closed_account=took.account,
    )


def reopen(took: Took) -> None:
    """Proves not fixed: a new round begins, with a new deadline."""
    problem = took.problem
    deadline = default_deadline(took.facts.today, urgent=problem.urgent)
    write(
        took,
        "ledger.reopened",
        data={"reason": took.given.get("reason", "")},
        round=problem.round + 1,
        deadline=max(deadline, problem.deadline or deadline),
        verified_at=None,
        closed_at=None,
        closed_on=None,
        closed_post_id=None,
        closed_account=None,
        closing="",
    )
