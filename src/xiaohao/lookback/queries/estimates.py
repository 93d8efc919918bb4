"""How many closings were true: estimated from re-checks, per unit and category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import ids
from xiaohao.lookback.models import Recheck, Round
from xiaohao.lookback.rules import Checked, Estimate, Result, estimate
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Estimated:
    """One line: a unit or a category with its estimate."""

    code: str
    name: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Outlook:
    """The estimates at a unit for closings of one age.

    Attributes:
        owner: the unit whose rounds they rest on; None when nothing has been drawn.
        waiting: re-checks of these rounds that have no result yet; they are left out.
    """

    unit: Unit
    wave: int
    owner: Unit | None
    whole: Estimate
    waiting: int
    children: Sequence[Estimated]
    categories: Sequence[Estimated]


def outlook(actor: Actor, code: str, wave: int) -> Outlook:
    """The estimates at the unit of that code (the actor's own without one).

    They rest on the rounds of one unit: the highest at or above the one asked for that has drawn
    any, so that a closing is never counted twice.

    Raises:
        NotFound: a unit outside his area.
    """
    unit = _unit(actor, code)
    owner = _owner(unit, wave)
    rows = _rows(owner, wave) if owner else []
    done = [row for row in rows if row["result"]]
    return Outlook(
        unit,
        wave,
        owner,
        _of(done, lambda row: row["unit__path"].startswith(unit.path)),
        sum(not row["result"] and row["unit__path"].startswith(unit.path) for row in rows),
        _children(unit, done),
        _categories(unit, done),
    )


def _unit(actor: Actor, code: str) -> Unit:
    rows = Unit.objects.under(actor.unit_path)
    found = rows.filter(**({"code": code} if code else {"pk": actor.unit_id})).first()
    if found is None:
        text = _("There is no unit “%(code)s” in your area.") % {"code": code}
        raise NotFound([Unmet("not_found", text, "unit")])
    return found


def _owner(unit: Unit, wave: int) -> Unit | None:
    drawn = Round.objects.filter(wave=wave, drawn_at__isnull=False, unit_id__in=ids(unit.path))
    first = drawn.select_related("unit").order_by("unit__path").first()
    return first.unit if first else None


def _rows(owner: Unit, wave: int) -> list[Row]:
    rows = Recheck.objects.filter(round__unit=owner, round__wave=wave).order_by("id")
    return list(rows.values("round_id", "chance", "result", "unit__path", "category_id"))


def _of(rows: Sequence[Row], inside: Any) -> Estimate:
    return estimate(
        Checked(row["round_id"], row["chance"], row["result"] == Result.FIXED, inside(row))
        for row in rows
    )


def _children(unit: Unit, rows: Sequence[Row]) -> list[Estimated]:
    """One line for each unit right below that has closings re-checked."""
    depth = len(ids(unit.path))
    below = [row for row in rows if row["unit__path"].startswith(unit.path)]
    keys = {chain[depth] for row in below if len(chain := ids(row["unit__path"])) > depth}
    units = Unit.objects.filter(pk__in=keys).order_by("path")
    return [
        Estimated(
            one.code,
            one.shown,
            _of(rows, lambda row, at=one.path: row["unit__path"].startswith(at)),
        )
        for one in units
    ]


def _categories(unit: Unit, rows: Sequence[Row]) -> list[Estimated]:
    """One line for each category that has closings re-checked there."""
    below = [row for row in rows if row["unit__path"].startswith(unit.path)]
    keys = {row["category_id"] for row in below} - {None}
    found = []
    for one in Category.objects.filter(pk__in=keys).order_by("code"):

        def inside(row: Row, key: int = one.pk) -> bool:
            return row["category_id"] == key and row["unit__path"].startswith(unit.path)

        found.append(Estimated(one.code, one.label, _of(rows, inside)))
    return found
