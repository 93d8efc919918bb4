"""Writing: what comes in, what triage decides, what citizens answer."""

from xiaohao.intake.actions.answering import answer, looked_up
from xiaohao.intake.actions.batch import RowReceived, receive_batch
from xiaohao.intake.actions.contacts import look_at_contact
from xiaohao.intake.actions.correcting import back_to_triage, correct, part
from xiaohao.intake.actions.deciding import (
    carry_out_due,
    confirm,
    join_to,
    reply,
    set_aside,
    undo,
)
from xiaohao.intake.actions.joining import join_known
from xiaohao.intake.actions.limiting import (
    address_of,
    admit,
    challenge_for,
    forget,
    is_proved,
)
from xiaohao.intake.actions.proposing import propose_now, propose_waiting
from xiaohao.intake.actions.receiving import (
    Clash,
    PhotosRefused,
    Received,
    attach,
    kept_photos,
    receive,
)
from xiaohao.intake.actions.sharing import share_photos
from xiaohao.intake.actions.suggestions import report_up, study
from xiaohao.intake.rules.rows import Row
from xiaohao.intake.rules.sender import Sender

__all__ = [
    "Clash",
    "PhotosRefused",
    "Received",
    "Row",
    "RowReceived",
    "Sender",
    "address_of",
    "admit",
    "answer",
    "attach",
    "back_to_triage",
    "carry_out_due",
    "challenge_for",
    "confirm",
    "correct",
    "forget",
    "is_proved",
    "join_known",
    "join_to",
    "kept_photos",
    "look_at_contact",
    "looked_up",
    "part",
    "propose_now",
    "propose_waiting",
    "receive",
    "receive_batch",
    "reply",
    "report_up",
    "set_aside",
    "share_photos",
    "study",
    "undo",
]
