"""What hands write in the list of programmes: by the actions of its room, with its gates."""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from xiaohao.campaigns import actions as campaigns
from xiaohao.campaigns.models import Origin, Programme
from xiaohao.exchange.lists.back import Act, Desk, Hand, Typed, chosen

PROGRAMME_FIELDS = ("name", "name_en", "lead_unit", "about", "final")
NEW_PROGRAMME = ("code", "origin", *PROGRAMME_FIELDS)


def _revised(desk: Desk, counted: Any, typed: Typed) -> Sequence[Act]:
    """A programme with the cells that differ put in; what does not differ stays as it is."""
    programme: Programme = counted.programme
    stands = {name: getattr(programme, name) for name in PROGRAMME_FIELDS}
    fields = _fields(desk, {name: typed[name] for name in PROGRAMME_FIELDS if name in typed})
    given = {"programme": programme, "by": desk.actor, **stands, **fields}
    return [
        Act(
            [*fields],
            partial(campaigns.against_revise, **given),
            partial(campaigns.revise, version=programme.version, **given),
        )
    ]


def _set_up(desk: Desk, typed: Typed) -> Act:
    empty = dict.fromkeys(("code", "origin", "name", "name_en", "lead_unit"), "")
    given: dict[str, Any] = {"final": None, **empty, **_fields(desk, typed), "by": desk.actor}
    given["origin"] = chosen(given["origin"], dict(Origin.choices))
    return Act(
        NEW_PROGRAMME,
        partial(campaigns.against_set_up, **given),
        partial(campaigns.set_up, **given),
    )


def _fields(desk: Desk, typed: Typed) -> dict[str, Any]:
    """What was typed as the action takes it: the unit that is called so, and a day as a day."""
    fields = dict(typed)
    if fields.get("lead_unit"):
        fields["lead_unit"] = desk.unit(fields["lead_unit"])
    if fields.get("final"):
        fields["final"] = _day(fields["final"])
    return fields


def _day(typed: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return None


PROGRAMME = Hand(PROGRAMME_FIELDS, _revised, NEW_PROGRAMME, _set_up, named=True)
