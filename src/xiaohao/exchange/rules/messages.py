"""Messages out of a sheet: what can be taken, and row by row what cannot and why."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from xiaohao.exchange.rules import dates
from xiaohao.exchange.rules.cells import (
    BROKEN,
    Cell,
    Cells,
    is_empty,
    number,
    text_of,
    word,
)
from xiaohao.exchange.rules.columns import Layout, layout
from xiaohao.kernel.clock import local_day
from xiaohao.kernel.hashing import digest
from xiaohao.kernel.text import shorten

LONGEST_TEXT = 20_000
LONGEST_NUMBER = 64
LENGTHS = {"user": 80, "contact": 120, "category": 80, "kind": 40, "channel": 40, "place": 200}
LONGEST_TITLE = 200
_TOMORROW = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a sheet.

    Attributes:
        row: as the sheet numbers its rows, from 1; None for the sheet as a whole.
        column: the head as written; empty for the whole row.
        code: stable, e.g. `time_unreadable`.
        value: what stood there, shortened, or what the sentence names.
    """

    row: int | None
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message as a sheet tells it; empty where it says nothing."""

    row: int
    text: str
    number: str = ""
    title: str = ""
    user: str = ""
    contact: str = ""
    received_at: dt.datetime | None = None
    category: str = ""
    kind: str = ""
    channel: str = ""
    place: str = ""
    reply: str = ""
    replied_at: dt.datetime | None = None

    fingerprint: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Mark the message: by number and text, so that two copies of it are known for the same.

        Where there is no number, also by who wrote and when, so that a petition signed by many
        stays many messages.
        """
        words = "".join(self.text.split())
        told = [self.user, self.contact, self.title, self.received_at]
        mark = [self.number, words] if self.number else ["", words, *told]
        object.__setattr__(self, "fingerprint", digest(["message", *mark]))


@dataclass(slots=True)
class Sheet:
    """What was found in one sheet.

    Attributes:
        name: empty for a text file.
        layout: how it was read; None when it holds no messages.
        entries, faults: each row is in one of them, or blank.
        refused: rows with at least one fault.
        rows: how many rows hold anything.
        repeated: copies of a message further up, by row; not among the entries.
    """

    name: str
    layout: Layout | None = None
    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    refused: int = 0
    rows: int = 0
    repeated: list[int] = field(default_factory=list)


def read_sheet(name: str, rows: Sequence[Cells], today: dt.date) -> Sheet:
    """Read the rows of a sheet as messages; never raises, whatever stands in them."""
    sheet = Sheet(name, rows=sum(any(map(text_of, row)) for row in rows))
    sheet.layout = layout(rows, today)
    if sheet.layout is None:
        return sheet
    taken: dict[str, tuple[int, bytes]] = {}
    seen: set[bytes] = set()
    for index in range(sheet.layout.head_row + 1, len(rows)):
        row = _Row(rows[index], index + 1, sheet.layout, today)
        if row.is_blank or row.is_head_again:
            continue
        entry, faults = row.read()
        if entry and not faults:
            faults = _number_taken(entry, taken, sheet.layout)
        if entry is None or faults:
            sheet.faults += faults
            sheet.refused += 1
        elif entry.fingerprint in seen:
            sheet.repeated.append(entry.row)
        else:
            seen.add(entry.fingerprint)
            sheet.entries.append(entry)
    return sheet


def _number_taken(entry: Entry, taken: dict[str, tuple[int, bytes]], where: Layout) -> list[Fault]:
    """Two different messages under one number cannot both be meant."""
    if not entry.number:
        return []
    first, mark = taken.setdefault(entry.number, (entry.row, entry.fingerprint))
    if mark == entry.fingerprint:
        return []
    return [Fault(entry.row, where.head_of("number"), "number_taken", str(first))]


class _Row:
    """One row under a head."""

    def __init__(self, cells: Cells, index: int, where: Layout, today: dt.date) -> None:
        self.cells, self.index, self.where, self.today = cells, index, where, today
        self.faults: list[Fault] = []

    def cell(self, column: int) -> Cell:
        return self.cells[column] if column < len(self.cells) else None

    def told(self, key: str) -> list[Cell]:
        return [self.cell(column) for column in self.where.columns.get(key, ())]

    @property
    def is_blank(self) -> bool:
        return all(is_empty(cell) for key in self.where.columns for cell in self.told(key))

    @property
    def is_head_again(self) -> bool:
        """Whether the head stands here once more, where sheets were put one under the other."""
        firsts = [columns[0] for columns in self.where.columns.values()]
        again = sum(self.cell(first) == self.where.heads[first] for first in firsts)
        return again > len(firsts) / 2

    def fault(self, key: str, code: str, value: str = "") -> None:
        self.faults.append(Fault(self.index, self.where.head_of(key), code, shorten(value, 60)))

    def read(self) -> tuple[Entry | None, list[Fault]]:
        """The message, or why not: everything that is wrong, not only the first."""
        title, text = self.words()
        told = {key: self.line(key, most) for key, most in LENGTHS.items()}
        entry = Entry(
            row=self.index,
            text=text,
            title=title,
            number=self.number(),
            received_at=self.time("time"),
            replied_at=self.time("replied"),
            reply="\n\n".join(filter(None, map(text_of, self.told("reply")))),
            **told,
        )
        return (None if self.faults else entry), self.faults

    def words(self) -> tuple[str, str]:
        """Title and text; a title that is too long goes on in the text, so that nothing is lost."""
        text = "\n".join(filter(None, map(text_of, self.told("text"))))
        title = " ".join(filter(None, map(word, self.told("title"))))
        if text.upper() in BROKEN:
            self.fault("text", "cell_broken", text)
        elif not any(char.isalnum() for char in text):
            self.fault("text", "text_empty")
        if len(title) > LONGEST_TITLE:
            text, title = f"{title}\n{text}", shorten(title, LONGEST_TITLE)
        if len(text) > LONGEST_TEXT:
            self.fault("text", "text_too_long", str(len(text)))
        return ("" if title.upper() in BROKEN else title), text

    def number(self) -> str:
        found = next(filter(None, map(number, self.told("number"))), "")
        if len(found) > LONGEST_NUMBER:
            self.fault("number", "number_too_long", found)
        return found

    def line(self, key: str, most: int) -> str:
        parts = dict.fromkeys(filter(None, map(word, self.told(key))))
        return shorten(" ".join(part for part in parts if part.upper() not in BROKEN), most)

    def time(self, key: str) -> dt.datetime | None:
        for cell in self.told(key):
            if not word(cell):
                continue
            found = dates.moment(cell, self.today, days_first=key in self.where.days_first)
            if found is None and key == "replied" and not any(map(str.isdigit, word(cell))):
                continue  # “not answered yet” is no time, and no fault
            if found is None:
                self.fault(key, "time_unreadable", text_of(cell))
            elif local_day(found) > self.today + _TOMORROW:
                self.fault(key, "time_in_future", text_of(cell))
            return found
        return None
