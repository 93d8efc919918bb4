"""From what it is about to who answers for it: duty list and the office's own habits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Sum

from xiaohao.kernel.paths import ids
from xiaohao.triage.models import Habit
from xiaohao.triage.proposals import Guess, Option
from xiaohao.triage.queries.book import Book, Heard
from xiaohao.triage.queries.duties import posts, reach
from xiaohao.triage.reading import Reading
from xiaohao.triage.rules import Post, Source, blend, nearest
from xiaohao.triage.speaking import Reason
from xiaohao.units.models import Level, Unit

_MOST_CATEGORIES = 5
_LEAST = 0.05
_OPTIONS = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is: path, and the region whose habits count there."""

    path: str
    region: int


@dataclass(slots=True)
class Router:
    """Finds units; remembers what it has looked up, for a batch."""

    book: Book
    places: dict[int, Place | None] = field(default_factory=dict)
    habits: dict[tuple[int, int | None], dict[int, int]] = field(default_factory=dict)
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
        self._name(best)
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
        path = place.path if place else None
        return posts(self.book.line(category), path, reading.whole) or posts(
            self.book.below(category), path, reading.whole
        )

    def _habit(self, category: int, place: Place | None) -> dict[int, int]:
        key = (category, place.region if place else None)
        if key not in self.habits:
            self.habits[key] = _counts(self.book.below(category), key[1])
        if place is None:
            return self.habits[key]
        fitting = _fitting(self.habits[key], place.path)
        return {unit: n for unit, n in self.habits[key].items() if unit in fitting}

    def _name(self, units: Iterable[int]) -> None:
        missing = [unit for unit in units if unit not in self.names]
        if missing:
            rows = Unit.objects.filter(pk__in=missing).order_by("pk")
            self.names.update({row.pk: row.name for row in rows})


def place_of(unit_id: int) -> Place | None:
    """The place of that unit, and its county (or itself, where it stands higher)."""
    unit = Unit.objects.filter(pk=unit_id).only("path", "level").first()
    if unit is None:
        return None
    line = Unit.objects.filter(pk__in=ids(unit.path), level=Level.COUNTY)
    county = line.order_by("path").values_list("pk", flat=True).first()
    return Place(unit.path, county or unit.pk)


def _counts(categories: list[int], region: int | None) -> dict[int, int]:
    rows = Habit.objects.filter(category_id__in=categories, region_id=region, count__gt=0)
    summed = rows.values("unit_id").annotate(n=Sum("count")).order_by("-n", "unit_id")[:50]
    return {row["unit_id"]: row["n"] for row in summed}


def _fitting(units: Iterable[int], place: str) -> set[int]:
    """Those that may answer at the place: their territory lies around it, or within it."""
    rows = Unit.objects.filter(pk__in=list(units), closed_on=None).order_by("pk")
    found = set()
    for unit, path, kind in rows.values_list("pk", "path", "kind"):
        ground = reach(path, kind, place)
        if place.startswith(ground) or ground.startswith(place):
            found.add(unit)
    return found
