"""The ledger as a workbook: a row per measure, what is the problem's merged over them.

It comes back in as it went out (`rules.ledger`): texts letter by letter, several units of one cell
each on a line, each by a name that only it bears in the reader's area.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from xiaohao.exchange.workbook import Column, Table
from xiaohao.exchange.workbook import written as book_of
from xiaohao.ledger.models import Measure, Problem
from xiaohao.units.models import Unit
from xiaohao.units.queries import TellingNames

MOST_ROWS = 100_000
_AT_ONCE = 500


def _yes(value: bool) -> str:  # noqa: FBT001 (the value of a column)
    return _("yes") if value else ""


def _name(unit: Any) -> str:
    return unit.name if unit else ""


def helpers(problem: Problem) -> list[Unit]:
    """Units that help now, in their order; read from what was fetched with the problem."""
    rows = [row for row in problem.cooperations.all() if row.until is None]
    return [row.unit for row in sorted(rows, key=lambda row: row.pk)]


class Standing(NamedTuple):
    """A measure, and the numbers of those that it waits for, as its sheet counts them."""

    measure: Measure
    after: str


def measures(problem: Problem) -> list[Standing]:
    """The measures of the present round that stand, in the order in which they were laid down.

    They are counted from 1. Of what a measure waits for, what was dropped holds nobody up.
    """
    rows = [m for m in problem.measures.all() if m.dropped_at is None and m.round == problem.round]
    rows.sort(key=lambda measure: measure.pk)
    places = {measure.pk: str(n) for n, measure in enumerate(rows, 1)}
    return [Standing(m, "、".join(places[pk] for pk in m.after if pk in places)) for m in rows]


COLUMNS = (
    Column(pgettext_lazy("column", "Number"), 16, lambda p: p.number),
    Column(pgettext_lazy("column", "Title"), 36, lambda p: p.title, "wrapped"),
    Column(pgettext_lazy("column", "Manifestation"), 60, lambda p: p.text, "wrapped"),
    Column(pgettext_lazy("column", "State"), 12, lambda p: p.get_state_display()),
    Column(pgettext_lazy("column", "Responsible unit"), 24, lambda p: _name(p.unit), "unit"),
    Column(
        pgettext_lazy("column", "Co-operating units"),
        24,
        lambda p: "\n".join(map(_name, helpers(p))),
        "units",
    ),
    Column(pgettext_lazy("column", "Category"), 16, lambda p: str(p.category or "")),
    Column(pgettext_lazy("column", "Programme"), 20, lambda p: str(p.programme or "")),
    Column(pgettext_lazy("column", "Way of fixing"), 14, lambda p: p.get_track_display()),
    Column(pgettext_lazy("column", "Place"), 24, lambda p: p.place, "wrapped"),
    Column(pgettext_lazy("column", "Channel"), 12, lambda p: p.get_channel_display()),
    Column(pgettext_lazy("column", "Source"), 14, lambda p: p.get_source_display()),
    Column(pgettext_lazy("column", "Urgent"), 8, lambda p: _yes(p.urgent)),
    Column(pgettext_lazy("column", "Reporters"), 10, lambda p: p.reporters, "number"),
    Column(pgettext_lazy("column", "Received"), 17, lambda p: p.received_at, "moment"),
    Column(pgettext_lazy("column", "Referred"), 17, lambda p: p.referred_at, "moment"),
    Column(pgettext_lazy("column", "Deadline"), 12, lambda p: p.deadline, "day"),
    Column(pgettext_lazy("column", "Measure"), 40, lambda s: s.measure.text, "wrapped", below=True),
    Column(
        pgettext_lazy("column", "Owner of the measure"), 16, lambda s: s.measure.owner, below=True
    ),
    Column(
        pgettext_lazy("column", "Deadline of the measure"),
        12,
        lambda s: s.measure.deadline,
        "day",
        below=True,
    ),
    Column(
        pgettext_lazy("column", "Working days of the measure"),
        10,
        lambda s: s.measure.days,
        "number",
        below=True,
    ),
    Column(pgettext_lazy("column", "Waits for measures"), 10, lambda s: s.after, below=True),
    Column(
        pgettext_lazy("column", "Measure done"),
        17,
        lambda s: s.measure.done_at,
        "moment",
        below=True,
    ),
    Column(pgettext_lazy("column", "Reported fixed"), 17, lambda p: p.reported_at, "moment"),
    Column(pgettext_lazy("column", "Verified"), 17, lambda p: p.verified_at, "moment"),
    Column(pgettext_lazy("column", "Struck off"), 17, lambda p: p.closed_at, "moment"),
    Column(pgettext_lazy("column", "Times returned"), 10, lambda p: p.returns, "number"),
)


def columns(names: TellingNames) -> list[Column]:
    """`COLUMNS`, with units called by these names."""
    told = {
        "unit": lambda p: names.of(p.unit),
        "units": lambda p: "\n".join(map(names.of, helpers(p))),
    }
    return [replace(one, value=told.get(one.form, one.value)) for one in COLUMNS]


def looked_up(problems: Iterable[Problem], names: TellingNames) -> Iterator[Problem]:
    """The same problems, with the names of their units looked up some hundreds at a time."""
    found = iter(problems)
    while some := list(islice(found, _AT_ONCE)):
        names.look_up(unit for one in some for unit in (one.unit, *helpers(one)))
        yield from some


def written(
    problems: Iterable[Problem], about: Sequence[tuple[str, str]], names: TellingNames
) -> IO[bytes]:
    """The problems as a workbook in an open temporary file, read from its beginning.

    Holds what handlers may read: the texts of the ledger are masked, contacts are not in it.

    Args:
        problems: in order, with unit, category, programme, measures and co-operations at hand;
            streamed, memory does not grow.
        about: what stands on the second sheet: who made it, when, with which filters.
        names: of units, as they are told apart in the reader's area.
    """
    rows = looked_up(problems, names)
    return book_of([Table(_("Ledger"), columns(names), rows, measures)], about)
