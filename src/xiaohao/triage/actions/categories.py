"""A tree of categories as offices keep it: rows of up to three names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.kernel.access import By, require
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import note
from xiaohao.triage.models import Category
from xiaohao.triage.queries import book

DEEPEST = 3
LONGEST = 80
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the rows: categories made, and rows that told nothing new."""

    made: int
    already: int


def import_categories(*, rows: Iterable[Sequence[str]], by: By) -> Loaded:
    """Add categories from rows of names, the highest first, empty cells at the end.

    A name that stands there already (or is an alias of one at the top) is used as it is; nothing
    is renamed or taken away. All rows go in, or none.

    Raises:
        Forbidden: `by` may not import.
        Refused: every faulty row: `gap`, `too_deep`, `name_too_long`; `field` is `row N`.
    """
    require(by, Permission.IMPORT)
    names = [[clean(str(cell)) for cell in row] for row in rows]
    if faults := [fault for i, row in enumerate(names, 1) for fault in _faults(row, i)]:
        raise Refused(faults)
    with transaction.atomic():
        loader = _Loader()
        already = sum(1 for row in names if any(row) and not loader.add(row))
        if loader.made:
            data = {"made": loader.made, "rows": len(names)}
            note(label="triage.categories", thing_id=0, by=by, kind="imported", data=data)
    book.renew()
    return Loaded(loader.made, already)


def _faults(row: Sequence[str], number: int) -> list[Unmet]:
    filled = [bool(cell) for cell in row]
    where = f"row {number}"
    if not any(filled):
        return []
    found = []
    if False in filled[: len(filled) - filled[::-1].index(True)]:
        text = _("Row %(row)d names a category below an empty one.") % {"row": number}
        found.append(Unmet("gap", text, where))
    if sum(filled) > DEEPEST:
        text = _("Row %(row)d has more than three levels.") % {"row": number}
        found.append(Unmet("too_deep", text, where))
    if any(len(cell) > LONGEST for cell in row):
        text = _("Row %(row)d has a name of more than %(limit)d characters.")
        said = text % {"row": number, "limit": LONGEST}
        found.append(Unmet("name_too_long", said, where))
    return found


class _Loader:
    """Categories known so far, by parent and name; makes those that are missing."""

    def __init__(self) -> None:
        self.made = 0
        self.known: dict[tuple[int | None, str], Category] = {}
        self.codes: set[str] = set()
        for row in Category.objects.order_by("-id"):
            self.codes.add(row.code)
            for alias in row.aliases if row.parent_id is None else ():
                self.known.setdefault((None, alias), row)
            self.known[row.parent_id, row.name] = row

    def add(self, names: Sequence[str]) -> bool:
        """Make what the row tells; whether anything was new."""
        before, parent = self.made, None
        for name in filter(None, names):
            key = (parent.pk if parent else None, name)
            if key not in self.known:
                code = self._code(parent, name)
                self.known[key] = Category.objects.create(code=code, name=name, parent=parent)
                self.made += 1
            parent = self.known[key]
        return self.made > before

    def _code(self, parent: Category | None, name: str) -> str:
        from pypinyin import lazy_pinyin  # noqa: PLC0415 (slow to load, seldom needed)

        spelt = _SLUG.sub("-", " ".join(lazy_pinyin(name)).lower()).strip("-") or "category"
        stem = f"{parent.code}-{spelt}"[:50] if parent else spelt[:50]
        code, n = stem, 2
        while code in self.codes:
            code, n = f"{stem}-{n}", n + 1
        self.codes.add(code)
        return code
