"""What a tenant publishes, how fresh it is, and adding it up; no database.

A publication is JSON: a body and a signature over its canonical form (`kernel.hashing.canonical`).
The body holds figures of one top unit and of the units right below it, whole numbers throughout:
shares are published as their parts and times as histograms, so that what is added up is exact.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

FORMAT: Final = 1
LATE: Final = dt.timedelta(minutes=30)  # a job publishes every five; older is said in amber
OLD: Final = dt.timedelta(hours=24)  # older is not added up
AHEAD: Final = dt.timedelta(minutes=5)  # clocks differ; beyond that one of them is wrong
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_UNITS: Final = 2000
LONGEST: Final = 200  # characters of a name
HIDDEN: Final = ("<5", "*")  # small itself; hidden to protect a smaller one
_KEY: Final = re.compile(r"[a-z][a-z0-9_.]{0,59}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_DAYS: Final = re.compile(r"[0-9]{1,5}")
_URL: Final = re.compile(r"https?://[^/\s]+")

Number = int | str | None  # a string is one of HIDDEN; None: nothing to tell
Sums = Mapping[str, Mapping[int, int]]  # per figure, per number of days (0: not by days)


class Freshness(StrEnum):
    """How old the last publication of somebody is."""

    FRESH = "fresh"
    LATE = "late"
    OLD = "old"
    BROKEN = "broken"  # its signature is not that of its publisher
    NONE = "none"

    @property
    def counts(self) -> bool:
        """Whether it is added up."""
        return self in {Freshness.FRESH, Freshness.LATE}


def freshness(at: dt.datetime, now: dt.datetime) -> Freshness:
    """How a publication of the moment `at` is called at `now`."""
    age = now - at
    if age > OLD:
        return Freshness.OLD
    return Freshness.LATE if age > LATE else Freshness.FRESH


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as it was published; its code opens its pages at the publisher's."""

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A publication as it is read.

    Attributes:
        name, url: as the publisher says of himself; nothing is decided by them.
        at: the moment as of which every figure is told.
        seal: day and hash of the publisher's last seal on his trail; empty where there is none.
        definitions: SHA-256 over each figure's definition, by its key.
        units: the top unit, then those right below it.
        figures: by key, one number for each unit in order.
        spreads: by key, how many took so many days, of the top unit.
    """

    name: str
    url: str
    at: dt.datetime
    seal: Mapping[str, str]
    definitions: Mapping[str, str]
    units: Sequence[Place]
    figures: Mapping[str, Sequence[Number]]
    spreads: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def told(self, key: str, unit: int = 0) -> Number:
        """The number of a figure that is no spread, at a unit by its place in `units`."""
        return self.figures[key][unit] if key in self.figures else None

    def sums(self, keys: Iterable[str], unit: int = 0) -> dict[str, Mapping[int, int]] | None:
        """What figures are read from, as `figures.queries.spreads` gives it; None if one is hidden.

        Spreads are told of the top unit alone.
        """
        found: dict[str, Mapping[int, int]] = {}
        for key in keys:
            number = self.told(key, unit)
            if unit == 0 and key in self.spreads:
                found[key] = self.spreads[key]
            elif isinstance(number, int):
                found[key] = {0: number}
            else:
                return None
        return found


class Malformed(ValueError):  # noqa: N818 (it says what is wrong)
    """A publication that is none; the message says where."""


def read(body: Any) -> Sheet:
    """A body as a sheet. Whoever wrote it is trusted with his figures, not with our memory.

    Raises:
        Malformed: it is not of the form that `write` gives, or of a format not known here.
    """
    if not isinstance(body, Mapping) or body.get("format") != FORMAT:
        raise Malformed(f"format: {FORMAT} is wanted")
    units = _each(body, "units", list, MOST_UNITS)
    definitions = _each(body, "definitions", dict, MOST_UNITS)
    figures = _each(body, "figures", dict, MOST_UNITS)
    spreads = _each(body, "spreads", dict, MOST_UNITS)
    if not units:
        raise Malformed("units: there is none")
    return Sheet(
        name=_text(body, "name"),
        url=_matching(_URL, body.get("url"), "url"),
        at=_moment(body.get("at")),
        seal={str(k): str(v)[:LONGEST] for k, v in _each(body, "seal", dict, 2).items()},
        definitions={
            _matching(_KEY, key, "definitions"): _matching(_HASH, value, key)
            for key, value in definitions.items()
        },
        units=[Place(*(_text(unit, part) for part in ("code", "name", "level"))) for unit in units],
        figures={
            _matching(_KEY, key, "figures"): _numbers(key, row, len(units))
            for key, row in figures.items()
        },
        spreads={
            _matching(_KEY, key, "spreads"): _spread(key, row) for key, row in spreads.items()
        },
    )


def write(sheet: Sheet) -> dict[str, Any]:
    """A sheet as the body that is signed."""
    return {
        "format": FORMAT,
        "name": sheet.name,
        "url": sheet.url,
        "at": sheet.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "seal": dict(sheet.seal),
        "definitions": dict(sheet.definitions),
        "units": [{"code": u.code, "name": u.name, "level": u.level} for u in sheet.units],
        "figures": {key: list(row) for key, row in sheet.figures.items()},
        "spreads": {
            key: {str(days): n for days, n in sorted(row.items())}
            for key, row in sheet.spreads.items()
        },
    }


def add(parts: Iterable[Sums]) -> dict[str, dict[int, int]]:
    """The sum of several: figure by figure, number of days by number of days."""
    total: dict[str, dict[int, int]] = {}
    for part in parts:
        for key, spread in part.items():
            mine = total.setdefault(key, {})
            for days, n in spread.items():
                mine[days] = mine.get(days, 0) + n
    return total


def _each(body: Mapping[str, Any], name: str, kind: type, most: int) -> Any:
    found = body.get(name)
    if not isinstance(found, kind) or len(found) > most:  # type: ignore[arg-type]
        raise Malformed(f"{name}: missing, of another kind, or too long")
    return found


def _text(holder: Any, name: str) -> str:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(found, str) or len(found) > LONGEST:
        raise Malformed(f"{name}: a text is wanted")
    return found


def _matching(pattern: re.Pattern[str], found: Any, name: str) -> str:
    if not isinstance(found, str) or len(found) > LONGEST or not pattern.fullmatch(found):
        raise Malformed(f"{name}: {str(found)[:40]!r} does not do")
    return found


def _moment(found: Any) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(found)
    except (TypeError, ValueError):
        raise Malformed("at: a moment in ISO form is wanted") from None
    if moment.tzinfo is None:
        raise Malformed("at: the moment has no zone")
    return moment


def _numbers(key: str, row: Any, units: int) -> list[Number]:
    if not isinstance(row, list) or len(row) != units:
        raise Malformed(f"figures: {key} has not one number for each unit")
    if not all(one is None or one in HIDDEN or _is_number(one) for one in row):
        raise Malformed(f"figures: {key} holds something that is no number")
    return row


def _spread(key: str, row: Any) -> dict[int, int]:
    good = isinstance(row, dict) and all(
        _DAYS.fullmatch(str(days)) and _is_number(n) for days, n in row.items()
    )
    if not good:
        raise Malformed(f"spreads: {key} is no count of days")
    return {int(days): n for days, n in row.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
