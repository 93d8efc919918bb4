"""An entry comes onto a list."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Value

from xiaohao.commitments.actions import given as readers
from xiaohao.commitments.actions.counting import count
from xiaohao.commitments.models import Entry, Kind, Plan
from xiaohao.commitments.queries import open_beside
from xiaohao.commitments.rules import ONCE, By, Need, date_needs
from xiaohao.commitments.wording import put, refusal
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.text import clean, terms
from xiaohao.ledger.models.problem import SearchTerms
from xiaohao.trail.actions import begun, create
from xiaohao.units.models import Unit

LONGEST = {"title": 200, "text": 20_000, "measure": 20}
ZERO = Decimal("0.00")
BEGINS = ("lead", "deadline", "planned", "state")  # what may change; the rest stays as entered
Typed = Mapping[str, Any]


@transaction.atomic
def enter(*, by: Actor, kind: str, **given: Any) -> Entry:
    """Put an entry on a list.

    Args:
        kind: a list, see `rules.Kind`.
        given: as typed or as objects: `title`, `unit`, `lead`, `deadline` must be there; `text`,
            `planned` (yuan), `promised` with `measure`, and `plan` may be.

    Raises:
        Refused: every input that is missing or cannot be understood.
    """
    values, needs = _read(by, kind, given)
    if needs:
        raise refusal(needs)
    plan = values.pop("plan")
    if kind in ONCE:  # of two who enter at the same time the second sees the first
        hold_list(kind, values["unit"].pk)
        if needs := _open_already(kind, values["unit"]):
            raise refusal(needs)
    entry = Entry(
        kind=kind,
        year=clock.today().year,
        path=values["unit"].path,
        origin_unit_id=by.unit_id,
        origin_path=by.unit_path,
        arrived=ZERO,
        spent=ZERO,
        entered_at=clock.now(),
        entered_post_id=by.post_id,
        entered_account=by.account_id,
        **values,
    )
    told: dict[str, Any] = {"list": kind, "unit": entry.unit.code, "lead": entry.lead.code}
    told |= {"deadline": entry.deadline, "changed": begun(entry, BEGINS)}
    create(thing=entry, by=by, kind="enter", data=told)
    words = terms(entry.title, entry.text, entry.unit.name)
    Entry.objects.filter(pk=entry.pk).update(search=SearchTerms(Value(words)))
    count(entry, None)
    if plan:
        first = Plan(entry=entry, number=1, text=plan, at=clock.now(), post_id=by.post_id)
        create(thing=first, by=by, kind="plan")
    return entry


def against_entry(*, by: Actor, kind: str, **given: Any) -> list[Unmet]:
    """What is missing or odd in a new entry with these inputs; writes nothing."""
    return [put(need) for need in _read(by, kind, given)[1]]


def _read(by: By, kind: str, given: Typed) -> tuple[dict[str, Any], list[Need]]:
    values: dict[str, Any] = {}
    needs = []
    if kind not in set(Kind):
        needs.append(Need("no_such_list", "kind", {"list": kind[:40], "lists": ", ".join(Kind)}))
    for name, most in LONGEST.items():
        values[name] = clean(str(given.get(name) or ""))
        if len(values[name]) > most:
            needs.append(Need("too_long", name, {"most": most}))
    if not values["title"]:
        needs.append(Need("title_missing", "title"))
    needs += _objects(by, given, values)
    values["planned"] = values["planned"] or ZERO
    needs += _quantity_needs(values)
    needs += _open_already(kind, values["unit"])
    return values, needs


def hold_list(kind: str, unit: int) -> None:
    """Let nobody else open an entry of this list for this unit until the transaction ends."""
    locks.hold(f"commitments.once:{kind}:{unit}")


def _open_already(kind: str, unit: Unit | None) -> list[Need]:
    other = open_beside(kind, unit.pk) if unit else None
    if unit is None or other is None:
        return []
    about = {"unit": unit.shown, "list": kind, "number": other.number}
    return [Need("open_already", "unit", about)]


def _objects(by: By, given: Typed, values: dict[str, Any]) -> list[Need]:
    """Read what is more than text into `values`; what is missing or odd."""
    readings: tuple[tuple[str, readers.Reader, str], ...] = (
        ("unit", readers.unit, "unit_missing"),
        ("lead", readers.post, "lead_missing"),
        ("deadline", readers.day, "deadline_missing"),
        ("planned", readers.money, ""),
        ("promised", readers.quantity, ""),
        ("plan", readers.text, ""),
    )
    needs = []
    for name, reader, missing in readings:
        value = given.get(name)
        values[name] = None
        if value is None or value == "":
            needs += [Need(missing, name)] if missing else []
            continue
        values[name], odd = reader(None, by, name, value)
        needs += odd
    if isinstance(values["deadline"], dt.date):
        needs += date_needs(values["deadline"], clock.today())
    return needs


def _quantity_needs(values: Typed) -> list[Need]:
    if values["promised"] is None:
        return [Need("promised_missing", "promised")] if values["measure"] else []
    if values["promised"] == 0:
        return [Need("promised_missing", "promised")]
    return [] if values["measure"] else [Need("measure_missing", "measure")]
