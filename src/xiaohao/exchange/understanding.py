"""A ledger's file as it was understood: columns, units, categories, and what stands in the way."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from django.db.models.expressions import RawSQL

from xiaohao.exchange import edited
from xiaohao.exchange.coming import Coming, Words
from xiaohao.exchange.models import Habit, Line
from xiaohao.exchange.proposing import chosen_before, confirmed, proposal
from xiaohao.exchange.queries import Remark, opened
from xiaohao.exchange.rules.cells import Cells, text_of
from xiaohao.exchange.rules.ledger import Seen, entries_in, open_ledger
from xiaohao.exchange.rules.ledger_entries import Entry, LedgerSheet
from xiaohao.exchange.wording import SENTENCES
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.beside import Begin, ahead, beside
from xiaohao.kernel.copying import array
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.ledger.models import Problem, State
from xiaohao.units.models import Unit
from xiaohao.units.queries import Match, matches

NO_UNIT = "-"  # a person said: leave it to be referred
_LONGEST_NAME = 200
_KNOWN = ("key", "mark", "problem__year", "problem__state")


class _There(NamedTuple):
    """What is known of a row that came in before.

    Attributes:
        line: by which it is known again.
        mark: of what it said.
        number: of its problem; empty where that was withdrawn.
    """

    line: int
    mark: bytes
    number: str


@dataclass(slots=True)
class LedgerReading:
    """A file as it was understood; nothing is written yet.

    Attributes:
        sheets: those with a list of problems in them.
        fresh: what would come onto the ledger.
        already: rows that are there, or repeat one further up.
        repeated: those of them that repeat one further up, as the file counts them.
        refused: rows that cannot be taken.
        remarks: everything that was noticed, row by row.
        names: for each unit's name in the file what it was taken for.
        proposed: where no sheet's heads are known, those that may be read by their content.
    """

    sheets: list[LedgerSheet] = field(default_factory=list)
    fresh: list[Coming] = field(default_factory=list)
    already: int = 0
    repeated: list[str] = field(default_factory=list)
    refused: int = 0
    remarks: list[Remark] = field(default_factory=list)
    names: dict[str, Match] = field(default_factory=dict)
    proposed: list[LedgerSheet] = field(default_factory=list)

    @property
    def there(self) -> int:
        """How many rows are on the ledger already."""
        return self.already - len(self.repeated)

    @property
    def is_in_the_way(self) -> bool:
        """Whether something was found that keeps the file out, unless it is left out itself."""
        return any(sheet.faults for sheet in self.sheets)

    @property
    def edited(self) -> int:
        """How many rows say something else than the ledger does, which they do not change."""
        told = (one for one in self.remarks if one.code in {"row_changed", "row_differs"})
        return len({one.value for one in told})

    @property
    def claimed(self) -> int:
        """How many of the new ones the sheet calls done."""
        return sum(one.entry.done for one in self.fresh)

    @property
    def measures(self) -> int:
        """How many measures come in with them."""
        return sum(len(one.entry.steps) for one in self.fresh)


def understand(
    by: Actor, content: bytes, name: str, field_name: str | None = None
) -> LedgerReading:
    """Understand a file as a ledger, with what the office said about such files before.

    Raises:
        Refused: as `queries.opened`; `no_ledger` when no sheet holds a list of problems, `no_rows`
            when nothing stands below its heads.
    """
    found = Understanding(by, content, name, field_name)
    with beside() as begin:
        for some in found.blocks(begin):
            found.reading.fresh += some
    return found.reading


class Understanding:
    """A file on its way to being understood, so that what is understood can be written meanwhile.

    Attributes:
        reading: what is known so far; its `fresh` is left to whoever takes the blocks.
        freed: rows that came in before as problems whose registration was withdrawn.
        rows: how many stand below the heads: there are no more problems than that.
    """

    def __init__(self, by: Actor, content: bytes, name: str, field_name: str | None = None) -> None:
        """Open the file and find its lists of problems; raises as `understand`."""
        self.by, self.today, self.reading = by, clock.today(), LedgerReading()
        tables = opened(content, name, field_name)
        self.several = sum(bool(rows) for _title, rows in tables) > 1
        self.rows = 0
        self.freed: list[int] = []
        self.texts: dict[bytes, bytes] = {}  # by keys that tickets of this file took, their marks
        for title, rows in tables:
            self._find(title, rows)
        if not self.reading.sheets:
            self._propose(tables)
        if not self.reading.sheets and not self.reading.proposed:
            raise Refused([Unmet("no_ledger", SENTENCES["no_ledger"], field_name)])
        if self.reading.sheets and not any(sheet.holds_rows for sheet in self.reading.sheets):
            raise Refused([Unmet("no_rows", SENTENCES["no_rows"], field_name)])
        self.words = Words(by)
        self.left: set[str] = set()
        self.parted: dict[str, Sequence[str]] = {}
        # Problems that are written meanwhile are not those that the file speaks of.
        self.newest = Problem.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def blocks(self, begin: Begin) -> Iterator[list[Coming]]:
        """What can be taken, some thousands of rows at a time; the rest is noted in `reading`.

        Rows are read in a thread of their own and judged in the one beside, a block ahead of what
        is given; the database is asked in this one.
        """
        seen: Seen = {}
        judged: deque[Future[list[Coming]]] = deque()
        for sheet in self.reading.sheets:
            merged = getattr(sheet.cells, "merged", ())
            for entries in ahead(entries_in(sheet, self.today, merged, seen)):
                fresh = self._fresh(sheet, entries)
                judged.append(begin(partial(self._judged, sheet, fresh)))
                if len(judged) > 1:
                    yield judged.popleft().result()
        while judged:
            yield judged.popleft().result()
        self._close()

    def _find(self, title: str, rows: Sequence[Cells]) -> None:
        sheet = open_ledger(title, rows)
        if sheet.layout is not None:
            chosen = chosen_before(self.by, sheet.layout)
            sheet = open_ledger(title, rows, chosen) if chosen else sheet
        if sheet.layout is not None:
            self.reading.sheets.append(sheet)
            self.rows += len(rows) - sheet.layout.head_row - 1
        elif any(any(map(text_of, row)) for row in rows):
            self.reading.remarks.append(Remark(None, "", "sheet_without_problems", title))

    def _propose(self, tables: Sequence[tuple[str, Sequence[Cells]]]) -> None:
        """Sheets by their content: read where the office has said how, else only proposed."""
        for title, rows in tables:
            sheet = proposal(self.by, title, rows)
            if sheet is None or sheet.layout is None:
                continue
            if chosen := chosen_before(self.by, sheet.layout):
                self.reading.sheets.append(confirmed(sheet, chosen))
                self.rows += len(rows) - sheet.layout.head_row - 1
            else:
                self.reading.proposed.append(sheet)
        told = {sheet.name for sheet in (*self.reading.sheets, *self.reading.proposed)}
        self.reading.remarks = [one for one in self.reading.remarks if one.value not in told]

    def _fresh(self, sheet: LedgerSheet, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The rows that are not on the ledger, with all looked up that is needed to judge them."""
        there = self._there(entries)
        entries = self._not_own(sheet, entries, there)
        self._look_up(dict.fromkeys(n for one in entries for n in (*one.units, *one.helpers)))
        self.words.look_up(entries)
        if not there and not any(entry.ticket for entry in entries):
            return entries
        return [entry for entry in entries if not self._stands(sheet, entry, there)]

    def _not_own(
        self, sheet: LedgerSheet, entries: Sequence[Entry], there: Mapping[bytes, _There]
    ) -> Sequence[Entry]:
        """The rows without those that name a problem of the ledger by its number.

        Such a row is that problem, whatever it says, or is refused: it is never a new one. Only
        what came in from another installation, which counts from one as we do, is known as that.
        """
        if not any(entry.is_own for entry in entries):
            return entries
        known = edited.Known(self.by, sheet, entries, self.newest)
        rest, where = [], sheet.name if self.several else ""
        for entry in entries:
            problem = known.by_number.get(entry.number)
            if problem is not None and known.is_same(entry, problem):
                self.reading.already += 1
                self.reading.remarks += known.remarks(entry, problem, where)
            elif not entry.is_own or (entry.key in there and not entry.doubts):
                rest.append(entry)
            else:
                _refuse_own(sheet, entry, problem, came_in=entry.key in there)
        return rest

    def _stands(self, sheet: LedgerSheet, entry: Entry, there: Mapping[bytes, _There]) -> bool:
        """Whether nothing more is to be done about the row; one that is unsure is judged first."""
        found = self._line(entry, there)
        if found is None or not all(match.is_sure for match in self._matches(entry)):
            return False
        if found.number:
            self._standing(sheet, entry, found)
            return True
        self.freed.append(found.line)
        return False

    def _line(self, entry: Entry, there: Mapping[bytes, _There]) -> _There | None:
        """The line by which a row is known again.

        Of tickets with one text each has its own; only the one that came in first is known by the
        text alone. That one is found by what it says, or is the first of them in the file.
        """
        if not entry.ticket:
            return there.get(entry.key)
        key, own, same = entry.key, there.get(entry.own_key), there.get(entry.key)
        is_it = same is not None and same.mark == entry.mark != self.texts.get(key)
        if own is None and (is_it or key not in self.texts):
            self.texts[key] = entry.mark
            return same
        entry.tell_apart()
        return own

    def _matches(self, entry: Entry) -> list[Match]:
        names, left = self.reading.names, self.left
        told = [name for name in (*entry.units, *entry.helpers) if name not in left]
        if not self.parted:
            return [names[name] for name in told]
        return [names[part] for name in told for part in self.parted.get(name, (name,))]

    def _judged(self, sheet: LedgerSheet, entries: Sequence[Entry]) -> list[Coming]:
        """Those of them that can be taken; asks no database."""
        fresh = []
        for entry in entries:
            told = self._matches(entry)
            if _are_sure(sheet, entry, told):
                units = [match.unit for match in told if match.unit]
                alone = bool(entry.units) and entry.units[0] not in self.left
                fresh.append(self.words.coming(entry, sheet.name, units, has_unit=alone))
        return fresh

    def _standing(self, sheet: LedgerSheet, entry: Entry, found: _There) -> None:
        """It is on the ledger; that the sheet says something else now is told."""
        self.reading.already += 1
        if found.mark != entry.mark:
            head = sheet.layout.head_of("text") if sheet.layout else ""
            where = sheet.name if self.several else ""
            told = Remark(entry.row, head, "row_changed", found.number, where)
            self.reading.remarks.append(told)

    def _close(self) -> None:
        reading = self.reading
        for sheet in reading.sheets:
            where = sheet.name if self.several else ""
            self._look_on(sheet)
            reading.already += len(sheet.repeated)
            reading.repeated += [f"{where}!{row}" if where else str(row) for row in sheet.repeated]
            reading.refused += len({fault.row for fault in sheet.faults})
            faults = sorted(sheet.faults, key=lambda fault: fault.row or 0)
            reading.remarks += [Remark(f.row, f.column, f.code, f.value, where) for f in faults]
            reading.remarks += [Remark(n, "", "row_of_totals", "", where) for n in sheet.totals]
        reading.remarks += self.words.remarks()

    def _look_on(self, sheet: LedgerSheet) -> None:
        """Look at the units of rows that are refused anyway: all that is wrong is told at once."""
        self._look_up(dict.fromkeys(n for one in sheet.refused for n in (*one.units, *one.helpers)))
        for entry in sheet.refused:
            _are_sure(sheet, entry, self._matches(entry))

    def _look_up(self, names: Collection[str]) -> None:
        """Find what names mean that did not come before, and which a person said to leave open."""
        seen = self.reading.names.keys() | self.parted.keys() | self.left
        new = [name for name in names if name not in seen]
        if not new:
            return
        about = [name[:_LONGEST_NAME] for name in new]
        habits = Habit.objects.filter(
            unit_id=self.by.unit_id, kind=Habit.Kind.UNIT, about__in=about
        )
        codes = {name: said.get("code", "") for name, said in habits.values_list("about", "said")}
        self.left |= {name for name, code in codes.items() if code == NO_UNIT}
        units = Unit.objects.under(self.by.unit_path).active().filter(code__in=set(codes.values()))
        by_code = {unit.code: unit for unit in units.order_by("path")}
        found = {
            name: Match(name, by_code[codes[name]], 1.0)
            for name in new
            if codes.get(name) in by_code
        }
        rest = [name for name in new if name not in found and name not in self.left]
        self.reading.names |= found | self._part(rest)
        rest = [name for name in rest if name not in self.parted]
        self.reading.names |= matches(rest, self.by.unit_path)

    def _part(self, names: Sequence[str]) -> dict[str, Match]:
        """What stands between blanks, where each of it names a unit and they stand side by side.

        One under the other they are the way to one unit: 和平区 劝业场街道, 和平区 民政局.
        """
        parts = {name: name.split() for name in names if " " in name}
        asked = [part for name, some in parts.items() for part in (*some, "".join(some))]
        known = matches(asked, self.by.unit_path)
        found: dict[str, Match] = {}
        for name, some in parts.items():
            units = [unit for part in some if (unit := _borne(known[part])) is not None]
            whole = known["".join(some)].unit
            if len(units) == len(some) and _are_apart(units) and not _leads(units[0], whole):
                self.parted[name] = some
                found |= {part: known[part] for part in some}
        return found

    def _there(self, entries: Sequence[Entry]) -> dict[bytes, _There]:
        """Of the rows that came in before what is known of them, by key."""
        found: dict[bytes, _There] = {}
        # One value, not thousands: each of them would be quoted into the question by itself.
        keys = {key for entry in entries for key in (entry.key, entry.own_key)}
        asked = array([key.hex() for key in keys])
        some = RawSQL("SELECT decode(unnest(%s::text[]), 'hex')", [asked])
        rows = Line.objects.filter(unit_id=self.by.unit_id, key__in=some, freed=False)
        for line in rows.select_related("problem").only(*_KNOWN):
            is_free = line.problem.state == State.WITHDRAWN
            number = "" if is_free else line.problem.number
            found[bytes(line.key)] = _There(line.pk, bytes(line.mark), number)
        return found


def _borne(match: Match) -> Unit | None:
    """The unit that is surely called so, with its superior before its name or without."""
    unit = match.unit
    if unit is None or not match.is_sure:
        return None
    names = tuple(filter(None, (unit.name, unit.short_name)))
    return unit if match.typed.endswith(names) else None


def _are_apart(units: Sequence[Unit]) -> bool:
    paths = sorted(unit.path for unit in units)
    return not any(low.startswith(high) for high, low in pairwise(paths))


def _leads(first: Unit, whole: Unit | None) -> bool:
    return whole is not None and whole.pk != first.pk and whole.path.startswith(first.path)


def _are_sure(sheet: LedgerSheet, entry: Entry, told: Iterable[Match]) -> bool:
    """Whether all units of a row are known for sure; each doubt goes to the faults."""
    unsure = [match for match in told if not match.is_sure]
    for match in unsure:
        _refuse_unit(sheet, entry, match)
    return not unsure


def _refuse_unit(sheet: LedgerSheet, entry: Entry, match: Match) -> None:
    key = "unit" if match.typed in entry.units else "helpers"
    if match.unit is None:
        sheet.refuse(entry, key, "unit_unknown", match.typed)
        return
    value = f"{match.typed}→{match.unit.name} ({match.confidence:.0%})"
    sheet.refuse(entry, key, "unit_unsure", value)


def _refuse_own(
    sheet: LedgerSheet, entry: Entry, problem: Problem | None, *, came_in: bool
) -> None:
    """Its number is nobody's that the sender may know of, or another problem's altogether."""
    sheet.refused.append(entry)
    sheet.faults += entry.doubts or ()
    if came_in:
        return
    if problem is None:
        sheet.refuse(entry, "number", "number_unknown", entry.number)
    else:
        sheet.refuse(entry, "number", "number_reused", f"{problem.number}（{problem.title}）")
