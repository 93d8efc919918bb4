"""Importing units by the hundred thousand: one transaction, one COPY.

Ids and paths are given out in memory (under the advisory lock `tree`, so nobody else founds a unit
meanwhile). Where more comes in than is there, the indexes are built once at the end instead of row
by row, and so is the check of the foreign key.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.access import By, require_at
from xiaohao.trail.actions import note
from xiaohao.units import names
from xiaohao.units.actions.tree import MANAGE, the_tree
from xiaohao.units.models import Unit
from xiaohao.units.rules import DEEPEST, LADDER, WIDTH, step
from xiaohao.units.sheets import Bad, Row

REBUILD_FROM = 20_000  # fewer rows than this never make rebuilding the indexes worth while
BLOCK = 2_000  # rows per write to the server
BY_CHARACTER = frozenset({"village", "group"})  # read character by character: there are so many

COLUMNS = (
    "id", "code", "name", "short_name", "level", "kind", "sectors", "parent_id", "path", "pinyin",
    "initials", "search", "founded_on", "closed_on",
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
    """What became of the lines."""

    imported: int = 0
    already: int = 0
    refusals: list[Refusal] = field(default_factory=list)


class _Stand(NamedTuple):
    """What must be known of a unit to put others under it."""

    id: int
    path: str
    level: str
    closed: bool


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

    A code that is there already is counted and left as it is. A line that cannot be taken is
    refused by itself, and so are those that would stand under it; the others are taken.

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
        if work.done.imported:
            with connection.cursor() as cursor:
                cursor.execute("SELECT setval('units_unit_id_seq', %s)", [work.next_id - 1])
                cursor.execute("ANALYZE units_unit")
        data = {
            "source": source,
            "imported": work.done.imported,
            "already": work.done.already,
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
        self.taken: set[str] = set()
        self.waiting: dict[str, list[Row]] = {}
        self.named: dict[tuple[str, str, str], tuple[str, str, str, str]] = {}
        self.today = clock.today().isoformat()
        with connection.cursor() as cursor:
            # The root's id is wanted whatever its own code; it stands under the name "".
            cursor.execute("SELECT code, id, path, level, closed_on IS NOT NULL FROM units_unit")
            for code, *stand in cursor.fetchall():
                self.known[code] = _Stand(*stand)
            cursor.execute("SELECT nextval('units_unit_id_seq')")
            self.first_id = self.next_id = int(cursor.fetchone()[0])
        self.top = next((s for s in self.known.values() if root and s.path == root), None)

    def copy(self, rows: Iterable[Row | Bad], progress: Callable[[int], None] | None) -> None:
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY units_unit ({columns}) FROM STDIN") as copy,
        ):
            block: list[str] = []
            for count, row in enumerate(rows, 1):
                block += self.lines(row)
                if len(block) >= BLOCK:
                    copy.write("".join(block))
                    block = []
                if progress and count % BLOCK == 0:
                    progress(count)
            copy.write("".join(block))
        self.refuse_the_waiting()

    def lines(self, row: Row | Bad) -> list[str]:
        """The lines of COPY that a row gives: its own, and those of rows that waited for it."""
        if isinstance(row, Bad):
            self.refuse(row.file, row.line, row.column, row.code, row.value)
            return []
        if row.code in self.taken:
            self.refuse(row.file, row.line, "code", "double_code", row.code)
            return []
        if row.code in self.known:
            self.done.already += 1
            return []
        stand = self.known.get(row.parent_code) if row.parent_code else self.top
        if stand is None and row.parent_code:
            self.taken.add(row.code)
            self.waiting.setdefault(row.parent_code, []).append(row)
            return []
        self.taken.add(row.code)
        return self.place(row, stand)

    def place(self, row: Row, above: _Stand | None) -> list[str]:
        """The row's line, then those of the rows that waited for it, down to the last."""
        made = []
        todo = [(row, above)]
        while todo:
            row, above = todo.pop()
            if fault := self.misplaced(row, above):
                self.refuse(row.file, row.line, "parent_code", fault, row.parent_code)
                continue
            made.append(self.line(row, above))
            if self.waiting and (waited := self.waiting.pop(row.code, None)):
                stand = self.known[row.code]
                todo += [(one, stand) for one in reversed(waited)]
        return made

    def misplaced(self, row: Row, above: _Stand | None) -> str:
        """Why the row cannot stand under `above`; "" when it can."""
        if above is None:
            return "" if self.by.covers("") else "outside_scope"
        if above.closed:
            return "parent_closed"
        if LADDER.index(row.level) < LADDER.index(above.level):
            return "level_too_high"
        if len(above.path) >= DEEPEST * WIDTH:
            return "too_deep"
        if not self.root or above.path.startswith(self.root) or self.by.covers(above.path):
            return ""
        return "outside_scope"

    def line(self, row: Row, above: _Stand | None) -> str:
        """One line of COPY's text format."""
        number = self.next_id
        self.next_id = number + 1
        path = (above.path if above else "") + step(number)
        self.known[row.code] = _Stand(number, path, row.level, closed=False)
        self.done.imported += 1
        short_name, pinyin, initials, body = self.called(row.name, row.short_name, row.level)
        name = row.name
        if "\\" in name or "\\" in short_name:
            name, short_name = name.replace("\\", "\\\\"), short_name.replace("\\", "\\\\")
        return (
            f"{number}\t{row.code}\t{name}\t{short_name}\t{row.level}\t{row.kind}\t"
            f"{{{','.join(row.sectors)}}}\t{above.id if above else _NULL}\t{path}\t{pinyin}\t"
            f"{initials}\t{names.with_code(row.code, body)}\t{_NULL}\t{_NULL}\n"
        )

    def called(self, name: str, given: str, level: str) -> tuple[str, str, str, str]:
        """Short name, pinyin, initials and search terms; names repeat, so they are kept."""
        key = (name, given, level)
        found = self.named.get(key)
        if found is None:
            short_name = given or names.short(name)
            heard = names.sound(short_name or name, by_phrase=level not in BY_CHARACTER)
            body = names.body(name, short_name, level, heard)
            found = self.named[key] = (short_name, heard.pinyin, heard.initials, body)
        return found

    def refuse_the_waiting(self) -> None:
        """Rows whose superior never came: it is missing, was refused, or waits for them in turn."""
        codes = {row.code for rows in self.waiting.values() for row in rows}
        for parent, rows in self.waiting.items():
            for row in rows:
                code = "parent_not_taken" if parent in codes | self.taken else "unknown_parent"
                self.refuse(row.file, row.line, "parent_code", code, parent)
        self.done.refusals.sort(key=lambda one: (one.file, one.row))

    def refuse(self, file: str, line: int, column: str, code: str, value: str) -> None:
        message = _sentence(code) % {"value": value}
        self.done.refusals.append(Refusal(file, line, column, code, message))


_NULL = "\\N"


def _sentence(code: str) -> str:
    return {
        "columns": _("The line has %(value)s columns, not as many as the head."),
        "missing": _("The column is empty."),
        "too_long": _("“%(value)s…” is too long."),
        "unknown_level": _("“%(value)s” is no level: province, city, county, township, village …"),
        "unknown_kind": _("“%(value)s” is no kind of unit."),
        "unknown_sector": _("“%(value)s” is no sector, or not all of it is."),
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
