"""Small drawings made on the server as SVG, and the data of charts; no inline styles anywhere."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Shown = dict[str, Any]
TONES = ("teal", "blue", "violet", "amber", "green", "grey", "red")
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
_SCATTER = ("points", "lines", "centre", "across", "name")


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


def _at(links: Sequence[str], number: int) -> str:
    return links[number] if number < len(links) else ""


def chart(spec: Mapping[str, Any], title: str, height: str = "medium") -> Shown:
    """A chart with its table.

    Args:
        spec: `{"kind", "labels", "series", "unit", "links"}`: kind is `bar`, `rank` (lying bars),
            `line`, `stack` or `scatter`; series are `{"name", "values", "tone", "links"}`, one
            value per label (None for a gap); links, if given, one address per label, or per value
            of a series. A `scatter` has
            `points` (`{"name", "at": (x, y), "tone"}`), `lines` (`{"name", "points", "far"}`),
            a `centre` (y), a `name` and the name `across` of its x axis instead; its table stands
            on the page.
        title: what the chart shows, said also to screen readers.
        height: `low`, `medium`, `high` or `tall`.
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
    for shown, one in zip(series, spec["series"], strict=True):
        shown["links"] = list(one.get("links", links if len(series) == 1 else ()))
    data = {
        "kind": spec.get("kind", "bar"),
        "labels": labels,
        "series": series,
        "unit": str(spec.get("unit", "")),
        "links": links,
    }
    data |= {name: spec[name] for name in _SCATTER if name in spec}
    rows = [
        {
            "label": label,
            "href": "" if any(one["links"] for one in series) else _at(links, i),
            "values": [(one["values"][i], _at(one["links"], i)) for one in series],
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
