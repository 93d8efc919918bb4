"""What tests of this room set up: messages, and a city whose office reads them."""

import datetime as dt
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from xiaohao.intake import actions
from xiaohao.intake.models import Message
from xiaohao.intake.rules.sender import Sender
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.ledger.tests.make import DAY, City, actor, city, picture, unit
from xiaohao.people.models import Account, Holding
from xiaohao.trail.actions import create

__all__ = [
    "DAY",
    "SENDER",
    "TEXT",
    "City",
    "account",
    "actor",
    "city",
    "message",
    "picture",
    "unit",
]

TEXT = "小区门口的路灯三个月没有亮，老人晚上出门摔倒了两次。我叫王小强，电话13812345678。"
SENDER = Sender(name="王小强", phone="13812345678", email="wang@example.org")


def message(**more: Any) -> Message:
    """A message that has just come in."""
    values: dict[str, Any] = {"text": TEXT, "sender": SENDER} | more
    return actions.receive(**values).message


def account(who: Actor) -> Account:
    """An account that holds the actor's post."""
    made, new = Account.objects.get_or_create(username=f"login-{who.post_code}".lower())
    if new:
        during = DateRange(dt.date(2000, 1, 1), None)
        create(
            thing=Holding(account=made, post_id=who.post_id, during=during), by=SYSTEM, kind="hold"
        )
    return made
