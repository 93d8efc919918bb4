"""Problems as a sheet tells them, and the sheet itself: what stands in it, nothing judged yet."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xiaohao.exchange.rules.cells import Cells, text_of
from xiaohao.exchange.rules.columns import Layout
from xiaohao.exchange.rules.messages import Fault
from xiaohao.kernel.hashing import digest
from xiaohao.kernel.text import shorten

_SHORTEST_NUMBER = 5


class Step(NamedTuple):
    """A measure as the sheet has it; `deadline` None where it names none of its own.

    `after` holds the places, from 0, of the measures of its problem for which it waits.
    """

    row: int
    text: str
    owner: str = ""
    deadline: dt.date | None = None
    days: int = 1
    after: tuple[int, ...] = ()


@dataclass(slots=True, kw_only=True)
class Entry:
    """A problem as a sheet tells it; empty where it says nothing.

    Attributes:
        row: its first one, as the sheet numbers them.
        units: the responsible one, and others named in the same cell.
        due_word: "spot" or "long", where the sheet says it in words.
        claim: what the sheet says was done, in its own words.
        done: whether it claims that all is done.
        ticket: its number where that is short and yet no row's place in the list.
        doubts: of a row with a number of the ledger's own what would keep it out if it were no
            problem that stands there; None of every other row.
    """

    row: int
    title: str
    text: str
    number: str = ""
    units: Sequence[str] = ()
    helpers: Sequence[str] = ()
    owner: str = ""
    category: str = ""
    programme: str = ""
    place: str = ""
    source: str = ""
    channel: str = ""
    spot: bool = False
    urgent: bool = False
    received_at: dt.datetime | None = None
    deadline: dt.date | None = None
    due_word: str = ""
    steps: list[Step] = field(default_factory=list)
    claim: str = ""
    done: bool = False
    ticket: str = field(default="", compare=False)
    doubts: list[Fault] | None = field(default=None, repr=False, compare=False)
    _key: bytes = field(default=b"", init=False, repr=False, compare=False)
    _mark: bytes = field(default=b"", init=False, repr=False, compare=False)

    @property
    def key(self) -> bytes:
        """By what it is known again: its number, or its text, place and units.

        A short number may be given anew in the next list, so it says nothing about the problem
        until another one has the same text (`tell_apart`). Found once, as the mark is: ask when
        the entry is complete.
        """
        self._key = self._key or self._found_key()
        return self._key

    @property
    def own_key(self) -> bytes:
        """The key of those with the same text from which its ticket number tells it apart."""
        if not self.ticket:
            return self.key
        return digest(["ledger", *self._words(), "ticket", self.ticket])

    def tell_apart(self) -> None:
        """Know it from now on by its ticket number, too: another problem has its key."""
        self._key = self.own_key

    @property
    def is_own(self) -> bool:
        """Whether it bears a number of the ledger's own."""
        return self.doubts is not None

    @property
    def is_numbered(self) -> bool:
        """Whether its number says which problem it is."""
        return len(self.number) >= _SHORTEST_NUMBER

    def _found_key(self) -> bytes:
        if self.is_numbered:
            return digest(["ledger", self.number])
        return digest(["ledger", *self._words()])

    def _words(self) -> list[Any]:
        return ["".join(self.text.split()), self.place, list(self.units)]

    @property
    def mark(self) -> bytes:
        """All that the sheet says of it: another mark under the same key is a change."""
        self._mark = self._mark or self._found_mark()
        return self._mark

    def _found_mark(self) -> bytes:
        # An order is told where there is one: rows that came in before orders did keep their mark.
        steps = [
            [s.text, s.owner, s.deadline, s.days, *([s.after] if s.after else [])]
            for s in self.steps
        ]
        return digest([
            self.title, self.text, list(self.units), list(self.helpers), self.owner, self.category,
            self.programme, self.place, self.source, self.channel, self.spot, self.urgent,
            self.received_at, self.deadline, self.due_word, steps, self.claim,
        ])  # fmt: skip


@dataclass(slots=True)
class LedgerSheet:
    """What was found in one sheet; as `messages.Sheet`, and the rows themselves for the copy.

    Attributes:
        entries: filled only where the sheet is read as a whole.
        refused: problems in whose rows something is wrong; the rest of them is looked at, too.
        totals: rows that only add up others; they are left out.
    """

    name: str
    cells: Sequence[Cells]
    layout: Layout | None = None
    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    refused: list[Entry] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)

    @property
    def holds_rows(self) -> bool:
        """Whether anything stands below the heads."""
        below = self.layout.head_row + 1 if self.layout else 0
        return any(any(map(text_of, row)) for row in self.cells[below:])

    def refuse(self, entry: Entry, key: str, code: str, value: str = "") -> None:
        """Note what is wrong with an entry, where it stands."""
        head = self.layout.head_of(key) if self.layout else ""
        self.faults.append(Fault(entry.row, head, code, shorten(value, 80)))
