"""What the changes of a unit are called on its trail."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "founded": _("Founded"),
    "renamed": _("Renamed"),
    "moved": _("Moved"),
    "merged": _("Merged into another"),
    "closed": _("Closed down"),
    "changed": _("Kind or sectors changed"),
    "counted": _("Heads counted"),
    "lined": _("Lines changed"),
}
