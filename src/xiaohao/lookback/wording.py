"""What the look-back's facts, stages and events are called."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaohao.lookback.models import Stage
from xiaohao.lookback.rules import POINTS, Facts, reasons

STAGES: dict[Stage, tuple[Any, str, str]] = {
    Stage.LAID: (gettext_lazy("laid, waits for its draw"), "amber", "lock"),
    Stage.DRAWN: (gettext_lazy("drawn, being checked"), "blue", "eye"),
    Stage.REVEALED: (gettext_lazy("finished, secret published"), "green", "circle-check"),
}
RESULTS: dict[str, tuple[str, str]] = {  # tone and icon of each result
    "fixed": ("green", "circle-check"),
    "not_fixed": ("red", "alert-triangle"),
    "came_back": ("amber", "rotate-clockwise"),
    "": ("grey", "hourglass"),
}
REASONS: dict[str, Any] = {
    "no_answer": gettext_lazy("closed although a reporter gave no answer"),
    "no_reporter": gettext_lazy("closed with nobody to ask"),
    "near_deadline": gettext_lazy("reported fixed on the last day before the deadline or later"),
    "reopened": gettext_lazy("had come back before"),
    "urgent": gettext_lazy("urgent"),
    "earlier": gettext_lazy("each earlier false closing of the unit within a year, at most three"),
}
EVENTS = {
    "laid": gettext_lazy("Frame laid down, secret committed to"),
    "drawn": gettext_lazy("Drawn"),
    "assigned": gettext_lazy("Given to a post"),
    "checked": gettext_lazy("Checked again"),
    "revealed": gettext_lazy("Secret published"),
}


def rule() -> list[tuple[Any, int]]:
    """The rule of weights, line by line."""
    return [(REASONS[name], points) for name, points in POINTS.items()]


def why(code: int) -> str:
    """Why a problem weighs what it weighs."""
    found = reasons(Facts.of(code))
    if not found:
        return _("nothing adds to its weight")
    return "；".join(f"{REASONS[name]} +{points}" for name, points in found)
