"""A problem comes onto the ledger and is handed to the unit that can fix it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.campaigns.models import Programme
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.masking import mask
from xiaohao.kernel.text import clean
from xiaohao.ledger.actions.extending import lapse
from xiaohao.ledger.actions.indexing import index
from xiaohao.ledger.actions.recounting import recount
from xiaohao.ledger.actions.reporters import add_reporter
from xiaohao.ledger.actions.step import Took, count, count_at, write
from xiaohao.ledger.models import Channel, Problem, Referral, Source
from xiaohao.ledger.queries import arbiter_of
from xiaohao.ledger.rules import Need, State, default_deadline
from xiaohao.ledger.wording import refusal
from xiaohao.trail.actions import change, create
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit
from xiaohao.units.queries import stays_in_use


def register(  # noqa: PLR0913 (a problem has this many sides)
    *,
    by: Actor,
    title: str,
    text: str,
    category: Category | None = None,
    channel: str = Channel.OTHER,
    source: str = Source.MESSAGE,
    place: str = "",
    place_unit: Unit | None = None,
    urgent: bool = False,
    programme: Programme | None = None,
    received_at: dt.datetime | None = None,
    reporters: Iterable[tuple[str, int]] = (),
) -> Problem:
    """Put a problem on the ledger, in the state *registered*, with those who reported it.

    Args:
        title, text, place: what handlers will read. Masked here, whatever door it came by; what
            only a caller can know of (the writer's own name), he has masked already.
        programme: one that binds the actor's unit (`campaigns.queries.find`).
        reporters: label and id of each message behind it.

    Raises:
        Refused: `title_missing` or `text_missing`.
    """
    title, text = mask(clean(title))[:200], mask(clean(text))
    _check_words(title, text)
    now = clock.now()
    problem = Problem(
        year=clock.today().year,
        title=title,
        text=text,
        category=category,
        channel=channel,
        source=source,
        place=mask(clean(place))[:200],
        place_unit=place_unit,
        urgent=urgent,
        programme=programme,
        origin_unit_id=by.unit_id,
        origin_path=by.unit_path,
        path=by.unit_path,
        received_at=received_at or now,
        registered_at=now,
        registered_post_id=by.post_id,
        registered_account=by.account_id,
    )
    with transaction.atomic():
        create(
            thing=problem,
            by=by,
            kind="register",
            data=_told(problem, by),
        )
        index(problem)
        count(problem, None, ("ledger.registered",))
        for label, source_id in reporters:
            add_reporter(problem=problem, by=by, label=label, source_id=source_id)
    return problem


def _check_words(title: str, text: str) -> None:
    if not title:
        raise Refused.because("title_missing", _("Give the problem a title."), "title")
    if not text:
        raise Refused.because("text_missing", _("Write down what is wrong."), "text")


def _told(problem: Problem, by: Actor) -> dict[str, Any]:
    data = {"source": problem.source, "channel": problem.channel, "counted_at": by.unit_id}
    named = {"programme": problem.programme, "category": problem.category}
    return data | {name: thing.code for name, thing in named.items() if thing}


def refer(took: Took) -> None:
    """Hand the problem to a unit, with a deadline, and under its category where that is given."""
    problem = took.problem
    lapse(took, took.given.get("reason") or "")
    now = clock.now()
    same_day = clock.local_day(now) <= calendar.add(clock.local_day(problem.received_at), 0)
    first = problem.referred_at is None
    flows = ["ledger.referred"] if first else []
    if first and same_day:
        flows.append("ledger.referred_same_day")
    values: dict[str, Any] = {"referred_at": now} if first else {}
    data: dict[str, Any] = {"first": first, "same_day": first and same_day}
    category: Category | None = took.given.get("category")
    if category is not None and category != problem.category:
        values["category"] = category
        data["category"] = category.code
    hand(took, *flows, data=data, **values)
    if "category" in values:
        recount(problem, category_id=problem.category_id)


def hand(took: Took, *flows: str, data: dict[str, Any], **values: Any) -> None:
    """The unit given has the problem from now on, by the deadline given or the usual one.

    Raises:
        Refused: `unit_closed`: it was closed at this moment.
    """
    problem, unit = took.problem, took.given["unit"]
    if not stays_in_use(unit):
        raise refusal([Need("unit_closed", "unit", {"unit": unit.name})])
    usual = default_deadline(took.facts.today, urgent=problem.urgent)
    deadline = took.given.get("deadline") or usual
    reason = took.given.get("reason", "")
    told = {"unit": unit.code, "deadline": deadline, "reason": reason, **data}
    values |= {"unit": unit, "path": unit.path, "deadline": deadline}
    write(took, "ledger.handed", *flows, data=told, **values)
    create(
        thing=Referral(
            problem=problem,
            unit=unit,
            by_unit_id=took.by.unit_id if isinstance(took.by, Actor) else None,
            at=clock.now(),
            deadline=deadline,
            reason=reason,
        ),
        by=took.by,
        kind=took.move.name,
    )


def accept(took: Took) -> None:
    """The unit takes it on."""
    write(took, "ledger.accepted")
    _settle_referral(took, accepted_at=clock.now())


def return_(took: Took) -> None:
    """The unit gives it back with a reason, to the office or, the last time, to the arbiter."""
    problem, better = took.problem, took.given.get("better_unit")
    unknown = took.given.get("owner_unknown") or None
    unit = problem.unit
    data = {
        "reason": took.given["reason"],
        "unit": unit.code if unit else None,
        "better_unit": better.code if better else None,
        **({"owner_unknown": unknown} if unknown else {}),
        "counted_at": unit.pk if unit else None,
    }
    values: dict[str, Any] = {"path": problem.origin_path}
    if took.move.lands(took.facts) is State.ARBITRATION:
        judge = arbiter_of(problem, better)
        data["arbiter"] = judge.code
        values = {"path": judge.path, "arbiter": judge}
    write(took, data=data, unit=None, deadline=None, returns=problem.returns + 1, **values)
    if unit:
        count_at(problem, "ledger.returned", unit.path)
    named = {"better_unit": better, "owner_unknown": unknown}
    _settle_referral(took, returned_at=clock.now(), reason=took.given["reason"], **named)
    lapse(took, took.given["reason"])


def recall(took: Took) -> None:
    """The office takes it back from the unit that it had handed it to, as if it had come back.

    It is no return: the unit has said nothing, and no arbitration comes nearer by it.
    """
    problem, reason = took.problem, took.given["reason"]
    data = {"reason": reason, "unit": problem.unit.code if problem.unit else None}
    write(took, "ledger.recalled", data=data, unit=None, deadline=None, path=problem.origin_path)
    _settle_referral(took, recalled_at=clock.now(), reason=reason)
    lapse(took, reason)


def _settle_referral(took: Took, **values: Any) -> None:
    referral = Referral.objects.filter(problem=took.problem).order_by("-id").first()
    if referral is None:
        return
    for name, value in values.items():
        setattr(referral, name, value)
    change(thing=referral, by=took.by, kind=took.move.name, fields=sorted(values))
