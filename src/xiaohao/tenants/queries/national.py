"""What all have published, added up: only what is fresh, whole and defined alike.

Flows, stocks and windows add; a share is read from the sums of its two parts, a quantile from the
sum of the histograms. Who is left out of a figure, and why, is told beside it.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from xiaohao.figures import queries as figures
from xiaohao.figures.queries import Kind, Metric, Value
from xiaohao.kernel import clock, tenancy
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import WIDTH
from xiaohao.tenants import registry, rules, shelf
from xiaohao.tenants.queries.sheets import sheet_of
from xiaohao.tenants.rules import Freshness, Sheet
from xiaohao.tenants.shelf import Publication, Publisher


class Why(StrEnum):
    """Why somebody is not in a sum."""

    NONE = "none"  # nothing published yet
    OLD = "old"
    BROKEN = "broken"
    DIFFERS = "differs"  # defines the figure otherwise
    LACKS = "lacks"  # does not have the figure
    SMALL = "small"  # has too few to tell


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody from whom a publication is expected, and his last one."""

    slug: str
    name: str
    url: str
    freshness: Freshness
    publication: Publication | None = None
    sheet: Sheet | None = None

    @property
    def age(self) -> dt.timedelta | None:
        """How old the last publication is."""
        return clock.now() - self.publication.at if self.publication else None

    def address(self, key: str, unit: int = 0) -> str:
        """The publisher's own page of a figure as of the moment for which he told it."""
        if self.sheet is None:
            return ""
        code = self.sheet.units[unit].code
        return self.url + figures.address(key, code, asof=self.sheet.at)


@dataclass(frozen=True, slots=True)
class Part:
    """What one member gives to a sum.

    Attributes:
        value: his own figure; None where it is not told, or there is nothing to tell.
        why: why it is not in the sum; None where it is.
        among: of how many a share or quantile was taken.
    """

    member: Member
    value: Value
    why: Why | None
    among: int | None


@dataclass(frozen=True, slots=True)
class Added:
    """A figure of the whole.

    Attributes:
        value: the sum over those who are in it; None where nobody is, or nothing can be shared.
        parts: of every member, in or not.
    """

    metric: Metric
    value: Value
    among: int | None
    parts: Sequence[Part]

    @property
    def counted(self) -> int:
        """How many are in the sum."""
        return sum(part.why is None for part in self.parts)

    @property
    def oldest(self) -> dt.timedelta | None:
        """The age of the oldest publication in the sum."""
        ages = [part.member.age for part in self.parts if part.why is None]
        return max((age for age in ages if age is not None), default=None)

    @property
    def is_whole(self) -> bool:
        """Whether everybody is in it."""
        return self.counted == len(self.parts)

    @property
    def tone(self) -> str:
        """`red`, `amber`, `green` or "", by the thresholds declared."""
        return self.metric.tone(None if self.value is None else float(self.value), self.among)


@dataclass(frozen=True, slots=True)
class Nation:
    """All members as of one moment."""

    moment: dt.datetime
    members: Sequence[Member]
    hashes: Mapping[str, str] = field(default_factory=dict)
    _added: dict[str, Added] = field(default_factory=dict)

    def add(self, key: str) -> Added:
        """A figure of the whole; added up once.

        Raises:
            KeyError: no such figure is declared.
        """
        if key not in self._added:
            self._added[key] = self._add(key)
        return self._added[key]

    def _add(self, key: str) -> Added:
        metric = figures.find(key)
        parts = [self._part(metric, member) for member in self.members]
        sheets = [part.member.sheet for part in parts if part.why is None]
        sums = rules.add(sheet.sums(metric.bases) or {} for sheet in sheets if sheet)
        value = figures.put([key], sums)[key] if sheets else None
        return Added(metric, value, _among(metric, sums), parts)

    def part(self, member: Member, key: str, unit: int = 0) -> tuple[Value | str, int | None]:
        """A figure at one of a member's units as he told it, and of how many it was taken.

        A text stands for a number that is not told.
        """
        metric, sheet = figures.find(key), member.sheet
        if sheet is None or self._differs(metric, sheet):
            return None, None
        if metric.kind is Kind.QUANTILE:
            whole = sheet.told(metric.of, unit)
            return sheet.told(key, unit), whole if isinstance(whole, int) else None
        sums = sheet.sums(metric.bases, unit)
        if sums is None:
            hidden = [one for one in (sheet.told(base, unit) for base in metric.bases) if one]
            return next((one for one in hidden if isinstance(one, str)), None), None
        return figures.put([key], sums)[key], _among(metric, sums)

    def _part(self, metric: Metric, member: Member) -> Part:
        why = self._why(metric, member)
        if why or member.sheet is None:
            return Part(member, None, why, None)
        sums = member.sheet.sums(metric.bases)
        if sums is None:
            return Part(member, None, Why.SMALL, None)
        value = figures.put([metric.key], sums)[metric.key]
        return Part(member, value, None, _among(metric, sums))

    def _why(self, metric: Metric, member: Member) -> Why | None:
        if member.sheet is None or not member.freshness.counts:
            return Why(member.freshness)
        keys = (metric.key, *metric.bases)
        if any(key not in member.sheet.definitions for key in keys):
            return Why.LACKS
        return Why.DIFFERS if self._differs(metric, member.sheet) else None

    def _differs(self, metric: Metric, sheet: Sheet) -> bool:
        return any(
            sheet.definitions.get(key) != self.hashes.get(key)
            for key in (metric.key, *metric.bases)
        )


def _among(metric: Metric, sums: rules.Sums) -> int | None:
    return None if metric.adds_up else sum(sums.get(metric.whole, {}).values())


def nation() -> Nation:
    """Everybody from whom a publication is expected, with the last one of each, checked."""
    now = clock.now()
    with connection.cursor() as cursor:
        entries, known = registry.entries(cursor), shelf.publishers(cursor)
        latest = shelf.latest(cursor)
    keys = {one.slug: one.key for one in known}
    members = []
    for slug, name, url in shelf.expected(entries, known):
        publication = latest.get(slug)
        if publication is None:
            members.append(Member(slug, name, url, Freshness.NONE))
        elif (sheet := _whole(publication, keys[slug])) is None:
            members.append(Member(slug, name, url, Freshness.BROKEN, publication))
        else:
            fresh = rules.freshness(publication.at, now)
            members.append(Member(slug, name, url, fresh, publication, sheet))
    hashes = {metric.key: figures.definition_hash(metric) for metric in figures.registry()}
    return Nation(now, members, hashes)


@lru_cache(maxsize=512)
def _whole(publication: Publication, key: bytes) -> Sheet | None:
    """What a publication says, if it is what the holder of the key signed.

    Remembered by all that it is, byte for byte: what is altered afterwards is looked at anew.
    """
    return sheet_of(publication) if publication.is_whole(key) else None


def publication_of(member: Member, day: dt.date) -> Publication:
    """A member's last publication of a day.

    Raises:
        NotFound: there is none.
    """
    with connection.cursor() as cursor:
        found = shelf.of_day(cursor, member.slug, day)
    if found is None:
        text = _("Nothing that was published on that day is kept here.")
        raise NotFound([Unmet("not_found", text)])
    return found


def published_document(publication: Publication) -> tuple[dict[str, Any], Publisher]:
    """A publication as the signed document it came as, and who published it.

    Raises:
        NotFound: its publisher is trusted no more.
    """
    with connection.cursor() as cursor:
        known = {one.slug: one for one in shelf.publishers(cursor)}
    if publication.publisher not in known:
        text = _("Nothing that was published on that day is kept here.")
        raise NotFound([Unmet("not_found", text)])
    body = json.loads(publication.body)
    document = {"publication": body, "signature": publication.signature.hex()}
    return document, known[publication.publisher]


def is_overseer(actor: Actor) -> bool:
    """Whether somebody may see what all publish: he reads figures at the top of who oversees."""
    tenant = tenancy.current()
    return (
        tenant is not None
        and tenant.oversees
        and actor.may(Permission.SEE_FIGURES)
        and len(actor.unit_path) == WIDTH
    )


def must_oversee(actor: Actor) -> None:
    """Nothing, for an overseer.

    Raises:
        NotFound: for everybody else there is no such page.
    """
    if not is_overseer(actor):
        raise NotFound([Unmet("not_found", _("There is no such page."))])
