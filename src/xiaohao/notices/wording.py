"""The rungs and receivers in words."""

from django.utils.translation import gettext_lazy as _

from xiaohao.notices.rules.ladder import Standing, To
from xiaohao.notices.rules.lists import Part
from xiaohao.notices.rules.news import Whom

RUNG_NAMES = {
    "before_5": _("Five working days left"),
    "before_2": _("Two working days left"),
    "due": _("Due today"),
    "late_1": _("One working day late"),
    "late_3": _("Three working days late"),
    "late_10": _("Ten working days late"),
}
TO_NAMES = {
    To.HANDLER: _("the unit’s handlers"),
    To.LEADER: _("the unit’s leader"),
    To.ABOVE: _("the level above"),
    To.HIGHER: _("the level above that"),
}
STANDING_NAMES = {
    Standing.SENT: _("sent"),
    Standing.DUE: _("goes out now"),
    Standing.AHEAD: _("comes"),
    Standing.PASSED: _("left out"),
}
PART_NAMES = {
    Whom.UNIT: _("your unit has it"),
    Whom.LEADERS: _("your unit has it"),
    Whom.FORMER: _("your unit had it"),
    Whom.OFFICE: _("back at your office"),
    Whom.ARBITER: _("yours to decide"),
    Whom.ABOVE: _("yours to decide"),
    Whom.ASKER: _("you asked for it"),
    Whom.CHECKER: _("you verified it"),
    Whom.LEAD: _("you answer for it"),
    Whom.HELPERS: _("your unit helps"),
}
ENTRY_PARTS = {
    Part.UNIT: _("your unit has it"),
    Part.LEAD: _("you answer for it"),
    Part.CHECKERS: _("yours to check"),
}
CALL_SENTENCES = {
    "called": _("Your unit is called to a place: %(call)s"),
    "silent": _("A unit below is silent to a call: %(call)s"),
    "coming": _("The unit called will come: %(call)s"),
    "declined": _("The unit called cannot come: %(call)s"),
}
