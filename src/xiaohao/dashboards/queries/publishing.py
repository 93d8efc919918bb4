"""What everybody may read: figures of the whole area, small numbers hidden."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from xiaohao.dashboards.queries.tree import top_categories
from xiaohao.figures import queries as figures
from xiaohao.figures.queries import SMALL, Shown, hide, is_small
from xiaohao.intake.queries import board_unit
from xiaohao.kernel import clock
from xiaohao.units.models import Kind, Unit

AREAS = ("intake.received", "ledger.done")
SUBJECTS = ("intake.triaged", "ledger.done")
RATES = ("intake.same_day_rate", "ledger.solved_rate", "ledger.satisfaction")


@dataclass(frozen=True, slots=True)
class Headline:
    """One published figure with its definition; `text` is how it is shown (`427`, `96%`, `<5`).

    Attributes:
        base: of how many a share is; None where that would give a small number away.
    """

    metric: figures.Metric
    text: str
    value: int | float | None
    base: int | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A published table: by area, or by subject.

    Attributes:
        key: `area` or `subject`.
        metrics: the columns.
        rows: code, name, and one number per column.
        totals: one per column.
        notes: in words, why its columns add up as they do.
    """

    key: str
    title: str
    metrics: Sequence[figures.Metric]
    rows: Sequence[tuple[str, str, Sequence[Shown]]]
    totals: Sequence[Shown]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """The public page."""

    unit: Unit
    moment: dt.datetime
    headlines: Sequence[Headline]
    tables: Sequence[Area]


def published() -> Published:
    """The figures of the board's whole area as they stand now.

    Raises:
        Refused: `board_closed`, when no office has been set up.
    """
    unit = Unit.objects.get(pk=board_unit().pk)
    below = [one for one in figures.children(unit) if one.kind == Kind.REGION]
    rates = [figures.find(key) for key in RATES]
    parts = [key for metric in rates for key in (metric.numerator, metric.denominator)]
    keys = list(dict.fromkeys([*AREAS, *SUBJECTS, *RATES, *parts]))
    found = figures.table(keys, [unit, *below])
    tables = [_by_area(unit, below, found), _by_subject(unit)]
    areas, subjects = _agreeing(tables)
    tables = [
        replace(areas, notes=[_elsewhere()]),
        replace(subjects, notes=_undecided(areas.totals[0], subjects.totals[0])),
    ]
    totals = {m.key: shown for t in tables for m, shown in zip(t.metrics, t.totals, strict=True)}
    heads = [_count(key, totals[key]) for key in AREAS]
    heads += [_rate(figures.find(key), found[unit.pk]) for key in RATES]
    return Published(unit, clock.now(), heads, tables)


def _by_area(
    unit: Unit, below: Sequence[Unit], found: Mapping[int, Mapping[str, figures.Value]]
) -> Area:
    names = [(one.code, one.shown) for one in below] + [
        ("", _("no place written, or not of one area alone"))
    ]
    columns = []
    for key in AREAS:
        values = [int(found[one.pk][key] or 0) for one in below]
        rest = int(found[unit.pk][key] or 0) - sum(values)
        columns.append([*values, max(rest, 0)])
    return _table("area", _("By area"), AREAS, names, columns)


def _elsewhere() -> str:
    """Why an area may have struck off more than it received."""
    return _(
        "Received counts in the area that the message is about, struck off in that of the unit "
        "that put it right, whenever it came in, and also what no citizen had reported. So an "
        "area may have more struck off than received."
    )


def _undecided(received: Shown, triaged: Shown) -> list[str]:
    """What the other table counts as received and this one does not yet, from what both tell.

    Neither says more than anybody can read off the totals; a small number is not told as one.
    """
    if received.value is None or triaged.value is None:
        return [_("Messages that are not triaged yet have no subject: they are not counted here.")]
    missing = received.value - triaged.value
    if not missing:
        return []
    count = f"<{SMALL}" if is_small(missing) else f"{missing:,}"
    text = _(
        "Of %(received)s received, %(count)s are not triaged yet. They have no subject: they are "
        "counted by area, and not here."
    )
    return [text % {"received": f"{received.value:,}", "count": count}]


def _by_subject(unit: Unit) -> Area:
    tops = top_categories()
    sums: dict[tuple[str, str], list[int]] = {}
    for part, values in figures.split(SUBJECTS, unit, "category").items():
        row = sums.setdefault(tops.get(int(part), ("", _("not given"))), [0] * len(SUBJECTS))
        for i, key in enumerate(SUBJECTS):
            row[i] += int(values[key] or 0)
    names = sorted(sums, key=lambda one: (one[0] == "", one[0]))
    columns = [[sums[name][i] for name in names] for i in range(len(SUBJECTS))]
    return _table("subject", _("By subject"), SUBJECTS, names, columns)


def _table(
    key: str,
    title: str,
    metrics: Sequence[str],
    names: Sequence[tuple[str, str]],
    columns: Sequence[Sequence[int]],
) -> Area:
    """Rows without any number are left out; they hide nothing."""
    hidden = [hide([max(value, 0) for value in column]) for column in columns]
    rows = [
        (code, name, [shown[i] for _total, shown in hidden])
        for i, (code, name) in enumerate(names)
        if any(column[i] for column in columns)
    ]
    return Area(key, title, [figures.find(m) for m in metrics], rows, [t for t, _rows in hidden])


def _agreeing(tables: Sequence[Area]) -> list[Area]:
    """Where one table must hide a total, no other table gives it away."""
    secret = {
        metric.key
        for table in tables
        for metric, total in zip(table.metrics, table.totals, strict=True)
        if total.value is None
    }
    return [_without(table, secret) for table in tables]


def _without(table: Area, secret: set[str]) -> Area:
    veil = [metric.key in secret for metric in table.metrics]

    def cover(shown: Sequence[Shown]) -> list[Shown]:
        return [
            Shown(None, small=one.small) if hidden and one.value != 0 else one
            for one, hidden in zip(shown, veil, strict=True)
        ]

    rows = [(code, name, cover(shown)) for code, name, shown in table.rows]
    return replace(table, rows=rows, totals=cover(table.totals))


def _count(key: str, shown: Shown) -> Headline:
    return Headline(figures.find(key), str(shown), shown.value)


def _rate(metric: figures.Metric, values: Mapping[str, figures.Value]) -> Headline:
    """A share of few people is not told."""
    share = values[metric.key]
    if share is None:
        return Headline(metric, "—", None)
    if int(values[metric.denominator] or 0) < SMALL:
        return Headline(metric, "*", None)
    whole, part = (int(values[key] or 0) for key in (metric.denominator, metric.numerator))
    told = all(count == 0 or count >= SMALL for count in (part, whole - part))
    return Headline(metric, f"{float(share) * 100:.0f}%", float(share), whole if told else None)


def base_words(metric: figures.Metric, base: int | None) -> str:
    """Of how many a share is, e.g. `of 128 · answered`; "" where that is not told."""
    if base is None:
        return ""
    name = figures.find(metric.denominator).name
    return _("of %(count)s · %(what)s") % {"count": f"{base:,}", "what": name}
