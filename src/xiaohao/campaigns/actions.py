"""Setting up a programme, and changing it: row and event in one transaction."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.campaigns.models import Origin, Programme
from xiaohao.campaigns.queries import highest, may_set, origins
from xiaohao.campaigns.rules import Asked, missing
from xiaohao.campaigns.wording import refused
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import change, create
from xiaohao.units.models import Unit
from xiaohao.units.queries import called


def set_up(
    *,
    by: Actor,
    code: str,
    name: str,
    final: dt.date | None,
    origin: str,
    lead_unit: str | Unit,
    name_en: str = "",
    about: str = "",
) -> Programme:
    """Set up a programme that binds the actor's unit and all below it.

    Args:
        origin: `central` or `local`: who ordered it; `central` at the top of the tree alone.
        name_en: "" to show the Chinese one in English, too.
        lead_unit: a unit of the actor's subtree, or its code.

    Raises:
        Forbidden: `not_permitted`.
        Refused: everything that is missing or wrong, each at its field.
    """
    given = {"code": code, "name": name, "name_en": name_en, "final": final, "about": about}
    asked, lead, wrong = _new(by, origin, lead_unit, given)
    with transaction.atomic():
        locks.hold(f"programme:{asked.code}")
        wrong += _taken(asked.code)
        if wrong or lead is None or asked.final is None:
            raise _refused(by, wrong, asked.code)
        programme = Programme(
            code=asked.code,
            name=asked.name,
            name_en=asked.name_en,
            about=asked.about,
            origin=origin,
            unit_id=by.unit_id,
            lead_unit=lead,
            final=asked.final,
            set_up_at=clock.now(),
        )
        create(thing=programme, by=by, kind="set_up", data=_told(programme))
    return programme


def against_set_up(
    *, by: Actor, code: str, origin: str, lead_unit: str | Unit, **given: Any
) -> list[Unmet]:
    """What stands in the way of setting up such a programme; writes nothing.

    Raises:
        Forbidden: as `set_up`.
    """
    asked, _lead_unit, wrong = _new(by, origin, lead_unit, {"code": code, **given})
    wrong += _taken(asked.code)
    return list(_refused(by, wrong, asked.code).unmet) if wrong else []


def _refused(by: Actor, wrong: list[tuple[str, str]], code: str) -> Refused:
    top = highest(by).shown if ("set_higher", "origin") in wrong else ""
    return refused(wrong, code, top)


def _new(
    by: Actor, origin: str, lead_unit: str | Unit, given: Mapping[str, Any]
) -> tuple[Asked, Unit | None, list[tuple[str, str]]]:
    _may(by)
    asked = _asked(**{**given, "code": clean(given["code"]).lower()})
    lead, wrong = _lead(by, lead_unit)
    wrong = missing(asked, clock.today()) + wrong
    if origin not in Origin.values:
        wrong.append(("bad_origin", "origin"))
    elif origin not in origins(by):
        wrong.append(("set_higher", "origin"))
    return asked, lead, wrong


def _asked(
    *, code: str, name: str = "", name_en: str = "", final: dt.date | None = None, about: str = ""
) -> Asked:
    return Asked(code, clean(name), clean(name_en), final, clean(about))


def _taken(code: str) -> list[tuple[str, str]]:
    return [("code_taken", "code")] if Programme.objects.filter(code=code).exists() else []


def revise(
    *,
    programme: Programme,
    by: Actor,
    version: int,
    name: str,
    name_en: str,
    final: dt.date | None,
    lead_unit: str | Unit,
    about: str = "",
) -> Programme:
    """Change names, lead unit or final date; the trail keeps what stood before.

    Raises:
        Forbidden: `not_permitted`, `set_above`: it was set up above the actor's unit.
        Stale: somebody else changed it first.
        Refused: everything that is missing or wrong; `nothing_changed`.
    """
    given = {"name": name, "name_en": name_en, "final": final, "about": about}
    asked, lead, wrong = _revised(programme, by, lead_unit, given)
    if wrong or lead is None:
        raise refused(wrong)
    before = _told(programme)
    programme.name, programme.name_en, programme.about = asked.name, asked.name_en, asked.about
    programme.lead_unit = lead
    programme.final = final or programme.final
    after = _told(programme)
    if after == before:
        raise refused([("nothing_changed", "")])
    fields = ["name", "name_en", "about", "lead_unit", "final"]
    data = {key: value for key, value in after.items() if value != before[key]}
    data["before"] = {key: before[key] for key in data}
    change(thing=programme, by=by, kind="revise", fields=fields, data=data, expected=version)
    return programme


def against_revise(
    *, programme: Programme, by: Actor, lead_unit: str | Unit, **given: Any
) -> list[Unmet]:
    """What stands in the way of changing a programme so; writes nothing.

    Raises:
        Forbidden: as `revise`.
    """
    wrong = _revised(programme, by, lead_unit, given)[2]
    return list(refused(wrong).unmet) if wrong else []


def _revised(
    programme: Programme, by: Actor, lead_unit: str | Unit, given: Mapping[str, Any]
) -> tuple[Asked, Unit | None, list[tuple[str, str]]]:
    _may(by)
    if not may_set(by, programme):
        text = _("This programme was set up above your unit; it is changed there.")
        raise Forbidden([Unmet("set_above", text)])
    asked = _asked(code=programme.code, **given)
    # A date that stood there already may have passed.
    judged_on = min(clock.today(), programme.final)
    lead, wrong = _lead(by, lead_unit)
    return asked, lead, missing(asked, judged_on) + wrong


def _may(by: Actor) -> None:
    if not by.may(Permission.SET_PROGRAMMES):
        text = _("Your post does not set up programmes.")
        raise Forbidden([Unmet("not_permitted", text)])


def _lead(by: Actor, given: str | Unit) -> tuple[Unit | None, list[tuple[str, str]]]:
    if not given:
        return None, [("lead_missing", "lead_unit")]
    key = {"pk": given.pk} if isinstance(given, Unit) else {"code": str(given)[:40]}
    unit = Unit.objects.under(by.unit_path).active().filter(**key).first()
    unit = unit or called(str(given)[:200], by.unit_path)
    return (unit, []) if unit else (None, [("no_such_lead", "lead_unit")])


def _told(programme: Programme) -> dict[str, Any]:
    return {
        "name": programme.name,
        "name_en": programme.name_en,
        "about": programme.about,
        "origin": programme.origin,
        "lead_unit": programme.lead_unit.code,
        "final": programme.final.isoformat(),
    }
