"""Frozen figures: what is written down of one, and who may read it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override

from xiaohao.figures.models import Frozen
from xiaohao.figures.queries import asking
from xiaohao.figures.queries.addresses import records_address
from xiaohao.figures.queries.reading import Scope, Value, put
from xiaohao.figures.queries.records import entries
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import Kind, Lot, as_days, fingerprint
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.units.models import Unit


def lots(metric: str, unit: Unit, scope: Scope, last_entry: int) -> list[Lot]:
    """The records of a figure as they stood at `scope.asof`, in short; one lot for each basis.

    Reads every change below the unit: a second for each million.
    """
    return [_lot(base, unit, scope, last_entry) for base in find(metric).bases]


def _lot(metric: str, unit: Unit, scope: Scope, last_entry: int) -> Lot:
    rows = entries(metric, unit, scope).filter(pk__lte=last_entry).order_by()
    if find(metric).kind is Kind.SPREAD:
        sums = rows.values_list("thing_id", "day").annotate(n=Sum("amount")).exclude(n=0)
        found = sums.order_by("thing_id", "day").iterator()
        return fingerprint(metric, ((thing, as_days(day), n) for thing, day, n in found))
    sums = rows.values_list("thing_id").annotate(n=Sum("amount")).exclude(n=0)
    return fingerprint(metric, ((thing, 0, n) for thing, n in sums.order_by("thing_id").iterator()))


def value_of(metric: str, found: Sequence[Lot]) -> Value:
    """The figure that these records make."""
    return put([metric], {lot.metric: lot.spread for lot in found})[metric]


def scope_of(frozen: Frozen) -> Scope:
    """What the figure was narrowed to."""
    return asking.scope_of(words_of(frozen), frozen.moment)


def words_of(frozen: Frozen) -> asking.Words:
    """The same, as an address says it."""
    return asking.Words(
        since=frozen.since,
        until=frozen.until,
        category=frozen.category,
        channel=frozen.channel,
        source=frozen.source,
        programme=frozen.programme,
    )


def frozen_of(actor: Actor, number: str) -> Frozen:
    """The frozen figure of that number, at the actor's unit or below.

    Raises:
        NotFound: there is none, or it is out of sight.
    """
    found = frozen_known(actor).filter(pk=Frozen.id_of(number) or 0).first()
    if found is None:
        text = _("There is no frozen figure “%(number)s” in your area.") % {"number": number}
        raise NotFound([Unmet("not_found", text, "number")])
    return found


def frozen_known(actor: Actor) -> QuerySet[Frozen]:
    """Frozen figures of the actor's unit and those below, the last first."""
    below = Unit.objects.under(actor.unit_path).order_by().values("pk")
    return Frozen.objects.filter(unit__in=below).select_related("unit", "post").order_by("-id")


def frozen_records(frozen: Frozen) -> str:
    """Address of the list of the records behind a frozen figure, as of its moment."""
    return records_address(
        frozen.metric,
        frozen.unit.code,
        asof=frozen.moment.astimezone(clock.ZONE),
        **words_of(frozen),
    )


def short(lot: Lot) -> dict[str, Any]:
    """A lot as it is written down."""
    return {name: getattr(lot, name) for name in ("metric", "records", "amount", "hash")}


def as_text(value: Value) -> str:
    """A value as it is written down: a whole number, a share from 0 to 1, or nothing."""
    return "" if value is None else str(value)


def worded(metric: str, unit: Unit) -> dict[str, dict[str, str]]:
    """Name and definition of the figure and the unit's name, in every language."""
    declared, words = find(metric), {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            words[language] = {
                "name": str(declared.name),
                "definition": str(declared.definition),
                "unit": unit.shown,
            }
    return words
