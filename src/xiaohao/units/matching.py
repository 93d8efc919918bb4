"""Which unit is meant by a name as people write it: short, old, with its superior, mistyped."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from xiaohao.kernel import text
from xiaohao.units import names
from xiaohao.units.abbreviated import shortened
from xiaohao.units.models import Placement, Unit

SURE = 0.9  # from here on nobody has to confirm
_OLD_NAME, _WITH_SUPERIOR, _SHORT_FORM, _ONE_OF_SEVERAL = 0.95, 0.95, 0.92, 0.5
_LIKELIEST_SLIP, _LEAST = 0.89, 0.5
_CANDIDATES, _SHOWN = 200, 5
_AT_ONCE = 2000
_FEW = 40  # names looked up by their sound; a scan of all units is dearer than that
_COLUMNS = ("code", "name", "short_name", "level", "path", "closed_on")


@dataclass(slots=True)
class Match:
    """What a name was taken for.

    Attributes:
        unit: the likeliest; None when nothing is like it.
        confidence: 1 for a name that only one unit bears; below `SURE` a person confirms.
        others: further units it may mean, the likelier first.
    """

    typed: str
    unit: Unit | None = None
    confidence: float = 0.0
    others: Sequence[Unit] = field(default_factory=tuple)

    @property
    def is_sure(self) -> bool:
        """Whether it can be taken without asking."""
        return self.unit is not None and self.confidence >= SURE


def matches(typed: Iterable[str], within: str) -> dict[str, Match]:
    """For each name the unit in use that it means, in the subtree at path `within`.

    Exact names are looked up all at once; only what is left costs a search of its own.
    """
    wanted = list(dict.fromkeys(typed))
    found: dict[str, Match] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found |= _exact(wanted[start : start + _AT_ONCE], within)
    for name in wanted:
        if name not in found:
            found[name] = _told(name, within) or _like(name, within)
    return found


def meant(typed: str, within: str) -> Match | None:
    """The unit in use that a name means as it is written, slips apart; None for no unit."""
    return _exact([typed], within).get(typed) or _told(typed, within)


def _told(name: str, within: str) -> Match | None:
    return _former(name, within) or _combined(name, within) or _shortened(name, within)


def _shortened(name: str, within: str) -> Match | None:
    """A unit of whose name this is a short form: 东丽住建委. Only the only one is sure."""
    rows, whole = shortened(Unit.objects.under(within).active(), name)
    if not rows:
        return None
    sure = _SHORT_FORM if whole and len(rows) == 1 else _ONE_OF_SEVERAL
    return Match(name, rows[0], sure, rows[1 : _SHOWN + 1])


def _exact(wanted: Collection[str], within: str) -> dict[str, Match]:
    short = {names.short(name) or name: name for name in wanted}
    said = [*wanted, *short]
    rows = Unit.objects.under(within).active().only(*_COLUMNS).order_by("path")
    rows = rows.filter(Q(code__in=wanted) | bears(said))
    bearers: dict[str, list[Unit]] = {}
    for unit in rows:
        for name in {unit.code, unit.name, unit.short_name} - {""}:
            bearers.setdefault(name, []).append(unit)
    found = {}
    for name in wanted:
        units = bearers.get(name) or bearers.get(names.short(name) or name) or []
        if units:
            found[name] = _chosen(name, units, 1.0)
    return found


def _chosen(name: str, units: Sequence[Unit], confidence: float) -> Match:
    """The only one, or the highest of several: then a person says which is meant."""
    by_height = sorted(units, key=lambda unit: (len(unit.path), unit.path))
    alone = len(units) == 1 or len(by_height[0].path) < len(by_height[1].path)
    sure = confidence if alone else _ONE_OF_SEVERAL
    return Match(name, by_height[0], sure, by_height[1 : _SHOWN + 1])


def _former(name: str, within: str) -> Match | None:
    """A unit that was called so in former times."""
    places = Placement.objects.filter(name=name, unit__closed_on=None)
    rows = list(Unit.objects.under(within).filter(pk__in=places.values("unit")).order_by("path"))
    return _chosen(name, rows, _OLD_NAME) if rows else None


def _combined(name: str, within: str) -> Match | None:
    """A unit named with its superior before it: 河西区民政局, where its own name is 民政局."""
    cuts = range(len(name) - 2, 1, -1)
    if not cuts:
        return None
    uppers = Unit.objects.under(within).active().filter(bears([name[:cut] for cut in cuts]))
    above = list(uppers.only(*_COLUMNS).order_by("path"))
    for cut in cuts:
        tops = [one for one in above if name[:cut] in (one.name, one.short_name)][:_SHOWN]
        below = {
            unit.pk: unit  # once, though it may stand under several of that name
            for one in tops
            for unit in Unit.objects.under(one.path)
            .active()
            .filter(bears([name[cut:]]))
            .order_by("path")[:_SHOWN]
        }
        if below:
            return _chosen(name, list(below.values()), _WITH_SUPERIOR)
    return None


def bears(said: Sequence[str]) -> Q:
    """Units that bear one of these names; of a few names by the index of what they sound like."""
    bears = Q(name__in=said) | Q(short_name__in=said)
    if len(said) > _FEW:
        return bears
    sounds = [sound for one in said if (sound := names.exactly(one))]
    return bears & Q(search__has=" | ".join(sounds)) if sounds else Q(pk=None)


def _like(name: str, within: str) -> Match:
    """Units whose names look like it: a slip of the pen, a word left out."""
    terms = text.terms(names.short(name) or name)[:40]
    if not terms:
        return Match(name)
    query = " | ".join(f"'{term}'" for term in terms)
    rows = Unit.objects.under(within).active().filter(search__has=query)
    scored = sorted(
        ((_likeness(name, unit), unit) for unit in rows.order_by("path")[:_CANDIDATES]),
        key=lambda pair: (-pair[0], pair[1].path),
    )
    likely = [(score, unit) for score, unit in scored if score >= _LEAST]
    if not likely:
        return Match(name)
    others = [unit for _, unit in likely[1 : _SHOWN + 1]]
    return Match(name, likely[0][1], round(min(likely[0][0], _LIKELIEST_SLIP), 2), others)


def _likeness(name: str, unit: Unit) -> float:
    """Ratcliff and Obershelp's share of characters in common, of the nearest of its names."""
    said = [one for one in (unit.name, unit.short_name) if one]
    return max(difflib.SequenceMatcher(None, name, one).ratio() for one in said)
