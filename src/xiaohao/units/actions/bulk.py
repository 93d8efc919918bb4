"""Importing units by the hundred thousand: one transaction, one COPY.

Ids and paths are given out in memory (under the advisory lock `tree`, so nobody else founds a unit
meanwhile). Where more comes in than is there, the indexes are built once at the end instead of row
by row, and so is the check of the foreign key.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from xiaohao.kernel.access import By, require_at
from xiaohao.trail.actions import note
from xiaohao.units import names
from xiaohao.units.actions import lining
from xiaohao.units.actions.checks import MANAGE
from xiaohao.units.actions.tree import the_tree
from xiaohao.units.models import Unit
from xiaohao.units.rules import DEEPEST, WIDTH, fits_under, step
from xiaohao.units.sheets import Bad, Row

REBUILD_FROM = 20_000  # fewer rows than this never make rebuilding the indexes worth while
BLOCK = 2_000  # rows per write to the server
BY_CHARACTER = frozenset({"village", "group"})  # read character by character: there are so many

COLUMNS = (
    "id", "code", "name", "short_name", "pinyin", "initials", "level", "kind", "sectors",
    "parent_id", "path", "search",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was not taken: where, and why."""

    file: str
    row: int
    column: str
    code: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """As the command line and the API tell it."""
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "message": self.message,
            "file": self.file,
        }


@dataclass(slots=True)
class Imported:
    """What became of the rows.

    Attributes:
        already: units that were there before; left as they are, but for their lines of business.
        lined: units whose lines of business were set, new ones and those there before.
    """

    imported: int = 0
    already: int = 0
    lined: int = 0
    refusals: list[Refusal] = field(default_factory=list)


# What must be known of a unit to put others under it: id, path, level, whether it is closed.
# A plain tuple: there are more than half a million of them.
_Stand = tuple[int, str, str, bool]
# What a unit is called by: its name, the short name given, its level; a village's name alone.
_Key = str | tuple[str, str, str]


def import_units(
    *,
    by: By,
    rows: Iterable[Row | Bad],
    expected: int = 0,
    under: Unit | None = None,
    source: str = "",
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Found the units that `rows` tell of; all in one transaction.

    A code that is there already is counted and left as it is; where its row names lines of
    business, it belongs to these from now on. A row that cannot be taken is refused by itself, and
    so are those that would stand under it; the others are taken.

    Args:
        by: who imports; all of it must lie within his scope.
        rows: units and bad lines, as `units.sheets` reads them, in any order.
        expected: about how many lines there are.
        under: the superior of rows that name none.
        source: name of the file, for the trail.
        progress: called with the number of lines done.

    Raises:
        Forbidden, NotFound: `under` lies outside the actor's scope.
    """
    require_at(by, MANAGE, under.path if under else "")
    with the_tree():
        work = _Work(under.path if under else "", by)
        with _indexes_later(worth=expected > max(REBUILD_FROM, len(work.known))):
            work.copy(rows, progress)
        work.done.lined = lining.put(work.lined, by=by)
        if work.done.imported:
            with connection.cursor() as cursor:
                cursor.execute("SELECT setval('units_unit_id_seq', %s)", [work.next_id - 1])
                cursor.execute("ANALYZE units_unit")
        data = {
            "source": source,
            "imported": work.done.imported,
            "already": work.done.already,
            "lined": work.done.lined,
            "refused": len(work.done.refusals),
            "first_id": work.first_id,
            "last_id": work.next_id - 1,
        }
        note(label="units.import", thing_id=1, by=by, kind="units_imported", data=data)
    return work.done


class _Work:
    """One import while it runs."""

    def __init__(self, root: str, by: By) -> None:
        self.done = Imported()
        self.root = root
        self.by = by
        self.known: dict[str, _Stand] = {}
        self.waiting: dict[str, list[Row]] = {}
        self.awaited: set[str] = set()
        self.named: dict[_Key, tuple[str, str]] = {}
        self.told: dict[tuple[str, ...], str] = {}
        self.lines = lining.known()
        self.lined: dict[int, tuple[int, ...]] = {}
        # Rows come in families: what stood well under this one, its like does too.
        self.last_above: _Stand | None = None
        self.last_level = ""
        with connection.cursor() as cursor:
            cursor.execute("SELECT code, id, path, level, closed_on IS NOT NULL FROM units_unit")
            self.known = {row[0]: row[1:] for row in cursor.fetchall()}
            cursor.execute("SELECT nextval('units_unit_id_seq')")
            self.first_id = self.next_id = int(cursor.fetchone()[0])
        self.top = next((one for one in self.known.values() if root and one[1] == root), None)

    def copy(self, rows: Iterable[Row | Bad], progress: Callable[[int], None] | None) -> None:
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY units_unit ({columns}) FROM STDIN") as copy,
        ):
            block: list[str] = []
            for count, row in enumerate(rows, 1):
                if made := self.take(row):
                    block.append(made)
                if len(block) >= BLOCK:
                    copy.write("".join(block))
                    block = []
                if progress and count % BLOCK == 0:
                    progress(count)
            copy.write("".join(block))
        self.refuse_the_waiting()

    def take(self, row: Row | Bad) -> str:
        """The lines of COPY that a row gives: its own, and those of rows that waited for it."""
        if isinstance(row, Bad):
            self.refuse(row.file, row.line, row.column, row.code, row.value)
            return ""
        code, parent = row.code, row.parent_code
        if (there := self.known.get(code)) or code in self.awaited:
            if there is None or there[0] >= self.first_id:
                self.refuse(row.file, row.line, "code", "double_code", code)
            else:
                self.there(row, there)
            return ""
        above = self.known.get(parent) if parent else self.top
        if above is None and parent:
            self.awaited.add(code)
            self.waiting.setdefault(parent, []).append(row)
            return ""
        made = self.place(row, above)
        if code in self.waiting:
            made += self.place_the_waiting(code)
        return made

    def there(self, row: Row, there: _Stand) -> None:
        """A unit that was there before: only its lines of business may be set."""
        number, path, _level, closed = there
        if row.lines and (closed or not self.by.covers(path)):
            fault = "unit_closed" if closed else "outside_scope"
            self.refuse(row.file, row.line, "lines", fault, row.code)
        elif not row.lines or self.line_up(row, number):
            self.done.already += 1

    def line_up(self, row: Row, number: int) -> bool:
        """Keep the lines of business of a unit; False, and refused, where one is not known."""
        unknown = [word for word in row.lines if word.casefold() not in self.lines]
        if unknown:
            self.refuse(row.file, row.line, "lines", "unknown_line", unknown[0][:60])
            return False
        self.lined[number] = tuple({self.lines[word.casefold()] for word in row.lines})
        return True

    def place_the_waiting(self, code: str) -> str:
        """The lines of those who waited for the unit `code`, and of those who waited for them."""
        made, todo = [], [code]
        while todo:
            code = todo.pop()
            above = self.known.get(code)
            if above is None:  # refused itself; what waits for it is told so at the end
                continue
            for row in self.waiting.pop(code, ()):
                self.awaited.discard(row.code)
                made.append(self.place(row, above))
                todo.append(row.code)
        return "".join(made)

    def place(self, row: Row, above: _Stand | None) -> str:
        """The row's line, or "" when it cannot stand there."""
        if above is not self.last_above or row.level != self.last_level:
            if fault := self.misplaced(row, above):
                self.awaited.add(row.code)
                self.refuse(row.file, row.line, "parent_code", fault, row.parent_code)
                return ""
            self.last_above, self.last_level = above, row.level
        if row.lines and not self.line_up(row, self.next_id):
            self.awaited.add(row.code)
            return ""
        return self.line(row, above)

    def misplaced(self, row: Row, above: _Stand | None) -> str:
        """Why the row cannot stand under `above`; "" when it can."""
        if above is None:
            return "" if self.by.covers("") else "outside_scope"
        _number, path, level, closed = above
        if closed:
            return "parent_closed"
        if not fits_under(row.level, level):
            return "level_too_high"
        if len(path) >= DEEPEST * WIDTH:
            return "too_deep"
        return "" if self.by.covers(path) else "outside_scope"

    def line(self, row: Row, above: _Stand | None) -> str:
        """One line of COPY's text format."""
        _file, _line, code, name, given, level, kind, _parent, sectors, _lines = row
        number = self.next_id
        self.next_id = number + 1
        parent, root = (str(above[0]), above[1]) if above else (_NULL, "")
        path = root + step(number)
        self.known[code] = (number, path, level, False)
        self.done.imported += 1
        key = name if not given and level in BY_CHARACTER else (name, given, level)
        called = self.named.get(key) or self.call(key, name, given, level)
        told = self.told.get(sectors) or self.tell(sectors)
        return (
            f"{number}\t{code}\t{called[0]}\t{level}\t{kind}\t{told}\t{parent}\t{path}\t"
            f"{called[1]}\n"
        )

    def call(self, key: _Key, name: str, given: str, level: str) -> tuple[str, str]:
        """What follows from a name; names repeat, so it is kept."""
        called = self.named[key] = _called(name, given, level)
        return called

    def tell(self, sectors: tuple[str, ...]) -> str:
        """Sectors as an array of the database; kept, there are few."""
        told = self.told[sectors] = f"{{{','.join(sectors)}}}"
        return told

    def refuse_the_waiting(self) -> None:
        """Rows whose superior never came: it is missing, was refused, or waits for them in turn."""
        for parent, rows in self.waiting.items():
            code = "parent_not_taken" if parent in self.awaited else "unknown_parent"
            for row in rows:
                self.refuse(row.file, row.line, "parent_code", code, parent)
        order = {
            name: n for n, name in enumerate(dict.fromkeys(r.file for r in self.done.refusals))
        }
        self.done.refusals.sort(key=lambda one: (order[one.file], one.row))

    def refuse(self, file: str, line: int, column: str, code: str, value: str) -> None:
        message = _sentence(code) % {"value": value}
        self.done.refusals.append(Refusal(file, line, column, code, message))


def _called(name: str, given: str, level: str) -> tuple[str, str]:
    """The columns that follow from a unit's names, tabs between them, and its search terms."""
    short_name = given or names.short(name)
    shown = short_name or name
    heard = names.sound_by_character(shown) if level in BY_CHARACTER else names.sound(shown)
    terms = names.vector(name, given, level, heard) if given else names.body(shown, level, heard)
    columns = (name, short_name, heard.pinyin, heard.initials)
    return "\t".join(columns).replace("\\", "\\\\"), terms.replace("\\", "\\\\")


_NULL = "\\N"


def _sentence(code: str) -> str:
    return {
        "columns": _("The line has %(value)s columns, not as many as the head."),
        "missing": _("The column is empty."),
        "too_long": _("“%(value)s…” is too long."),
        "bad_code": _("“%(value)s” is no code: letters, digits, points, dashes, underlines."),
        "unknown_level": _("“%(value)s” is no level: province, city, county, township, village …"),
        "unknown_kind": _("“%(value)s” is no kind of unit."),
        "unknown_sector": _("“%(value)s” is no sector, or not all of it is."),
        "unknown_line": _("There is no line “%(value)s”. Set it up first, under Units, Lines."),
        "unit_closed": _("The unit %(value)s is closed."),
        "double_code": _("The code %(value)s stands in the file more than once."),
        "unknown_parent": _("There is no superior with the code %(value)s."),
        "parent_not_taken": _("The superior %(value)s was not taken itself."),
        "parent_closed": _("The superior %(value)s is closed."),
        "level_too_high": _("A unit cannot stand under one of a lower level (%(value)s)."),
        "too_deep": _("The tree has too many levels below %(value)s."),
        "outside_scope": _("The superior %(value)s lies outside your scope."),
    }[code]


@contextmanager
def _indexes_later(*, worth: bool) -> Iterator[None]:
    """Where it is worth while, take the indexes away for the block and build them at its end."""
    if not worth:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        cursor.execute(_SELF_KEYS)
        keys = cursor.fetchall()
        for name, _definition in keys:
            cursor.execute(f"ALTER TABLE units_unit DROP CONSTRAINT {name}")
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _name, definition in indexes:
            cursor.execute(definition)
        for name, definition in keys:
            cursor.execute(f"ALTER TABLE units_unit ADD CONSTRAINT {name} {definition}")


_INDEXES = """
SELECT quote_ident(c.relname), pg_get_indexdef(c.oid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'units_unit'::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)
ORDER BY c.relname
"""
_SELF_KEYS = """
SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'units_unit'::regclass AND confrelid = conrelid AND contype = 'f'
"""
