"""What tests of this room set up: messages, and a city whose office reads them."""

from typing import Any

from xiaohao.intake import actions
from xiaohao.intake.models import Message
from xiaohao.intake.rules.sender import Sender
from xiaohao.ledger.tests.make import DAY, City, actor, city, picture, unit

__all__ = ["DAY", "SENDER", "TEXT", "City", "actor", "city", "message", "picture", "unit"]

TEXT = "小区门口的路灯三个月没有亮，老人晚上出门摔倒了两次。我叫王小强，电话13812345678。"
SENDER = Sender(name="王小强", phone="13812345678", email="wang@example.org")


def message(**more: Any) -> Message:
    """A message that has just come in."""
    return actions.receive(**({"text": TEXT, "sender": SENDER} | more)).message
