"""What standings and events are called, with an icon and a tone each."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaohao.escalation.models import Decision
from xiaohao.escalation.rules import Standing


@dataclass(frozen=True, slots=True)
class Look:
    """A word with its icon and tone."""

    word: Any
    icon: str
    tone: str


STANDINGS = {
    Standing.WAITING: Look(_("to answer"), "hourglass", "grey"),
    Standing.SILENT: Look(_("silent: told to its superior"), "alert-triangle", "red"),
    Standing.DECLINED: Look(_("cannot come"), "hand-stop", "amber"),
    Standing.COMING: Look(_("will come"), "clock", "blue"),
    Standing.ABSENT: Look(_("not on site in time"), "clock-exclamation", "red"),
    Standing.ARRIVED: Look(_("on site"), "map-pin", "teal"),
    Standing.GRADED: Look(_("graded"), "star", "green"),
    Standing.WITHDRAWN: Look(_("call taken back"), "ban", "grey"),
}
DECISIONS = {
    Decision.OPEN: Look(_("to be decided"), "hourglass", "amber"),
    Decision.CLAIMED: Look(_("claimed"), "user-check", "teal"),
    Decision.DECLINED: Look(_("declined"), "hand-stop", "grey"),
    Decision.RECALLED: Look(_("ended with the return"), "arrow-back-up", "grey"),
}
EVENTS = {
    "propose": _("Put to the unit"),
    "claim": _("Claimed"),
    "decline": _("Declined"),
    "decline_too": _("Declined above too"),
    "recall": _("Taken back: the problem was given back"),
    "call": _("Called"),
    "withdraw": _("Call taken back"),
    "answer": _("Answered"),
    "escalate": _("Silent: told to the superior"),
    "check_in": _("On site"),
    "absent": _("Not on site in time"),
    "grade": _("Graded"),
}
