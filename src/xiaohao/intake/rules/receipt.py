"""The receipt: a plain text that the citizen keeps, and its hash, which stands on the trail.

Whoever has the file can compute the hash with any tool (`sha256sum receipt.txt`). The text holds
the tracking code, so the hash tells nothing to somebody who reads the trail.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from xiaohao.kernel import clock
from xiaohao.kernel.hashing import sha256
from xiaohao.kernel.ids import show_code

HEAD: Final = "民意直通车 回执 / RECEIPT v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received: as the sender wrote it, cleaned, without his contact."""

    code: str
    received_at: dt.datetime
    title: str
    place: str
    text: str

    @property
    def shown_code(self) -> str:
        """The code as people read it, e.g. `K7QM-4F2P-9XDW`."""
        return show_code(self.code)

    def body(self) -> bytes:
        """The receipt as a UTF-8 text file with line feeds."""
        at = self.received_at.astimezone(clock.ZONE).isoformat(timespec="microseconds")
        lines = (
            HEAD,
            f"查询码 code: {self.shown_code}",
            f"收到 received: {at}",
            f"标题 title: {self.title}",
            f"地点 place: {self.place}",
            "内容 text:",
            self.text,
        )
        return ("\n".join(lines) + "\n").encode()

    def hash(self) -> bytes:
        """SHA-256 of the file, 32 bytes."""
        return sha256(self.body())
