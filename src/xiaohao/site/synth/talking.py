"""A generated message as rows: itself, its events, the changes of the figures. No database.

It is answered directly or still waits. Those that lead to a problem are not made, since each would
have to be heard again when the fix is judged.
"""

import datetime as dt
import random
import uuid

from xiaohao.intake.models import LABEL, Message, State
from xiaohao.intake.queries import code_hash, receipt_of
from xiaohao.intake.rules import limits
from xiaohao.kernel import clock
from xiaohao.site.synth.growing import CHANNELS, TITLES, Place
from xiaohao.site.synth.telling import Story

HOUR = 60
LONGEST = 3 * 24 * HOUR  # minutes until one is answered, at most
REPLY = "生成的答复，用于测量"


def say(
    number: int, place: Place, received: dt.datetime, now: dt.datetime, chance: random.Random
) -> Story[Message]:
    """A message that came in at `received`, as far as it has come by `now`."""
    row = Message(
        pk=number,
        submission=uuid.UUID(int=chance.getrandbits(128), version=4),
        channel=chance.choice(CHANNELS),
        title=chance.choice(TITLES),
        text="生成的来信，用于测量",
        place_unit_id=place.unit,
        home_id=place.unit,
        received_at=received,
        triage_due=limits.triage_due(received),
    )
    row.code_hash = code_hash(row.code)
    told = Story(LABEL, row, received)
    answered = received + dt.timedelta(minutes=int(chance.triangular(10, LONGEST, HOUR)))
    data = {"channel": row.channel, "receipt": receipt_of(row).hash()}
    told.tell("received", data, last=answered > now)
    told.count("intake.received", (place.unit, place.path), row.channel)
    if answered > now:
        return told
    told.at = answered
    row.state, row.reply, row.replied_at, row.triaged_at = (
        State.REPLIED, REPLY, answered, answered
    )  # fmt: skip
    told.tell("replied", {}, last=True)
    told.count("intake.triaged", (place.unit, place.path), row.channel)
    if clock.local_day(answered) <= row.triage_due:
        told.count("intake.triaged_same_day", (place.unit, place.path), row.channel)
    return told
