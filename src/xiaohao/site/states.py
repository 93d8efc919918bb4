"""How each state of a problem is shown: a word, an icon and a tone, never a colour alone.

Tones: `grey` waiting, `blue` with somebody, `teal` being worked on, `violet` with the citizen,
`green` proven, `amber` sent back, `red` late or broken.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Look:
    """What stands on the badge of a state."""

    word: Any
    icon: str
    tone: str


STATES: dict[str, Look] = {
    "registered": Look(pgettext_lazy("state", "To refer"), "inbox", "grey"),
    "referred": Look(pgettext_lazy("state", "Referred"), "send", "blue"),
    "accepted": Look(pgettext_lazy("state", "Accepted"), "clipboard-check", "blue"),
    "in_progress": Look(pgettext_lazy("state", "Being fixed"), "tools", "teal"),
    "reported": Look(pgettext_lazy("state", "Reported fixed"), "flag", "violet"),
    "verified": Look(pgettext_lazy("state", "Verified"), "shield-check", "green"),
    "awaiting": Look(
        pgettext_lazy("state", "Awaiting the citizen"), "message-2-question", "violet"
    ),
    "closed": Look(pgettext_lazy("state", "Struck off"), "circle-check", "green"),
    "returned": Look(pgettext_lazy("state", "Returned"), "corner-up-left", "amber"),
    "reopened": Look(pgettext_lazy("state", "Reopened"), "rotate-clockwise", "amber"),
    "arbitration": Look(pgettext_lazy("state", "In arbitration"), "scale", "amber"),
    "merged": Look(pgettext_lazy("state", "Merged"), "arrows-join", "grey"),
    "withdrawn": Look(pgettext_lazy("state", "Registration withdrawn"), "arrow-back-up", "grey"),
    "overdue": Look(pgettext_lazy("state", "Overdue"), "clock-exclamation", "red"),
}
