"""How ages, figures and reasons read, for people."""

import datetime as dt

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xiaohao.figures.queries import Metric, Per, Value
from xiaohao.tenants.queries import Added, Why
from xiaohao.tenants.rules import Freshness

NOT_HERE = gettext_lazy("There is nothing here.")
# Word, colour and icon.
FRESHNESS = {
    Freshness.FRESH: (gettext_lazy("up to date"), "green", "circle-check"),
    Freshness.LATE: (gettext_lazy("late"), "amber", "clock"),
    Freshness.OLD: (gettext_lazy("too old, not added"), "red", "clock-exclamation"),
    Freshness.BROKEN: (gettext_lazy("signature wrong, not added"), "red", "alert-triangle"),
    Freshness.NONE: (gettext_lazy("nothing published"), "red", "circle-dashed"),
}
TONES = {
    "red": (gettext_lazy("needs action"), "red", "alert-triangle"),
    "amber": (gettext_lazy("watch"), "amber", "clock"),
    "green": (gettext_lazy("in order"), "green", "circle-check"),
}
WHY = {
    Why.NONE: gettext_lazy("nothing published yet"),
    Why.OLD: gettext_lazy("published more than a day ago"),
    Why.BROKEN: gettext_lazy("the signature does not fit what lies here"),
    Why.DIFFERS: gettext_lazy("defines this figure otherwise"),
    Why.LACKS: gettext_lazy("does not have this figure"),
    Why.SMALL: gettext_lazy("too few to be told"),
}


def ago(age: dt.timedelta | None) -> str:
    """An age in words: `just now`, `12 minutes ago`, `3 hours ago`, `2 days ago`."""
    if age is None:
        return "—"
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 1:
        return _("just now")
    if minutes < 60:  # noqa: PLR2004 (minutes of an hour)
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:  # noqa: PLR2004 (up to two days in hours)
        return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    return ngettext("%(n)s day ago", "%(n)s days ago", hours // 24) % {"n": hours // 24}


def basis(added: Added) -> str:
    """Of how many a sum is made, and how old its oldest part is: `29 of 31, oldest 3 hours ago`."""
    words = {"n": added.counted, "all": len(added.parts), "age": ago(added.oldest)}
    if not added.counted:
        return _("%(n)s of %(all)s") % words
    return _("%(n)s of %(all)s, oldest %(age)s") % words


def shown(value: Value | str, metric: Metric) -> str:
    """A value as it reads; a text is why there is none (`<5`, `*`)."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    if metric.per is Per.SHARE:
        return _("%(share)s%%") % {"share": number_format(float(value) * 100, 1)}
    if metric.per is Per.FEN:
        return _("%(n)s yuan") % {"n": f"{int(value) / 100:,.2f}"}
    told = f"{value:,.0f}"
    if metric.per is Per.DAYS:
        return ngettext("%(n)s day", "%(n)s days", int(value)) % {"n": told}
    return told


def worst(tones: list[str]) -> str:
    """The worst of several judgements; "" where nothing is judged."""
    return next((tone for tone in ("red", "amber", "green") if tone in tones), "")
