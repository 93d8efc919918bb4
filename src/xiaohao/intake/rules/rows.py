"""One message out of a sheet, and what the words in its columns mean here."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

NOBODY: Final = frozenset(
    {"", "匿名", "匿名用户", "无", "未知", "不详", "anonymous", "none", "-", "—"}
)
CHANNELS: Final = (  # the first word found decides
    ("phone", ("电话", "来电", "phone", "call")),
    ("box", ("意见箱", "信箱", "信件", "来信", "box", "letter")),
    ("qr", ("二维码", "扫码", "qr")),
    ("hotline", ("12345", "热线", "hotline")),
    ("web", ("网", "论坛", "留言板", "web", "board")),
)
SUGGESTING: Final = ("建议", "意见建议", "suggest", "idea")
COMPLAINING: Final = ("投诉", "举报", "求助", "反映", "诉求", "complain", "report", "help")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One message out of a sheet, cleaned and within its lengths.

    Attributes:
        text: never empty.
        external_no: its number in the sheet, or "".
        user, contact: who sent it and how he is reached, as written.
        received_at: None when the sheet does not say.
        category_label, kind, channel, place: as written.
        reply, replied_at: an earlier answer: history, never a closing.
        fingerprint: 32 bytes by which the same row is known again; b"" for none.
    """

    text: str
    external_no: str = ""
    user: str = ""
    contact: str = ""
    title: str = ""
    received_at: dt.datetime | None = None
    category_label: str = ""
    kind: str = ""
    channel: str = ""
    place: str = ""
    reply: str = ""
    replied_at: dt.datetime | None = None
    fingerprint: bytes = b""


def channel_of(written: str, otherwise: str = "other") -> str:
    """The channel that a sheet's word means."""
    word = written.lower()
    for channel, words in CHANNELS:
        if any(one in word for one in words):
            return channel
    return otherwise


def kind_of(written: str) -> str:
    """What the sender took it for, by a sheet's word: problem, suggestion or unknown."""
    word = written.lower()
    if any(one in word for one in SUGGESTING):
        return "suggestion"
    return "problem" if any(one in word for one in COMPLAINING) else "unknown"


def is_nobody(written: str) -> bool:
    """Whether a sheet's word for the sender means that he is anonymous."""
    return written.strip().lower() in NOBODY
