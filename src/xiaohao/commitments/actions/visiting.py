"""Rounds of household visits: setting one up, visiting, handing needs on, aid in between."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from xiaohao.commitments.actions import given as readers
from xiaohao.commitments.actions.counting import count_household, count_need
from xiaohao.commitments.actions.handing_on import category_for, refer_need, visitor
from xiaohao.commitments.actions.photos import keep_photos, read_photos
from xiaohao.commitments.models import (
    Aid,
    Household,
    HouseholdNeed,
    NeedKind,
    NeedState,
    Round,
    Situation,
    Visit,
)
from xiaohao.commitments.queries.households import name_of
from xiaohao.commitments.rules import Need, date_needs, visit_day_fault
from xiaohao.commitments.wording import put, refusal
from xiaohao.figures.actions import Delta, add
from xiaohao.kernel import clock
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.crypto import seal
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.masking import mask
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import change, changed, create, create_many, note, stale
from xiaohao.units.models import Unit

MOST_AT_ONCE = 2000
LONGEST = {"title": 120, "number": 120, "name": 60, "note": 2000, "text": 2000, "aid": 200}
NAME = "commitments.name"  # how the trail names looks at a household's name


def set_up(*, by: Actor, title: str, unit: Any, starts: Any, deadline: Any) -> Round:
    """A round of visits in the subtree of a unit.

    Raises:
        Forbidden: the post neither handles nor registers.
        Refused: what is missing or odd.
    """
    visitor(by)
    said = clean(title)
    needs = [] if said else [Need("title_missing", "title")]
    if len(said) > LONGEST["title"]:
        needs.append(Need("too_long", "title", {"most": LONGEST["title"]}))
    place, odd = readers.unit(None, by, "unit", unit) if unit else (None, [])
    needs += odd if unit else [Need("unit_missing", "unit")]
    first, last = readers.as_day(starts) or clock.today(), readers.as_day(deadline)
    needs += date_needs(last, max(clock.today(), first))
    if needs or last is None or place is None:
        raise refusal(needs)
    row = Round(
        title=said, unit=place, path=place.path, starts=first, deadline=last, made_at=clock.now()
    )
    create(thing=row, by=by, kind="set_up", data={"unit": place.code, "deadline": last})
    return row


def list_households(
    *, round_: Round, by: Actor, unit: Any, rows: Sequence[tuple[str, str]]
) -> tuple[int, int]:
    """Put households of a unit on the list of a round; how many are new, how many stood there.

    Args:
        rows: house number or address, and the name, which is sealed at once ("" for none).

    Raises:
        Forbidden, Refused: as `set_up`.
    """
    place, needs = _place(round_, by, unit, rows)
    if needs or place is None:
        raise refusal(needs)
    with transaction.atomic():
        there = set(
            Household.objects.filter(round=round_, unit=place).values_list("number", flat=True)
        )
        fresh = dict(row for row in _cleaned(rows) if row[0] not in there)
        made = create_many(
            things=[_household(round_, place, number, name) for number, name in fresh.items()],
            by=by,
            kind="list",
        )
        add([Delta(metric="commitments.households", path=one.path, thing_id=one.pk)
             for one in made])  # fmt: skip
    return len(made), len(rows) - len(made)


def against_households(
    *, round_: Round, by: Actor, unit: Any, rows: Sequence[tuple[str, str]]
) -> list[Unmet]:
    """What stands in the way of listing these households; writes nothing.

    Raises:
        Forbidden, NotFound: as `list_households`.
    """
    return [put(need) for need in _place(round_, by, unit, rows)[1]]


def _place(
    round_: Round, by: Actor, unit: Any, rows: Sequence[tuple[str, str]]
) -> tuple[Unit | None, list[Need]]:
    visitor(by)
    place, needs = readers.unit(None, by, "unit", unit) if unit else (None, [])
    needs += [] if unit else [Need("unit_missing", "unit")]
    needs += _row_needs(rows)
    if place is not None and not place.path.startswith(round_.path):
        needs.append(Need("no_such_unit", "unit", {"unit": place.name}))
    return place, needs


def _cleaned(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(clean(number), clean(name)) for number, name in rows]


def _row_needs(rows: Sequence[tuple[str, str]]) -> list[Need]:
    if not rows:
        return [Need("households_missing", "rows")]
    if len(rows) > MOST_AT_ONCE:
        return [Need("households_too_many", "rows", {"most": MOST_AT_ONCE})]
    for number, name in _cleaned(rows):
        for part, text in (("number", number), ("name", name)):
            if len(text) > LONGEST[part]:
                return [Need("too_long", "rows", {"most": LONGEST[part]})]
        if not number:
            return [Need("households_missing", "rows")]
    return []


def _household(round_: Round, unit: Unit, number: str, name: str) -> Household:
    row = Household(round=round_, unit=unit, path=unit.path, number=number)
    if name:
        row.sealed = seal(name, row.context)
    return row


def look_at_name(*, household: Household, by: Actor, reason: str) -> str:
    """The name of a household; the look stands on the trail with its reason.

    Raises:
        NotFound: the household lies outside the actor's area.
        Forbidden: his post does not allow it.
        Refused: no reason given, or no name.
    """
    require_at(by, Permission.SEE_CONTACT, household.path)
    said = clean(reason)
    if not said or len(said) > LONGEST["note"]:
        raise refusal([Need("reason_missing", "reason")])
    name = name_of(household)
    if name is None:
        raise refusal([Need("no_name")])
    note(label=NAME, thing_id=household.pk, by=by, kind="look", data={"reason": said})
    return name


def visit(
    *,
    household: Household,
    by: Actor,
    day: Any,
    situation: Sequence[str],
    note: str = "",
    needs: Sequence[Mapping[str, Any]] = (),
    refer: bool = False,
    files: Sequence[Any] = (),
    version: int | None = None,
) -> Visit:
    """Note a visit and the needs found; with `refer` each need goes onto the ledger at once.

    Args:
        day: of the visit, not ahead and at most three months back.
        situation: ticks, see `Situation`.
        needs: `{"kind", "text"}` each; identities in the text are masked before it is kept. With
            `refer` also `category`, the one of the problem; without it the one of the kind.
        files: ids of photos sent in before, see `upload_photo`.

    Raises:
        Stale, Forbidden, Refused.
    """
    visitor(by, household.path)
    if version is not None and version != household.version:
        raise stale(household, version)
    when = readers.as_day(day)
    found = _visit_needs(when, situation, note) + _found_needs(needs)
    found += _category_needs(needs) if refer else []
    photos, odd = read_photos(household, by, files)
    found += odd
    if found or when is None:
        raise refusal(found)
    with transaction.atomic():
        row = _visited(household, by, when, situation, note)
        keep_photos(row, by, photos)
        name = name_of(household)
        for given in needs:
            need = _found(row, by, given, name)
            if refer:
                refer_need(need=need, by=by, category=given.get("category"))
        _keep(household, by, row, len(needs))
    return row


def against_visit(
    *,
    household: Household,
    by: Actor,
    day: Any,
    situation: Sequence[str],
    note: str = "",
    needs: Sequence[Mapping[str, Any]] = (),
) -> list[Unmet]:
    """What stands in the way of noting this visit; writes nothing.

    Raises:
        Forbidden, NotFound: as `visit`.
    """
    visitor(by, household.path)
    found = _visit_needs(readers.as_day(day), situation, note) + _found_needs(needs)
    return [put(need) for need in found]


def _visited(
    household: Household, by: Actor, day: dt.date, situation: Sequence[str], said: str
) -> Visit:
    name = name_of(household)
    row = Visit(
        household=household,
        day=day,
        situation=sorted(set(situation)),
        note=mask(clean(said), [name] if name else ()),
        post_id=by.post_id,
        account=by.account_id,
        at=clock.now(),
    )
    create(thing=row, by=by, kind="visit", data={"household": household.pk, "day": day})
    return row


def _keep(household: Household, by: Actor, row: Visit, needs: int) -> None:
    fresh = [] if household.visits else ["visited"]
    fresh += ["with_needs"] if needs and not household.needs else []
    values = {
        "visits": household.visits + 1,
        "needs": household.needs + needs,
        "visited_on": max(row.day, household.visited_on or row.day),
    }
    data = {"day": row.day, "needs": needs, "situation": row.situation}
    data["changed"] = changed(household, values)
    for name, value in values.items():
        setattr(household, name, value)
    change(thing=household, by=by, kind="visit", fields=sorted(values), data=data)
    count_household(household, *fresh)


def _visit_needs(day: dt.date | None, situation: Sequence[str], note: str) -> list[Need]:
    fault = visit_day_fault(day, clock.today())
    found = [Need(fault, "day")] if fault else []
    if not situation:
        found.append(Need("situation_missing", "situation"))
    unknown = set(situation) - set(Situation.values)
    found += [Need("situation_unknown", "situation", {"typed": one[:40]}) for one in unknown]
    if len(note) > LONGEST["note"]:
        found.append(Need("too_long", "note", {"most": LONGEST["note"]}))
    return found


def _found_needs(needs: Sequence[Mapping[str, Any]]) -> list[Need]:
    found = []
    for n, need in enumerate(needs):
        if need.get("kind") not in NeedKind.values:
            found.append(Need("need_kind_missing", f"needs.{n}.kind", {"n": n + 1}))
        text = clean(str(need.get("text") or ""))
        if not text:
            found.append(Need("need_text_missing", f"needs.{n}.text", {"n": n + 1}))
        if len(text) > LONGEST["text"]:
            found.append(Need("too_long", f"needs.{n}.text", {"most": LONGEST["text"]}))
    return found


def _category_needs(needs: Sequence[Mapping[str, Any]]) -> list[Need]:
    """What stands in the way of a category for each need that is handed on at once."""
    found = []
    for n, need in enumerate(needs):
        if need.get("kind") in NeedKind.values:
            kind, given = str(need["kind"]), need.get("category")
            found += category_for(kind, given, f"needs.{n}.category")[1]
    return found


def _found(row: Visit, by: Actor, given: Mapping[str, Any], name: str | None) -> HouseholdNeed:
    need = HouseholdNeed(
        household=row.household,
        visit=row,
        kind=given["kind"],
        text=mask(clean(given["text"]), [name] if name else ()),
        found_at=clock.now(),
    )
    create(thing=need, by=by, kind="find", data={"kind": need.kind})
    count_need(need, "")
    return need


def give_aid(*, need: HouseholdNeed, by: Actor, day: Any, text: str, amount: Any = None) -> Aid:
    """Note aid that helps until the need is properly fixed.

    Args:
        amount: yuan, as typed; nothing for aid in kind.

    Raises:
        Forbidden; Refused: the need is fixed, or an input is missing or odd.
    """
    visitor(by, need.household.path)
    when, said = readers.as_day(day), clean(text)
    needs = [Need("need_fixed")] if need.state == NeedState.FIXED else []
    fault = visit_day_fault(when, clock.today())
    needs += [Need(fault, "day")] if fault else []
    needs += [] if said else [Need("aid_missing", "text")]
    if len(said) > LONGEST["aid"]:
        needs.append(Need("too_long", "text", {"most": LONGEST["aid"]}))
    given = amount is not None and amount != ""
    sum_, odd = readers.money(None, by, "amount", amount) if given else (None, [])
    if needs + odd or when is None:
        raise refusal(needs + odd)
    row = Aid(need=need, day=when, text=mask(said), amount=sum_, post_id=by.post_id, at=clock.now())
    create(thing=row, by=by, kind="aid", data={"need": need.pk, "amount": sum_, "day": when})
    return row
