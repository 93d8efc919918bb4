"""Of which list a sheet is: told by its heads, in whatever language it was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.translation import override

from xiaohao.exchange.lists import LISTS, Listing
from xiaohao.exchange.lists.base import Sheet
from xiaohao.exchange.rules import cells
from xiaohao.exchange.rules.cells import Cells, text_of
from xiaohao.exchange.rules.columns import Layout
from xiaohao.kernel.acting import Actor

_LOOK_FOR_HEAD = 20
_ENOUGH = 0.5  # of a sheet's heads must stand there


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet of the file, and of which list it is.

    Attributes:
        layout: of its heads, as the marked copy wants it.
        places: for each of the list's columns that stands there, its index in the row.
        language: in which it was written.
    """

    name: str
    cells: Sequence[Cells]
    listing: Listing
    sheet: Sheet
    layout: Layout
    places: Mapping[int, int]
    language: str

    def place_of(self, key: str) -> int | None:
        """Where the column of that key stands; None when it was taken out."""
        for n, column in enumerate(self.sheet.columns):
            if key and column.key == key:
                return self.places.get(n)
        return None

    def head_of(self, key: str) -> str:
        """The head over that column, as written; empty when it was taken out."""
        place = self.place_of(key)
        return "" if place is None else self.layout.heads[place]


def recognised(actor: Actor, title: str, rows: Sequence[Cells]) -> Found | None:
    """Of which list a sheet is: the one most of whose heads stand in one of the first rows."""
    best: tuple[float, int, Found] | None = None
    for index, row in enumerate(rows[:_LOOK_FOR_HEAD]):
        said = {head: n for n, cell in reversed(list(enumerate(row))) if (head := cells.head(cell))}
        for page, place, language in _places():
            listing = LISTS[page]
            sheet = listing.sheets[place]
            names = _heads(page, place, language)
            places = {n: said[name] for n, name in enumerate(names) if name in said}
            share = len(places) / len(names)
            known = sheet.columns.index(sheet.identifying) in places
            if not known or share < _ENOUGH or not listing.may(actor):
                continue
            score = (share, sum(name == title for name in (str(sheet.name),)))
            if best is None or score > best[:2]:
                heads = [" ".join(text_of(cell).split()) for cell in row]
                layout = Layout(index, {}, heads)
                best = (*score, Found(title, rows, listing, sheet, layout, places, language))
    return best[2] if best else None


def _places() -> list[tuple[str, int, str]]:
    """Each sheet that comes back: its list's page, its place there, and a language."""
    return [
        (page, n, language)
        for page, what in LISTS.items()
        for n, sheet in enumerate(what.sheets)
        if sheet.back
        for language, _name in settings.LANGUAGES
    ]


@lru_cache(maxsize=256)
def _heads(page: str, place: int, language: str) -> tuple[str, ...]:
    with override(language):
        columns = LISTS[page].sheets[place].columns
        return tuple(cells.head(str(column.head)) for column in columns)
