"""Units beside each other: the funnel plot and its table, and what is said of each."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaohao.dashboards import queries
from xiaohao.dashboards.queries import TreeView
from xiaohao.dashboards.rules import FAR, NEAR, Funnel, Peer, Verdict

CHOICES = {
    "overdue": gettext_lazy("late, of the open"),
    "solved": gettext_lazy("solved, of those who answered"),
    "satisfied": gettext_lazy("satisfied, of those who answered"),
    "same_day": gettext_lazy("referred the same day"),
    "returned": gettext_lazy("returned, of the referred"),
}
SAID: dict[Verdict, tuple[Any, str, str]] = {
    Verdict.FEW: (gettext_lazy("too few to tell"), "grey", "circle-dashed"),
    Verdict.WITHIN: (gettext_lazy("like its peers"), "grey", "circle-check"),
    Verdict.BETTER: (gettext_lazy("rather better"), "green", "trending-up"),
    Verdict.MUCH_BETTER: (gettext_lazy("clearly better"), "green", "star"),
    Verdict.WORSE: (gettext_lazy("rather worse"), "amber", "trending-down"),
    Verdict.MUCH_WORSE: (gettext_lazy("clearly worse"), "red", "alert-triangle"),
}
ORDER = list(SAID)
INSIDE = {Verdict.WITHIN, Verdict.FEW}


def beside(view: TreeView, by: str) -> dict[str, Any] | None:
    """The comparison of the units below for the page; None where there is none to make."""
    found = queries.compared(view, by)
    if found is None:
        return None
    part, whole, _better = queries.COMPARED[by]
    units = {row.unit.pk: row.unit for row in view.children}
    peers = sorted(found.peers, key=lambda peer: (-ORDER.index(peer.verdict), -peer.size, peer.key))
    rows: list[dict[str, Any]] = [
        {
            "unit": units[peer.key],
            "peer": peer,
            "part": view.asked.records(part, unit=units[peer.key].code),
            "whole": view.asked.records(whole, unit=units[peer.key].code),
            "said": SAID[peer.verdict],
        }
        for peer in peers
    ]
    return {
        "chart": _chart(view, found, by),
        "out": [row for row in rows if row["peer"].verdict not in INSIDE],
        "rest": [row for row in rows if row["peer"].verdict in INSIDE],
    }


def _chart(view: TreeView, found: Funnel, by: str) -> dict[str, Any]:
    units = {row.unit.pk: row.unit for row in view.children}
    return {
        "kind": "scatter",
        "unit": "%",
        "across": _("how many there are"),
        "points": [_point(units[peer.key].shown, peer) for peer in found.peers],
        "lines": [
            {
                "name": _("%(level)s of units by chance") % {"level": f"{level:.1%}"},
                "far": level == FAR,
                "points": [(size, round(row[side] * 100, 2)) for size, *row in found.limits[level]],
            }
            for level in (NEAR, FAR)
            for side in (0, 1)
        ],
        "centre": round(found.centre * 100, 2),
        "labels": [],
        "series": [],
        "name": str(CHOICES[by]),
    }


def _point(name: str, peer: Peer) -> dict[str, Any]:
    return {
        "name": name,
        "at": (peer.size, round(peer.share * 100, 2)),
        "tone": SAID[peer.verdict][1],
    }
