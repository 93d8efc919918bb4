"""From what it is about to who answers for it: duty list and the office's own habits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xiaohao.kernel.paths import ids
from xiaohao.triage.models import Habit
from xiaohao.triage.proposals import Guess, Option
from xiaohao.triage.queries.book import Book, Heard
from xiaohao.triage.queries.duties import Answerer, around, below, reach
from xiaohao.triage.reading import Reading
from xiaohao.triage.rules import Post, Source, blend, nearest
from xiaohao.triage.speaking import Reason
from xiaohao.units.models import Level, Unit

_MOST_CATEGORIES = 5
_LEAST = 0.05
_OPTIONS = 4
_MOST_CUSTOMS = 5000


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is: path, and the region whose habits count there."""

    path: str
    region: int


class Custom(NamedTuple):
    """How often the office sent a category to a unit."""

    category: int
    unit: int
    name: str
    path: str
    kind: str
    times: int


@dataclass(slots=True)
class Router:
    """Finds units; remembers what it has looked up, for a batch."""

    book: Book
    places: dict[int, Place | None] = field(default_factory=dict)
    answerers: dict[str | None, list[Answerer]] = field(default_factory=dict)
    within: dict[tuple[str, int], list[Answerer]] = field(default_factory=dict)
    customs: dict[int | None, list[Custom]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def place(self, unit_id: int | None) -> Place | None:
        """The place of that unit; None for nowhere."""
        if unit_id is None:
            return None
        if unit_id not in self.places:
            self.places[unit_id] = place_of(unit_id)
        return self.places[unit_id]

    def unit(
        self,
        categories: Mapping[int, float],
        heard: Iterable[Heard],
        place: Place | None,
        reading: Reading,
        reasons: tuple[Reason, ...],
    ) -> Guess | None:
        """The unit that answers for it there; None when nobody is known to.

        Args:
            categories: P(category) by id.
            heard: categories whose words stand in the text, to tell sub-categories apart.
            place: where it is.
            reading: the message.
            reasons: the words that spoke for the category.
        """
        shares: dict[int, float] = {}
        confirmed: dict[int, int] = {}
        for category, sure in self._likeliest(categories, list(heard)).items():
            habit = self._habit(category, place)
            listed = nearest(self._posts(category, place, reading), place.path if place else None)
            for unit, share in blend(listed, habit).items():
                shares[unit] = shares.get(unit, 0.0) + sure * share
                confirmed[unit] = confirmed.get(unit, 0) + habit.get(unit, 0)
        best = sorted(shares, key=lambda unit: (-shares[unit], unit))[: _OPTIONS + 1]
        if not best:
            return None
        chosen = best[0]
        source = Source.HABIT if confirmed[chosen] else Source.DUTIES
        options = tuple(Option(one, self.names[one], shares[one]) for one in best[1:])
        return Guess(
            chosen, self.names[chosen], min(1.0, shares[chosen]), source, reasons,
            confirmed[chosen], options,
        )  # fmt: skip

    def _likeliest(self, categories: Mapping[int, float], heard: list[Heard]) -> dict[int, float]:
        """P of the few likeliest categories, handed down to those below whose words are heard."""
        found: dict[int, float] = {}
        ordered = sorted(categories.items(), key=lambda one: -one[1])[:_MOST_CATEGORIES]
        for category, sure in ordered:
            if sure < _LEAST:
                continue
            below = [h for h in heard if h.category != category
                     and category in self.book.line(h.category)]  # fmt: skip
            total = sum(h.confidence for h in below)
            for one in below:
                found[one.category] = found.get(one.category, 0) + sure * one.confidence / total
            if not below:
                found[category] = found.get(category, 0) + sure
        return found

    def _posts(self, category: int, place: Place | None, reading: Reading) -> list[Post]:
        """Those near the place who answer for it or a category above it, else for one below it."""
        path = place.path if place else None
        if path not in self.answerers:
            self.answerers[path] = self._named(around(path))
        line, under = self.book.line(category), self.book.below(category)
        found = [one for one in self.answerers[path] if one.category in line]
        found = found or [one for one in self.answerers[path] if one.category in under]
        if not found and path is not None:
            if (path, category) not in self.within:
                self.within[path, category] = self._named(below(path, {*line, *under}))
            found = self.within[path, category]
        whole = reading.whole
        return [
            Post(
                one.unit, reach(one.path, one.kind, path), sum(word in whole for word in one.words)
            )
            for one in found
        ]

    def _habit(self, category: int, place: Place | None) -> dict[int, int]:
        """How often the office chose each unit for it in that region, where the unit may answer."""
        region = place.region if place else None
        if region not in self.customs:
            self.customs[region] = customs(region)
            self.names.update({one.unit: one.name for one in self.customs[region]})
        under = self.book.below(category)
        counts: dict[int, int] = {}
        for one in self.customs[region]:
            if one.category in under and (place is None or _fits(one, place.path)):
                counts[one.unit] = counts.get(one.unit, 0) + one.times
        return counts

    def _named(self, found: list[Answerer]) -> list[Answerer]:
        self.names.update({one.unit: one.name for one in found})
        return found


def _fits(custom: Custom, place: str) -> bool:
    """Whether the unit may answer at the place: its territory lies around it, or within it."""
    ground = reach(custom.path, custom.kind, place)
    return place.startswith(ground) or ground.startswith(place)


def customs(region: int | None) -> list[Custom]:
    """What the office is used to in a region; for nowhere, what it did where no place was known."""
    rows = Habit.objects.filter(region_id=region, count__gt=0, unit__closed_on=None)
    values = rows.order_by("-count", "id").values_list(
        "category_id", "unit_id", "unit__name", "unit__path", "unit__kind", "count"
    )
    return [Custom(*row) for row in values[:_MOST_CUSTOMS]]


def place_of(unit_id: int) -> Place | None:
    """The place of that unit, and its county (or itself, where it stands higher)."""
    unit = Unit.objects.filter(pk=unit_id).only("path", "level").first()
    if unit is None:
        return None
    if unit.level == Level.COUNTY:
        return Place(unit.path, unit.pk)
    line = Unit.objects.filter(pk__in=ids(unit.path), level=Level.COUNTY)
    county = line.order_by("path").values_list("pk", flat=True).first()
    return Place(unit.path, county or unit.pk)
