"""Founding, renaming, moving, merging and closing units, each under the advisory lock `tree`.

`parent` is the truth; `path` is rewritten for the whole subtree in one statement, which is what the
rooms above listen to (stock follows a unit, history stays).
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from xiaohao.kernel import clock, locks
from xiaohao.kernel.access import By, require_at
from xiaohao.kernel.errors import NotFound, Refused, Stale, Unmet
from xiaohao.trail.actions import note
from xiaohao.units import names
from xiaohao.units.actions.checks import (
    MANAGE,
    call,
    day_wrong,
    drafted,
    ill_told,
    no_lines,
    stands_since,
    still_open,
    unfounded,
    unmovable,
    work_lies,
)
from xiaohao.units.models import Kind, Line, Placement, Unit
from xiaohao.units.queries import LABEL, changes_after, standing
from xiaohao.units.rules import WIDTH, step


@contextmanager
def the_tree() -> Iterator[None]:
    """Nobody else changes the tree inside the block; the database is told what time it is.

    What follows a moved unit there (stocks of figures) bears the moment of our clock.
    """
    with transaction.atomic():
        locks.hold("tree")
        with connection.cursor() as cursor:
            moment = clock.now().isoformat()
            cursor.execute("SELECT set_config('xiaohao.now', %s, true)", [moment])
        yield


def found(
    *,
    by: By,
    code: str,
    name: str,
    level: str,
    kind: str = Kind.REGION,
    parent: Unit | None = None,
    short_name: str = "",
    sectors: Iterable[str] = (),
    founded_on: dt.date | None = None,
) -> Unit:
    """Found a unit under `parent` (only the system founds one without a superior).

    Raises:
        Refused: `code_taken`, `missing`, `too_long`, `unknown_choice`, `level_too_high`,
            `parent_closed`, `too_deep`, `in_future`.
        Forbidden, NotFound: not within the actor's scope.
    """
    require_at(by, MANAGE, parent.path if parent else "")
    unit = drafted(
        code=code, name=name, level=level, kind=kind, short_name=short_name, sectors=sectors,
        founded_on=founded_on,
    )  # fmt: skip
    with the_tree():
        if parent is not None:
            parent = Unit.objects.get(pk=parent.pk)
        _refuse(unfounded(unit, parent))
        _name(unit)
        unit.parent = parent
        unit.save(force_insert=True)
        unit.path = (parent.path if parent else "") + step(unit.pk)
        Unit.objects.filter(pk=unit.pk).update(path=unit.path)
        told = {"code": unit.code, "name": unit.name, "level": level, "kind": unit.kind}
        _note(by, unit, "founded", **told, parent=parent and parent.code)
    return unit


def rename(
    *,
    by: By,
    unit: Unit,
    name: str,
    short_name: str = "",
    day: dt.date | None = None,
    expected: int | None = None,
) -> Unit:
    """Give the unit another name from `day` (today) on; the former one stays on record.

    Raises:
        Refused: `missing`, `too_long`, `unit_closed`, `in_future`, `before_last_change`.
        Stale: the unit has changed since it stood at `expected` (see `queries.standing`).
    """
    require_at(by, MANAGE, unit.path)
    with the_tree():
        fresh, day = _now(unit, expected), day or clock.today()
        former = fresh.name
        call(fresh, name, short_name)
        _refuse([*ill_told(fresh), *still_open(fresh), *day_wrong(fresh, day)])
        if fresh.name != former:
            _keep(fresh, former, fresh.parent_id, day)
        _name(fresh)
        fresh.save(update_fields=["name", "short_name", "pinyin", "initials", "search"])
        _note(by, fresh, "renamed", before=former, after=fresh.name, day=day)
    return fresh


def move(
    *,
    by: By,
    unit: Unit,
    parent: Unit,
    day: dt.date | None = None,
    expected: int | None = None,
) -> Unit:
    """Put the unit, with all below it, under another superior from `day` (today) on.

    Raises:
        Refused: `cycle`, `parent_closed`, `unit_closed`, `level_too_high`, `too_deep`,
            `already_there`, `in_future`, `before_last_change`.
        Stale: the unit has changed since it stood at `expected`.
        NotFound: its old or its new superior lies outside the actor's scope.
    """
    require_at(by, MANAGE, unit.path[:-WIDTH])
    require_at(by, MANAGE, parent.path)
    with the_tree():
        fresh, day = _now(unit, expected), day or clock.today()
        target = Unit.objects.get(pk=parent.pk)
        _refuse([*still_open(fresh), *unmovable(fresh, target), *day_wrong(fresh, day)])
        _move(by, fresh, target, day)
    return fresh


def merge(
    *,
    by: By,
    unit: Unit,
    into: Unit,
    day: dt.date | None = None,
    expected: int | None = None,
) -> Unit:
    """Merge the unit into another: what was below it goes there, itself too, closed.

    What the unit still has open is found, and counted, under the unit it was merged into.

    Raises:
        Refused, Stale, NotFound: as for `move`.
    """
    require_at(by, MANAGE, unit.path[:-WIDTH])
    require_at(by, MANAGE, into.path)
    with the_tree():
        fresh, day = _now(unit, expected), day or clock.today()
        target = Unit.objects.get(pk=into.pk)
        below = list(Unit.objects.filter(parent=fresh, closed_on=None).order_by("code"))
        _refuse([*still_open(fresh), *unmovable(fresh, target, merging=True)])
        _refuse([wrong for one in [fresh, *below] for wrong in day_wrong(one, day)])
        for one in below:
            _move(by, one, target, day)
        _move(by, fresh, target, day)
        fresh.closed_on = day
        fresh.save(update_fields=["closed_on"])
        _note(by, fresh, "merged", into=target.code, day=day, moved=[one.code for one in below])
    return fresh


def close(*, by: By, unit: Unit, day: dt.date | None = None, expected: int | None = None) -> Unit:
    """Close the unit from `day` (today) on. It keeps its records and its place.

    Raises:
        Refused: `unit_closed`, `has_children`, `work_lies_there`, `in_future`,
            `before_last_change`.
        Stale: the unit has changed since it stood at `expected`.
    """
    require_at(by, MANAGE, unit.path[:-WIDTH])
    with the_tree():
        fresh, day = _now(unit, expected), day or clock.today()
        unmet = [*still_open(fresh), *day_wrong(fresh, day)]
        if Unit.objects.filter(parent=fresh, closed_on=None).exists():
            text = _("Units stand below it. Move, merge or close them first.")
            unmet.append(Unmet("has_children", text))
        else:
            unmet += work_lies(fresh)
        _refuse(unmet)
        fresh.closed_on = day
        fresh.save(update_fields=["closed_on"])
        _note(by, fresh, "closed", day=day)
    return fresh


def change(
    *,
    by: By,
    unit: Unit,
    kind: str,
    sectors: Iterable[str],
    expected: int | None = None,
) -> Unit:
    """Set what sort of organisation the unit is, and its sectors.

    Raises:
        Refused: `unknown_choice`, `unit_closed`.
        Stale: the unit has changed since it stood at `expected`.
    """
    require_at(by, MANAGE, unit.path)
    with the_tree():
        fresh = _now(unit, expected)
        fresh.kind, fresh.sectors = kind, list(sectors)
        _refuse([*ill_told(fresh), *still_open(fresh)])
        fresh.save(update_fields=["kind", "sectors"])
        _note(by, fresh, "changed", kind=kind, sectors=fresh.sectors)
    return fresh


def set_lines(*, by: By, unit: Unit, lines: Iterable[str], expected: int | None = None) -> Unit:
    """Say to which lines the unit belongs, with all below it; figures along a line follow at once.

    Args:
        lines: codes of all of them; none takes the unit out of every line.

    Raises:
        Refused: `unknown_line`, `unit_closed`.
        Stale: the unit has changed since it stood at `expected`.
    """
    require_at(by, MANAGE, unit.path)
    wanted = set(lines)
    with the_tree():
        fresh = _now(unit, expected)
        found = {line.code: line for line in Line.objects.filter(code__in=wanted).order_by("code")}
        _refuse([*still_open(fresh), *no_lines(wanted - found.keys())])
        before = sorted(fresh.lines.values_list("code", flat=True))
        if before != sorted(found):
            fresh.lines.set(found.values())
            _note(by, fresh, "lined", before=before, after=sorted(found))
    return fresh


def _now(unit: Unit, expected: int | None) -> Unit:
    """The unit as it stands, locked; a `Stale` answer when it is not what the writer had seen."""
    fresh = Unit.objects.select_for_update().filter(pk=unit.pk).first()
    if fresh is None:
        raise NotFound([Unmet("no_such_unit", _("There is no unit with this code."), "unit")])
    if expected is not None and (stands := standing(fresh)) != expected:
        text = _("Somebody else has changed this meanwhile. Look at what changed, then send again.")
        raise Stale([Unmet("stale", text, "version")], stands, changes_after(fresh, expected))
    return fresh


def _move(by: By, unit: Unit, target: Unit, day: dt.date) -> None:
    former, old = unit.parent, unit.path
    _keep(unit, unit.name, unit.parent_id, day)
    unit.parent, unit.path = target, target.path + step(unit.pk)
    unit.save(update_fields=["parent"])
    rest = Substr(F("path"), len(old) + 1)
    Unit.objects.under(old).update(path=Concat(Value(unit.path), rest))
    before = former.code if former else None
    _note(by, unit, "moved", before=before, after=target.code, day=day)


def _keep(unit: Unit, name: str, parent_id: int | None, day: dt.date) -> None:
    """Write down where the unit stood, and its name, until `day`."""
    since = stands_since(unit)
    if since is None or since < day:
        Placement.objects.create(
            unit=unit, parent_id=parent_id, name=name, during=DateRange(since, day)
        )


def _name(unit: Unit) -> None:
    """Set what follows from the names: sort key, initials, search terms."""
    heard = names.sound(unit.short_name or unit.name)
    unit.pinyin, unit.initials = heard
    unit.search = names.vector(unit.name, unit.short_name, unit.level, heard)


def _refuse(unmet: Iterable[Unmet]) -> None:
    if found := list(unmet):
        raise Refused(found)


def _note(by: By, unit: Unit, what: str, **data: Any) -> None:
    note(label=LABEL, thing_id=unit.pk, by=by, kind=what, data=data)
