"""The tree of categories with the words that speak for each, kept in memory while it stands."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.utils.translation import get_language

from xiaohao.kernel import tenancy
from xiaohao.triage.models import Category, Duty
from xiaohao.triage.reading import Reading
from xiaohao.triage.rules import duty_confidence

_IN_TITLE = 2  # a word in the title says more

_STAMP = """
SELECT c.n, c.last, d.n, d.last, d.versions
FROM (SELECT count(*) n, max(id) last FROM triage_category) c,
    (SELECT count(*) n, max(id) last, sum(version) versions FROM triage_duty) d
"""


class Heard(NamedTuple):
    """A category whose words stand in a text, the words, and how sure that makes us."""

    category: int
    words: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One category in the book."""

    id: int
    code: str
    name: str
    name_en: str
    parent: int | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Every category by id, and ids by code."""

    entries: dict[int, Entry]
    by_code: dict[str, int]

    def label(self, category: int) -> str:
        """The name in the reader's language."""
        entry = self.entries[category]
        english = not (get_language() or "zh").startswith("zh")
        return entry.name_en if english and entry.name_en else entry.name

    def line(self, category: int) -> list[int]:
        """The category and those above it, lowest first."""
        found: list[int] = []
        at: int | None = category
        while at is not None and at in self.entries:
            found.append(at)
            at = self.entries[at].parent
        return found

    def below(self, category: int) -> list[int]:
        """The category and everything below it."""
        return [one for one in self.entries if category in self.line(one)]

    def hear(self, reading: Reading) -> list[Heard]:
        """Categories whose words stand in the text, the likeliest first."""
        whole, head = reading.whole, reading.head.text
        found: list[tuple[int, tuple[str, ...], int]] = []
        for entry in self.entries.values():
            words = tuple(word for word in entry.words if word in whole)
            if words:
                score = sum(len(word) * (_IN_TITLE if word in head else 1) for word in words)
                found.append((entry.id, words, score))
        total = sum(score for _, _, score in found)
        heard = [Heard(one, words, duty_confidence(len(words), score, total))
                 for one, words, score in found]  # fmt: skip
        return sorted(heard, key=lambda one: (-one.confidence, one.category))


def book() -> Book:
    """The book as it stands now; read anew only after a change."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return _read(tenancy.slug(), *cursor.fetchone())


def renew() -> None:
    """Forget what was read: categories were changed in place."""
    _read.cache_clear()


@lru_cache(maxsize=32)
def _read(_tenant: str, *_stamp: int | None) -> Book:
    words: dict[int, dict[str, None]] = {}
    own = Duty.objects.filter(is_active=True).exclude(words=[]).order_by("id")
    for category, said in own.values_list("category_id", "words"):
        words.setdefault(category, {}).update(dict.fromkeys(said))
    entries = {
        row.pk: Entry(row.pk, row.code, row.name, row.name_en, row.parent_id,
                      tuple(dict.fromkeys([*row.words, *words.get(row.pk, {})])))
        for row in Category.objects.order_by("id")
    }  # fmt: skip
    return Book(entries, {entry.code: entry.id for entry in entries.values()})


def category_named(name: str) -> Category | None:
    """The category of that name, English name, alias or code; the highest where several are."""
    wanted = name.strip()
    if not wanted:
        return None
    rows = list(Category.objects.filter(name=wanted).order_by("parent_id", "id"))
    rows += list(Category.objects.filter(aliases__contains=[wanted]).order_by("id"))
    rows += list(Category.objects.filter(name_en__iexact=wanted).order_by("id"))
    rows += list(Category.objects.filter(code=wanted).order_by("id"))
    return min(rows, key=lambda row: row.parent_id is not None, default=None)


def category_codes() -> list[tuple[str, list[tuple[str, str]]]]:
    """As `category_groups`, by code."""
    codes = dict(Category.objects.order_by("id").values_list("pk", "code"))
    return [(top, [(codes[key], name) for key, name in rows]) for top, rows in category_groups()]


def category_groups() -> list[tuple[str, list[tuple[int, str]]]]:
    """Categories for a list to choose from: each one at the top with all below it, by id.

    What stands two steps below a top is told with the one between: `供热 › 温度不达标`.
    """
    groups: list[tuple[str, list[tuple[int, str]]]] = []
    above: list[str] = []
    for row, depth in category_tree():
        del above[depth:]
        above.append(row.label)
        if depth == 0:
            groups.append((row.label, []))
        groups[-1][1].append((row.pk, " › ".join(above[1:]) or row.label))
    return groups


def category_tree() -> list[tuple[Category, int]]:
    """Every category with its depth (0 at the top), each below the one it belongs to."""
    children: dict[int | None, list[Category]] = {}
    for row in Category.objects.order_by("id"):
        children.setdefault(row.parent_id, []).append(row)
    found: list[tuple[Category, int]] = []
    waiting = [(row, 0) for row in reversed(children.get(None, []))]
    while waiting:
        row, depth = waiting.pop()
        found.append((row, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(row.pk, []))]
    return found


def category_lines() -> dict[int, tuple[Category, ...]]:
    """For every category, by its key, those above it from the top down, and itself."""
    found: dict[int, tuple[Category, ...]] = {}
    for row, _depth in category_tree():
        above = found[row.parent_id] if row.parent_id is not None else ()
        found[row.pk] = (*above, row)
    return found
