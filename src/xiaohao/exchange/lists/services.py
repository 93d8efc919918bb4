"""Service lists, and the calls for what they promise."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.exchange.lists.base import Listing, Sheet
from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.services import queries
from xiaohao.services.models import Call, Service, ServiceList


def _calls(actor: Actor, get: QueryDict) -> QuerySet[Call]:
    return queries.calls_of(actor, get).select_related("problem")


CALLS = Listing(
    "services_calls",
    _("Service calls"),
    _calls,
    [
        Sheet(
            _("Service calls"),
            (
                Column(pgettext_lazy("column", "Number"), 14, lambda c: c.number, key="number"),
                Column(pgettext_lazy("column", "Service"), 36, lambda c: c.service.title,
                       "wrapped"),
                Column(pgettext_lazy("column", "List"), 24, lambda c: c.service.list.title),
                Column(pgettext_lazy("column", "Department"), 24, lambda c: c.department, "unit"),
                Column(pgettext_lazy("column", "Called by"), 24, lambda c: c.caller, "unit"),
                Column(pgettext_lazy("column", "What is needed"), 40, lambda c: c.needed,
                       "wrapped"),
                Column(pgettext_lazy("column", "Called on"), 17, lambda c: c.called_at, "moment"),
                Column(pgettext_lazy("column", "Promised by"), 12, lambda c: c.due, "day"),
                Column(pgettext_lazy("column", "State"), 12, lambda c: c.get_state_display()),
                Column(pgettext_lazy("column", "Reason"), 36, lambda c: c.word, "wrapped"),
                Column(pgettext_lazy("column", "Delivered on"), 12, lambda c: c.delivered_on,
                       "day"),
                Column(pgettext_lazy("column", "Round"), 8, lambda c: c.round, "number"),
                Column(pgettext_lazy("column", "Grade"), 8, lambda c: c.grade, "number"),
                Column(pgettext_lazy("column", "Number of the problem"), 16,
                       lambda c: c.problem.number if c.problem else ""),
            ),
            stays=_("A delivery needs its evidence and a grade the one who gives it: both are "
                    "noted on the page of the call."),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _services(actor: Actor, _get: QueryDict) -> QuerySet[Service]:
    rows = Service.objects.filter(list__in=ServiceList.objects.visible_to(actor))
    return rows.select_related("list", "measure", "department", "post").order_by(
        "list_id", "number"
    )


SERVICES = Listing(
    "services_lists",
    _("Service lists"),
    _services,
    [
        Sheet(
            _("Service lists"),
            (
                Column(pgettext_lazy("column", "List"), 30, lambda s: s.list.title, key="list"),
                Column(pgettext_lazy("column", "Year"), 8, lambda s: s.list.year, "number"),
                Column(pgettext_lazy("column", "State"), 12,
                       lambda s: s.list.get_state_display()),
                Column(pgettext_lazy("column", "Measure"), 24, lambda s: s.measure.title),
                Column(pgettext_lazy("column", "Number"), 8, lambda s: s.number, "number"),
                Column(pgettext_lazy("column", "Service"), 36, lambda s: s.title, "wrapped"),
                Column(pgettext_lazy("column", "What is delivered"), 50, lambda s: s.what,
                       "wrapped"),
                Column(pgettext_lazy("column", "For whom"), 18,
                       lambda s: s.get_audience_display()),
                Column(pgettext_lazy("column", "Department"), 24, lambda s: s.department, "unit"),
                Column(pgettext_lazy("column", "Answers for it"), 24,
                       lambda s: s.post.title if s.post else ""),
                Column(pgettext_lazy("column", "Working days"), 10, lambda s: s.days, "number"),
                Column(pgettext_lazy("column", "What to bring"), 30, lambda s: s.bring,
                       "wrapped"),
                Column(pgettext_lazy("column", "Withdrawn on"), 17, lambda s: s.withdrawn_at,
                       "moment"),
                Column(pgettext_lazy("column", "Reason"), 30, lambda s: s.withdrawn_reason,
                       "wrapped"),
            ),
            stays=_("What is published binds: it changes on the page of the service, with a "
                    "reason."),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip

LISTS = (CALLS, SERVICES)
