"""The records behind a figure, as an address names it: `?figure=…&unit=…&asof=…`."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaohao.figures.queries import behind
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.units.models import Unit


def unit_in_scope(actor: Actor, code: str) -> Unit:
    """The unit of that code in the actor's subtree.

    Raises:
        NotFound: there is none, or not for him.
    """
    unit = Unit.objects.under(actor.unit_path).filter(code=code).first()
    if unit is None:
        text = _("There is no unit “%(code)s” in your area.") % {"code": code}
        raise NotFound([Unmet("not_found", text, "unit")])
    return unit


def records_behind(actor: Actor, get: QueryDict) -> Any:
    """Ids of the records that make up the figure named in the address.

    Raises:
        NotFound: no such figure, or a unit out of sight.
        Refused: `bad_time`, `in_future`.
    """
    return behind(actor, {name: str(get[name]) for name in get}).ids
