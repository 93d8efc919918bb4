"""The records behind a figure, as an address names it: `?figure=…&unit=…&asof=…`."""

import datetime as dt
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from xiaohao.figures.queries import thing_ids
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.triage.models import Category
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
        Refused: `bad_time`.
    """
    code = get.get("unit", "")
    unit = unit_in_scope(actor, code) if code else Unit.objects.get(pk=actor.unit_id)
    category = Category.objects.filter(code=get.get("category", "")).first()
    try:
        return thing_ids(
            get.get("figure", ""),
            unit,
            asof=moment_of(get.get("asof", "")),
            since=parse_date(get.get("since", "") or "x"),
            category=category.pk if category else None,
            channel=get.get("channel") or None,
        )
    except KeyError as error:
        raise NotFound([Unmet("not_found", _("There is no such figure."))]) from error


def moment_of(typed: str) -> dt.datetime | None:
    """A moment, or the end of a day, in ISO form; None for nothing.

    Raises:
        Refused: `bad_time`, when it cannot be read.
    """
    if not typed:
        return None
    try:
        if day := parse_date(typed):
            return clock.start_of(day + dt.timedelta(days=1)) - dt.timedelta(microseconds=1)
        moment = parse_datetime(typed.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None:
        text = _("Write the time as 2019-09-30 or 2019-09-30T18:00:00+08:00.")
        raise Refused.because("bad_time", text, "asof")
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.ZONE)
