"""A figure as somebody asks for it: by codes, within his scope, with its records' addresses."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from xiaohao.figures.queries.addresses import read_asof, records_address
from xiaohao.figures.queries.dimensions import keys_of, part_names
from xiaohao.figures.queries.reading import Scope, Value, split, table
from xiaohao.figures.queries.records import thing_ids
from xiaohao.figures.queries.registry import find
from xiaohao.figures.queries.values import children
from xiaohao.figures.rules import Metric
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
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
    """

    unit: Unit
    scope: Scope
    moment: dt.datetime
    words: Mapping[str, Any]

    def value(self, metric: str) -> Value:
        """The figure."""
        return table([metric], [self.unit], self.scope)[self.unit.pk][metric]

    def records(self, metric: str, **more: object) -> str:
        """Address of the records that make it up."""
        words = {**self.words, **more}
        return records_address(metric, str(words.pop("unit", self.unit.code)), **words)

    def parts(self, metric: str, by: str) -> list[Part]:
        """The figure split by `child`, `category` or `channel`.

        Counts of children add up to the whole: what is the unit's own, or was counted under units
        that have moved since, has a row of its own.
        """
        if by == "child":
            return self._children(metric)
        found = split([metric], self.unit, by, self.scope)  # type: ignore[arg-type]
        names = part_names(by, list(found))
        parts = []
        for key, values in found.items():
            code, name = names[key]
            if values[metric]:
                parts.append(Part(code, name, values[metric], self.records(metric, **{by: code})))
        return parts

    def _children(self, metric: str) -> list[Part]:
        below = children(self.unit, self.scope.asof)
        found = table([metric], [self.unit, *below], self.scope)
        parts = [
            Part(one.code, one.name, found[one.pk][metric], self.records(metric, unit=one.code))
            for one in below
        ]
        rest = found[self.unit.pk][metric]
        if find(metric).adds_up:
            own = int(rest or 0) - sum(int(part.value or 0) for part in parts)
            if own:
                parts.append(Part("", _("the unit itself"), own, self.records(metric)))
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


def ask(
    actor: Actor,
    *,
    unit: str = "",
    asof: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
    category: str = "",
    channel: str = "",
) -> Asked:
    """What an address asks for.

    Raises:
        NotFound: a unit outside the actor's scope, an unknown category or channel.
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
    categories, channels = keys_of("category", category), keys_of("channel", channel)
    scope = Scope(
        asof=moment,
        since=since,
        category=[int(key) for key in categories] if categories else None,
        channel=channels[0] if channels else None,
        until=until,
    )
    words = {"asof": asof if moment else "", "since": since, "until": until, "category": category,
             "channel": channel}  # fmt: skip
    return Asked(place, scope, moment or clock.now(), words)


@dataclass(frozen=True, slots=True)
class Behind:
    """What a list is narrowed to when its address names a figure.

    Attributes:
        ids: ids of the records that make up the figure, for `filter(pk__in=…)`. They take account
            of unit, moment, category and channel: a list must not narrow them by these again,
            because a record may have moved on since it was counted.
    """

    metric: Metric
    asked: Asked
    ids: Any


def behind(actor: Actor, words: Mapping[str, str]) -> Behind:
    """The records behind the figure that an address names (`figure`, `unit`, `asof`, `since` …).

    Raises:
        NotFound: no such figure; a unit, category or channel out of sight.
        Refused: `bad_time`, `in_future`.
    """
    metric = find_metric(words.get("figure", "")[:60])
    plain = {name: words.get(name, "")[:60] for name in ("unit", "asof", "category", "channel")}
    since, until = (read_day(words.get(name, "")) for name in ("since", "until"))
    asked = ask(actor, since=since, until=until, **plain)
    scope = asked.scope
    ids = thing_ids(
        metric.key,
        asked.unit,
        asof=scope.asof,
        since=scope.since,
        until=scope.until,
        category=scope.category,
        channel=scope.channel,
    )
    return Behind(metric, asked, ids)


def read_day(typed: str) -> dt.date | None:
    """A day in ISO form; None for what is none."""
    try:
        return parse_date(typed)
    except ValueError:
        return None
