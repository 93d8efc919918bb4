"""Rows of a ledger as its problems, each with its measures: judged, not believed.

A row that says “done” is a claim. It is kept in the sheet's own words and proves nothing.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from xiaohao.exchange.rules import dates
from xiaohao.exchange.rules.cells import BROKEN, Cell, Cells, bare, number, text_of, word
from xiaohao.exchange.rules.columns import Layout
from xiaohao.exchange.rules.due import LONGEST_TERM, due
from xiaohao.exchange.rules.ledger_cells import SEVERAL, claims_done, is_serial, names, numbered
from xiaohao.exchange.rules.ledger_columns import ledger_layout, unmerged
from xiaohao.exchange.rules.ledger_entries import Entry, LedgerSheet, Step
from xiaohao.exchange.rules.ledger_heads import LONGEST_TOTAL, OF_MEASURES, ON_THE_SPOT, TOTALS
from xiaohao.exchange.rules.messages import Fault
from xiaohao.exchange.rules.own import is_own
from xiaohao.kernel.clock import local_day
from xiaohao.kernel.text import clean, shorten

LONGEST_TEXT, LONGEST_TITLE, LONGEST_PLACE = 20_000, 200, 200
LONGEST_MEASURE, LONGEST_OWNER, LONGEST_CLAIM, MOST_MEASURES = 500, 120, 2000, 50
AT_ONCE = 5000  # rows
_TITLE_FROM_TEXT = 40
_TOMORROW = dt.timedelta(days=1)
_YES = frozenset({"是", "√", "yes", "紧急", "特急", "加急", "1", "true"})
Merged = tuple[int, int, int, int]
Seen = dict[bytes, tuple[str, Entry]]  # by key: the sheet, and the problem in it


def open_ledger(
    name: str, rows: Sequence[Cells], chosen: Mapping[int, str] | None = None
) -> LedgerSheet:
    """A sheet with what its columns hold; `layout` is None when it is no list of problems.

    Args:
        chosen: columns as a person mapped them.
    """
    return LedgerSheet(name, rows, ledger_layout(rows, chosen))


def entries_in(
    sheet: LedgerSheet, today: dt.date, merged: Sequence[Merged] = (), seen: Seen | None = None
) -> Iterator[list[Entry]]:
    """The problems of a sheet, some thousands of rows at a time; what is wrong goes to its faults.

    Never raises, whatever stands in the rows.

    Args:
        merged: ranges of merged cells: first row and column, last row and column, from 0.
        seen: problems of the sheets before it; those of this one are added.
    """
    if sheet.layout is None:
        return
    filled, again = unmerged(sheet.cells, merged, sheet.layout)
    reader = _Reader(sheet, sheet.layout, today, filled, again, {} if seen is None else seen)
    for some in _cut(sheet.layout.head_row + 1, len(sheet.cells)):
        for index in some:
            reader.take(index)
        yield reader.whole()
    reader.finish()
    yield reader.whole()


def _cut(first: int, end: int) -> Iterator[range]:
    """Rows by the thousand, fewer at first: whoever takes them need not wait long to begin."""
    size = max(AT_ONCE // 4, 1)
    while first < end:
        yield range(first, min(first + size, end))
        first, size = first + size, min(2 * size, AT_ONCE)


def read_ledger(
    name: str,
    rows: Sequence[Cells],
    today: dt.date,
    chosen: Mapping[int, str] | None = None,
    merged: Sequence[Merged] = (),
) -> LedgerSheet:
    """A whole sheet at once, its problems in `entries`; arguments as above."""
    sheet = open_ledger(name, rows, chosen)
    for some in entries_in(sheet, today, merged):
        sheet.entries += some
    return sheet


class _Reader:
    """Goes down a sheet, row by row; measures below a problem belong to it."""

    def __init__(
        self,
        sheet: LedgerSheet,
        layout: Layout,
        today: dt.date,
        filled: Mapping[tuple[int, int], Cell],
        again: set[tuple[int, int]],
        seen: Seen,
    ) -> None:
        self.sheet, self.where, self.today = sheet, layout, today
        self.filled, self.again = filled, again
        # Our own workbook has a column of its own kind: there, texts are taken letter by letter.
        self.exact = "measure_days" in layout.columns
        self.tickets = not layout.counts_rows and not is_serial(layout.head_of("number"))
        self.seen = seen
        self.ready: list[Entry] = []
        self.last: Entry | None = None
        self.wrong = False
        self.doubts: list[Fault] | None = None  # of a row with a number of the ledger's own
        self.index = 0
        self.used = [column for columns in layout.columns.values() for column in columns]
        self.firsts = [columns[0] for columns in layout.columns.values()]
        self.width = 1 + max(self.used)
        self.now: list[str] = []

    def cell(self, column: int) -> Cell:
        covered = self.filled.get((self.index, column))
        if covered is not None:
            return covered
        row = self.sheet.cells[self.index]
        return row[column] if column < len(row) else None

    def cells_of(self, index: int) -> Cells:
        """The row as far as it is used, and in its covered cells what covers them."""
        if not self.filled:
            return self.sheet.cells[index][: self.width]
        return [self.cell(column) for column in range(self.width)]

    def told(self, key: str) -> list[Cell]:
        return [self.cell(column) for column in self.where.columns.get(key, ())]

    def said(self, column: int) -> str:
        """The text in a column of this row, cleaned once."""
        return self.now[column] if column < len(self.now) else ""

    def says(self, *keys: str) -> bool:
        """Whether anything stands in these columns."""
        columns = self.where.columns
        return any(self.said(column) for key in keys for column in columns.get(key, ()))

    def texts(self, key: str) -> list[str]:
        """The column's texts; in our own workbook nothing in them stands for something else."""
        columns = self.where.columns.get(key, ())
        return [self.exactly(column) if self.exact else self.said(column) for column in columns]

    def exactly(self, column: int) -> str:
        cell = self.cell(column)
        return clean(cell) if isinstance(cell, str) else self.said(column)

    def line(self, key: str) -> str:
        """The column's entry on one line, without words that mean nothing."""
        texts = self.texts(key) if key in self.where.columns else ()  # most ledgers lack most keys
        if self.exact or not texts:
            return texts[0] if texts else ""
        parts = dict.fromkeys(filter(None, map(bare, texts)))
        return " ".join(part for part in parts if part.upper() not in BROKEN)

    def goes_on(self) -> bool:
        """Whether the row adds measures to the problem above."""
        if self.last is None:
            return False
        texts = self.where.columns.get("text") or self.where.columns.get("title") or ()
        if texts and (self.index, texts[0]) in self.again:
            return True
        return not self.says("text", "title", "number") and self.says(*OF_MEASURES)

    def take(self, index: int) -> None:
        self.index = index
        self.now = list(map(text_of, self.cells_of(index)))
        if not any(map(self.said, self.used)):
            return
        if self.is_head_again() and not self.is_own():
            return
        if self.is_total() and not self.is_own():
            self.sheet.totals.append(index + 1)
            return
        if self.goes_on() and self.last is not None:
            self.last.steps += self.steps(self.near(self.last), len(self.last.steps))
            return
        self.finish()
        self.last = self.read()

    def is_head_again(self) -> bool:
        heads = self.where.heads  # looked at until half of it stands against
        others = (n for n in self.firsts if self.said(n) != heads[n])
        return not any(2 * misses >= len(self.firsts) for misses, _ in enumerate(others, 1))

    def is_own(self) -> bool:
        """Whether the row says of which problem on the ledger it is."""
        return is_own(self.number())

    def is_total(self) -> bool:
        """Whether the row adds up those above: it says so, and tells no problem."""
        first = next(filter(None, self.now), "")
        if len(first) > LONGEST_TOTAL or "".join(first.split()).rstrip("：:").lower() not in TOTALS:
            return False
        told = [*self.texts("title"), *self.texts("text")]
        return not any(char.isalpha() for text in told if text != first for char in text)

    def finish(self) -> None:
        """The problem above is complete: keep it, know it for a copy, or refuse it."""
        entry, self.last = self.last, None
        if entry is None:
            return
        if len(entry.steps) > MOST_MEASURES:
            head = self.where.head_of("measure")
            self.note(Fault(entry.row, head, "measures_too_many", str(MOST_MEASURES)))
        wrong, self.wrong = self.wrong, False
        where, first = self.first_of(entry)
        if first is entry and not wrong:  # a refused one stands in the way of no copy
            self.seen[entry.own_key] = self.sheet.name, entry
            self.seen.setdefault(entry.key, (self.sheet.name, entry))
        # Sheets of one file may tell different columns of a problem: each is held against it.
        apart = entry.is_own and where != self.sheet.name
        if first is not entry and first.mark != entry.mark and not apart:
            self.refuse_copy(entry, where, first)
            wrong = True
        if wrong:
            self.sheet.faults += entry.doubts or ()
            self.sheet.refused.append(entry)
        elif first is entry or apart:
            self.ready.append(entry)
        else:
            self.sheet.repeated.append(entry.row)

    def first_of(self, entry: Entry) -> tuple[str, Entry]:
        """The problem further up of which this one is a copy, and its sheet; itself for none.

        Rows with the same text are two problems where both have ticket numbers, and other ones.
        """
        same = self.seen.get(entry.key)
        if same and entry.ticket and same[1].ticket:
            same = None
        return self.seen.get(entry.own_key) or same or (self.sheet.name, entry)

    def refuse_copy(self, entry: Entry, where: str, first: Entry) -> None:
        """Another row is about the same problem and says something else of it."""
        place = f"{first.row}" if where == self.sheet.name else f"{where}!{first.row}"
        if entry.is_numbered:
            self.sheet.refuse(entry, "number", "problem_twice", place)
        else:
            said = "text" if "text" in self.where.columns else "title"
            self.sheet.refuse(entry, said, "text_twice", place)

    def whole(self) -> list[Entry]:
        """The problems that were kept since this was last asked."""
        ready, self.ready = self.ready, []
        return ready

    def fault(self, key: str, code: str, value: str = "") -> None:
        self.note(Fault(self.index + 1, self.where.head_of(key), code, shorten(value, 60)))

    def note(self, found: Fault) -> None:
        """Refuse the row, unless it turns out to be of a problem that stands on the ledger."""
        if self.doubts is not None:
            self.doubts.append(found)
            return
        self.wrong = True
        self.sheet.faults.append(found)

    def read(self) -> Entry:
        number = self.number()
        self.doubts = [] if is_own(number) else None
        title, text = self.words()
        entry = Entry(row=self.index + 1, title=title, text=text, number=number)
        entry.ticket = number if self.tickets and not entry.is_numbered else ""
        entry.doubts = self.doubts
        self.parties(entry)
        for key in ("category", "programme", "source", "channel"):
            setattr(entry, key, self.line(key))
        entry.place = (
            shorten(self.line("place"), LONGEST_PLACE) if not self.exact else self.line("place")
        )
        entry.urgent = self.line("urgent").lower() in _YES
        entry.spot = any(said in self.line("track") for said in (*ON_THE_SPOT, "on the spot"))
        entry.received_at = self.received()
        self.due(entry)
        entry.steps = self.steps(self.near(entry), 0)
        self.claims(entry)
        return entry

    def near(self, entry: Entry) -> dt.date:
        return local_day(entry.received_at) if entry.received_at else self.today

    def words(self) -> tuple[str, str]:
        text = "\n".join(filter(None, self.texts("text")))
        titles = self.texts("title")
        title = " ".join(filter(None, titles if self.exact else map(bare, titles)))
        text = text or title
        if text.upper() in BROKEN and not self.exact:
            self.fault("text", "cell_broken", text)
        elif not text or not (self.exact or any(char.isalnum() for char in text)):
            self.fault("text", "problem_empty")
        elif len(text) > LONGEST_TEXT:
            self.fault("text", "text_too_long", str(len(text)))
        if len(title) > LONGEST_TITLE:
            text, title = f"{title}\n{text}", shorten(title, LONGEST_TITLE)
        return title or shorten(text, _TITLE_FROM_TEXT), text

    def number(self) -> str:
        return shorten(next(filter(None, map(number, self.told("number"))), ""), 80)

    def parties(self, entry: Entry) -> None:
        """Who is responsible, and who helps; one cell may name several."""
        leading: list[tuple[str, str]] = []
        helping: list[tuple[str, str]] = []
        for text in self.texts("unit"):
            for name, role in names(text, exact=self.exact):
                (helping if "配合" in role or "协" in role else leading).append((name, role))
        leading.sort(key=lambda pair: not ("牵头" in pair[1] or "主" in pair[1]))
        for text in self.texts("helpers"):
            helping += names(text, exact=self.exact)
        entry.units = tuple(name for name, _ in leading)
        entry.helpers = tuple(dict.fromkeys(name for name, _ in helping))
        entry.owner = shorten(self.line("owner"), LONGEST_OWNER)

    def received(self) -> dt.datetime | None:
        for cell in self.told("received"):
            if not word(cell):
                continue
            found = dates.moment(cell, self.today, days_first="received" in self.where.days_first)
            if found is None:
                self.fault("received", "time_unreadable", text_of(cell))
            elif local_day(found) > self.today + _TOMORROW:
                self.fault("received", "time_in_future", text_of(cell))
            return found
        return None

    def due(self, entry: Entry) -> None:
        for cell in self.told("deadline"):
            if not word(cell):
                continue
            first = "deadline" in self.where.days_first
            found = due(cell, self.near(entry), days_first=first)
            if found is None:
                self.fault("deadline", "deadline_unreadable", text_of(cell))
                return
            entry.deadline, entry.due_word = found.day, found.word
            if found.word == "spot":
                entry.spot = True
            elif found.word == "long":
                entry.deadline = self.today + LONGEST_TERM

    def steps(self, near: dt.date, above: int) -> list[Step]:
        """The measures of a row; `above` of its problem stand there already."""
        column = next(iter(self.where.columns.get("measure", ())), None)
        if column is None or (self.index, column) in self.again:
            return []
        text = self.exactly(column) if self.exact else self.said(column)
        if not text or (not self.exact and not bare(text)):
            return []
        parts = [text] if self.exact else list(numbered(text))
        owner, deadline = shorten(self.line("measure_owner"), LONGEST_OWNER), self.step_due(near)
        told = number(next(iter(self.told("measure_days")), None))
        days, after = int(told) if told.isdecimal() else 1, self.waits_for(above)
        return [
            Step(self.index + 1, part, owner, deadline, days, after)
            for part in parts
            if not self.too_long(part)
        ]

    def waits_for(self, above: int) -> tuple[int, ...]:
        """Places of the measures that must be done before: earlier ones only, so no circle."""
        text = self.line("measure_after")
        if not text:
            return ()
        said = [number(part) for part in SEVERAL.split(text)]
        if not all(one.isdecimal() and 0 < int(one) <= above for one in said):
            self.fault("measure_after", "measure_order_wrong", text)
            return ()
        return tuple(dict.fromkeys(int(one) - 1 for one in said))

    def too_long(self, part: str) -> bool:
        if len(part) <= LONGEST_MEASURE:
            return False
        self.fault("measure", "measure_too_long", str(len(part)))
        return True

    def step_due(self, near: dt.date) -> dt.date | None:
        for cell in self.told("measure_deadline"):
            if word(cell):
                first = "measure_deadline" in self.where.days_first
                found = due(cell, near, days_first=first)
                if found is None:
                    self.fault("measure_deadline", "deadline_unreadable", text_of(cell))
                    return None
                return found.day
        return None

    def claims(self, entry: Entry) -> None:
        """What the sheet says was done, and whether it claims that all of it was."""
        said = []
        for key in ("status", "progress"):
            for column in self.where.columns.get(key, ()):
                text = self.said(column)
                if not bare(text):
                    continue
                said.append(f"{self.where.heads[column]}：{text}")
                entry.done |= claims_done(text)
        entry.claim = clean("\n".join(said))[:LONGEST_CLAIM]
