"""What is reckoned: true closings as estimated, visits per unit, all figures, frozen figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.commitments import queries as visits
from xiaohao.exchange.lists.base import Listing, Sheet, words_of
from xiaohao.exchange.lists.rated import Rated, rated
from xiaohao.exchange.workbook import Column
from xiaohao.figures import queries as figures
from xiaohao.figures.models import Frozen
from xiaohao.figures.queries import Metric, Per
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.lookback import queries as lookback
from xiaohao.lookback.queries import Estimated
from xiaohao.units.models import Unit

_FOLLOWS = _(
    "Figures follow from their records; nobody enters them. Change the records that a figure opens "
    "to, on their own pages."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the estimates.

    Attributes:
        kind: `whole`, `unit` or `category`.
        wave: days after closing at which its re-checks were made.
    """

    kind: str
    wave: int
    told: Estimated


def _estimates(actor: Actor, get: QueryDict) -> list[Line]:
    wave = lookback.wave_of(get.get("wave", ""))
    code, category = get.get("unit", "")[:40], get.get("category", "")[:60]
    found = lookback.outlook(actor, code, wave, category)
    whole = Estimated(found.unit.code, found.unit.name, found.whole)
    return [
        Line("whole", wave, whole),
        *(Line("unit", wave, one) for one in found.children),
        *(Line("category", wave, one) for one in found.categories),
    ]


def _estimated(name: Any, head: Any, *kinds: str) -> Sheet:
    """A sheet of the estimates of these kinds."""
    return Sheet(
        name,
        (
            Column(head, 28, lambda e: e.told.name),
            Column(pgettext_lazy("column", "Code"), 18, lambda e: e.told.code),
            Column(pgettext_lazy("column", "Days after closing"), 10, lambda e: e.wave,
                   "number"),
            Column(pgettext_lazy("column", "True closings"), 12, lambda e: e.told.estimate.share,
                   "share"),
            Column(pgettext_lazy("column", "Lower end of the 95 per cent interval"), 12,
                   lambda e: e.told.estimate.low, "share"),
            Column(pgettext_lazy("column", "Upper end of the 95 per cent interval"), 12,
                   lambda e: e.told.estimate.high, "share"),
            Column(pgettext_lazy("column", "Checked"), 10, lambda e: e.told.estimate.checked,
                   "number"),
            Column(pgettext_lazy("column", "Not fixed"), 10, lambda e: e.told.estimate.failed,
                   "number"),
            Column(pgettext_lazy("column", "Stand for"), 12, lambda e: e.told.estimate.closings,
                   "number"),
        ),
        of=lambda _actor, lines: [one for one in lines if one.kind in kinds],
        stays=_FOLLOWS,
    )  # fmt: skip


ESTIMATES = Listing(
    "lookback_estimates",
    _("Estimated true closings"),
    _estimates,
    [
        _estimated(_("True closings by unit"), pgettext_lazy("column", "Unit"), "whole", "unit"),
        _estimated(_("True closings by category"), pgettext_lazy("column", "Category"), "category"),
    ],
    (Permission.SEE_FIGURES,),
)


def _coverage(actor: Actor, get: QueryDict) -> list[Rated]:
    code = get.get("unit", "")[:40]
    unit = visits.unit_in_scope(actor, code) if code else Unit.objects.get(pk=actor.unit_id)
    whole, below = visits.coverage(unit)
    rows = []
    for one in (whole, *below):
        values = [value for value, _href in one.numbers]
        rows.append(Rated(one.unit, dict(zip(visits.COVERAGE, values, strict=True))))
    return rows


def _visited(row: Rated) -> float | None:
    listed, visited = (int(row.figures[key] or 0) for key in visits.COVERAGE[:2])
    return visited / listed if listed else None


VISITED = Listing(
    "commitments_visits",
    _("Visits by unit"),
    _coverage,
    [
        rated(
            _("Visits by unit"),
            visits.COVERAGE,
            Column(pgettext_lazy("column", "Visited, as a share"), 12, _visited, "share"),
        )
    ],
    (Permission.SEE_LEDGER,),
)


@dataclass(frozen=True, slots=True)
class Valued:
    """A figure at one unit and moment."""

    metric: Metric
    value: Any
    asked: figures.Asked


def _metrics(actor: Actor, get: QueryDict) -> list[Valued]:
    words = figures.read_words(words_of(get))
    asked = figures.ask(actor, unit=get.get("unit", "")[:60], asof=get.get("asof", ""), **words)
    metrics = [one for one in figures.registry() if asked.fits(one.key)]
    values = figures.table([one.key for one in metrics], [asked.unit], asked.scope)
    return [Valued(one, values[asked.unit.pk][one.key], asked) for one in metrics]


def _number(one: Valued) -> Any:
    """As people count it: per cent, and yuan in place of their hundredths."""
    if one.value is None:
        return None
    if one.metric.per is Per.SHARE:
        return round(float(one.value) * 100, 1)
    return int(one.value) / 100 if one.metric.per is Per.FEN else one.value


def _counted_in(one: Valued) -> str:
    units = {
        Per.SHARE: gettext("per cent"),
        Per.DAYS: gettext("calendar days"),
        Per.FEN: gettext("yuan"),
    }
    return str(units.get(one.metric.per, one.metric.noun) or "")


METRICS = Listing(
    "figures_list",
    _("Metrics"),
    _metrics,
    [
        Sheet(
            _("Metrics"),
            (
                Column(pgettext_lazy("column", "Figure"), 28, lambda v: str(v.metric.name)),
                Column(pgettext_lazy("column", "Key"), 28, lambda v: v.metric.key),
                Column(pgettext_lazy("column", "Unit"), 24, lambda v: v.asked.unit, "unit"),
                Column(pgettext_lazy("column", "As of"), 17, lambda v: v.asked.moment, "moment"),
                Column(pgettext_lazy("column", "Value"), 14, _number, "amount"),
                Column(pgettext_lazy("column", "Counted in"), 14, _counted_in),
                Column(pgettext_lazy("column", "Definition"), 80,
                       lambda v: str(v.metric.definition), "wrapped"),
            ),
            stays=_FOLLOWS,
        )
    ],
    (Permission.SEE_FIGURES,),
)  # fmt: skip


def _frozen(actor: Actor, get: QueryDict) -> QuerySet[Frozen]:
    del get  # the page narrows nothing
    return figures.frozen_known(actor).order_by("-pk")


def _as_stated(_actor: Actor, rows: Iterable[Frozen]) -> list[tuple[Frozen, dict[str, str]]]:
    return [(one, one.told) for one in rows]


FROZEN = Listing(
    "figures_frozen_list",
    _("Frozen figures"),
    _frozen,
    [
        Sheet(
            _("Frozen figures"),
            (
                Column(pgettext_lazy("column", "Number of the frozen figure"), 14,
                       lambda f: f[0].number),
                Column(pgettext_lazy("column", "Figure"), 28, lambda f: f[1]["name"]),
                Column(pgettext_lazy("column", "Key"), 28, lambda f: f[0].metric),
                Column(pgettext_lazy("column", "Unit as stated"), 24, lambda f: f[1]["unit"]),
                Column(pgettext_lazy("column", "As of"), 17, lambda f: f[0].moment, "moment"),
                Column(pgettext_lazy("column", "Value as kept"), 14, lambda f: f[0].value),
                Column(pgettext_lazy("column", "Stated where"), 36, lambda f: f[0].stated,
                       "wrapped"),
                Column(pgettext_lazy("column", "Frozen on"), 17, lambda f: f[0].frozen_at,
                       "moment"),
                Column(pgettext_lazy("column", "Definition"), 80, lambda f: f[1]["definition"],
                       "wrapped"),
            ),
            of=_as_stated,
            stays=_("A frozen figure stays as it was stated, for good. Freeze another one on the "
                    "figure's own page."),
        )
    ],
    (Permission.SEE_FIGURES,),
)  # fmt: skip

LISTS: tuple[Listing, ...] = (ESTIMATES, VISITED, METRICS, FROZEN)
