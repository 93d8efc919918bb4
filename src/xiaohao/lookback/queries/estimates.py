"""How many closings were true: estimated from re-checks, per unit and category."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import ids
from xiaohao.lookback.models import Recheck, Round
from xiaohao.lookback.rules import WAVES, Checked, Estimate, Result, estimate
from xiaohao.triage.models import Category
from xiaohao.triage.queries import category_lines
from xiaohao.units.models import Unit

USUAL = 30  # days after closing, where nothing has been checked again
Row = Mapping[str, Any]


def _lies_under(row: Row, unit: Unit) -> bool:
    return str(row["unit__path"]).startswith(unit.path)


@dataclass(frozen=True, slots=True)
class Estimated:
    """One line: a unit or a category with all that belongs to it, and the estimate.

    Attributes:
        has_parts: whether re-checks of it can be told apart further.
    """

    code: str
    name: str
    estimate: Estimate
    has_parts: bool = True


@dataclass(frozen=True, slots=True)
class Outlook:
    """The estimates at a unit for closings of one age.

    Attributes:
        owner: the unit whose rounds they rest on; None when nothing has been drawn.
        waiting: re-checks there that have no result yet and are left out; None for those whose
            own closings may be among them.
        category: whose parts `categories` are; None for those of the first level.
    """

    unit: Unit
    wave: int
    owner: Unit | None
    whole: Estimate
    waiting: int | None
    children: Sequence[Estimated]
    categories: Sequence[Estimated]
    category: Category | None


def outlook(actor: Actor, code: str, wave: int, category: str = "") -> Outlook:
    """The estimates at the unit of that code (the actor's own without one).

    Categories are taken together at the first level, where samples are large enough to tell; with
    the code of a `category`, those right below it are told apart, and what is of itself alone.

    They rest on the rounds of one unit: the highest at or above the one asked for that has drawn
    any, so that a closing is never counted twice.

    Raises:
        NotFound: a unit outside his area, or no such category.
    """
    unit = unit_of(actor, code)
    chosen = _category(category)
    owner = owner_of(unit, wave)
    rows = _rows(owner, wave) if owner else []
    done = [row for row in rows if row["result"]]
    waiting = sum(not row["result"] and _lies_under(row, unit) for row in rows)
    return Outlook(
        unit,
        wave,
        owner,
        _of(done, lambda row: _lies_under(row, unit)),
        waiting if owner and owner.path.startswith(actor.unit_path) else None,
        _children(unit, done),
        _categories(unit, done, chosen),
        chosen,
    )


def wave_of(typed: str) -> int:
    """The age of closings that an address names, in days; that of the latest re-checks without."""
    return int(typed) if typed in map(str, WAVES) else latest_wave(USUAL)


def latest_wave(otherwise: int) -> int:
    """The age whose re-checks came in last: what an unasked reader wants to see."""
    last = Recheck.objects.filter(done_at__isnull=False).order_by("-done_at", "-id")
    return last.values_list("round__wave", flat=True).first() or otherwise


def unit_of(actor: Actor, code: str) -> Unit:
    """The unit of that code in the actor's area; his own without one.

    Raises:
        NotFound: there is none there.
    """
    rows = Unit.objects.under(actor.unit_path)
    found = rows.filter(**({"code": code} if code else {"pk": actor.unit_id})).first()
    if found is None:
        text = _("There is no unit “%(code)s” in your area.") % {"code": code}
        raise NotFound([Unmet("not_found", text, "unit")])
    return found


def owner_of(unit: Unit, wave: int) -> Unit | None:
    """The unit whose rounds tell of `unit`: the highest at or above it that has drawn any."""
    drawn = Round.objects.filter(wave=wave, drawn_at__isnull=False, unit_id__in=ids(unit.path))
    first = drawn.select_related("unit").order_by("unit__path").first()
    return first.unit if first else None


def _rows(owner: Unit, wave: int) -> list[Row]:
    rows = Recheck.objects.filter(round__unit=owner, round__wave=wave).order_by("id")
    return list(rows.values("round_id", "chance", "result", "unit__path", "category_id"))


def _of(rows: Sequence[Row], inside: Callable[[Row], bool]) -> Estimate:
    return estimate(
        Checked(row["round_id"], row["chance"], row["result"] == Result.FIXED, inside(row))
        for row in rows
    )


def _children(unit: Unit, rows: Sequence[Row]) -> list[Estimated]:
    """One line for each unit right below that has closings re-checked."""
    depth = len(ids(unit.path))
    chains = [ids(row["unit__path"]) for row in rows if _lies_under(row, unit)]
    keys = {chain[depth] for chain in chains if len(chain) > depth}
    found = []
    for one in Unit.objects.filter(pk__in=keys).order_by("path"):
        inside = partial(_lies_under, unit=one)
        found.append(Estimated(one.code, one.shown, _of(rows, inside)))
    return found


def _category(code: str) -> Category | None:
    if not code:
        return None
    found = Category.objects.filter(code=code).first()
    if found is None:
        text = _("There is no category “%(code)s”.") % {"code": code}
        raise NotFound([Unmet("not_found", text, "category")])
    return found


def _categories(unit: Unit, rows: Sequence[Row], chosen: Category | None) -> list[Estimated]:
    """One line for each category right below the chosen one that has closings re-checked there."""
    lines = category_lines()
    keys = {row["category_id"] for row in rows if _lies_under(row, unit)} - {None}
    parts: dict[int, set[int]] = {}
    for key in keys:
        if (step := _step(lines[key], chosen)) is not None:
            parts.setdefault(step.pk, set()).add(key)
    found = []
    for key, members in parts.items():
        one = lines[key][-1]
        inside = partial(_is_about, unit=unit, members=members)
        deeper = one != chosen and members != {key}
        found.append(Estimated(one.code, one.label, _of(rows, inside), deeper))
    return sorted(found, key=lambda one: (-one.estimate.checked, one.code))


def _step(line: Sequence[Category], chosen: Category | None) -> Category | None:
    """Of a category's line, the one right below the chosen, or the chosen; None outside it."""
    if chosen is None:
        return line[0]
    if chosen not in line:
        return None
    return line[min(line.index(chosen) + 1, len(line) - 1)]


def _is_about(row: Row, unit: Unit, members: set[int]) -> bool:
    return row["category_id"] in members and _lies_under(row, unit)
