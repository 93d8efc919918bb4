"""This room's figures: each defined once, with the recount that checks it.

Sums of money are kept in fen, so that they are whole numbers; the lists show yuan. The list an
entry stands on is kept as its channel.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from xiaohao.commitments.models import OPEN, Entry, Household, HouseholdNeed, NeedState, State
from xiaohao.figures.queries import Kind, Metric, declare

ENTRY, HOUSEHOLD, NEED = (
    "commitments.entry",
    "commitments.household",
    "commitments.householdneed",
)
NO_DAY = Value(None, output_field=DateField())
NO_CATEGORY = Value(None, output_field=BigIntegerField())
NO_CHANNEL = Value("", output_field=CharField())


def _entries(day: Any = NO_DAY, **where: Any) -> Callable[[], QuerySet[Any, Any]]:
    """One row per entry that stands so."""

    def recount() -> QuerySet[Any, Any]:
        rows = Entry.objects.filter(**where).order_by().annotate(none=NO_CATEGORY)
        return rows.values_list("id", "unit_id", "none", "kind", day)

    return recount


def _sums(column: str) -> Callable[[], QuerySet[Any, Any]]:
    """One row per entry with the sum that stands there, in fen."""

    def recount() -> QuerySet[Any, Any]:
        rows = Entry.objects.exclude(state=State.WITHDRAWN).exclude(**{column: 0}).order_by()
        rows = rows.annotate(none=NO_CATEGORY, fen=Cast(F(column) * 100, BigIntegerField()))
        return rows.values_list("id", "unit_id", "none", "kind", NO_DAY, "fen")

    return recount


def _homes(**where: Any) -> Callable[[], QuerySet[Any, Any]]:
    def recount() -> QuerySet[Any, Any]:
        rows = Household.objects.filter(**where).order_by()
        rows = rows.annotate(none=NO_CATEGORY, no_channel=NO_CHANNEL)
        return rows.values_list("id", "unit_id", "none", "no_channel", NO_DAY)

    return recount


def _found(**where: Any) -> Callable[[], QuerySet[Any, Any]]:
    def recount() -> QuerySet[Any, Any]:
        rows = HouseholdNeed.objects.filter(**where).order_by()
        rows = rows.annotate(none=NO_CATEGORY, no_channel=NO_CHANNEL)
        return rows.values_list("id", "household__unit_id", "none", "no_channel", NO_DAY)

    return recount


def _entry(key: str, name: Any, definition: Any, recount: Any, **more: Any) -> Metric:
    return Metric(key=f"commitments.{key}", name=name, definition=definition, kind=Kind.STOCK,
                  thing=ENTRY, records_url="commitments_list", recount=recount, **more)  # fmt: skip


def _household(key: str, name: Any, definition: Any, recount: Any) -> Metric:
    return Metric(key=f"commitments.{key}", name=name, definition=definition, kind=Kind.STOCK,
                  thing=HOUSEHOLD, records_url="commitments_households",
                  recount=recount)  # fmt: skip


def _need(key: str, name: Any, definition: Any, recount: Any) -> Metric:
    return Metric(key=f"commitments.{key}", name=name, definition=definition, kind=Kind.STOCK,
                  thing=NEED, records_url="commitments_needs", recount=recount)  # fmt: skip


def declare_all() -> None:
    """Put the metrics of this room into the registry."""
    is_open = {"state__in": sorted(OPEN)}
    declare(
        _entry("open", _("on the lists"),
               _("Entries of the lists that are neither done nor withdrawn."),
               _entries(**is_open), smaller_is_better=True),
        _entry("due", _("on the lists, by deadline"), _("Open entries by the day they are due."),
               _entries(F("deadline"), **is_open), dated=True),
        Metric(key="commitments.overdue", name=_("late on the lists"), kind=Kind.WINDOW,
               of="commitments.due", window=(None, -1), smaller_is_better=True, warn=1, alarm=1,
               definition=_("Open entries whose deadline’s day has passed."), thing=ENTRY,
               records_url="commitments_list"),
        _entry("done", _("done, off the lists"),
               _("Entries done: the result shown and checked by another unit, or the problem "
                 "struck off by the ledger."), _entries(state=State.DONE.value)),
        _entry("planned", _("money planned"),
               _("Money planned for entries of the lists."),
               _sums("planned"), summed=True),
        _entry("arrived", _("money arrived"),
               _("Money that has arrived for entries of the lists."),
               _sums("arrived"), summed=True),
        _entry("spent", _("money spent"),
               _("Money spent on entries of the lists."),
               _sums("spent"), summed=True),
        _household("households", _("households listed"),
                   _("Households on the list of a round of visits."), _homes()),
        _household("visited", _("households visited"),
                   _("Listed households that were visited at least once."), _homes(visits__gt=0)),
        _household("with_needs", _("households with needs"),
                   _("Listed households in which a visit found a need."), _homes(needs__gt=0)),
        _need("needs", _("needs found"), _("Needs that household visits found."), _found()),
        _need("needs_fixed", _("needs fixed"),
              _("Needs whose problem the ledger has struck off."),
              _found(state=NeedState.FIXED.value)),
        Metric(key="commitments.visited_rate", name=_("visited"), kind=Kind.RATIO,
               definition=_("Of the households listed, the share visited at least once."),
               numerator="commitments.visited", denominator="commitments.households",
               records_url="commitments_households"),
    )  # fmt: skip
