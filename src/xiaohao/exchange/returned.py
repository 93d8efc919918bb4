"""A list's workbook that comes back: which list each sheet is, and what each row asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import override

from xiaohao.exchange.asked import Asked, Change, ListReading, Turn
from xiaohao.exchange.held import Difference, Row, at, differing, rows_of
from xiaohao.exchange.lists.back import AHEAD, VERSION, WHY, Act, Desk, Hand, Part, Typed
from xiaohao.exchange.models import Entered
from xiaohao.exchange.queries import Remark, opened
from xiaohao.exchange.recognising import Found, recognised
from xiaohao.exchange.rules.alike import as_number, as_text, typed
from xiaohao.exchange.rules.cells import BROKEN, Cell
from xiaohao.exchange.wording import SENTENCES
from xiaohao.exchange.workbook import Column
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.kernel.hashing import digest
from xiaohao.kernel.text import shorten

_AT_ONCE = 500
_SHOWN = 80


def understand_list(actor: Actor, content: bytes, name: str, at: str | None = None) -> ListReading:
    """Hold a list's workbook against the records that the actor may see.

    Raises:
        Refused: as `queries.opened`; `no_list` when no sheet is one of a list; `list_stays` for one
            that only goes out; `no_rows` when nothing stands below the heads.
    """
    reading, desk = ListReading(), Desk(actor)
    for title, rows in opened(content, name, at):
        found = recognised(actor, title, rows)
        if found is not None:
            columns = desk.naming.columns(found.sheet.columns)
            reading.sheets.append(replace(found, columns=columns))
    if not reading.sheets:
        raise Refused([Unmet("no_list", SENTENCES["no_list"], at)])
    if not any(any(rows_of(found)) for found in reading.sheets):
        raise Refused([Unmet("no_rows", SENTENCES["no_rows"], at)])
    several = len(reading.sheets) > 1
    above: dict[int, _Above] = {}
    for found in reading.sheets:
        where = found.name if several else ""
        _Reader(reading, desk, found, where, above.setdefault(id(found.sheet), _Above())).read()
    return reading


@dataclass(frozen=True, slots=True)
class _Above:
    """What rows further up ask for, also those of a copy of the sheet, and where they stand."""

    changed: dict[str, str] = field(default_factory=dict)
    marks: set[bytes] = field(default_factory=set)


@dataclass(slots=True)
class _Reader:
    """Reads one sheet into the reading."""

    reading: ListReading
    desk: Desk
    found: Found
    where: str
    asked: _Above
    seen: dict[str, int] = field(default_factory=dict)
    named: list[tuple[Row, Any]] = field(default_factory=list)

    @property
    def hand(self) -> Hand | None:
        """What may be filled in."""
        return self.found.sheet.back.hand if self.found.sheet.back else None

    def read(self) -> None:
        """Every row, some hundreds at once."""
        fresh: list[Row] = []
        some: list[Row] = []
        for row in rows_of(self.found):
            (some if row.key else fresh).append(row)
            if len(some) == _AT_ONCE:
                self._known(some)
                some = []
        self._known(some)
        self._fresh([*((row, None) for row in fresh), *self.named])

    def _known(self, rows: Sequence[Row]) -> None:
        sheet = self.found.sheet
        back = sheet.back
        if back is None or not rows:
            return
        with override(self.found.language):
            things = list(back.known(self.desk.actor, [row.key for row in rows]))
            self.desk.naming.look_up(sheet.columns, sheet.parts, things)
            by_key = {str(sheet.identifying.value(thing)): thing for thing in things}
        for row in rows:
            if first := self.seen.get(row.key):
                self._refuse(row, "", "list_twice", str(first))
                continue
            self.seen[row.key] = row.number
            thing = by_key.get(row.key)
            if self._is_named(row):
                self.named.append((row, thing))
            elif thing is None:
                self._refuse(row, sheet.identifying.key, "list_unknown", row.key)
            else:
                self._held(row, thing)

    def _is_named(self, row: Row) -> bool:
        """Whether a hand has added the row and given it its code: it is of no version yet."""
        version = as_text(at(row.cells, self.found.place_of(VERSION)))
        return self.hand is not None and self.hand.named and not version

    def _held(self, row: Row, thing: Any) -> None:
        """Hold a row against its record."""
        with override(self.found.language):
            found = differing(self.found, row, thing)
            different = sorted(found, key=lambda one: (one.row, one.place))
        if not different:
            self.reading.same += 1
            return
        hand = self.hand
        moved = [self._moved(one) for one in different if one.column.derived]
        different = [one for one in different if not one.column.derived]
        if not different or self._is_older(row, thing, different):
            self.reading.older += 1
            self.reading.remarks += moved
            return
        faults = [*self._parts_astray(row, different)]
        astray = {fault.row for fault in faults}
        faults += [
            fault for one in different if one.row not in astray for fault in self._unwritten(one)
        ]
        if hand and not faults:
            faults += self._version(row, thing)
        acts = [] if faults or hand is None else self._acts(row, hand, thing, different)
        faults += self._against(row.number, acts)
        if not faults and (first := self.asked.changed.get(row.key)):
            faults = [self._remark(row.number, None, "list_twice", first)]
        if faults:
            self._refused([*faults, *moved])
            return
        self.asked.changed[row.key] = f"{row.number} {self.where}".strip()
        self.reading.remarks += moved
        changes = [
            Change(
                one.row,
                self._head(one.place),
                _text(one.column, one.kept),
                shorten(as_text(one.cell), _SHOWN),
                one.added,
            )
            for one in different
        ]
        turn = self._turn(row)
        self.reading.changed.append(Asked(row.number, self.where, row.key, acts, changes, turn))

    def _moved(self, one: Difference) -> Remark:
        """What follows from other records went on by itself: it is told, and asks for nothing."""
        stands = _text(one.column, one.kept) or "—"
        return self._remark(one.row, one.place, "list_moved", stands)

    def _parts_astray(self, row: Row, different: Iterable[Difference]) -> Iterator[Remark]:
        """Rows under a record that show nothing of it, where none may be added."""
        if self.hand and self.hand.new_part:
            return
        known = self.found.sheet.parting
        place = self.found.place_of(known.key) if known else None
        for line in row.parts:
            if not any(one.added and one.row == line.number for one in different):
                continue
            said = as_text(at(line.cells, place))
            yield self._remark(line.number, place, "list_unknown" if said else "list_no_new", said)

    def _unwritten(self, one: Difference) -> Iterator[Remark]:
        """Why a cell cannot be taken as it stands: no hand writes there, or it says nothing."""
        hand = self.hand
        may = hand is not None and one.column.key in (
            hand.new_part if one.added else hand.may_change
        )
        stands = _text(one.column, one.kept) or "—"
        if as_text(one.cell) in BROKEN:
            yield self._remark(one.row, one.place, "cell_broken", as_text(one.cell))
        elif may and not as_text(one.cell):
            yield self._remark(one.row, one.place, "list_emptied", stands)
        elif may:
            yield from self._unsure(one.row, one.place, one.column, one.cell)
        elif one.added:
            yield self._remark(one.row, one.place, "list_not_new", as_text(one.cell)[:_SHOWN])
        else:
            back = self.found.sheet.back
            words = {"value": stands, "where": back.where if back else ""}
            text = str(SENTENCES["list_fixed"] % words)
            yield self._remark(one.row, one.place, "list_fixed", stands, text)

    @property
    def _version_of(self) -> Callable[[Any], int] | None:
        back = self.found.sheet.back
        return back.version if back else None

    def _is_older(self, row: Row, thing: Any, different: Iterable[Difference]) -> bool:
        """Whether the record went on since, and nothing differs that a hand may have written."""
        said = as_number(at(row.cells, self.found.place_of(VERSION)))
        version, hand = self._version_of, self.hand
        if version is None or said is None or said >= version(thing):
            return False
        may = {*hand.may_change, *hand.new_part} if hand else set()
        return not any(one.column.key in may and as_text(one.cell) for one in different)

    def _version(self, row: Row, thing: Any) -> list[Remark]:
        """A change says which version it was made from, or it would undo what others did since."""
        version = self._version_of
        if version is None:
            return []
        place = self.found.place_of(VERSION)
        said = as_number(at(row.cells, place))
        if said is None:
            return [self._remark(row.number, place, "list_no_version", "")]
        stands = version(thing)
        if said == stands:
            return []
        return [self._remark(row.number, place, "list_stale", str(stands))]

    def _acts(self, row: Row, hand: Hand, thing: Any, different: Iterable[Difference]) -> list[Act]:
        today, why = clock.today(), self.found.place_of(WHY)
        given: dict[str, str] = {}
        parts: dict[int, Part] = {}
        lines = {line.number: line.cells for line in row.parts}
        for one in different:
            typed_here: dict[str, str] = given
            if one.column.below:
                said = {WHY: as_text(at(lines[one.row], why))}
                typed_here = parts.setdefault(one.row, Part(one.row, one.part, said)).typed
            key = one.column.key
            typed_here[key] = typed(one.column.form, one.cell, today, one.kept, ahead=key in AHEAD)
        with override(self.found.language):
            acts = list(hand.parted(self.desk, thing, list(parts.values()))) if parts else []
            if given:
                said = {WHY: as_text(at(row.cells, why))}
                acts += hand.changed(self.desk, thing, said | given)
        return acts

    def _against(self, number: int, acts: Iterable[Act]) -> list[Remark]:
        faults = []
        for act in acts:
            for row, key, unmet in act.faults():
                place = self.found.place_of(key)
                text = str(unmet.message)
                faults.append(self._remark(row or number, place, unmet.code, "", text))
        return faults

    def _fresh(self, rows: Sequence[tuple[Row, Any]]) -> None:
        """Rows that a hand has added, each with the record that has its code, if there is one."""
        hand = self.hand
        if hand is None or hand.entered is None:
            for row, _thing in rows:
                self._refuse(row, "", "list_no_new", "")
            return
        given = [(row, thing, self._filled(row, hand)) for row, thing in rows]
        deep = hand.depths(self.desk, [values for _row, thing, values in given if thing is None])
        given.sort(key=lambda one: deep.get(one[2].get(self.found.sheet.identifying.key, ""), 0))
        known = _marks(self.desk.actor, [self._mark(values) for _row, _thing, values in given])
        for row, thing, values in given:
            mark = self._mark(values)
            if mark in known or mark in self.asked.marks:
                self.reading.already += 1
            elif thing is not None:
                self._held(row, thing)
            else:
                self.asked.marks.add(mark)
                self._entered(row, hand, hand.entered, values, mark)

    def _entered(
        self,
        row: Row,
        hand: Hand,
        entered: Callable[[Desk, Typed], Act],
        values: dict[str, str],
        mark: bytes,
    ) -> None:
        with override(self.found.language):
            act = entered(self.desk, values)
        if faults := list(self._astray(row, hand)) or self._against(row.number, [act]):
            self.desk.lost.add(values.get(self.found.sheet.identifying.key, ""))
            self._refused(faults)
            return
        changes = [
            Change(row.number, self.found.head_of(key), "", shorten(value, _SHOWN))
            for key, value in values.items()
        ]
        turn = self._turn(row, new=True)
        self.reading.fresh.append(Asked(row.number, self.where, "", [act], changes, turn, mark))

    def _turn(self, row: Row, *, new: bool = False) -> Turn:
        listing = self.found.listing
        apart = not (self.hand and self.hand.tree)
        key = "" if new else row.key
        return apart, new, listing.page, key, listing.sheets.index(self.found.sheet)

    def _filled(self, row: Row, hand: Hand) -> dict[str, str]:
        today, values = clock.today(), {}
        for n, place in self.found.places.items():
            column = self.found.sheet.columns[n]
            cell, ahead = at(row.cells, place), column.key in AHEAD
            value = typed(column.form, cell, today, ahead=ahead)
            if column.key in hand.new and value:
                values[column.key] = value
        return values

    def _astray(self, row: Row, hand: Hand) -> Iterator[Remark]:
        """Cells of a new row that say what a sheet cannot say, such as how it stands."""
        for n, place in self.found.places.items():
            column, cell = self.found.sheet.columns[n], at(row.cells, place)
            if as_text(cell) in BROKEN:
                yield self._remark(row.number, place, "cell_broken", as_text(cell))
            elif column.key not in {*hand.new, WHY, VERSION} and as_text(cell):
                yield self._remark(row.number, place, "list_not_new", as_text(cell)[:_SHOWN])
            else:
                yield from self._unsure(row.number, place, column, cell)

    def _unsure(self, row: int, place: int, column: Column, cell: Cell) -> Iterator[Remark]:
        """Names that several units bear: which is meant is for whoever wrote them to say."""
        for name in as_text(cell).split("\n") if column.form in {"unit", "units"} else ():
            if twins := self.desk.naming.twins(name.strip()):
                yield self._remark(row, place, "list_unit_unsure", "、".join(twins))

    def _mark(self, values: Mapping[str, str]) -> bytes:
        listing, sheet = self.found.listing, self.found.sheet
        return digest({"list": listing.page, "sheet": listing.sheets.index(sheet), **values})

    def _refuse(self, row: Row, key: str, code: str, value: str) -> None:
        self._refused([self._remark(row.number, self.found.place_of(key), code, value)])

    def _refused(self, faults: Sequence[Remark]) -> None:
        self.reading.refused += 1
        self.reading.remarks += faults

    def _remark(
        self, number: int, place: int | None, code: str, value: str, text: str = ""
    ) -> Remark:
        return Remark(number, self._head(place), code, value, self.where, text)

    def _head(self, place: int | None) -> str:
        return "" if place is None else self.found.layout.heads[place]


def _marks(actor: Actor, marks: Sequence[bytes]) -> set[bytes]:
    """Which of these rows came in from the actor's office before."""
    rows = Entered.objects.filter(unit_id=actor.unit_id, mark__in=marks).order_by("pk")
    return {bytes(mark) for mark in rows.values_list("mark", flat=True)}


def _text(column: Column, kept: Any) -> str:
    """What stands on record, as the sheet would show it."""
    if kept is None:
        return ""
    if column.form == "moment":
        return f"{kept.astimezone(clock.ZONE):%Y-%m-%d %H:%M}"
    if column.form in {"amount", "number"} and not isinstance(kept, str):
        whole = f"{kept:f}"
        return whole.rstrip("0").rstrip(".") if "." in whole else whole
    return shorten(str(kept), _SHOWN)
