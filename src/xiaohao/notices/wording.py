"""The rungs and receivers in words."""

from django.utils.translation import gettext_lazy as _

from xiaohao.notices.rules.ladder import Standing, To

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
