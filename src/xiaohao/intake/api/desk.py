"""Messages for those who take them in, by token: read, triage, take back, look at a sender."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status

from xiaohao.intake import actions, queries
from xiaohao.intake.api.public import MessageOut, Text, receipt_out
from xiaohao.intake.models import Channel, Message
from xiaohao.intake.rules.decisions import What
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paging import take
from xiaohao.people.queries import require

router = Router(tags=["messages"])
PAGE = 100


class Row(Schema):
    """One message in a list."""

    id: int
    version: int
    state: str
    channel: str
    kind: str
    title: str
    place: str
    place_code: str | None
    received_at: dt.datetime
    triage_due: dt.date
    problem: str | None


class Page(Schema):
    """A page of messages; `next` is the cursor of the following one, null at the end."""

    items: list[Row]
    next: str | None


class Guess(Schema):
    """One thing that triage proposes: below 0.6 it is a “perhaps”."""

    code: str
    label: str
    confidence: float
    sure: bool
    why: str


class LikeOut(Schema):
    """Something that reads alike: a problem to join, or another waiting message."""

    similarity: float
    problem: str | None
    message: int | None


class Whole(Row):
    """One message as it was written, with what triage proposes while it waits."""

    text: str
    reply: str
    category: Guess | None = None
    unit: Guess | None = None
    urgent: bool | None = None
    likes: list[LikeOut] = []


class Find(Schema):
    """What a list is narrowed to."""

    state: str = ""
    channel: str = ""
    q: str = ""
    cursor: str | None = None


class CallIn(Schema):
    """A call that was taken."""

    text: Text
    title: Text = ""
    place: Text = ""
    place_code: Text = ""
    name: Text = ""
    phone: Text = ""


class TriageIn(Schema):
    """What is decided: `do` is `refer`, `join`, `suggest` or `reply`."""

    do: str
    version: int
    unit: Text = ""
    category: Text = ""
    urgent: bool = False
    title: Text | None = None
    text: Text | None = None
    deadline: dt.date | None = None
    photos: list[int] = []
    into: Text = ""
    reply: Text = ""
    hold: bool = False


class ReasonIn(Schema):
    """A reason."""

    reason: Text
    version: int | None = None


class SenderOut(Schema):
    """Who sent a message; the look has been recorded."""

    name: str
    phone: str
    email: str


def _actor(request: HttpRequest, permission: Permission) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    return require(actor, permission)


def _row(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "version": message.version,
        "state": message.state,
        "channel": message.channel,
        "kind": message.kind,
        "title": message.heading,
        "place": message.place,
        "place_code": message.place_unit.code if message.place_unit else None,
        "received_at": message.received_at,
        "triage_due": message.triage_due,
        "problem": message.problem.number if message.problem else None,
    }


@router.get("/messages", response=Page)
def messages(request: HttpRequest, find: Annotated[Find, Query()]) -> dict[str, Any]:
    """Messages that the post may read, newest first; a waiting list with `state=waiting`."""
    actor = _actor(request, Permission.SEE_MESSAGES)
    given = {"state": find.state, "channel": find.channel, "q": find.q}
    rows = queries.listed(actor, queries.filters_of(given, actor))
    page = take(rows, ["-id"], find.cursor, PAGE)
    return {"items": [_row(message) for message in page.items], "next": page.next}


@router.post("/messages", response={201: MessageOut})
def take_call(request: HttpRequest, call: CallIn) -> Status[dict[str, Any]]:
    """Take a call in; gives the code to read out."""
    received = actions.receive(
        text=call.text,
        title=call.title,
        place=call.place,
        place_code=call.place_code,
        channel=Channel.PHONE,
        sender=actions.Sender(call.name, call.phone),
        by=_actor(request, Permission.TAKE_CALLS),
    )
    return Status(201, receipt_out(request, received))


@router.get("/messages/{int:key}", response=Whole)
def message(request: HttpRequest, key: int) -> dict[str, Any]:
    """One message as it was written; while it waits, what triage proposes."""
    actor = _actor(request, Permission.SEE_MESSAGES)
    return _whole(actor, queries.find_message(actor, key))


def _whole(actor: Actor, found: Message) -> dict[str, Any]:
    shown = _row(found) | {"text": found.text, "reply": found.reply}
    if not found.is_open:
        return shown
    if found.proposed_at is None:
        actions.propose_now(found)
    case = queries.case(actor, found)
    guesses = {told["name"]: told for told in case.guesses}
    return shown | {
        "category": _guess(guesses["category"]),
        "unit": _guess(guesses["unit"]),
        "urgent": case.urgent,
        "likes": [
            {
                "similarity": like.similarity,
                "problem": like.problem.number if like.problem else None,
                "message": like.message.pk if like.message else None,
            }
            for like in case.likes
        ],
    }


def _guess(told: dict[str, Any]) -> dict[str, Any] | None:
    guess = told["guess"]
    if guess is None:
        return None
    return {
        "code": told["code"],
        "label": told["label"],
        "confidence": guess.confidence,
        "sure": guess.sure,
        "why": told["why"],
    }


@router.post("/messages/{int:key}/triage", response=Row)
def triage(request: HttpRequest, key: int, given: TriageIn) -> dict[str, Any]:
    """Triage a message; with `hold` it can be undone for ten seconds before it is carried out."""
    actor = _actor(request, Permission.TRIAGE)
    found = queries.find_message(actor, key)
    common: dict[str, Any] = {
        "message": found, "by": actor, "version": given.version, "hold": given.hold,
    }  # fmt: skip
    match given.do:
        case What.REFER:
            actions.confirm(
                unit=given.unit,
                category=given.category,
                urgent=given.urgent,
                title=given.title,
                text=given.text,
                deadline=given.deadline.isoformat() if given.deadline else "",
                photos=given.photos,
                **common,
            )
        case What.JOIN:
            actions.join_to(number=given.into, **common)
        case What.SUGGEST:
            actions.set_aside(category=given.category, title=given.title, **common)
        case What.REPLY:
            actions.reply(text=given.reply, **common)
        case _:
            text = _("Say what is to be done: refer, join, suggest or reply.")
            raise Refused.because("no_such_way", text, "do")
    return _row(found)


@router.post("/messages/{int:key}/undo", response=Row)
def undo(request: HttpRequest, key: int) -> dict[str, Any]:
    """Take a held decision back, within ten seconds."""
    actor = _actor(request, Permission.TRIAGE)
    return _row(actions.undo(message=queries.find_message(actor, key), by=actor))


@router.post("/messages/{int:key}/correct", response=Row)
def correct(request: HttpRequest, key: int, given: ReasonIn) -> dict[str, Any]:
    """Back to triage: what was joined, set aside or answered by mistake."""
    actor = _actor(request, Permission.TRIAGE)
    found = queries.find_message(actor, key)
    return _row(
        actions.correct(message=found, by=actor, reason=given.reason, version=given.version)
    )


@router.post("/messages/{int:key}/sender", response=SenderOut)
def sender(request: HttpRequest, key: int, given: ReasonIn) -> dict[str, str]:
    """Who sent it; the look stands on the trail with its reason."""
    actor = _actor(request, Permission.SEE_CONTACT)
    found = actions.look_at_contact(
        message=queries.find_message(actor, key), by=actor, reason=given.reason
    )
    return {"name": found.name, "phone": found.phone, "email": found.email}
