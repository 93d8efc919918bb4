"""A list comes about: measures, services, its publishing; what changes afterwards has a reason."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.text import clean
from xiaohao.people.models import Post
from xiaohao.services.models import Audience, ListState, Measure, Service, ServiceList
from xiaohao.services.queries import keeps
from xiaohao.services.rules import LONGEST_PROMISE, Need
from xiaohao.services.wording import refusal
from xiaohao.trail.actions import begun, change, changed, create, stale
from xiaohao.units.models import Unit
from xiaohao.units.queries import called

LONGEST = {"title": 200, "what": 5000, "bring": 2000, "reason": 2000}
YEARS = range(2000, 2101)
MAY_CHANGE = ("title", "what", "audience", "department", "post", "days", "bring")
Given = Mapping[str, Any]


def make_list(*, by: Actor, title: str, year: Any) -> ServiceList:
    """Begin a list as a draft, kept by the actor's unit.

    Raises:
        Forbidden: the post sets up no programmes.
        Refused: `title_missing`, `too_long`, `year_odd`.
    """
    if not by.may(Permission.SET_PROGRAMMES):
        raise refusal([Need("not_permitted")])
    said, needs = clean(title), []
    if not said:
        needs.append(Need("title_missing", "title"))
    if len(said) > 120:  # noqa: PLR2004 (as the column)
        needs.append(Need("too_long", "title", {"most": 120}))
    number = _number(year)
    if number not in YEARS:
        needs.append(Need("year_odd", "year"))
    if needs or number is None:
        raise refusal(needs)
    row = ServiceList(title=said, year=number, unit_id=by.unit_id, made_at=clock.now())
    create(thing=row, by=by, kind="make", data={"title": said})
    return row


def _number(value: Any) -> int | None:
    typed = str(value if value is not None else "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else None  # noqa: PLR2004 (a small number)


def _kept(row: ServiceList, by: Actor, version: int | None = None) -> None:
    if version is not None and version != row.version:
        raise stale(row, version)
    if not keeps(by, row):
        raise refusal([Need("not_keeper")])


@transaction.atomic
def add_service(*, to: ServiceList, by: Actor, **given: Any) -> Service:
    """Put a service on a draft, under a measure that is there or a new one.

    Args:
        given: `measure` (its title; a new one makes a new measure), `title`, `what`, `audience`,
            `department` (a unit, or how it is called), `days` (working days, 0 on the spot); may
            be: `post` (a code), `bring`.

    Raises:
        Forbidden: another office keeps the list.
        Refused: `not_draft`, and everything that is missing or odd.
    """
    _kept(to, by)
    held = ServiceList.objects.select_for_update().get(pk=to.pk)
    needs = [] if held.state == ListState.DRAFT else [Need("not_draft")]
    values, odd = _read(by, given)
    heading = clean(str(given.get("measure") or ""))[:200]
    if not heading:
        odd.append(Need("measure_odd", "measure"))
    if needs + odd:
        raise refusal(needs + odd)
    rows = to.measures.order_by("number")
    measure = rows.filter(title=heading).first()
    if measure is None:
        measure = Measure(list=to, number=rows.count() + 1, title=heading)
        create(thing=measure, by=by, kind="add", data={"title": heading})
    number = to.services.count() + 1
    row = Service(list=to, measure=measure, number=number, **values)
    create(thing=row, by=by, kind="add", data={"changed": begun(row, MAY_CHANGE)})
    return row


def _read(by: Actor, given: Given) -> tuple[dict[str, Any], list[Need]]:
    """The fields of a service, and what is missing or odd."""
    values: dict[str, Any] = {}
    needs = []
    for name in ("title", "what", "bring"):
        values[name] = clean(str(given.get(name) or ""))
        if len(values[name]) > LONGEST[name]:
            needs.append(Need("too_long", name, {"most": LONGEST[name]}))
    needs += [Need(f"{name}_missing", name) for name in ("title", "what") if not values[name]]
    values["audience"] = str(given.get("audience") or "")
    if values["audience"] not in set(Audience):
        needs.append(Need("audience_odd", "audience"))
    days = values["days"] = _number(given.get("days"))
    if days is None or days > LONGEST_PROMISE:
        needs.append(Need("days_odd", "days", {"most": LONGEST_PROMISE}))
    values["department"], odd = _department(by, given.get("department"))
    needs += odd
    values["post"], odd = _post(values["department"], given.get("post"))
    return values, needs + odd


def _department(by: Actor, typed: Any) -> tuple[Unit | None, list[Need]]:
    if not typed:
        return None, [Need("unit_missing", "department")]
    rows = Unit.objects.under(by.unit_path)
    key = {"pk": typed.pk} if isinstance(typed, Unit) else {"code": str(typed)[:40]}
    found = rows.filter(**key).first() or called(str(typed)[:200], by.unit_path)
    if found is None:
        return None, [Need("no_such_unit", "department", {"unit": str(typed)[:80]})]
    if found.closed_on:
        return None, [Need("unit_closed", "department", {"unit": found.name})]
    return found, []


def _post(department: Unit | None, typed: Any) -> tuple[Post | None, list[Need]]:
    if not typed or department is None:
        return None, []
    key = {"pk": typed.pk} if isinstance(typed, Post) else {"code": str(typed)[:40]}
    found = Post.objects.filter(unit=department, is_active=True, **key).first()
    if found is None:
        return None, [Need("no_such_post", "post", {"post": str(typed)[:40]})]
    return found, []


@transaction.atomic
def publish(*, row: ServiceList, by: Actor, version: int | None = None) -> None:
    """From now on what the list says binds.

    Raises:
        Forbidden: another office keeps it.
        Refused: `list_not_draft`, `list_empty`.
        Stale: somebody changed it meanwhile.
    """
    _kept(row, by, version)
    if row.state != ListState.DRAFT:
        raise refusal([Need("list_not_draft")])
    if not row.services.filter(withdrawn_at=None).exists():
        raise refusal([Need("list_empty")])
    row.state, row.published_at = ListState.PUBLISHED, clock.now()
    change(thing=row, by=by, kind="publish", fields=["state", "published_at"])


@transaction.atomic
def close(*, row: ServiceList, by: Actor, version: int | None = None) -> None:
    """Nobody can call for its services any more; calls that stand go on.

    Raises:
        Forbidden: another office keeps it.
        Refused: `list_not_published`.
        Stale: somebody changed it meanwhile.
    """
    _kept(row, by, version)
    if row.state != ListState.PUBLISHED:
        raise refusal([Need("list_not_published")])
    row.state, row.closed_at = ListState.CLOSED, clock.now()
    change(thing=row, by=by, kind="close", fields=["state", "closed_at"])


@transaction.atomic
def change_service(
    *, service: Service, by: Actor, reason: str = "", version: int | None = None, **given: Any
) -> None:
    """Change what a service promises: in a draft at will, once published with a reason.

    Calls that were made keep the day that was promised to them.

    Args:
        given: the fields of `add_service` but the measure; those left out stay.

    Raises:
        Forbidden: another office keeps the list.
        Refused: `reason_missing`, `unchanged`, and everything that is missing or odd.
        Stale: somebody changed it meanwhile.
    """
    said = _may_change(service, by, reason, version)
    stands = {name: getattr(service, name) for name in MAY_CHANGE}
    values, needs = _read(by, stands | given)
    if values["post"] and not given.get("post") and values["post"].unit_id != service.department_id:
        values["post"] = None
    if needs:
        raise refusal(needs)
    differs = changed(service, values)
    if not differs:
        raise refusal([Need("unchanged")])
    for name, value in values.items():
        setattr(service, name, value)
    data = {"changed": differs} | ({"reason": said} if said else {})
    change(thing=service, by=by, kind="change", fields=sorted(values), data=data)


@transaction.atomic
def withdraw_service(
    *, service: Service, by: Actor, reason: str, version: int | None = None
) -> None:
    """Nobody can call for it any more; it stays on the list as withdrawn, with the reason.

    Raises:
        Forbidden: another office keeps the list.
        Refused: `reason_missing`.
        Stale: somebody changed it meanwhile.
    """
    said = _may_change(service, by, reason, version)
    if not said:
        raise refusal([Need("reason_missing", "reason")])
    values = {"withdrawn_at": clock.now(), "withdrawn_reason": said}
    data = {"changed": changed(service, values), "reason": said}
    service.withdrawn_at, service.withdrawn_reason = clock.now(), said
    change(thing=service, by=by, kind="withdraw_service", fields=sorted(values), data=data)


def _may_change(service: Service, by: Actor, reason: str, version: int | None) -> str:
    """The reason, once nothing stands in the way of a change."""
    if version is not None and version != service.version:
        raise stale(service, version)
    if not keeps(by, service.list):
        raise refusal([Need("not_keeper")])
    said = clean(reason)
    needs = []
    if len(said) > LONGEST["reason"]:
        needs.append(Need("too_long", "reason", {"most": LONGEST["reason"]}))
    if service.withdrawn_at is not None:
        needs.append(Need("service_withdrawn"))
    if service.list.state == ListState.CLOSED:
        needs.append(Need("list_closed"))
    if service.list.state == ListState.PUBLISHED and not said:
        needs.append(Need("reason_missing", "reason"))
    if needs:
        raise refusal(needs)
    return said
