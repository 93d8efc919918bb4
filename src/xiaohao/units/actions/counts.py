"""Head-counts: dated statistics of a unit itself."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.access import By, require_at
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.trail.actions import note
from xiaohao.units.actions.checks import MANAGE
from xiaohao.units.models import HeadCount, Unit
from xiaohao.units.queries import LABEL

MOST = 2_000_000_000  # what the column holds, and more than there are people


def set_head_count(
    *, by: By, unit: Unit, measure: str, value: int, day: dt.date | None = None
) -> HeadCount:
    """Set how many there were at the unit itself on `day` (today); another day's count stays.

    Raises:
        Refused: `unknown_choice`, `out_of_range`, `in_future`.
    """
    require_at(by, MANAGE, unit.path)
    day = day or clock.today()
    unmet = []
    if measure not in HeadCount.Measure.values:
        unmet.append(Unmet("unknown_choice", _("Choose one of those offered."), "measure"))
    if not 0 <= value <= MOST:
        unmet.append(Unmet("out_of_range", _("A count is a whole number from 0."), "value"))
    if day > clock.today():
        unmet.append(Unmet("in_future", _("The day lies in the future."), "day"))
    if unmet:
        raise Refused(unmet)
    with transaction.atomic():
        count, _made = HeadCount.objects.update_or_create(
            unit=unit, measure=measure, day=day, defaults={"value": value}
        )
        data = {"measure": measure, "value": value, "day": day}
        note(label=LABEL, thing_id=unit.pk, by=by, kind="counted", data=data)
    return count
