"""Reading the tree: search, ancestors, children, head-counts; today's tree or that of a day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.paging import Page, take
from xiaohao.trail.queries import changes_of, last_event, standing_of
from xiaohao.units import names
from xiaohao.units.abbreviated import shortened
from xiaohao.units.fields import UnitPicker
from xiaohao.units.matching import SURE, Match, matches, meant
from xiaohao.units.models import HeadCount, Level, Line, Placement, Unit, UnitQuerySet
from xiaohao.units.rules import CODE, LADDER, common, ids, is_within, step
from xiaohao.units.telling import TellingNames
from xiaohao.units.work import (
    Work,
    and_what_went_into,
    stay_in_use,
    stays_in_use,
    tell_work,
    work_at,
)

__all__ = [
    "SURE", "Match", "Place", "TellingNames", "UnitPicker", "Work", "ancestors",
    "and_what_went_into", "around", "by_code", "called", "changes_after", "children",
    "common", "descendants", "head_counts", "history", "ids", "is_within", "labels", "line_by_code",
    "line_counts", "lines_of", "matches", "named", "of_line", "search",
    "shown_path", "standing", "stay_in_use", "stays_in_use", "step", "tell_work",
    "tree_asof", "work_at",
]  # fmt: skip

LABEL = "units.unit"
_NAMED = 5  # units named to somebody who has to choose
ENOUGH = 200  # candidates looked at per kind of answer, before they are put in order


def by_code(code: str) -> Unit:
    """The unit with that code, closed or not.

    Raises:
        NotFound: there is none.
    """
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise NotFound([Unmet("no_such_unit", _("There is no unit with this code."), "unit")])
    return unit


def named(typed: str, field: str = "unit", within: str = "") -> Unit:
    """The unit in use that was picked by code, or typed by a name that only one unit bears.

    Raises:
        Refused: `no_such_unit`, or `unit_unclear` when several bear the name; both on `field`.
    """
    typed = typed.strip()
    match = meant(typed, within) if typed else None
    if match and match.unit:
        found = [match.unit, *match.others]
        alone = _is_alone(match)
    else:
        found = search(typed, within=within, limit=_NAMED + 1)
        alone = len(found) == 1
    if alone:
        return found[0]
    told = {"typed": typed[:80]}
    if not found:
        text = _("There is no unit called “%(typed)s”.") % told
        raise Refused.because("no_such_unit", text, field)
    above = labels(found[:_NAMED])
    told["units"] = "、".join(
        f"{one.shown} ({above[one.pk]})" if above[one.pk] else one.shown for one in found[:_NAMED]
    )
    text = _(
        "“%(typed)s” may mean several units: %(units)s … Choose one from the list, or write its "
        "whole name with its place."
    )
    raise Refused.because("unit_unclear", text % told, field)


def called(typed: str, within: str = "") -> Unit | None:
    """The only unit in use that is meant by a code or a name as people write it, else None.

    Names whole and short, old names, names behind their superior's, and short forms (住建委): as
    an import understands them.
    """
    match = meant(typed.strip(), within) if typed.strip() else None
    return match.unit if match and _is_alone(match) else None


def _is_alone(match: Match) -> bool:
    return match.is_sure and not match.others


def ancestors(unit: Unit) -> list[Unit]:
    """Superiors of `unit` in today's tree, the highest first, without itself. One query."""
    return list(Unit.objects.filter(id__in=ids(unit.path)[:-1]).order_by("path"))


def descendants(unit: Unit) -> UnitQuerySet:
    """Everything below `unit` in today's tree, without itself, closed ones too."""
    return Unit.objects.under(unit.path).exclude(pk=unit.pk)


def children(unit: Unit | None, cursor: str | None = None, size: int = 100) -> Page[Unit]:
    """One page of the units directly below `unit` (of the roots for None), by code."""
    return take(Unit.objects.filter(parent=unit), ["code"], cursor, size)


def line_by_code(code: str) -> Line:
    """The line with that code.

    Raises:
        NotFound: there is none.
    """
    line = Line.objects.filter(code=code).first()
    if line is None:
        text = _("There is no line “%(code)s”.") % {"code": code[:40]}
        raise NotFound([Unmet("no_such_line", text, "line")])
    return line


def line_counts() -> list[tuple[Line, int]]:
    """Every line, and how many units bear it themselves."""
    rows = Line.objects.annotate(bearers=Count("units")).order_by("code")
    return [(line, line.bearers) for line in rows]


def lines_of(unit: Unit) -> list[Line]:
    """The lines that the unit itself bears; those of its superiors cover it, too."""
    return list(unit.lines.order_by("code"))


def of_line(line: Line, cursor: str | None = None, size: int = 100) -> Page[Unit]:
    """One page of the units that bear a line themselves, by code."""
    return take(Unit.objects.filter(lines=line), ["code"], cursor, size)


def labels(units: Iterable[Unit]) -> dict[int, str]:
    """For each unit, its superiors' names in one line, to tell twins apart. One query for all."""
    wanted = list(units)
    steps = {unit.pk: ids(unit.path)[:-1] for unit in wanted}
    above = {pk for path in steps.values() for pk in path}
    named = {u.pk: u.shown for u in Unit.objects.filter(id__in=above).order_by()}
    return {
        pk: " › ".join(named[step] for step in path if step in named) for pk, path in steps.items()
    }


def shown_path(unit: Unit) -> str:
    """`河西区 › 梅江街道 › 致和社区`: the unit with its superiors, on one line."""
    return " › ".join([*(above.shown for above in ancestors(unit)), unit.shown])


def search(
    typed: str,
    *,
    within: str = "",
    among: Q | None = None,
    closed: bool = False,
    limit: int = 20,
    near: str = "",
) -> list[Unit]:
    """Units by name, short name, pinyin, initials or code; the likeliest first.

    Exact names come first, then higher levels, then shorter names. Of several words the last names
    the unit and the others its superiors: `河西 梅江`. What is left of `limit` is given to units of
    whose names this is a short form: `住建委`.

    Args:
        typed: what somebody typed.
        within: only in the subtree of this path.
        among: a further condition, e.g. `Q(kind="region")`.
        closed: also units that are closed.
        limit: how many at most.
        near: those in the subtree of this path before all others that are named as well.
    """
    units: UnitQuerySet = Unit.objects.order_by()
    if not closed:
        units = units.active()
    if within:
        units = units.under(within)
    if among is not None:
        units = units.filter(among)
    found = _ordered(_candidates(units, typed, near), typed, near)
    above, _space, last = typed.strip().rpartition(" ")
    if not found and above and last:
        found = _ordered(_candidates(units.filter(_under_any(above)), last), last, near)
    if len(found) < limit:
        known = {unit.pk for unit in found}
        found += [unit for unit in shortened(units, typed)[0] if unit.pk not in known]
    return found[:limit]


def _candidates(units: UnitQuerySet, typed: str, near: str = "") -> list[Unit]:
    """At most five times `ENOUGH` units: a word in every name costs no more than another."""
    typed = typed.strip()
    terms, exact = names.query(typed), names.exactly(typed)
    sorts = []
    if exact:
        sorts.append(units.filter(search__has=exact)[:ENOUGH])
    if terms and near:
        sorts.append(units.under(near).filter(search__has=terms)[:ENOUGH])
    if terms:
        sorts.append(units.filter(search__has=f"({terms}) & '{names.UPPER}'")[:ENOUGH])
        sorts.append(units.filter(search__has=terms)[:ENOUGH])
    if CODE.fullmatch(typed) and typed.isascii():
        begins = Q(code__startswith=typed) | Q(code__startswith=typed.upper())
        sorts.append(units.filter(begins).order_by("code")[:ENOUGH])
    if not sorts:
        return []
    return list(sorts[0].union(*sorts[1:], all=True) if len(sorts) > 1 else sorts[0])


def around(path: str) -> str:
    """The path of the county or district in which the unit at `path` lies; its own above those."""
    keys = ids(path)
    rows = Unit.objects.filter(pk__in=keys, level=Level.COUNTY).order_by("path")
    return rows.values_list("path", flat=True).first() or path


def _under_any(typed: str) -> Q:
    """Units below those that `typed` names."""
    terms = names.query(typed.replace(" ", ""))
    if terms is None:
        return Q(pk=None)
    upper = Unit.objects.filter(search__has=f"({terms}) & '{names.UPPER}'").order_by("path")
    condition = Q(pk=None)
    for path in upper.values_list("path", flat=True)[:50]:
        condition |= Q(path__gt=path, path__lt=path + "~")
    return condition


def _ordered(found: Iterable[Unit], typed: str, near: str = "") -> list[Unit]:
    """The likeliest first; who typed characters does not mean a name that only sounds alike."""
    whole = typed.strip()
    one, upper = {whole, names.short(whole) or whole}, whole.upper()

    def rank(unit: Unit) -> tuple[bool, bool, int, int, str, str]:
        exact = unit.code == upper or unit.name in one or unit.short_name in one
        level = LADDER.index(unit.level)
        far = not unit.path.startswith(near)
        return not exact, far, level, len(unit.name), unit.pinyin, unit.code

    signs = names.signs(typed)
    likely = {u.pk: u for u in found if signs <= names.signs(u.name + u.short_name)}
    return sorted(likely.values(), key=rank)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as it stood on some day: id, code, and the name it bore then."""

    id: int
    code: str
    name: str


_UP = """
WITH RECURSIVE up AS (
  SELECT %(unit)s::bigint AS id, 0 AS height
  UNION ALL
  SELECT CASE WHEN p.id IS NULL THEN u.parent_id ELSE p.parent_id END, up.height + 1
  FROM up JOIN units_unit u ON u.id = up.id
  LEFT JOIN units_placement p ON p.unit_id = u.id AND p.during @> %(day)s::date
  WHERE up.height < 50
)
SELECT u.id, u.code, coalesce(p.name, u.name)
FROM up JOIN units_unit u ON u.id = up.id
LEFT JOIN units_placement p ON p.unit_id = u.id AND p.during @> %(day)s::date
ORDER BY up.height DESC
"""


def tree_asof(unit: Unit, day: dt.date) -> list[Place]:
    """The unit and its superiors as they stood on `day`, the highest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_UP, {"unit": unit.pk, "day": day})
        return [Place(*row) for row in cursor.fetchall()]


_DOWN = """
WITH RECURSIVE moved AS MATERIALIZED (
  SELECT unit_id, parent_id FROM units_placement WHERE during @> %(day)s::date
), down AS (
  SELECT %(unit)s::bigint AS id
  UNION ALL
  (WITH level AS (SELECT id FROM down)
   SELECT u.id FROM level JOIN units_unit u ON u.parent_id = level.id
   WHERE NOT EXISTS (SELECT FROM moved WHERE moved.unit_id = u.id)
   UNION ALL
   SELECT moved.unit_id FROM level JOIN moved ON moved.parent_id = level.id)
)
SELECT u.id FROM down JOIN units_unit u USING (id)
WHERE (u.founded_on IS NULL OR u.founded_on <= %(day)s)
  AND (u.closed_on IS NULL OR u.closed_on > %(day)s)
"""

_COUNT = """
SELECT coalesce(sum(latest.value), 0)::bigint, count(*)
FROM (SELECT DISTINCT ON (unit_id) unit_id, value FROM units_headcount
      WHERE measure = %(measure)s AND day <= %(day)s ORDER BY unit_id, day DESC) latest
WHERE latest.unit_id IN ({members})
"""

_MEMBERS_NOW = """
SELECT id FROM units_unit
WHERE path >= %(path)s AND path < %(path)s || '~'
  AND (founded_on IS NULL OR founded_on <= %(day)s)
  AND (closed_on IS NULL OR closed_on > %(day)s)
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A head-count rolled up: the sum, and from how many units it is known."""

    measure: str
    value: int
    units: int

    @property
    def label(self) -> str:
        """What is counted, in words."""
        return str(HeadCount.Measure(self.measure).label)


def head_counts(unit: Unit, day: dt.date | None = None) -> list[Counted]:
    """Head-counts of the unit's subtree as of `day`, rolled up over that day's tree.

    Each unit gives its newest count of or before that day. Measures that no unit knows are left
    out. Never count the same heads at a unit and again at its superior.
    """
    day = day or clock.today()
    differs = Placement.objects.filter(during__contains=day).exists()
    members = _DOWN if differs else _MEMBERS_NOW
    told: dict[str, int | str | dt.date] = {"unit": unit.pk, "path": unit.path, "day": day}
    found = []
    with connection.cursor() as cursor:
        for measure in HeadCount.Measure.values:
            cursor.execute(_COUNT.format(members=members), told | {"measure": measure})
            value, units = cursor.fetchone()
            if units:
                found.append(Counted(measure, value, units))
    return found


def history(unit: Unit) -> QuerySet[Placement]:
    """Where the unit stood before and under which names, oldest first."""
    return Placement.objects.filter(unit=unit).select_related("parent").order_by("during")


def standing(unit: Unit) -> int:
    """How many changes the unit has seen: what a form shows, to notice a change meanwhile."""
    event = last_event(LABEL, unit.pk)
    return event.seq if event else 0


def standings(units: Iterable[Unit]) -> dict[int, int]:
    """What `standing` gives for each of these units by its id, in one query; none for no change."""
    return standing_of(LABEL, [unit.pk for unit in units])


def changes_after(unit: Unit, seen: int) -> list[dict[str, Any]]:
    """What happened to the unit since it stood at `seen`, oldest first."""
    return changes_of(LABEL, unit.pk, seen)
