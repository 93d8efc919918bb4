"""The public's door for programs; no account is needed."""

import datetime as dt
import uuid
from typing import Annotated, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Field, File, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import BeforeValidator

from xiaohao.intake import actions, queries
from xiaohao.intake.models import Channel, Kind
from xiaohao.intake.rules.limits import LONGEST_KEY, PHOTOS
from xiaohao.intake.rules.sender import Sender
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.text import clean

router = Router(tags=["messages"])
KEYS = uuid.UUID("5b0c2a54-6c1e-5d0e-9f6b-3f6a6e0d8c11")  # name space of Idempotency-Key


def _readable(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_readable)]


class ContactIn(Schema):
    """How to reach the sender; left out for an anonymous message."""

    name: Text = ""
    phone: Text = ""
    email: Text = ""


class MessageIn(Schema):
    """A message to send in."""

    text: Text
    title: Text = ""
    place: Text = Field("", description="Where it is, in words.")
    place_code: Text = Field("", description="Code of the district, street or village.")
    kind: Text = Field("", description="`problem` or `suggestion`, if the sender says so.")
    contact: ContactIn | None = None
    submission: uuid.UUID | None = Field(
        None, description="A random number of your own: sent twice, it is received once."
    )
    challenge: Text = Field("", description="From `GET /public/challenge`.")
    proof: Text = Field("", description="The number that solves the challenge.")


class MessageOut(Schema):
    """The receipt."""

    tracking_code: str
    received_at: dt.datetime
    status_url: str
    receipt_hash: str


class StepOut(Schema):
    """One step on the way."""

    at: dt.datetime
    kind: str
    unit: str
    text: str


class StatusOut(Schema):
    """How a message stands."""

    tracking_code: str
    received_at: dt.datetime
    state: str
    title: str
    unit: str
    due: dt.date | None
    asked: bool
    answer_by: dt.date | None
    answer: str
    steps: list[StepOut]


class AnswerIn(Schema):
    """The sender's word on the fix."""

    answer: Text = Field(description="`solved`, `partly` or `not`")
    response: Text = Field("", description="`good`, `fair` or `bad`: how fast they were")
    result: Text = Field("", description="the same: what was done")
    attitude: Text = Field("", description="the same: how they treated you")
    words: Text = ""


class ChallengeOut(Schema):
    """Work to be done before sending: SHA-256(challenge + ":" + proof) begins with zero bits."""

    submission: uuid.UUID
    challenge: str
    bits: int


@router.get("/public/challenge", auth=None, response=ChallengeOut)
def challenge(request: HttpRequest) -> dict[str, Any]:
    """Work that raises the limit on messages from one address."""
    submission = uuid.uuid4()
    asked = actions.challenge_for(str(submission), actions.address_of(request))
    return {"submission": submission, "challenge": asked.text, "bits": asked.bits}


@router.post("/public/messages", auth=None, response={201: MessageOut})
def send(request: HttpRequest, message: MessageIn) -> Status[dict[str, Any]]:
    """Send a message in; no account is needed. Gives the tracking code."""
    submission = message.submission or _submission(request)
    proved = bool(message.submission and message.proof) and actions.is_proved(
        message.challenge, message.proof, str(message.submission)
    )
    actions.admit(address=actions.address_of(request), purpose="proved" if proved else "api")
    given = message.contact or ContactIn()
    received = actions.receive(
        text=message.text,
        title=message.title,
        place=message.place,
        place_code=message.place_code[:40],
        kind=_kind(message.kind),
        channel=Channel.API,
        sender=Sender(given.name, given.phone, given.email),
        submission=submission,
    )
    return Status(201, receipt_out(request, received))


def receipt_out(request: HttpRequest, received: actions.Received) -> dict[str, Any]:
    """What somebody gets who has sent a message."""
    receipt = received.receipt
    # What stands behind “#” is never sent, so that the code gets into no log.
    status_page = request.build_absolute_uri(reverse("intake_status"))
    return {
        "tracking_code": receipt.shown_code,
        "received_at": receipt.received_at,
        "status_url": f"{status_page}#{receipt.shown_code}",
        "receipt_hash": receipt.hash().hex(),
    }


def _submission(request: HttpRequest) -> uuid.UUID | None:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return None
    if len(key) > LONGEST_KEY:
        text = _("The Idempotency-Key is too long: at most %(limit)d characters.")
        raise Refused.because("key_too_long", text % {"limit": LONGEST_KEY}, "Idempotency-Key")
    return uuid.uuid5(KEYS, key)


def _kind(kind: str) -> str:
    if kind and kind not in Kind.values:
        raise Refused.because("no_such_kind", _("Say “problem” or “suggestion”."), "kind")
    return kind or Kind.UNKNOWN


@router.get("/public/messages/{code}", auth=None, response=StatusOut)
def status(request: HttpRequest, code: str) -> dict[str, Any]:
    """How a message stands: each step with its day and unit."""
    found = queries.progress(actions.looked_up(code=code, address=actions.address_of(request)))
    return {
        "tracking_code": queries.receipt_of(found.message).shown_code,
        "received_at": found.message.received_at,
        "state": found.state,
        "title": found.title,
        "unit": found.unit,
        "due": found.due,
        "asked": found.asked,
        "answer_by": found.answer_by,
        "answer": found.word.answer if found.word else "",
        "steps": found.steps,
    }


@router.post("/public/messages/{code}/answer", auth=None, response=StatusOut)
def answer(request: HttpRequest, code: str, word: AnswerIn) -> dict[str, Any]:
    """Say whether it is truly solved, and grade it. “partly” and “not” reopen the problem."""
    message = actions.looked_up(code=code, address=actions.address_of(request))
    actions.answer(
        message=message,
        answer=word.answer,
        response=word.response,
        result=word.result,
        attitude=word.attitude,
        words=word.words,
    )
    return status(request, code)


@router.post("/public/messages/{code}/photos", auth=None, response={201: dict[str, int]})
def photos(
    request: HttpRequest, code: str, photos: Annotated[list[UploadedFile], File(...)]
) -> Status[dict[str, int]]:
    """Photos for a message that was sent; checked, stripped of metadata, six at most."""
    address = actions.address_of(request)
    message = actions.looked_up(code=code, address=address)
    if len(photos) > PHOTOS:
        text = _("At most %(limit)d photos go with a message.") % {"limit": PHOTOS}
        raise Refused.because("too_many_photos", text, "photos")
    actions.attach(message=message, files=actions.kept_photos(uploads=photos, address=address))
    return Status(201, {"photos": message.photos.count()})
