"""Triage: a person decides, has ten seconds to take it back, then it is carried out.

Until then nothing stands on the ledger, so that no problem ever appears there by a slip.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.intake.actions.carrying import carry_out
from xiaohao.intake.actions.joining import FIELDS, settle
from xiaohao.intake.models import Message, State
from xiaohao.intake.queries.finding import known_words
from xiaohao.intake.rules.decisions import Decision, What, is_due, may_undo
from xiaohao.intake.rules.limits import UNDO
from xiaohao.kernel import clock
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import Actor, Permission, Role
from xiaohao.kernel.errors import Answer, Refused, Unmet
from xiaohao.kernel.masking import mask
from xiaohao.kernel.text import clean
from xiaohao.ledger.models import Problem
from xiaohao.trail.actions import change, stale
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

TITLE, TEXT, REPLY = 200, 20_000, 2_000  # characters that the ledger takes


def confirm(  # noqa: PLR0913 (what one reads and changes before confirming)
    *,
    message: Message,
    by: Actor,
    unit: Unit | str | None,
    category: Category | str | None = None,
    urgent: bool = False,
    title: str | None = None,
    text: str | None = None,
    deadline: str = "",
    photos: Iterable[int] = (),
    version: int | None = None,
    hold: bool = False,
) -> Message:
    """A concrete problem: it goes on the ledger and to the unit that can fix it.

    Args:
        unit, category: the thing itself or its code.
        title, text: the copy for the unit; the message's own when left out. Masked here again.
        deadline: ISO date; the usual one when "".
        photos: ids of the message's photos that the unit may see.
        version: the version that was on the screen.
        hold: wait ten seconds, in which it may be undone; otherwise it is carried out at once.

    Raises:
        Refused: every input that will not do.
        Stale: somebody else has triaged the message meanwhile.
    """
    unmet: list[Unmet] = []
    known = known_words(message)
    named = mask(clean(message.heading if title is None else title), known)
    copy = mask(clean(message.text if text is None else text), known)
    unmet += _lengths(named, copy)
    decision = Decision(
        what=What.REFER,
        title=named,
        text=copy,
        category=_category(category, unmet),
        unit=_unit(unit, by, unmet),
        urgent=urgent,
        deadline=deadline,
        photos=tuple(photos),
    )
    return _decide(message, by, decision, unmet, version=version, hold=hold)


def set_aside(
    *,
    message: Message,
    by: Actor,
    category: Category | str | None = None,
    title: str | None = None,
    version: int | None = None,
    hold: bool = False,
) -> Message:
    """A suggestion: it is studied and reported up, and never comes onto the ledger."""
    unmet: list[Unmet] = []
    named = mask(clean(message.heading if title is None else title), known_words(message))
    decision = Decision(what=What.SUGGEST, title=named[:TITLE], category=_category(category, unmet))
    return _decide(message, by, decision, unmet, version=version, hold=hold)


def join_to(
    *, message: Message, by: Actor, number: str, version: int | None = None, hold: bool = False
) -> Message:
    """The same as a problem known already: its sender becomes one more reporter of that one."""
    key = Problem.id_of(number)
    problem = Problem.objects.visible_to(by).open().filter(pk=key).first() if key else None
    unmet = []
    if problem is None:
        text = _("There is no open problem “%(number)s” that you can see.")
        unmet.append(Unmet("no_such_problem", text % {"number": number[:40]}, "into"))
    decision = Decision(what=What.JOIN, into=problem.pk if problem else None)
    return _decide(message, by, decision, unmet, version=version, hold=hold)


def reply(
    *, message: Message, by: Actor, text: str, version: int | None = None, hold: bool = False
) -> Message:
    """A question that the office can answer itself; the sender reads the answer by his code."""
    text, unmet = clean(text), []
    if not text:
        unmet.append(Unmet("reply_missing", _("Write what the sender is answered."), "reply"))
    if len(text) > REPLY:
        said = _("The answer is too long: at most %(limit)d characters.") % {"limit": REPLY}
        unmet.append(Unmet("reply_too_long", said, "reply"))
    decision = Decision(what=What.REPLY, reply=text)
    return _decide(message, by, decision, unmet, version=version, hold=hold)


def undo(*, message: Message, by: Actor) -> Message:
    """Take a decision back, within ten seconds of it.

    Raises:
        Refused: `too_late`, when it has been carried out.
    """
    require_at(by, Permission.TRIAGE, message.home.path)
    in_time = message.triaged_at and may_undo(message.triaged_at, clock.now())
    if message.state != State.DECIDED or not in_time:
        text = _("It has been carried out already. What can be corrected stands on its page.")
        raise Refused.because("too_late", text)
    reopen(message, by, "undone", {})
    return message


def reopen(message: Message, by: Any, kind: str, data: dict[str, Any]) -> None:
    """Put a message back into the queue."""
    message.state, message.decision, message.problem = State.WAITING, None, None
    message.category = message.triaged_at = message.triaged_post = message.triaged_account = None
    change(thing=message, by=by, kind=kind, fields=FIELDS, data=data)


def carry_out_due(*, most: int = 100) -> int:
    """Carry out every decision whose ten seconds are over; how many there were."""
    done = 0
    for pk in _due(most):
        with transaction.atomic():
            rows = Message.objects.select_for_update(skip_locked=True, of=("self",))
            message = rows.select_related("home").filter(pk=pk, state=State.DECIDED).first()
            if message is None:
                continue
            done += 1
            _carry_out_or_give_back(message)
    return done


def _due(most: int) -> list[int]:
    decided = Message.objects.filter(state=State.DECIDED, triaged_at__lte=clock.now() - UNDO)
    times = decided.order_by("pk").values_list("pk", "triaged_at")[:most]
    return [pk for pk, at in times if at and is_due(at, clock.now())]


def _carry_out_or_give_back(message: Message) -> None:
    """What can no longer be done (the unit has closed …) comes back into the queue and says why."""
    decision = Decision.from_json(message.decision or {})
    actor = actor_from(decision.by)
    try:
        with transaction.atomic():
            carry_out(message, decision, actor)
    except Answer as said:
        message.refresh_from_db()
        reasons = [{"code": one.code, "message": str(one.message)} for one in said.unmet]
        reopen(message, actor, "given_back", {"reasons": reasons})


def _decide(
    message: Message,
    by: Actor,
    decision: Decision,
    unmet: list[Unmet],
    *,
    version: int | None,
    hold: bool,
) -> Message:
    require_at(by, Permission.TRIAGE, message.home.path)
    if version is not None and version != message.version:
        raise stale(message, version)
    if message.state != State.WAITING:
        raise Refused.because("already_triaged", _("This message has been triaged already."))
    if unmet:
        raise Refused(unmet)
    with transaction.atomic():
        if not hold:
            carry_out(message, decision, by)
            return message
        held = dataclasses.replace(decision, by=actor_to_json(by))
        message.state, message.decision = State.DECIDED, held.as_json()
        settle(message, by)
        change(thing=message, by=by, kind="decided", fields=FIELDS, data={"what": decision.what})
    return message


def _lengths(title: str, text: str) -> list[Unmet]:
    unmet = []
    if not title:
        unmet.append(Unmet("title_missing", _("Give the problem a title."), "title"))
    if len(title) > TITLE:
        said = _("The title is too long: at most %(limit)d characters.") % {"limit": TITLE}
        unmet.append(Unmet("title_too_long", said, "title"))
    if not text:
        unmet.append(Unmet("text_missing", _("Write down what is wrong."), "text"))
    if len(text) > TEXT:
        said = _("The text is too long: at most %(limit)d characters.") % {"limit": TEXT}
        unmet.append(Unmet("text_too_long", said, "text"))
    return unmet


def _category(given: Category | str | None, unmet: list[Unmet]) -> int | None:
    if isinstance(given, Category) or not given:
        return given.pk if isinstance(given, Category) else None
    found = Category.objects.filter(code=given[:60]).first()
    if found is None:
        unmet.append(Unmet("no_such_category", _("There is no such category."), "category"))
    return found.pk if found else None


def _unit(given: Unit | str | None, by: Actor, unmet: list[Unmet]) -> int | None:
    if not given:
        text = _("Choose the unit that can fix it.")
        unmet.append(Unmet("unit_missing", text, "unit"))
        return None
    rows = Unit.objects.under(by.unit_path).active()
    if isinstance(given, Unit):
        found = rows.filter(pk=given.pk).first()
    else:
        typed = given.strip()[:200]
        found = rows.filter(code=typed[:40]).first()
        if found is None:
            named = list(rows.filter(name=typed).order_by("pk")[:2])
            found = named[0] if len(named) == 1 else None
    if found is None:
        text = _("There is no unit “%(unit)s” in your area. Choose one from the list.")
        unmet.append(Unmet("no_such_unit", text % {"unit": str(given)[:80]}, "unit"))
    return found.pk if found else None


def actor_to_json(by: Actor) -> dict[str, Any]:
    """An actor as plain data, so that his decision can be carried out in his name."""
    data = dataclasses.asdict(by)
    return data | {"role": by.role.value, "permissions": sorted(by.permissions)}


def actor_from(data: Any) -> Actor:
    """What `actor_to_json` wrote."""
    permissions = frozenset(Permission(name) for name in data["permissions"])
    return Actor(**{**data, "role": Role(data["role"]), "permissions": permissions})
