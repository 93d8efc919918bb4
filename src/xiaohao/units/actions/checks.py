"""What stands in the way of writing the tree, told without writing."""

import copy
import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import Max
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.access import By, require_at
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.series import listed
from xiaohao.kernel.text import clean
from xiaohao.units import names
from xiaohao.units.models import Kind, Level, Line, Placement, Sector, Unit
from xiaohao.units.queries import work_at
from xiaohao.units.rules import CODE, DEEPEST, WIDTH, fits_under, is_within

MANAGE = Permission.MANAGE_UNITS


def against_found(
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
) -> list[Unmet]:
    """What stands in the way of founding such a unit.

    Raises:
        Forbidden, NotFound: as `found`.
    """
    require_at(by, MANAGE, parent.path if parent else "")
    unit = drafted(
        code=code, name=name, level=level, kind=kind, short_name=short_name, sectors=sectors,
        founded_on=founded_on,
    )  # fmt: skip
    return unfounded(unit, parent)


def against_rename(*, by: By, unit: Unit, name: str, short_name: str = "") -> list[Unmet]:
    """What stands in the way of such a name from today on.

    Raises:
        Forbidden, NotFound: as `rename`.
    """
    require_at(by, MANAGE, unit.path)
    asked = copy.copy(unit)
    call(asked, name, short_name)
    return [*ill_told(asked), *still_open(asked), *day_wrong(asked, clock.today())]


def against_change(*, by: By, unit: Unit, kind: str, sectors: Iterable[str]) -> list[Unmet]:
    """What stands in the way of the unit being of that sort.

    Raises:
        Forbidden, NotFound: as `change`.
    """
    require_at(by, MANAGE, unit.path)
    asked = copy.copy(unit)
    asked.kind, asked.sectors = kind, list(sectors)
    return [*ill_told(asked), *still_open(asked)]


def against_lines(*, by: By, unit: Unit, lines: Iterable[str]) -> list[Unmet]:
    """What stands in the way of the unit belonging to these lines.

    Raises:
        Forbidden, NotFound: as `set_lines`.
    """
    require_at(by, MANAGE, unit.path)
    wanted = set(lines)
    known = Line.objects.filter(code__in=wanted).order_by("code").values_list("code", flat=True)
    return [*still_open(unit), *no_lines(wanted - set(known))]


def drafted(
    *,
    code: str,
    name: str,
    level: str,
    kind: str,
    short_name: str,
    sectors: Iterable[str],
    founded_on: dt.date | None,
) -> Unit:
    """A unit as it was told, not written yet."""
    unit = Unit(
        code=clean(code),
        level=level,
        kind=kind,
        sectors=list(sectors),
        founded_on=founded_on or clock.today(),
    )
    call(unit, name, short_name)
    return unit


def call(unit: Unit, name: str, short_name: str) -> None:
    """Give the unit its names; a short one that was left out follows from the whole one."""
    unit.name = clean(name)
    unit.short_name = clean(short_name) or names.short(unit.name)


def unfounded(unit: Unit, parent: Unit | None) -> list[Unmet]:
    """What stands in the way of founding the unit there."""
    unmet = [*ill_told(unit), *misplaced(unit, parent)]
    if Unit.objects.filter(code=unit.code).exists():
        unmet.append(Unmet("code_taken", _("Another unit has this code."), "code"))
    return unmet


def no_lines(unknown: Iterable[str]) -> Iterator[Unmet]:
    """Codes that no line has; the first is named."""
    for code in sorted(unknown)[:1]:
        text = _("There is no line “%(code)s”.") % {"code": code}
        yield Unmet("unknown_line", text, "lines")


def stands_since(unit: Unit) -> dt.date | None:
    """Since when the unit stands where it stands; None when nobody knows."""
    last: dt.date | None = Placement.objects.filter(unit=unit).aggregate(
        last=Max("during__endswith")
    )["last"]
    return last or unit.founded_on


def ill_told(unit: Unit) -> Iterator[Unmet]:
    """What of it is missing, too long, or none of what is offered."""
    told = (("code", unit.code, 40), ("name", unit.name, 200), ("short_name", unit.short_name, 80))
    for field, value, most in told:
        if not value and field != "short_name":
            yield Unmet("missing", _("This is needed."), field)
        if len(value) > most:
            text = _("At most %(most)s characters.") % {"most": most}
            yield Unmet("too_long", text, field)
    if unit.code and not CODE.fullmatch(unit.code):
        text = _("A code is made of letters, digits, points, dashes and underlines.")
        yield Unmet("bad_code", text, "code")
    chosen = (("level", [unit.level], Level.values), ("kind", [unit.kind], Kind.values))
    for field, values, known in (*chosen, ("sectors", unit.sectors, Sector.values)):
        if set(values) - set(known):
            yield Unmet("unknown_choice", _("Choose one of those offered."), field)
    if unit.founded_on and unit.founded_on > clock.today():
        yield Unmet("in_future", _("The day lies in the future."), "founded_on")


def misplaced(unit: Unit, parent: Unit | None, height: int = 1) -> Iterator[Unmet]:
    """Why a unit cannot stand under that superior."""
    if parent is None:
        return
    if parent.closed_on:
        yield Unmet("parent_closed", _("The superior unit is closed."), "parent")
    if unit.level in Level.values and not fits_under(unit.level, parent.level):
        text = _("A unit cannot stand under one of a lower level.")
        yield Unmet("level_too_high", text, "parent")
    if len(parent.path) // WIDTH + height > DEEPEST:
        text = _("The tree holds at most %(deepest)s levels.") % {"deepest": DEEPEST}
        yield Unmet("too_deep", text, "parent")


def unmovable(unit: Unit, target: Unit, *, merging: bool = False) -> Iterator[Unmet]:
    """Why a unit cannot go under another."""
    if is_within(target.path, unit.path):
        text = _("A unit cannot stand under itself or under one of its own.")
        yield Unmet("cycle", text, "parent")
        return
    if unit.parent_id == target.pk and not merging:
        yield Unmet("already_there", _("It stands there already."), "parent")
    deepest = Unit.objects.under(unit.path).aggregate(most=Max(Length("path")))["most"]
    yield from misplaced(unit, target, (deepest - len(unit.path)) // WIDTH + 1)


def still_open(unit: Unit) -> Iterator[Unmet]:
    """Nothing is done to a closed unit."""
    if unit.closed_on:
        yield Unmet("unit_closed", _("The unit is closed."))


def work_lies(unit: Unit) -> Iterator[Unmet]:
    """What waits for the unit would wait for nobody. A merger takes it along."""
    if lying := listed(one.words for one in work_at(unit) if one.stays):
        text = _(
            "With it still lie: %(what)s. Merge it into the unit that takes over its duties, and "
            "they go along; or have them handed on or struck off first."
        )
        yield Unmet("work_lies_there", text % {"what": lying})


def day_wrong(unit: Unit, day: dt.date) -> Iterator[Unmet]:
    """Why the unit cannot change on that day."""
    if day > clock.today():
        yield Unmet("in_future", _("The day lies in the future."), "day")
    since = stands_since(unit)
    if since and day < since:
        text = _("“%(unit)s” has stood as it is only since %(since)s.")
        told = {"unit": unit.name, "since": since.isoformat()}
        yield Unmet("before_last_change", text % told, "day")
