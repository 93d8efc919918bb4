"""The one door for every move of a call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.files.actions import store
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.masking import mask
from xiaohao.kernel.text import clean, shorten
from xiaohao.ledger.actions import register as put_on_ledger
from xiaohao.ledger.models import Source
from xiaohao.services.actions.counting import Standing, count
from xiaohao.services.models import Call, Delivery, Proof, Upload, Verdict
from xiaohao.services.queries import facts_of
from xiaohao.services.rules import GRADE_DAYS, MOVES, Facts, Move, Need, unmet
from xiaohao.services.wording import put, refusal
from xiaohao.trail.actions import change, changed, create, stale

LONGEST = {"reason": 2000, "note": 5000, "words": 2000}
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Took:
    """One move being taken: all checks passed; `given` holds its inputs as objects."""

    call: Call
    by: Actor
    move: Move
    facts: Facts
    given: Given

    def said(self, name: str) -> str:
        """A text that was given, or ""."""
        return str(self.given.get(name) or "")

    def write(self, **values: Any) -> None:
        """Write `values` and the state that the move leads to, with the event and the figures."""
        before = Standing.of(self.call)
        values["state"] = self.move.lands(self.facts.state).value
        differs = changed(self.call, values)
        for name, value in values.items():
            setattr(self.call, name, value)
        told = {name: self.said(name) for name in LONGEST if self.said(name)}
        data = {"changed": differs, **told}
        change(thing=self.call, by=self.by, kind=self.move.name, fields=sorted(values), data=data)
        count(self.call, before)


def move(*, call: Call, move: str, by: Actor, version: int | None = None, **given: Any) -> Call:
    """Make one move of the state table.

    Args:
        call: as the actor found it (`queries.find_call`).
        move: a name in `rules.MOVES`.
        version: the version the actor had seen; the one in `call` when left out.
        given: the move's inputs as typed; `files` are ids of uploads.

    Raises:
        Stale: somebody else wrote first; carries what changed.
        Forbidden: the actor may not make this move on this call.
        Refused: every unmet requirement, each with a code and a sentence.
    """
    if move not in MOVES:
        raise refusal([Need("no_such_move", "move", {"move": move[:40]})])
    if version is not None and version != call.version:
        raise stale(call, version)
    with transaction.atomic():
        inputs, facts, needs = _judged(call, move, by, given)
        if needs:
            raise refusal(needs)
        STEPS[move](Took(call, by, MOVES[move], facts, inputs))
    return call


def against_move(*, call: Call, move: str, by: Actor, **given: Any) -> list[Unmet]:
    """What stands in the way of a move with these inputs; writes nothing."""
    return [put(need) for need in _judged(call, move, by, given)[2]]


def _judged(
    call: Call, move: str, by: Actor, given: Given
) -> tuple[dict[str, Any], Facts, list[Need]]:
    inputs, trouble = _read(call, by, move, given)
    facts = facts_of(call)
    named = {need.field for need in trouble}
    needs = trouble + [n for n in unmet(move, facts, by, inputs) if n.field not in named]
    return inputs, facts, needs


def _read(call: Call, by: Actor, move: str, given: Given) -> tuple[dict[str, Any], list[Need]]:
    """The inputs that `move` takes, as objects, and what could not be understood."""
    inputs: dict[str, Any] = {}
    trouble: list[Need] = []
    for name in MOVES[move].inputs:
        value = given.get(name)
        if value is None or value in ("", []):
            continue
        if name == "files":
            inputs[name], needs = _files(call, by, value)
            trouble += needs
        elif name == "grade":
            typed = str(value).strip()
            inputs[name] = int(typed) if typed in set("12345") else None
        else:
            inputs[name] = mask(clean(str(value)))
            if len(inputs[name]) > LONGEST[name]:
                trouble.append(Need("too_long", name, {"most": LONGEST[name]}))
    return inputs, trouble


def _files(call: Call, by: Actor, value: Any) -> tuple[list[Upload], list[Need]]:
    """Files sent in for this call by the actor's unit, as ids."""
    items = value if isinstance(value, (list, tuple)) else [value]
    keys = [int(item) for item in items if str(item).isdecimal() and len(str(item)) < 18][:20]  # noqa: PLR2004 (bigint)
    rows = Upload.objects.filter(call=call, pk__in=keys, unit_id=by.unit_id)
    found = {str(row.pk): row for row in rows.select_related("file").order_by("id")}
    lost = [item for item in items if str(item) not in found]
    needs = [Need("no_such_file", "files", {"file": str(item)[:40]}) for item in lost]
    return list(found.values()), needs


def upload(*, call: Call, by: Actor, name: str, stream: BinaryIO) -> Upload:
    """Check and keep a file for this call; name its id in the `files` of the delivery.

    Raises:
        Forbidden: not of the department that delivers.
        Refused: the file is too large, of a kind not allowed, or broken.
    """
    if not MOVES["deliver"].open_to(by) or not by.unit_path.startswith(call.department.path):
        raise refusal([Need("not_department", "file")])
    with transaction.atomic():
        file = store(by=by, name=name, content=stream, purpose="evidence", field="files")
        return Upload.objects.create(
            call=call, file=file, unit_id=by.unit_id, name=clean(name)[:200], at=clock.now()
        )


def _plain(took: Took) -> None:
    took.write()


def _refuse(took: Took) -> None:
    took.write(word=took.said("reason"))


def _deliver(took: Took) -> None:
    call, by, now = took.call, took.by, clock.now()
    uploads = took.given.get("files") or ()
    for sent in uploads:
        proof = Proof(call=call, file=sent.file, round=call.round, at=now, post_id=by.post_id)
        create(thing=proof, by=by, kind="deliver")
    row = Delivery(
        call=call, round=call.round, note=took.said("note"), unit_id=by.unit_id,
        post_id=by.post_id, at=now,
    )  # fmt: skip
    create(thing=row, by=by, kind="deliver")
    today = clock.today()
    took.write(delivered_on=today, grade_by=calendar.add(today, GRADE_DAYS))


def _judge(took: Took, grade: int | None) -> None:
    row = Verdict(
        call=took.call, round=took.call.round, grade=grade, words=took.said("words"),
        unit_id=took.by.unit_id, post_id=took.by.post_id, at=clock.now(),
    )  # fmt: skip
    create(thing=row, by=took.by, kind=took.move.name)


def _grade(took: Took) -> None:
    _judge(took, took.given["grade"])
    took.write(grade=took.given["grade"])


def _not_delivered(took: Took) -> None:
    _judge(took, None)
    took.write(round=took.call.round + 1, delivered_on=None, grade_by=None)


def _register(took: Took) -> None:
    call = took.call
    service = call.service
    said = [took.said("note"), call.needed, _("From the service call: %s") % call.number]
    problem = put_on_ledger(
        by=took.by,
        title=shorten(_("Promised and not kept: %s") % service.title, 100),
        text="\n".join(part for part in said if part),
        source=Source.SELF,
        place=call.caller.name,
        place_unit=call.caller,
    )
    took.write(problem=problem)


STEPS: Mapping[str, Callable[[Took], None]] = {
    "take": _plain,
    "decline": _refuse,
    "deliver": _deliver,
    "grade": _grade,
    "not_delivered": _not_delivered,
    "withdraw": _refuse,
    "register": _register,
}
