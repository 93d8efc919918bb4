"""Small drawings made on the server as SVG, and the data of charts; no inline styles anywhere."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xiaohao.kernel import calendar

Shown = dict[str, Any]
TONES = ("teal", "blue", "violet", "amber", "green", "grey", "red")
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
_SCATTER = ("points", "lines", "centre", "across", "name")
MANY_DAYS = 200  # a schedule longer than this is read by months
MOST_TICKS = 6


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
    """Measures laid out in time, each `{"label", "start", "end", "done"}`.

    `start` and `end` are days, `done` a day or None. What is done draws green, what slips or should
    have been done before `today` red, the rest teal. A row may also hold `latest` (the last day on
    which it can end without delaying what follows: a mark), `slip` (how it slips, in words),
    `critical` (no slack to give away), `href`, and `act` (`{"label", "href"}`: what may be done
    with it, beside its label). A row `{"group": words, "href": address}` is a
    heading of the rows after it. Days off are shaded, and the scale is told by weeks or months.
    """
    rows = list(rows)
    lanes = [row for row in rows if "group" not in row]
    ends = [row["end"] for row in lanes] + [row["latest"] for row in lanes if row.get("latest")]
    first = min((row["start"] for row in lanes), default=today)
    last = max(ends, default=today)
    span = (last - first).days + 1
    return {
        "rows": [row if "group" in row else _lane(row, today, first, span) for row in rows],
        "today": f"{_place(today, first, span):.2f}" if first <= today <= last else "",
        "ticks": _ticks(first, span),
        "off": _days_off(first, span),
        "marked": any(row.get("latest") for row in lanes),
        "critical": any(row.get("critical") for row in lanes),
    }


def _place(day: dt.date, first: dt.date, span: int) -> float:
    """Where `day` begins, in hundredths of the `span` days from `first` on."""
    return min(max((day - first).days / span * 100, 0.0), 100.0)


def _lane(row: Mapping[str, Any], today: dt.date, first: dt.date, span: int) -> Shown:
    left = _place(row["start"], first, span)
    right = _place(row["end"] + dt.timedelta(days=1), first, span)
    late = row.get("slip") or (not row["done"] and row["end"] < today)
    kept = {name: row[name] for name in ("label", "start", "end", "done")}
    more = {name: row.get(name) or "" for name in ("slip", "critical", "href", "act")}
    latest = row.get("latest")
    mark = f"{_place(latest + dt.timedelta(days=1), first, span):.2f}" if latest else ""
    tone = "red" if late else "green" if row["done"] else "teal"
    place = {"x": f"{left:.2f}", "width": f"{right - left:.2f}", "mark": mark}
    return {**kept, **more, **place, "latest": latest, "tone": tone}


def _ticks(first: dt.date, span: int) -> list[Shown]:
    """Mondays, every so many of them, or with more than half a year the firsts of months."""
    days = [first + dt.timedelta(days=n) for n in range(span)]
    if span > MANY_DAYS:
        shown = [day for day in days if day.day == 1]
    else:
        mondays = [day for day in days if day.weekday() == 0]
        shown = mondays[:: len(mondays) // MOST_TICKS + 1]
    return [{"x": f"{_place(day, first, span):.2f}", "day": day} for day in shown]


def _days_off(first: dt.date, span: int) -> list[Shown]:
    """Runs of days on which offices are closed; none are drawn on a long scale."""
    if span > MANY_DAYS:
        return []
    runs: list[list[int]] = []
    for n in range(span):
        if calendar.is_working(first + dt.timedelta(days=n)):
            continue
        if runs and runs[-1][1] == n:
            runs[-1][1] = n + 1
        else:
            runs.append([n, n + 1])
    return [{"x": f"{a / span * 100:.2f}", "width": f"{(b - a) / span * 100:.2f}"} for a, b in runs]


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
