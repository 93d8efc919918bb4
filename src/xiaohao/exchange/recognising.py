"""Of which list a sheet is: told by its heads, in whatever language it was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.translation import override

from xiaohao.exchange.lists import LEDGER, LISTS, Listing
from xiaohao.exchange.lists.base import Sheet
from xiaohao.exchange.rules import cells
from xiaohao.exchange.rules.cells import Cells, text_of
from xiaohao.exchange.rules.columns import Layout
from xiaohao.exchange.workbook import LONGEST_NAME, Column
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Refused

_LOOK_FOR_HEAD = 20
_ENOUGH = 0.5  # of a sheet's heads must stand there


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet of the file, and of which list it is.

    Attributes:
        layout: of its heads, as the marked copy wants it.
        places: for each of the list's columns that stands there, its index in the row.
        language: in which it was written.
        columns: those of the sheet, as they read to whoever sent it.
    """

    name: str
    cells: Sequence[Cells]
    listing: Listing
    sheet: Sheet
    layout: Layout
    places: Mapping[int, int]
    language: str
    columns: Sequence[Column]

    def place_of(self, key: str) -> int | None:
        """Where the column of that key stands; None when it was taken out."""
        for n, column in enumerate(self.sheet.columns):
            if key and column.key == key:
                return self.places.get(n)
        return None

    @property
    def parting(self) -> Column | None:
        """The column by which one of several rows under a record is known."""
        known = self.sheet.parting
        return self.columns[self.sheet.columns.index(known)] if known else None

    def head_of(self, key: str) -> str:
        """The head over that column, as written; empty when it was taken out."""
        place = self.place_of(key)
        return "" if place is None else self.layout.heads[place]


def recognised(actor: Actor, title: str, rows: Sequence[Cells]) -> Found | None:
    """Of which list a sheet is: the one most of whose heads stand in one of the first rows.

    Raises:
        Refused: `list_stays`, for one that only goes out, with its own reason.
    """
    best: tuple[tuple[float, bool, int], Found] | None = None
    for index, row in enumerate(rows[:_LOOK_FOR_HEAD]):
        said = {head: n for n, cell in reversed(list(enumerate(row))) if (head := cells.head(cell))}
        for one in _candidates():
            places = {n: said[name] for n, name in enumerate(one.heads) if name in said}
            share = len(places) / len(one.heads)
            if share < _ENOUGH or not one.is_known_by(places) or not one.listing.may(actor):
                continue
            score = (share, one.name == title, len(places))
            if best is None or score > best[0]:
                heads = [" ".join(text_of(cell).split()) for cell in row]
                layout = Layout(index, {}, heads)
                what = (one.listing, one.sheet, layout, places, one.language)
                best = (score, Found(title, rows, *what, one.sheet.columns))
    if best and best[1].sheet.back is None:
        raise Refused.because("list_stays", str(best[1].sheet.stays))
    return best[1] if best else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sheet as it is written in one language."""

    listing: Listing
    sheet: Sheet
    language: str
    name: str
    heads: Sequence[str]

    def is_known_by(self, places: Mapping[int, int]) -> bool:
        """Whether the column is there by which its rows are known."""
        sheet = self.sheet
        return sheet.back is None or sheet.columns.index(sheet.identifying) in places


@lru_cache(maxsize=1)
def _candidates() -> list[_Candidate]:
    """Each sheet of each list, and of the ledger, in each language."""
    found = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            for listing in (*LISTS.values(), LEDGER):
                for sheet in listing.sheets:
                    heads = [cells.head(str(column.head)) for column in sheet.columns]
                    name = str(sheet.name)[:LONGEST_NAME]
                    found.append(_Candidate(listing, sheet, language, name, heads))
    return found
