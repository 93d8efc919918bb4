"""A unit calls for a service; who it is for is sealed."""

import uuid

from django.db import transaction

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.crypto import seal, unseal
from xiaohao.kernel.masking import mask
from xiaohao.kernel.text import clean
from xiaohao.services.actions.counting import count
from xiaohao.services.models import Call, Service
from xiaohao.services.queries import against_caller, may_know_name
from xiaohao.services.rules import Need
from xiaohao.services.wording import refusal
from xiaohao.trail.actions import create, note

LONGEST = {"needed": 5000, "who": 200}
NAME = "services.name"  # how the trail names looks at whom a call is for


@transaction.atomic
def call(*, service: Service, by: Actor, needed: str, who: str = "") -> Call:
    """Call for a service, for one's own unit or on behalf of somebody.

    Args:
        needed: what is needed, and where; masked before it is kept.
        who: on whose behalf, a resident or an enterprise; sealed, and masked in `needed`.

    Raises:
        Refused: `binds_nobody`, `no_call_of_own`, `needed_missing`, `too_long`.
        Forbidden: the post neither handles nor registers.
    """
    name, text = clean(who), clean(needed)
    needs = against_caller(service, by)
    if not text:
        needs.append(Need("needed_missing", "needed"))
    for field, value in (("needed", text), ("who", name)):
        if len(value) > LONGEST[field]:
            needs.append(Need("too_long", field, {"most": LONGEST[field]}))
    if needs:
        raise refusal(needs)
    key = uuid.uuid4()
    row = Call(
        service=service,
        department=service.department,
        caller_id=by.unit_id,
        caller_post_id=by.post_id,
        needed=mask(text, [name] if name else []),
        seal=key,
        called_at=clock.now(),
        due=calendar.add(clock.today(), service.days),
    )
    if name:
        row.sealed = seal(name, row.context)
    data = {"service": service.pk, "due": row.due, "department": service.department.code}
    create(thing=row, by=by, kind="call", data=data)
    count(row, None)
    return row


def look_at_name(*, call: Call, by: Actor) -> str:
    """For whom a call is; the look stands on the trail.

    Raises:
        Forbidden: neither of the department nor of the unit that called, or the call is over.
        Refused: `no_name`.
    """
    if not may_know_name(by, call):
        raise refusal([Need("not_permitted")])
    if call.sealed is None:
        raise refusal([Need("no_name")])
    name = unseal(bytes(call.sealed), call.context)
    note(label=NAME, thing_id=call.pk, by=by, kind="look", data={"call": call.number})
    return name
