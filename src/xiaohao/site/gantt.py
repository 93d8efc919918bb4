"""The drawing of a schedule: a bar for each measure, a line to each that waits for it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaohao.kernel import calendar

Shown = dict[str, Any]
Row = Mapping[str, Any]
ONE = dt.timedelta(days=1)
MANY_DAYS = 200  # a schedule longer than this is read by months
MOST_TICKS = 6
NEAR = 1.2  # hundredths of the width: two ends so near lie above each other
KEPT = ("label", "start", "end", "done")
MORE = ("slip", "critical", "href", "act", "waits")


def gantt(rows: Iterable[Row], today: dt.date) -> Shown:
    """Measures laid out in time, each `{"label", "start", "end", "done"}`.

    `start` and `end` are days, `done` a day or None. What is done draws green, also where it
    was late; what slips or should have been done before `today` red, the rest teal. A row may also
    hold

    - `real`: the first and last day on which it took place or still can, where that is not from
      `start` to `end`: the bar is drawn there, and what was promised as an outline;
    - `latest`: the last day on which it can end without delaying what follows (a mark);
    - `key`, and `after`, the keys of those that it waits for: a line leads from the end of each to
      its beginning; `waits`, the same as people read it;
    - `slip` (how it slips, in words), `critical` (it decides the end), `href`, and `act`
      (`{"label", "href"}`: what may be done with it, beside its label).

    A row `{"group": words, "href": address}` is a heading of the rows after it; keys count within
    it; with `empty` it says in words why no row follows. Days off are shaded, and the scale is
    told by weeks or months.
    """
    rows = list(rows)
    lanes = [row for row in rows if "group" not in row]
    days = [day for row in lanes for day in _days(row)]
    scale = Scale(min(days, default=today), max(days, default=today))
    shown = [dict(row) if "group" in row else _lane(row, today, scale) for row in rows]
    wired = [lane for run in _runs(rows) for lane in _wired(run, scale)]
    for lane, lines in zip((row for row in shown if "group" not in row), wired, strict=True):
        lane["wires"] = lines
    return {
        "rows": shown,
        "today": scale.at(today) if scale.first <= today <= scale.last else "",
        "ticks": _ticks(scale),
        "off": _days_off(scale),
        "marked": any(row.get("latest") for row in lanes),
        "critical": any(row.get("critical") for row in lanes),
        "outlined": any(row["promised"] for row in shown if "group" not in row),
        "joined": any(lines for lines in wired),
    }


@dataclass(frozen=True, slots=True)
class Scale:
    """The days drawn, and where each begins, in hundredths of the width."""

    first: dt.date
    last: dt.date

    @property
    def span(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def place(self, day: dt.date) -> float:
        """Where `day` begins."""
        return min(max((day - self.first).days / self.span * 100, 0.0), 100.0)

    def at(self, day: dt.date) -> str:
        """Where `day` begins, as it is written."""
        return f"{self.place(day):.2f}"

    def run(self, days: tuple[dt.date, dt.date]) -> Shown:
        """Where whole days begin, and how wide they are."""
        x, end = self.place(days[0]), self.place(days[1] + ONE)
        return {"x": f"{x:.2f}", "width": f"{end - x:.2f}"}


def _days(row: Row) -> Iterator[dt.date]:
    yield from (row["start"], row["end"], *(row.get("real") or ()))
    if row.get("latest"):
        yield row["latest"]


def _bar(row: Row) -> tuple[dt.date, dt.date]:
    return row.get("real") or (row["start"], row["end"])


def _lane(row: Row, today: dt.date, scale: Scale) -> Shown:
    late = row.get("slip") or (not row["done"] and row["end"] < today)
    latest, bar, promised = row.get("latest"), _bar(row), (row["start"], row["end"])
    return {
        **{name: row[name] for name in KEPT},
        **{name: row.get(name) or "" for name in MORE},
        **scale.run(bar),
        "promised": scale.run(promised) if bar != promised and not row["done"] else None,
        "mark": scale.at(latest + ONE) if latest else "",
        "latest": latest,
        "tone": "green" if row["done"] else "red" if late else "teal",
    }


def _runs(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows under each heading."""
    runs: list[list[Row]] = [[]]
    for row in rows:
        if "group" in row:
            runs.append([])
        else:
            runs[-1].append(row)
    return runs


def _wired(run: Sequence[Row], scale: Scale) -> list[list[Shown]]:
    """Of each row the pieces of lines that lead through it, its middle being at 50 of 100.

    A line falls (or rises) from the end of the bar waited for, and turns to where the next begins.
    """
    place = {row["key"]: n for n, row in enumerate(run) if "key" in row}
    found: list[dict[tuple[str, ...], None]] = [{} for _row in run]
    for to, row in enumerate(run):
        for key in row.get("after") or ():
            if key not in place or place[key] == to:
                continue
            origin = place[key]
            end, begin = scale.place(_bar(run[origin])[1] + ONE), scale.place(_bar(row)[0])
            x, down = f"{end:.2f}", to > origin
            leaves, enters = ("50", "100") if down else ("50", "0"), ("0" if down else "100", "50")
            for n in range(min(origin, to), max(origin, to) + 1):
                ends = leaves if n == origin else enters if n == to else ("0", "100")
                found[n][(x, x, *ends, "")] = None
            head = ("down" if down else "up") if abs(begin - end) < NEAR else ""
            turn = head or ("right" if begin > end else "left")
            found[to][(x, x if head else f"{begin:.2f}", "50", "50", turn)] = None
    names = ("x1", "x2", "y1", "y2", "head")
    return [[dict(zip(names, line, strict=True)) for line in lines] for lines in found]


def _ticks(scale: Scale) -> list[Shown]:
    """Mondays, every so many of them, or with more than half a year the firsts of months."""
    days = [scale.first + ONE * n for n in range(scale.span)]
    if scale.span > MANY_DAYS:
        shown = [day for day in days if day.day == 1]
    else:
        mondays = [day for day in days if day.weekday() == 0]
        shown = mondays[:: len(mondays) // MOST_TICKS + 1]
    return [{"x": scale.at(day), "day": day} for day in shown]


def _days_off(scale: Scale) -> list[Shown]:
    """Runs of days on which offices are closed; none are drawn on a long scale."""
    if scale.span > MANY_DAYS:
        return []
    runs: list[list[dt.date]] = []
    for n in range(scale.span):
        day = scale.first + ONE * n
        if calendar.is_working(day):
            continue
        if runs and runs[-1][1] == day - ONE:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return [scale.run((first, last)) for first, last in runs]
