"""This room's figures: what became of the calls to a department, list by list.

The list a service stands on is kept as the channel.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from xiaohao.figures.queries import Kind, Metric, declare
from xiaohao.services.models import Call, State
from xiaohao.services.rules import WAITING

CALL = "services.call"
NO_DAY = Value(None, output_field=DateField())
NO_CATEGORY = Value(None, output_field=BigIntegerField())
Rows = QuerySet[Any, Any]
DELIVERED = Q(state__in=[State.DELIVERED, State.GRADED])


def _calls(where: Q, day: Any = NO_DAY) -> Callable[[], Rows]:
    """One row per call that stands so, at the department, under its list."""

    def recount() -> Rows:
        return _rows(where).values_list("id", "department_id", "none", "of_list", day)

    return recount


def _rows(where: Q) -> Rows:
    key = Cast("service__list_id", CharField())
    of_list = Concat(Value("services-"), key, output_field=CharField())
    rows = Call.objects.filter(where).exclude(state=State.WITHDRAWN).order_by()
    return rows.annotate(none=NO_CATEGORY, of_list=of_list)


def _metric(
    key: str, name: Any, definition: Any, recount: Callable[[], Rows], **more: Any
) -> Metric:
    return Metric(key=f"services.{key}", name=name, definition=definition, kind=Kind.STOCK,
                  noun=_("calls for a service"), thing=CALL, records_url="services_calls",
                  recount=recount, **more)  # fmt: skip


def declare_all() -> None:
    """Put the metrics of this room into the registry."""
    in_time = DELIVERED & Q(delivered_on__lte=F("due"))
    declare(
        _metric("calls", _("services called for"),
                _("Calls for a service of a published list, without those taken back."),
                _calls(Q())),
        _metric("waiting", _("services to deliver, by the day promised"),
                _("Calls that the department has not delivered, by the last day of the promise."),
                _calls(Q(state__in=sorted(WAITING)), F("due")), dated=True,
                smaller_is_better=True),
        _metric("delivered", _("services delivered"),
                _("Calls delivered with evidence; what the caller says was not delivered is not "
                  "among them."), _calls(DELIVERED)),
        _metric("in_time", _("services delivered in time"),
                _("Calls delivered by the last day of the promise, counted from the call."),
                _calls(in_time)),
        _metric("declined", _("services declined"),
                _("Calls that the department declined with a reason."),
                _calls(Q(state=State.DECLINED)), smaller_is_better=True),
        _metric("to_grade", _("services to be graded, by the last day"),
                _("Calls delivered and not graded, by the last day on which the caller’s word is "
                  "awaited."), _calls(Q(state=State.DELIVERED), F("grade_by")), dated=True),
        _metric("graded", _("services graded"), _("Calls that the unit that called has graded."),
                _calls(Q(state=State.GRADED))),
        _metric("satisfied", _("services graded 4 or 5"),
                _("Calls that the unit that called has graded 4 or 5 of 5."),
                _calls(Q(grade__gte=4))),
        _metric("failed", _("calls said not to be delivered"),
                _("Calls of which the caller said at least once that nothing was delivered."),
                _calls(Q(round__gt=1)), smaller_is_better=True),
        *_derived(),
    )  # fmt: skip


def _derived() -> list[Metric]:
    window: dict[str, Any] = {"thing": CALL, "records_url": "services_calls", "kind": Kind.WINDOW}
    share: dict[str, Any] = {"thing": CALL, "records_url": "services_calls", "kind": Kind.RATIO}
    return [
        Metric(key="services.late", name=_("services late"), of="services.waiting",
               definition=_("Calls not delivered although the last day of the promise has passed."),
               window=(None, -1), smaller_is_better=True, warn=1, alarm=1, **window),
        Metric(key="services.ungraded", name=_("services not graded"), of="services.to_grade",
               definition=_("Calls delivered for which the days of the caller’s word have passed "
                            "without one; they never count as satisfied."),
               window=(None, -1), smaller_is_better=True, **window),
        Metric(key="services.in_time_rate", name=_("services in time"),
               definition=_("Of the calls delivered, the share delivered by the last day of the "
                            "promise."),
               numerator="services.in_time", denominator="services.delivered",
               warn=0.9, alarm=0.7, **share),
        Metric(key="services.satisfied_rate", name=_("services graded 4 or 5 (share)"),
               definition=_("Of the calls graded, the share graded 4 or 5 of 5."),
               numerator="services.satisfied", denominator="services.graded",
               warn=0.9, alarm=0.7, **share),
    ]  # fmt: skip
