"""How a list's workbook comes back: by what its rows are known, and what in them a hand may write.

Every cell of a row is held against what the list would say of the record now. What differs is a
change: it is made by the room's own actions, with the gate of whoever sends the sheet, or refused.
A list without a `Hand` is a record of what happened: its sheet is verified, never taken.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from xiaohao.exchange.lists.naming import Naming
from xiaohao.exchange.rules.cells import bare
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Answer, Unmet

Typed = Mapping[str, Any]
Thing = TypeVar("Thing", bound=Model)
VERSION, WHY = "version", "why"  # columns that say something about the row itself
AHEAD = frozenset({"deadline", "final"})  # columns of days that lie ahead


@dataclass(frozen=True, slots=True)
class Act:
    """One of a room's own actions, as a row asks for it.

    Attributes:
        columns: keys of the columns that ask for it, the first for what belongs to none.
        against: what stands in its way; writes nothing. May raise an `Answer` instead.
        take: does it; gives what was written.
        fields: names of the action's inputs that stand in columns of other names.
        row: in which it is asked for; 0 for the record's own.
        rows: of an action with several things in it: the row of each, as `things.0.name` counts.
    """

    columns: Sequence[str]
    against: Callable[[], Sequence[Unmet]]
    take: Callable[[], Any]
    fields: Mapping[str, str] = field(default_factory=dict)
    row: int = 0
    rows: Sequence[int] = ()

    def faults(self) -> list[tuple[int, str, Unmet]]:
        """What stands in its way, each with its row and the key of the column it is about."""
        try:
            found = list(self.against())
        except Answer as answer:
            found = list(answer.unmet)
        return [(*self._place(one.field or ""), one) for one in found]

    def _place(self, name: str) -> tuple[int, str]:
        first, *more = name.split(".")
        if self.rows and len(more) > 1 and more[0].isdecimal() and int(more[0]) < len(self.rows):
            return self.rows[int(more[0])], self._column(more[1])
        return self.row, self._column(first)

    def _column(self, name: str) -> str:
        return self.fields.get(name, name if name in {*self.columns, WHY} else self.columns[0])


@dataclass(frozen=True, slots=True)
class Part:
    """A row under a record in which something was typed.

    Attributes:
        thing: what of the record it shows; None for one that a hand has added.
        typed: what was typed in the columns that differ, with `why`.
    """

    row: int
    thing: Any
    typed: dict[str, Any]


@dataclass(slots=True)
class Desk:
    """Where a sheet is read: who sent it, and the names in it that were looked up already.

    Attributes:
        naming: how units and posts are called where it is read.
        coming: new things of the file by their key, as far as rows under them look at them.
        lost: keys of those that cannot be taken.
    """

    actor: Actor
    naming: Naming = field(init=False)
    coming: dict[str, Any] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    _things: dict[tuple[type, int], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Call things as they are told apart in the sender's area."""
        self.naming = Naming(self.actor)

    def same(self, thing: Thing) -> Thing:
        """The record as an earlier sheet read it: what that one writes, this one knows of."""
        found: Thing = self._things.setdefault((type(thing), thing.pk), thing)
        return found

    def unit(self, typed: str) -> Any:
        """The unit in the sender's area that is called so; what was typed when it is not sure."""
        return self.naming.unit(typed)

    def post(self, typed: str) -> str:
        """The code of the post that a list shows so (“unit · title”); else what was typed."""
        return self.naming.post(typed)


@dataclass(frozen=True, slots=True)
class Hand:
    """What of a sheet may be filled in by hand.

    Attributes:
        may_change: keys of the columns in which a row on record may differ.
        changed: from the record as its columns read it, and what was typed in those that differ
            (with `why`), to the actions that make it so, in order.
        new: keys of the columns that make a new row.
        entered: from what was typed in them to the action; None where no row may be added.
        named: whether whoever adds a row gives it its key, such as a code.
        parted: from the record and the rows under it in which something differs to the actions.
        new_part: keys of the columns that make a new row under a record.
        depths: from all new rows of a sheet, before any is judged: by key how far each stands below
            what is on record. The higher ones are judged and taken first.
        tree: whether its actions hold the tree of units: it is taken before any single thing.
    """

    may_change: Sequence[str] = ()
    changed: Callable[[Desk, Any, Typed], Sequence[Act]] = lambda _desk, _thing, _typed: ()
    new: Sequence[str] = ()
    entered: Callable[[Desk, Typed], Act] | None = None
    named: bool = False
    parted: Callable[[Desk, Any, Sequence[Part]], Sequence[Act]] = lambda _desk, _thing, _parts: ()
    new_part: Sequence[str] = ()
    depths: Callable[[Desk, Sequence[Typed]], Mapping[str, int]] = lambda _desk, _rows: {}
    tree: bool = False


@dataclass(frozen=True, slots=True)
class Back:
    """How a sheet comes back.

    Attributes:
        key: key of the column by which a row is known; it is never empty on record.
        known: the records of these keys that the actor may see, as the sheet's columns read them.
        where: on which page it is changed, in words.
        hand: what may be filled in; None for a record of what happened.
        version: of the record, from what its columns read; the sheet names the one that it shows.
            It grows with each change of what the columns show, but for those that are `derived`.
        part: key of the column by which one of several rows under a record is known; by their
            order when left out.
    """

    key: str
    known: Callable[[Actor, Sequence[str]], Iterable[Any]]
    where: Any
    hand: Hand | None = None
    version: Callable[[Any], int] | None = None
    part: str = ""


def versioned(thing: Any) -> int:
    """The version of a record that its columns read as it is."""
    return int(thing.version)


def numbered(keys: Iterable[str], id_of: Callable[[str], int | None] | None = None) -> list[int]:
    """The ids behind the numbers in a key column; what can be none is left out."""
    found = [id_of(key) if id_of else _whole(key) for key in keys]
    return [one for one in found if one is not None]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004 (bigint)


def chosen(typed: str, names: Mapping[Any, Any]) -> str:
    """The value that is called so in the sheet's language, or bears that code; else as typed."""
    for value, name in names.items():
        if typed in {str(name), str(value)}:
            return str(value)
    return typed


def cleared(typed: str) -> str:
    """What was typed; nothing for a word that says so (无, none): an empty cell takes nothing."""
    return bare(typed) and typed


def unknown(what: str, column: str) -> Unmet:
    """Nothing of that name is found."""
    text = _("“%(what)s” is not found in your area.") % {"what": what[:60]}
    return Unmet("not_found", text, column)
