"""A figure as somebody asks for it: by codes, within his scope, with its records' addresses."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from xiaohao.figures.queries.addresses import address, read_asof, records_address
from xiaohao.figures.queries.apart import apart
from xiaohao.figures.queries.dimensions import NONE, keys_of, part_names
from xiaohao.figures.queries.lines import segments
from xiaohao.figures.queries.reading import Scope, Value, split, table
from xiaohao.figures.queries.records import netted
from xiaohao.figures.queries.registry import dimensions, find
from xiaohao.figures.queries.values import children
from xiaohao.figures.rules import Metric
from xiaohao.kernel import clock
from xiaohao.kernel.access import may_open
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.units.models import Unit


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a split.

    Attributes:
        key: code of the unit, category or channel; "" for what has none.
        name: for people.
        value: the figure.
        records: address of its records.
    """

    key: str
    name: str
    value: Value
    records: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit and a scope that the actor may read.

    Attributes:
        words: the address's words that narrow it, as they were given.
        reader: who asked; None where nobody in particular did.
    """

    unit: Unit
    scope: Scope
    moment: dt.datetime
    words: Mapping[str, Any]
    reader: Actor | None = None

    def fits(self, metric: str) -> bool:
        """Whether the figure is kept by all that the scope narrows it to."""
        asked = {"source": self.scope.source, "programme": self.scope.programme}
        has = dimensions(find(metric))
        return all(value is None or name in has for name, value in asked.items())

    def must_fit(self, metric: Metric) -> None:
        """Nothing, where `fits`.

        Raises:
            Refused: `not_kept_by`.
        """
        if not self.fits(metric.key):
            text = _("“%(name)s” is not kept by source or programme. Leave that out.")
            raise Refused.because("not_kept_by", text % {"name": metric.name}, "metric")

    def value(self, metric: str) -> Value:
        """The figure."""
        return table([metric], [self.unit], self.scope)[self.unit.pk][metric]

    def records(self, metric: str, **more: object) -> str:
        """Address of the records that make it up; of its own page for whom these are not."""
        words = {**self.words, **more}
        unit = str(words.pop("unit", self.unit.code))
        page = find(metric).records_url
        if self.reader is not None and page and not may_open(self.reader, page):
            return address(metric, unit, **words)
        return records_address(metric, unit, **words)

    def parts(self, metric: str, by: str) -> list[Part]:
        """The figure split by `child`, `category`, `channel`, `source` or `programme`.

        What no unit below counts has a row of its own, exactly as its records say. Counts of
        children and this row add up to the whole, but for what `apart` says.
        """
        if by == "child":
            return self._children(metric)
        found = split([metric], self.unit, by, self.scope)  # type: ignore[arg-type]
        names = part_names(by, list(found))
        parts = []
        for key, values in found.items():
            code, name = names[key]
            if values[metric]:
                parts.append(
                    Part(code, name, values[metric], self.records(metric, **{by: code or NONE}))
                )
        return parts

    def below(self) -> list[Unit]:
        """The units directly below; along a line those through which it runs."""
        found = children(self.unit, self.scope.asof)
        if self.scope.line is None:
            return found
        along = segments(found, self.scope.line)
        return [unit for unit in found if along[unit.pk]]

    def apart(self, metrics: Iterable[str], below: Sequence[Unit] | None = None) -> dict[str, int]:
        """By how much figures of the units below exceed what is counted here of them (`apart`)."""
        return apart(metrics, self.unit, self.below() if below is None else below, self.scope)

    def _children(self, metric: str) -> list[Part]:
        below = self.below()
        found = table([metric], [self.unit, *below], self.scope)
        parts = [
            Part(one.code, one.name, found[one.pk][metric], self.records(metric, unit=one.code))
            for one in below
        ]
        rest = found[self.unit.pk][metric]
        if find(metric).adds_up:
            own = int(rest or 0) - sum(int(part.value or 0) for part in parts)
            own += self.apart([metric], below).get(metric, 0)
            if own:
                parts.append(Part("", _("the unit itself"), own, self.records(metric, own=1)))
        return parts


def find_metric(key: str) -> Metric:
    """The metric of that key.

    Raises:
        NotFound: none is declared.
    """
    try:
        return find(key)
    except KeyError as error:
        text = _("There is no figure called “%(key)s”.") % {"key": key}
        raise NotFound([Unmet("not_found", text, "metric")]) from error


class Words(TypedDict, total=False):
    """What an address may say about a figure, apart from its unit and moment."""

    since: dt.date | None
    until: dt.date | None
    category: str
    channel: str
    source: str
    programme: str
    line: str


def ask(actor: Actor, *, unit: str = "", asof: str = "", **words: Unpack[Words]) -> Asked:
    """What an address asks for.

    Raises:
        NotFound: a unit outside the actor's scope, an unknown category, channel, source,
            programme or line.
        Refused: `bad_time`, `in_future`.
    """
    if unit:
        place = Unit.objects.under(actor.unit_path).filter(code=unit).first()
    else:
        place = Unit.objects.get(pk=actor.unit_id)
    if place is None:
        text = _("There is no unit “%(code)s” in your area.") % {"code": unit}
        raise NotFound([Unmet("not_found", text, "unit")])
    moment = read_asof(asof)
    said = {"asof": asof if moment else "", **words}
    return Asked(place, scope_of(words, moment, actor), moment or clock.now(), said, actor)


def scope_of(words: Words, moment: dt.datetime | None, actor: Actor | None = None) -> Scope:
    """What the words of an address narrow a reading to.

    Raises:
        NotFound: nothing is called so, or nothing that the actor may know of.
    """
    said = {
        "category": words.get("category"),
        "channel": words.get("channel"),
        "source": words.get("source"),
        "programme": words.get("programme"),
        "line": words.get("line"),
    }
    keys = {name: keys_of(name, code or "", actor) for name, code in said.items()}
    first = {name: found[0] if found else None for name, found in keys.items()}
    return Scope(
        asof=moment,
        since=words.get("since"),
        category=[int(key) for key in keys["category"]] if keys["category"] else None,
        channel=first["channel"],
        until=words.get("until"),
        source=first["source"],
        programme=int(first["programme"]) if first["programme"] else None,
        line=int(first["line"]) if first["line"] else None,
    )


@dataclass(frozen=True, slots=True)
class Behind:
    """What a list is narrowed to when its address names a figure.

    Attributes:
        ids: ids of the records that make up the figure, for `filter(pk__in=…)`. They take account
            of unit, moment, category and channel: a list must not narrow them by these again,
            because a record may have moved on since it was counted.
        netted: the same with how often each counts: `{"thing_id", "amount"}`.
    """

    metric: Metric
    asked: Asked
    ids: Any
    netted: Any


def behind(actor: Actor, words: Mapping[str, str]) -> Behind:
    """The records behind the figure that an address names (`figure`, `unit`, `asof`, `since` …).

    With `own=1` only what no unit right below counts; with `took=4-7` only what took so many days.

    Raises:
        NotFound: no such figure; a unit, category or channel out of sight.
        Refused: `bad_time`, `in_future`.
    """
    metric = find_metric(words.get("figure", "")[:60])
    place = {name: words.get(name, "")[:60] for name in ("unit", "asof")}
    asked = ask(actor, **place, **read_words(words))
    asked.must_fit(metric)
    rows = netted(
        metric.key,
        asked.unit,
        asked.scope,
        own=words.get("own") == "1",
        took=_days(words.get("took", "")),
    )
    rows = rows.order_by()
    return Behind(metric, asked, rows.values("thing_id"), rows)


def _days(typed: str) -> tuple[int, int] | None:
    """Two numbers of days as an address names them; None for anything else."""
    low, _dash, high = typed[:12].partition("-")
    if low.isascii() and high.isascii() and low.isdigit() and high.isdigit():
        return int(low), int(high)
    return None


def read_words(words: Mapping[str, str]) -> Words:
    """What an address says to narrow a figure."""
    return Words(
        since=read_day(words.get("since", "")),
        until=read_day(words.get("until", "")),
        category=words.get("category", "")[:60],
        channel=words.get("channel", "")[:60],
        source=words.get("source", "")[:60],
        programme=words.get("programme", "")[:60],
        line=words.get("line", "")[:60],
    )


def read_day(typed: str) -> dt.date | None:
    """A day in ISO form; None for what is none."""
    try:
        return parse_date(typed)
    except ValueError:
        return None
