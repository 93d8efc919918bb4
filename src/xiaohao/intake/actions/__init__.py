"""Writing: what comes in, what triage decides, what citizens answer."""

from xiaohao.intake.actions.answering import answer, looked_up
from xiaohao.intake.actions.batch import RowReceived, receive_batch
from xiaohao.intake.actions.joining import join, join_known
from xiaohao.intake.actions.limiting import (
    address_of,
    admit,
    challenge_for,
    forget,
    is_proved,
)
from xiaohao.intake.actions.receiving import Clash, Received, attach, receive
from xiaohao.intake.rules.rows import Row

__all__ = [
    "Clash",
    "Received",
    "Row",
    "RowReceived",
    "address_of",
    "admit",
    "answer",
    "attach",
    "challenge_for",
    "forget",
    "is_proved",
    "join",
    "join_known",
    "looked_up",
    "receive",
    "receive_batch",
]
