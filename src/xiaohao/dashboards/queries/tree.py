"""Everything on the tree dashboard, in a fixed number of queries at any level and size."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiaohao.dashboards.rules import Funnel, Standing, Value, funnel, standing
from xiaohao.figures import queries as figures
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.queries import Held, stuck
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

HEAD = (
    "intake.received",
    "ledger.open",
    "ledger.done",
    "ledger.overdue",
    "ledger.same_day_rate",
    "ledger.solved_rate",
    "ledger.satisfaction",
)
CHILD = (
    "ledger.open",
    "ledger.overdue",
    "ledger.done",
    "ledger.satisfaction",
    "ledger.answered",
)
FUNNEL = (
    "intake.received",
    "ledger.registered",
    "ledger.referred",
    "ledger.accepted",
    "ledger.reported",
    "ledger.verified",
    "ledger.closed",
)
# What units are compared by: so many, out of so many, and whether less of it is better.
COMPARED: Mapping[str, tuple[str, str, bool]] = {
    "overdue": ("ledger.overdue", "ledger.open", True),
    "solved": ("ledger.answered_solved", "ledger.answered", False),
    "satisfied": ("ledger.satisfied", "ledger.answered", False),
    "same_day": ("ledger.referred_same_day", "ledger.referred", False),
    "returned": ("ledger.returned", "ledger.referred", True),
}
PAIRS = tuple(key for part, whole, _ in COMPARED.values() for key in (part, whole))
OWN = ("ledger.open", "ledger.overdue", "ledger.done")
ALL = tuple(dict.fromkeys((*HEAD, *CHILD, *FUNNEL, *PAIRS)))
TREND_DAYS = 14
DAYS, SHARES = "ledger.days_to_fix", (0.5, 0.9)

Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A unit directly below, as a row of the table.

    Attributes:
        share: struck off, of all that was ever put on its ledger and not merged; None of nothing.
    """

    unit: Unit
    values: Row
    standing: Standing

    @property
    def share(self) -> float | None:
        """Share of the unit's problems that are struck off."""
        done, still_open = (
            int(self.values["ledger.done"] or 0),
            int(self.values["ledger.open"] or 0),
        )
        return done / (done + still_open) if done + still_open else None


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of the first level with what is open and what is done."""

    code: str
    name: str
    still_open: int
    done: int


@dataclass(frozen=True, slots=True)
class TreeView:
    """The dashboard of one unit.

    Attributes:
        lead: along a line, the units that carry it first below a row's unit (or are it).
        own: figures at the unit itself that none of its children counts (its own problems).
        apart: whether a child brought along what happened to it elsewhere, so that the rows
            do not add up to the whole.
        trends: the last two weeks of each header figure.
        days: how many closings took how long, in classes of calendar days.
        typical: days within which half and nine in ten of the closings came; None where none is.
        stuck: where it is stuck, by kind: the first open problems of it; empty for a past moment.
    """

    asked: figures.Asked
    values: Row
    children: Sequence[ChildRow]
    lead: Mapping[int, Sequence[Unit]]
    own: Row | None
    apart: bool
    subjects: Sequence[Subject]
    trends: Mapping[str, Sequence[figures.Point]]
    days: Sequence[figures.Bin]
    typical: Sequence[int | None]
    stuck: Mapping[str, Sequence[Held]]


def tree_view(actor: Actor, asked: figures.Asked) -> TreeView:
    """The dashboard of the unit asked for, as of the moment asked for."""
    unit, scope = asked.unit, asked.scope
    below = asked.below()
    found = figures.table(ALL, [unit, *below], scope)
    apart = asked.apart(OWN, below)
    rows = [ChildRow(child, found[child.pk], _standing(found[child.pk])) for child in below]
    last = clock.local_day(asked.moment)
    first = last - dt.timedelta(days=TREND_DAYS - 1)
    days, typical = figures.spans(DAYS, unit, SHARES, scope)
    return TreeView(
        asked=asked,
        values=found[unit.pk],
        children=rows,
        lead=_lead(unit, below, scope.line),
        own=_own(found[unit.pk], rows, apart),
        apart=bool(apart),
        subjects=_subjects(asked),
        trends=figures.courses(HEAD, unit, first=first, last=last, asof=scope.asof, within=scope),
        days=days,
        typical=typical,
        stuck={} if scope.asof else _stuck(actor, asked),
    )


def _standing(row: Row) -> Standing:
    return standing(*(row[key] for key in CHILD))


def _own(whole: Row, rows: Sequence[ChildRow], apart: Mapping[str, int]) -> Row | None:
    """What no child counts of the whole; None where that is nothing."""
    rest: dict[str, Value] = {
        key: int(whole[key] or 0)
        - sum(int(row.values[key] or 0) for row in rows)
        + apart.get(key, 0)
        for key in OWN
    }
    return rest if rows and any(rest.values()) else None


def _subjects(asked: figures.Asked) -> list[Subject]:
    """Open and done per subject of the first level, the largest first."""
    keys = ["ledger.open", "ledger.done"]
    parts = figures.split(keys, asked.unit, "category", asked.scope)
    tops = top_categories()
    sums: dict[tuple[str, str], list[int]] = {}
    for part, values in parts.items():
        key = tops.get(int(part), ("", _("not given")))
        for i, metric in enumerate(keys):
            sums.setdefault(key, [0, 0])[i] += int(values[metric] or 0)
    found = [Subject(code, name, *counts) for (code, name), counts in sums.items() if any(counts)]
    return sorted(found, key=lambda one: (-one.still_open - one.done, one.code))


def top_categories() -> dict[int, tuple[str, str]]:
    """For every category, code and name of the one of the first level above it (or itself)."""
    rows = {row.pk: row for row in Category.objects.defer("aliases", "words").order_by("code")}

    def top(row: Category) -> Category:
        return top(rows[row.parent_id]) if row.parent_id in rows else row

    return {pk: ((found := top(row)).code, found.label) for pk, row in rows.items()}


def compared(view: TreeView, by: str) -> Funnel | None:
    """The units below beside each other, by a key of `COMPARED`; None where there are too few."""
    part, whole, smaller_is_better = COMPARED[by]
    counts = {
        row.unit.pk: (int(row.values[part] or 0), int(row.values[whole] or 0))
        for row in view.children
    }
    # A flow may have been corrected, or counted on the other side of a move of units.
    counts = {key: pair for key, pair in counts.items() if 0 <= pair[0] <= pair[1]}
    return funnel(counts, smaller_is_better=smaller_is_better)


def _lead(unit: Unit, below: Sequence[Unit], line: int | None) -> dict[int, list[Unit]]:
    """Per unit below the first units of the line at or under it: those of the fewest steps."""
    if line is None:
        return {}
    bearers = Unit.objects.under(unit.path).filter(lines=line).active().order_by("path")
    found: dict[int, list[Unit]] = {}
    for one in below:
        inside = [bearer for bearer in bearers if bearer.path.startswith(one.path)]
        top = min((len(bearer.path) for bearer in inside), default=0)
        found[one.pk] = [bearer for bearer in inside if len(bearer.path) == top]
    return found


def _stuck(actor: Actor, asked: figures.Asked) -> Mapping[str, Sequence[Held]]:
    """Where it is stuck, of what the scope looks at."""
    unit, scope = asked.unit, asked.scope
    # Open problems stand where their units stand now: only a line has other places.
    along = scope.line is not None
    paths = figures.segments([unit], scope.line)[unit.pk] if along else [unit.path]
    return stuck(actor, paths, scope.narrows)
