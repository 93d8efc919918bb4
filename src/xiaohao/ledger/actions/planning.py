"""Measures: laid down, amended, carried out with evidence, struck out with a reason."""

from typing import Any

from xiaohao.kernel import clock
from xiaohao.ledger.actions.proofs import own
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Evidence, Measure
from xiaohao.ledger.rules import Laid, amended, laid_down
from xiaohao.trail.actions import change, changed, create

TOLD = ("text", "owner", "deadline", "days", "after")


def plan(took: Took) -> None:
    """Lay down the measures of this round, with order and deadlines; the work begins."""
    laid = laid_down(took.facts, took.given.get("measures", []))
    write(took, data={"measures": _told(laid.rows)})
    _lay_down(took, laid)


def add_measures(took: Took) -> None:
    """Measures that turned out to be needed as well."""
    plan(took)


def _told(measures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: m[name] for name in TOLD} for m in sorted(measures, key=lambda m: m["number"])]


def _lay_down(took: Took, laid: Laid) -> None:
    keys = dict(laid.standing)
    for row in laid.rows:  # what is waited for comes first and has its id by then
        measure = Measure(
            problem=took.problem,
            round=took.problem.round,
            text=row["text"],
            owner=row["owner"],
            deadline=row["deadline"],
            days=row["days"],
            after=sorted({keys[number] for number in row["after"]}),
        )
        create(thing=measure, by=took.by, kind=took.move.name)
        keys[row["number"]] = measure.pk


def finish_measure(took: Took) -> None:
    """A measure is done; its evidence comes with it."""
    measure = Measure.objects.get(pk=took.given["measure"])
    uploads = took.given["files"]
    own(uploads)
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


def amend_measure(took: Took) -> None:
    """A measure becomes another in what it says, who answers for it, its days, order or deadline.

    Both events tell what became of each field: the problem's for its timeline, the measure's own
    (as `changed`) for the history of the field.
    """
    measure = Measure.objects.get(pk=took.given["measure"])
    [fact] = [m for m in took.facts.measures if m.id == measure.pk]
    values = dict(amended(took.facts, fact, took.given).values)
    if "after" in values:
        values["after"] = list(values["after"])
    told, reason = changed(measure, values), took.given["reason"]
    about = {"measure": measure.pk, "text": measure.text, "reason": reason}
    write(took, data={**about, "amended": _in_words(took, told)})
    for name, value in values.items():
        setattr(measure, name, value)
    change(
        thing=measure,
        by=took.by,
        kind=took.move.name,
        fields=sorted(values),
        data={"changed": told, "reason": reason},
    )


def _in_words(took: Took, told: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Measures by what they say instead of by their ids, as people read a timeline."""
    texts = {m.id: m.text for m in took.facts.measures}
    if "after" not in told:
        return told
    named = [[texts[key] for key in keys if key in texts] for keys in told["after"]]
    return {**told, "after": named}
