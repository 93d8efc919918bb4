"""Whether a receipt is genuine: against the row, the trail's event and the day's seal."""

import re
from dataclasses import dataclass

from xiaohao.intake.models import LABEL, Message
from xiaohao.intake.queries.finding import receipt_of
from xiaohao.trail.models import Seal
from xiaohao.trail.queries import events_of, is_whole, seal_over

_CODE = re.compile(rb"code: ([0-9A-Z-]{12,20})")


@dataclass(frozen=True, slots=True)
class Genuine:
    """What was found out about a receipt.

    Attributes:
        same: its hash is the one that the trail holds.
        kept: the message stands as it was received.
        whole: the event has not been altered since.
        event_hash: of the event, in hex.
        seal: the daily seal over it, None while the day is not sealed.
    """

    message: Message
    hash: str
    same: bool
    kept: bool
    whole: bool
    event_hash: str
    seal: Seal | None

    @property
    def good(self) -> bool:
        """Whether everything agrees."""
        return self.same and self.kept and self.whole


def genuine(message: Message, hashed: str) -> Genuine:
    """Check a receipt's hash (64 hex digits) against everything we hold."""
    event = events_of(LABEL, message.pk)[0]
    written = str(event.data.get("receipt", ""))
    return Genuine(
        message=message,
        hash=hashed,
        same=hashed == written,
        kept=receipt_of(message).hash().hex() == written,
        whole=is_whole(event),
        event_hash=bytes(event.hash).hex(),
        seal=seal_over(event),
    )


def code_in(body: bytes) -> str:
    """The tracking code in a receipt's file; "" when there is none."""
    found = _CODE.search(body)
    return found[1].decode() if found else ""
