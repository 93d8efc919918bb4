"""Measures: laid down, carried out with evidence, struck out with a reason."""

from typing import Any

from xiaohao.kernel import clock
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Evidence, Measure
from xiaohao.trail.actions import change, create


def plan(took: Took) -> None:
    """Lay down the measures of this round; the problem is being rectified."""
    write(took, data={"measures": _told(took.given["measures"])})
    _lay_down(took)


def add_measures(took: Took) -> None:
    """Measures that turned out to be needed as well."""
    plan(took)


def _told(measures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"text": m["text"], "owner": m["owner"], "deadline": m["deadline"]} for m in measures]


def _lay_down(took: Took) -> None:
    for measure in took.given["measures"]:
        create(
            thing=Measure(
                problem=took.problem,
                round=took.problem.round,
                text=measure["text"],
                owner=measure["owner"],
                deadline=measure["deadline"],
            ),
            by=took.by,
            kind=took.move.name,
        )


def finish_measure(took: Took) -> None:
    """A measure is done; its evidence comes with it."""
    measure = Measure.objects.get(pk=took.given["measure"])
    uploads = took.given["files"]
    note = took.given.get("note", "")
    hashes = [upload.file.sha256 for upload in uploads]
    data = {"measure": measure.pk, "text": measure.text, "note": note, "files": hashes}
    write(took, data=data)
    measure.done_at = clock.now()
    change(thing=measure, by=took.by, kind=took.move.name, fields=["done_at"])
    for upload in uploads:
        evidence(took, upload.file, measure, note)


def evidence(took: Took, file: Any, measure: Measure | None, note: str) -> Evidence:
    """Put a file down as evidence."""
    row = Evidence(
        problem=took.problem,
        measure=measure,
        file=file,
        note=note[:500],
        round=took.problem.round,
        at=clock.now(),
        post_id=took.post,
    )
    create(thing=row, by=took.by, kind=took.move.name)
    return row


def drop_measure(took: Took) -> None:
    """Strike out a measure that turned out wrong; it stays readable."""
    measure = Measure.objects.get(pk=took.given["measure"])
    reason = took.given["reason"]
    write(took, data={"measure": measure.pk, "text": measure.text, "reason": reason})
    measure.dropped_at, measure.reason = clock.now(), reason
    change(thing=measure, by=took.by, kind=took.move.name, fields=["dropped_at", "reason"])
