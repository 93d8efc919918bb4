"""Setting up a programme, and changing it: row and event in one transaction."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.campaigns.models import Origin, Programme
from xiaohao.campaigns.queries import may_set
from xiaohao.campaigns.rules import Asked, missing
from xiaohao.campaigns.wording import refused
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, Unmet
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import change, create
from xiaohao.units.models import Unit


def set_up(
    *,
    by: Actor,
    code: str,
    name: str,
    name_en: str,
    final: dt.date | None,
    origin: str,
    lead_unit: str | Unit,
    about: str = "",
) -> Programme:
    """Set up a programme that binds the actor's unit and all below it.

    Args:
        origin: `central` or `local`: who ordered it.
        lead_unit: a unit of the actor's subtree, or its code.

    Raises:
        Forbidden: `not_permitted`.
        Refused: everything that is missing or wrong, each at its field.
    """
    _may(by)
    asked = Asked(clean(code).lower(), clean(name), clean(name_en), final, clean(about))
    lead, wrong = _lead(by, lead_unit)
    wrong = missing(asked, clock.today()) + wrong
    if origin not in Origin.values:
        wrong.append(("bad_origin", "origin"))
    with transaction.atomic():
        locks.hold(f"programme:{asked.code}")
        if Programme.objects.filter(code=asked.code).exists():
            wrong.append(("code_taken", "code"))
        if wrong or lead is None or asked.final is None:
            raise refused(wrong, asked.code)
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
    _may(by)
    if not may_set(by, programme):
        text = _("This programme was set up above your unit; it is changed there.")
        raise Forbidden([Unmet("set_above", text)])
    asked = Asked(programme.code, clean(name), clean(name_en), final, clean(about))
    # A date that stood there already may have passed.
    judged_on = min(clock.today(), programme.final)
    lead, wrong = _lead(by, lead_unit)
    wrong = missing(asked, judged_on) + wrong
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


def _may(by: Actor) -> None:
    if not by.may(Permission.SET_PROGRAMMES):
        text = _("Your post does not set up programmes.")
        raise Forbidden([Unmet("not_permitted", text)])


def _lead(by: Actor, given: str | Unit) -> tuple[Unit | None, list[tuple[str, str]]]:
    if not given:
        return None, [("lead_missing", "lead_unit")]
    key = {"pk": given.pk} if isinstance(given, Unit) else {"code": str(given)[:40]}
    unit = Unit.objects.under(by.unit_path).active().filter(**key).first()
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
