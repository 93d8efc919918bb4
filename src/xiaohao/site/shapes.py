"""Small drawings made on the server as SVG, and the data of charts; no inline styles anywhere."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Shown = dict[str, Any]
TONES = ("teal", "blue", "violet", "amber", "green", "grey", "red")
SPARK_WIDTH, SPARK_HEIGHT = 96, 24


def bar(share: float | None, label: str, tone: str = "teal") -> Shown:
    """A bar for a table cell; `share` between 0 and 1 (None draws the empty ground)."""
    part = min(max(float(share or 0), 0), 1)
    return {"width": f"{part * 100:.2f}", "label": label, "tone": tone}


def stack(parts: Iterable[Sequence[Any]], label: str = "") -> Shown:
    """One bar of several parts: `(label, value, tone)`; empty parts are left out."""
    rows = [(row[0], float(row[1]), row[2]) for row in parts]
    total = sum(value for _, value, _ in rows)
    shown, start = [], 0.0
    for name, value, tone in rows:
        if not value:
            continue
        width = value / total * 100
        shown.append(
            {
                "label": name,
                "value": int(value) if value.is_integer() else value,
                "tone": tone,
                "x": f"{start:.2f}",
                "width": f"{width:.2f}",
            }
        )
        start += width
    return {"parts": shown, "label": label}


def spark(values: Sequence[float], label: str = "", tone: str = "teal") -> Shown:
    """A small line of values in time, the last one marked."""
    if len(values) < 2:  # noqa: PLR2004 (a line needs two points)
        return {"points": "", "label": label, "tone": tone, "x": "0", "y": "0"}
    low, high = min(values), max(values)
    room = (high - low) or 1
    step = (SPARK_WIDTH - 6) / (len(values) - 1)
    points = [
        (3 + i * step, SPARK_HEIGHT - 4 - (value - low) / room * (SPARK_HEIGHT - 8))
        for i, value in enumerate(values)
    ]
    return {
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        "label": label,
        "tone": tone,
        "x": f"{points[-1][0]:.1f}",
        "y": f"{points[-1][1]:.1f}",
    }


def gantt(rows: Iterable[Mapping[str, Any]], today: dt.date) -> Shown:
    """Measures laid out in time: `{"label", "start", "end", "done", "tone"}` (days; `done` a day or None).

    A measure that is done draws green, one whose end has passed red, else teal.
    """
    rows = list(rows)
    if not rows:
        return {"rows": [], "today": "", "first": today, "last": today}
    first = min(row["start"] for row in rows)
    last = max(max(row["end"] for row in rows), min(today, max(row["end"] for row in rows)))
    span = max((last - first).days + 1, 1)

    def at(day: dt.date) -> float:
        return min(max((day - first).days / span * 100, 0), 100)

    shown = []
    for row in rows:
        done = row.get("done")
        tone = "green" if done else "red" if row["end"] < today else "teal"
        left = at(row["start"])
        width = max(at(row["end"] + dt.timedelta(days=1)) - left, 1.5)
        shown.append(
            {
                "label": row["label"],
                "start": row["start"],
                "end": row["end"],
                "done": done,
                "tone": tone,
                "x": f"{left:.2f}",
                "width": f"{width:.2f}",
            }
        )
    line = f"{at(today):.2f}" if first <= today <= last else ""
    return {"rows": shown, "today": line, "first": first, "last": last}


def chart(spec: Mapping[str, Any], title: str, height: str = "medium") -> Shown:
    """A chart with its table.

    Args:
        spec: `{"kind", "labels", "series", "unit", "links"}`: kind is `bar`, `rank` (lying bars),
            `line` or `stack`; series are `{"name", "values", "tone"}`, one value per label (None
            for a gap); links, if given, one address per label.
        title: what the chart shows, said also to screen readers.
        height: `low`, `medium` or `high`.
    """
    labels = [str(label) for label in spec["labels"]]
    series = [
        {
            "name": str(one["name"]),
            "values": list(one["values"]),
            "tone": one.get("tone") or TONES[i % len(TONES)],
        }
        for i, one in enumerate(spec["series"])
    ]
    links = list(spec.get("links", ()))
    data = {
        "kind": spec.get("kind", "bar"),
        "labels": labels,
        "series": series,
        "unit": str(spec.get("unit", "")),
        "links": links,
    }
    rows = [
        {
            "label": label,
            "href": links[i] if i < len(links) else "",
            "values": [one["values"][i] for one in series],
        }
        for i, label in enumerate(labels)
    ]
    return {
        "title": title,
        "height": height,
        "data": json.dumps(data, ensure_ascii=False, default=float),
        "series": series,
        "rows": rows,
        "unit": data["unit"],
    }
