"""What every move shares: the entry's row, its event, its figures, its proofs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xiaohao.commitments.actions.counting import Standing, count
from xiaohao.commitments.models import Entry, Proof, Upload
from xiaohao.commitments.rules import By, Facts, Given, Move
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.trail.actions import change, changed, create


@dataclass(frozen=True, slots=True)
class Took:
    """One move being taken: all checks passed; `given` holds its inputs as objects."""

    entry: Entry
    by: By
    move: Move
    facts: Facts
    given: Given

    @property
    def account(self) -> int | None:
        """The person who acts, where known."""
        return self.by.account_id if isinstance(self.by, Actor) else None

    @property
    def post(self) -> int | None:
        """The post acted from."""
        return self.by.post_id if isinstance(self.by, Actor) else None

    def said(self, name: str) -> str:
        """A text that was given, or ""."""
        return str(self.given.get(name) or "")


def write(took: Took, data: dict[str, Any] | None = None, **values: Any) -> None:
    """Write `values` and the state that the move leads to, with the event and the figures."""
    entry = took.entry
    before = Standing.of(entry)
    values["state"] = took.move.lands(took.facts.state).value
    differs = changed(entry, values)
    for name, value in values.items():
        setattr(entry, name, value)
    told = {name: took.said(name) for name in ("note", "reason") if took.said(name)}
    change(
        thing=entry,
        by=took.by,
        kind=took.move.name,
        fields=sorted(values),
        data={
            "from": took.facts.state.value,
            "to": values["state"],
            "changed": differs,
            **told,
            **(data or {}),
        },
    )
    count(entry, before)


def prove(took: Took, stage: str) -> Sequence[Proof]:
    """Keep the files given with the move as proofs of that stage."""
    uploads: Sequence[Upload] = took.given.get("files") or ()
    rows = []
    for upload in uploads:
        proof = Proof(
            entry=took.entry,
            file=upload.file,
            stage=stage,
            round=took.entry.round,
            note=took.said("note")[:500],
            at=clock.now(),
            post_id=took.post,
        )
        create(thing=proof, by=took.by, kind=stage)
        rows.append(proof)
    return rows
