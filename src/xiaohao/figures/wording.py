"""How figures and their declarations read, for people."""

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xiaohao.figures.models import Frozen
from xiaohao.figures.queries import Bin, Kind, Later, Metric, Per, Value, Verified, dimensions, find

KINDS = {
    Kind.FLOW: gettext_lazy("counted each time it happens"),
    Kind.STOCK: gettext_lazy("what stands at the moment"),
    Kind.WINDOW: gettext_lazy("what stands, by its day"),
    Kind.SPREAD: gettext_lazy("counted each time it happens, by the days it took"),
    Kind.RATIO: gettext_lazy("share"),
    Kind.QUANTILE: gettext_lazy("read from how long each took"),
}
DIMENSIONS = {
    "unit": gettext_lazy("unit"),
    "line": gettext_lazy("line"),
    "category": gettext_lazy("subject"),
    "channel": gettext_lazy("channel"),
    "source": gettext_lazy("source"),
    "programme": gettext_lazy("programme"),
    "day": gettext_lazy("day"),
}
TONES = {
    "red": (gettext_lazy("needs action"), "alert-triangle"),
    "amber": (gettext_lazy("watch"), "clock"),
    "green": (gettext_lazy("in order"), "circle-check"),
}


def shown(value: Value, metric: Metric) -> str:
    """A value as it reads: `1,234`, `95.3%`, `12 days`, `1,200,000 yuan`, `—`."""
    if value is None:
        return "—"
    if metric.per is Per.SHARE:
        return _("%(share)s%%") % {"share": number_format(float(value) * 100, 1)}
    if metric.per is Per.FEN:
        yuan = Decimal(int(value)) / 100
        digits = 0 if yuan == int(yuan) else 2
        return _("%(n)s yuan") % {"n": number_format(yuan, digits, force_grouping=True)}
    told = number_format(value, 0, force_grouping=True)
    if metric.per is Per.DAYS:
        return ngettext("%(n)s day", "%(n)s days", int(value)) % {"n": told}
    return told


def span(one: Bin) -> str:
    """A class of days: `0–3 days`, `4–7 days`, `over 90 days`."""
    if one.high is None:
        return _("over %(low)s days") % {"low": one.low}
    first = 0 if one.low is None else one.low + 1
    return _("%(first)s–%(last)s days") % {"first": first, "last": one.high}


def badge(tone: str) -> dict[str, Any] | None:
    """Word, colour and icon of a judgement; None where nothing is judged."""
    if tone not in TONES:
        return None
    word, icon = TONES[tone]
    return {"word": word, "tone": tone, "icon": icon}


def facts(metric: Metric) -> list[tuple[str, object]]:
    """What a declaration says, line by line."""
    units = {
        Per.SHARE: _("per cent"),
        Per.DAYS: _("calendar days"),
        Per.FEN: _("yuan; for programs in hundredths of it"),
    }
    rows: list[tuple[str, object]] = [
        (_("How it is kept"), KINDS[metric.kind]),
        (_("Counted in"), units.get(metric.per, metric.noun) or _("records")),
        (_("Split by"), _(", ").join(str(DIMENSIONS[name]) for name in dimensions(metric))),
    ]
    if metric.smaller_is_better or metric.warn is not None:
        better = _("smaller is better") if metric.smaller_is_better else _("larger is better")
        rows.append((_("Better"), better))
    if metric.warn is not None and metric.alarm is not None:
        rows.append((_("Colours"), _colours(metric, metric.warn, metric.alarm)))
    if not metric.adds_up:
        text = _("of fewer than %(n)s it is neither judged by colour nor published")
        rows.append((_("Small numbers"), text % {"n": metric.least}))
    elif metric.public:
        rows.append((_("Small numbers"), _("1 to 4 are not published")))
    return rows


def _colours(metric: Metric, warn: float, alarm: float) -> str:
    def of(bound: float) -> str:
        return shown(int(bound) if metric.per is not Per.SHARE else bound, metric)  # type: ignore[arg-type]

    words = {"warn": of(warn), "alarm": of(alarm)}
    if metric.smaller_is_better and warn == alarm:
        return _("red from %(alarm)s on") % words
    if metric.smaller_is_better:
        return _("yellow from %(warn)s on, red from %(alarm)s on") % words
    return _("yellow below %(warn)s, red below %(alarm)s") % words


def shown_text(frozen: Frozen) -> str:
    """The value of a frozen figure as it reads."""
    try:
        metric = find(frozen.metric)
    except KeyError:
        return frozen.value or "—"
    value = Decimal(frozen.value) if frozen.value else None
    return shown(int(value) if value is not None and metric.per is not Per.SHARE else value, metric)


def frozen_facts(frozen: Frozen) -> list[tuple[str, object]]:
    """What was written down with a frozen figure."""
    days = (frozen.since, frozen.until)
    rows: list[tuple[str, object]] = [(_("Stated where"), frozen.stated)]
    if any(days):
        rows.append((_("Days counted"), " – ".join(day.isoformat() if day else "" for day in days)))
    if frozen.category:
        rows.append((_("Subject"), frozen.category))
    if frozen.channel:
        rows.append((_("Channel"), frozen.channel))
    if frozen.source:
        rows.append((_("Source"), frozen.source))
    if frozen.programme:
        rows.append((_("Programme"), frozen.programme))
    for lot in frozen.lots:
        text = _("%(n)s records, SHA-256 %(hash)s")
        rows.append((_named(lot["metric"]), text % {"n": lot["records"], "hash": lot["hash"]}))
    return rows


def _named(key: str) -> str:
    try:
        return str(find(key).name)
    except KeyError:
        return key


WHY = {
    "late": gettext_lazy("entered after its day"),
    "corrected": gettext_lazy("taken back"),
    "that_day": gettext_lazy("later on the same day"),
    "entered": gettext_lazy("came in since"),
    "left": gettext_lazy("left since"),
    "in_flight": gettext_lazy("was being written at that moment"),
}


def later(one: Later) -> dict[str, Any]:
    """One change since, as a row."""
    return {
        "name": _named(one.metric),
        "thing": one.thing_id,
        "amount": f"{one.amount:+d}",
        "at": one.at,
        "why": WHY[one.why],
    }


def result(verified: Verified) -> dict[str, Any]:
    """What a second look found, in words."""
    metric = find(verified.frozen.metric)
    held = {
        "tone": "green",
        "icon": "circle-check",
        "word": _("It holds: value, number of records and hash are those that were stated."),
    }
    broken = {
        "tone": "red",
        "icon": "alert-triangle",
        "word": _("It does not hold: what was counted then has been changed past the application. "
                  "Run “xiaohao trail verify”, and compare with the seals that were published."),
    }  # fmt: skip
    return {
        **(held if verified.holds else broken),
        "now": shown(verified.now, metric),
        "stock": metric.kind in {Kind.STOCK, Kind.WINDOW},
    }
