"""What a list's workbook asks for, row by row, as it was understood; nothing is written yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xiaohao.exchange.lists.back import Act
from xiaohao.exchange.queries import Remark
from xiaohao.exchange.recognising import Found

# Not in the tree of units, new, the list, the record's key, the sheet.
Turn = tuple[bool, bool, str, str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that says something else than the record.

    Attributes:
        added: whether its row is new under a record.
    """

    row: int
    column: str
    kept: str
    typed: str
    added: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that asks for something which may be done.

    Attributes:
        number: of the record; empty for a new one.
        turn: when it is taken, the lowest first: one order for all files, so that of two that
            change the same records neither waits for the other in a circle.
        mark: of a new row, all that was filled in, 32 bytes; empty for a row on record.
    """

    row: int
    sheet: str
    number: str
    acts: Sequence[Act]
    changes: Sequence[Change]
    turn: Turn
    mark: bytes = b""


@dataclass(slots=True)
class ListReading:
    """A file as it was understood; nothing is written yet.

    Attributes:
        sheets: those of a list.
        same: rows that say what is on record.
        older: rows that say what was on record before others wrote; they ask for nothing. Where
            only a count differs, a remark tells what it is now.
        already: rows filled in by hand that came in before, or stand further up.
        refused: rows that cannot be taken.
    """

    sheets: list[Found] = field(default_factory=list)
    same: int = 0
    older: int = 0
    already: int = 0
    refused: int = 0
    changed: list[Asked] = field(default_factory=list)
    fresh: list[Asked] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
